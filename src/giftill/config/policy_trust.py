"""Whether a policy file on Windows is to be trusted: whether only administrators can change it.

Windows lets every user make folders and files in ProgramData. So a policy there is heeded only if
it, and the folder it lies in, is an administrator's and nobody else's to change. No installer could
see to that: a file that was put there before it looks like any other, and rights are changed later.

Both are looked at by the handles that they are then read with, and held until that is done: nobody
can put another one there in between. A link is not followed, as it may lead to a disk on which its
maker is an administrator.
"""

from __future__ import annotations

from struct import pack, unpack_from
from typing import TYPE_CHECKING, Final, Protocol

from giftill.domain.message import N_, Message

from .policy import PolicyError, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path, PureWindowsPath

ADMINISTRATORS: Final = "S-1-5-32-544"
_EVERYONE: Final = "S-1-1-0"
# Administrators, and what Windows itself works as; the last two are nobody: they stand for whoever
# owns the file, and that one is looked at by name.
_TRUSTED: Final = frozenset(
    {
        ADMINISTRATORS,
        # SYSTEM and TrustedInstaller.
        "S-1-5-18",
        "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
        # CREATOR OWNER and OWNER RIGHTS.
        "S-1-3-0",
        "S-1-3-4",
    }
)
# DELETE, WRITE_DAC, WRITE_OWNER, GENERIC_ALL.
_CHANGE: Final = 0x0001_0000 | 0x0004_0000 | 0x0008_0000 | 0x1000_0000
# And FILE_WRITE_DATA, FILE_APPEND_DATA, GENERIC_WRITE.
_CHANGE_FILE: Final = _CHANGE | 0x2 | 0x4 | 0x4000_0000
# And FILE_DELETE_CHILD. Who may only add to it can't touch what an administrator put there, and
# what he adds is his own; so it is in each folder that an administrator makes in ProgramData.
_CHANGE_FOLDER: Final = _CHANGE | 0x40
# Kinds of entries in a list of rights: [MS-DTYP] 2.4.4.1. The two that allow begin alike.
_ALLOWING: Final = frozenset({0x0, 0x9})
_DENYING: Final = frozenset({0x1, 0x6, 0xA, 0xC})
_INHERIT_ONLY: Final = 0x8
_HAS_LIST: Final = 0x4


class Opened(Protocol):
    """A file or folder that is held open: nobody can replace, rename or delete it meanwhile."""

    def place(self) -> PureWindowsPath:
        """Return where it really lies, whatever link led to it."""

    def descriptor(self) -> bytes:
        """Return its owner and its rights, as Windows keeps them ([MS-DTYP] 2.4.6)."""

    def read(self) -> bytes:
        """Return a file's content."""


class System(Protocol):
    """What is asked of Windows."""

    def folder(self, path: Path) -> AbstractContextManager[Opened]:
        """Open a folder, and a link to one as the link itself."""

    def file(self, path: Path) -> AbstractContextManager[Opened]:
        """Open a file to read it.

        Raises:
            OSError: It may not be read, or somebody is writing to it.
        """

    def administrators(self) -> frozenset[str]:
        """Return the accounts that are administrators by being members of that group."""

    def name(self, account: str) -> str:
        """Return what people call an account."""


def read_guarded(file: Path, system: System) -> bytes:
    """Read a file that only administrators can change, in a folder of which that is true too.

    Args:
        file: The file.
        system: Windows.

    Raises:
        PolicyError: Others can change it.
        OSError: It can't be read.
    """
    with system.folder(file.parent) as folder, system.file(file) as opened:
        if opened.place().parent != folder.place():
            raise PolicyError(
                Message(N_("The policy of this PC can’t be trusted")),
                Message(
                    N_("A link leads to “{file}”. The till does not start with what it says."),
                    {"file": str(opened.place())},
                ),
                Message(
                    N_("Let an administrator put a file of their own at “{file}”, without a link."),
                    {"file": str(file)},
                ),
            )
        _check(folder, file.parent, _CHANGE_FOLDER, system)
        _check(opened, file, _CHANGE_FILE, system)
        return opened.read()


def _check(opened: Opened, path: Path, change: int, system: System) -> None:
    try:
        others = [each for each in _changers(opened.descriptor(), change) if each not in _TRUSTED]
    except ValueError as error:
        raise unreadable(path, str(error)) from error
    # Hardly ever asked, so only here. An administrator's own account is the owner of what he made
    # before Windows asked him for consent, such as a file that he dragged there.
    known = system.administrators() if others else frozenset()
    stranger = next((each for each in others if each not in known), None)
    if stranger is not None:
        raise PolicyError(
            Message(N_("The policy of this PC can’t be trusted")),
            Message(
                N_(
                    "“{who}” can change “{file}”, without being an administrator of this PC. The "
                    "till does not start with what it says."
                ),
                {"who": system.name(stranger), "file": str(path)},
            ),
            Message(
                N_(
                    "Let an administrator see what it says. If that is to hold: icacls "
                    '"{file}" /setowner *S-1-5-32-544, then icacls "{file}" /reset. If not: '
                    "delete it."
                ),
                {"file": str(path)},
            ),
        )


def _changers(descriptor: bytes, change: int) -> Iterator[str]:
    """Name the accounts that can change something, its owner first: he may give himself any right.

    That others are denied it, or that a right ends with a condition, makes no difference here.

    Raises:
        ValueError: An entry is of a kind that is not for files.
    """
    control, owner, _group, _audit, rights = unpack_from("<H4I", descriptor, 2)
    yield sid_text(descriptor, owner)
    if not control & _HAS_LIST or not rights:
        yield _EVERYONE
        return
    (count,) = unpack_from("<H", descriptor, rights + 4)
    entry = rights + 8
    for _ in range(count):
        kind, flags, size, mask = unpack_from("<BBHI", descriptor, entry)
        if not flags & _INHERIT_ONLY and kind not in _DENYING:
            if kind not in _ALLOWING:
                raise ValueError(f"a right of the unknown kind {kind}")
            if mask & change:
                yield sid_text(descriptor, entry + 8)
        entry += size


def sid_text(data: bytes, start: int = 0) -> str:
    """Return an account's identifier as people write it, such as `S-1-5-18` ([MS-DTYP] 2.4.2)."""
    revision, count = unpack_from("<BB", data, start)
    authority = int.from_bytes(data[start + 2 : start + 8], "big")
    parts = unpack_from(f"<{count}I", data, start + 8)
    return "-".join(["S", *(str(each) for each in (revision, authority, *parts))])


def sid_bytes(text: str) -> bytes:
    """Return an account's identifier as Windows keeps it."""
    revision, authority, *parts = (int(each) for each in text.split("-")[1:])
    head = pack("<BB", revision, len(parts)) + authority.to_bytes(6, "big")
    return head + pack(f"<{len(parts)}I", *parts)
