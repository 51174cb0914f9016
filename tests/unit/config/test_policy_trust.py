"""Which policy files on Windows are heeded; tests/wine asks a Windows for the rights themselves."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from struct import pack
from typing import TYPE_CHECKING, Final

import pytest

from giftill.config import PolicyError, read_policy
from giftill.config.policy import PolicyFile
from giftill.config.policy_trust import read_guarded, sid_bytes, sid_text

if TYPE_CHECKING:
    from collections.abc import Iterator

ADMINISTRATORS, SYSTEM, USERS, EVERYONE = "S-1-5-32-544", "S-1-5-18", "S-1-5-32-545", "S-1-1-0"
CREATOR_OWNER: Final = "S-1-3-0"
TRUSTED_INSTALLER: Final = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
JAN, PIET = "S-1-5-21-10-20-30-1001", "S-1-12-1-4294967295-2-3-4"
ALL, MODIFY, READ = 0x1F01FF, 0x1301BF, 0x1200A9
ALLOW, DENY, ALLOW_OBJECT, ALLOW_IF = 0, 1, 5, 9
INHERIT, INHERIT_ONLY = 0x3, 0xB
FOLDER: Final = PureWindowsPath(r"\\?\C:\ProgramData\Giftill")
# As Windows' own function makes it out of what the installers ask for:
# O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)
AS_INSTALLED: Final = bytes.fromhex(
    "0100049014000000240000000000000034000000010200000000000520000000200200000102000000000005"
    "200000002002000002004c000300000000031400ff011f0001010000000000051200000000031800ff011f00"
    "0102000000000005200000002002000000031800a900120001020000000000052000000021020000"
)
# As Windows gives it to a folder that an administrator makes by hand in ProgramData; users may add
# to it: O:BAG:SYD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)
# (A;OICIID;0x1200a9;;;BU)(A;CIID;0x116;;;BU)
BY_HAND: Final = bytes.fromhex(
    "0100048414000000240000000000000030000000010200000000000520000000200200000101000000000005"
    "12000000020078000500000000131400ff011f0001010000000000051200000000131800ff011f0001020000"
    "000000052000000020020000001b14000000001001010000000000030000000000131800a900120001020000"
    "000000052000000021020000001218001601000001020000000000052000000021020000"
)

Entry = tuple[int, int, int, str]
OF_SYSTEM: Final[Entry] = (ALLOW, INHERIT, ALL, SYSTEM)
OF_ADMINISTRATORS: Final[Entry] = (ALLOW, INHERIT, ALL, ADMINISTRATORS)
OF_USERS: Final[Entry] = (ALLOW, INHERIT, READ, USERS)
USUAL: Final = (OF_SYSTEM, OF_ADMINISTRATORS, OF_USERS)


def rights(owner: str = ADMINISTRATORS, *entries: Entry) -> bytes:
    """Return a descriptor as Windows keeps it; the usual entries where none are given."""
    packed = b""
    for kind, flags, mask, account in entries or USUAL:
        sid = sid_bytes(account)
        packed += pack("<BBHI", kind, flags, 8 + len(sid), mask) + sid
    count = len(entries or USUAL)
    owned = sid_bytes(owner)
    head = pack("<BBHIIII", 1, 0, 0x8004, 20, 0, 0, 20 + len(owned))
    return head + owned + pack("<BBHHH", 2, 0, 8 + len(packed), count, 0) + packed


@dataclass
class Thing:
    """A file or folder, and where it really lies."""

    where: PureWindowsPath
    rights: bytes
    content: bytes = b"sound = false\n"
    is_held: bool = False

    def place(self) -> PureWindowsPath:
        return self.where

    def descriptor(self) -> bytes:
        assert self.is_held
        return self.rights

    def read(self) -> bytes:
        assert self.is_held
        return self.content


@dataclass
class FakeWindows:
    """A PC with one policy; Jan is an administrator by his own account."""

    of_folder: Thing = field(default_factory=lambda: Thing(FOLDER, AS_INSTALLED))
    of_file: Thing = field(default_factory=lambda: Thing(FOLDER / "policy.toml", rights()))
    asked: int = 0

    @contextmanager
    def folder(self, path: Path) -> Iterator[Thing]:
        assert path == FILE.parent
        with self._held(self.of_folder) as folder:
            yield folder

    @contextmanager
    def file(self, path: Path) -> Iterator[Thing]:
        assert path == FILE
        assert self.of_folder.is_held, "else another folder could come in between"
        with self._held(self.of_file) as file:
            yield file

    @staticmethod
    @contextmanager
    def _held(thing: Thing) -> Iterator[Thing]:
        thing.is_held = True
        try:
            yield thing
        finally:
            thing.is_held = False

    def administrators(self) -> frozenset[str]:
        self.asked += 1
        return frozenset({JAN})

    @staticmethod
    def name(account: str) -> str:
        return {PIET: "piet", USERS: "Users", EVERYONE: "Everyone"}.get(account, account)


FILE: Final = Path("ProgramData", "Giftill", "policy.toml")


def refused(windows: FakeWindows) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        read_guarded(FILE, windows)
    assert not windows.of_file.is_held
    assert not windows.of_folder.is_held
    return caught.value


def test_what_only_administrators_can_change_is_heeded() -> None:
    windows = FakeWindows()
    assert read_guarded(FILE, windows) == b"sound = false\n"
    assert windows.asked == 0, "to ask who is one takes time, which a till at its start has not"
    assert not windows.of_file.is_held


@pytest.mark.parametrize("owner", [SYSTEM, ADMINISTRATORS, TRUSTED_INSTALLER, JAN])
def test_it_may_be_the_systems_or_an_administrators(owner: str) -> None:
    windows = FakeWindows()
    windows.of_folder.rights = windows.of_file.rights = rights(owner)
    assert read_guarded(FILE, windows)


@pytest.mark.parametrize("thing", ["of_folder", "of_file"])
def test_what_a_user_made_is_refused_also_where_he_gave_his_rights_away(thing: str) -> None:
    windows = FakeWindows()
    getattr(windows, thing).rights = rights(PIET)
    error = refused(windows)
    path = FILE if thing == "of_file" else FILE.parent
    assert f"“piet” can change “{path}”" in str(error.message)
    assert f'icacls "{path}" /setowner *S-1-5-32-544' in str(error.hint)
    assert f'icacls "{path}" /reset' in str(error.hint)


@pytest.mark.parametrize(
    "mask",
    # Write, append, delete, change the rights, take it over, and the two that hold all of these.
    [0x2, 0x4, 0x10000, 0x40000, 0x80000, 0x40000000, 0x10000000, ALL, MODIFY],
)
@pytest.mark.parametrize("who", [USERS, EVERYONE, PIET])
@pytest.mark.parametrize("kind", [ALLOW, ALLOW_IF])
def test_a_file_that_others_can_change_is_refused(mask: int, who: str, kind: int) -> None:
    windows = FakeWindows()
    windows.of_file.rights = rights(ADMINISTRATORS, *USUAL, (kind, 0, mask, who))
    assert FakeWindows.name(who) in str(refused(windows).message)


@pytest.mark.parametrize(
    # Delete what is in it, delete itself, change the rights, take it over, all of these.
    "mask",
    [0x40, 0x10000, 0x40000, 0x80000, 0x10000000, ALL],
)
def test_a_folder_in_which_others_can_replace_a_file_is_refused(mask: int) -> None:
    windows = FakeWindows()
    windows.of_folder.rights = rights(ADMINISTRATORS, *USUAL, (ALLOW, 0, mask, USERS))
    assert str(FILE.parent) in str(refused(windows).message)


def test_a_folder_that_an_administrator_made_by_hand_is_good_enough() -> None:
    """In it users may add files, as in all of ProgramData; those are theirs, and refused."""
    windows = FakeWindows()
    windows.of_folder.rights = BY_HAND
    assert read_guarded(FILE, windows)
    windows.of_file.rights = rights(PIET)
    refused(windows)


@pytest.mark.parametrize(
    "entry",
    [
        # The right to read, and one that is taken away.
        (ALLOW, 0, READ, EVERYONE),
        (DENY, 0, ALL, PIET),
        # What holds only for others than the thing itself, and for whoever owns it.
        (ALLOW, INHERIT_ONLY, ALL, PIET),
        (ALLOW, 0, ALL, CREATOR_OWNER),
        (ALLOW, 0, ALL, "S-1-3-4"),
        # An administrator whom Windows Explorer asked for consent, and let in by name.
        (ALLOW, 0, ALL, JAN),
    ],
)
def test_other_rights_make_no_difference(entry: Entry) -> None:
    windows = FakeWindows()
    windows.of_folder.rights = windows.of_file.rights = rights(ADMINISTRATORS, *USUAL, entry)
    assert read_guarded(FILE, windows)


def test_a_right_that_is_denied_behind_it_is_still_a_right() -> None:
    windows = FakeWindows()
    windows.of_file.rights = rights(
        ADMINISTRATORS, *USUAL, (DENY, 0, 0x2, PIET), (ALLOW, 0, ALL, PIET)
    )
    refused(windows)


@pytest.mark.parametrize("control", [0x8000, 0x8004])
def test_without_a_list_of_rights_everyone_has_all(control: int) -> None:
    windows = FakeWindows()
    whole = bytearray(rights())
    whole[2:4] = pack("<H", control)
    whole[16:20] = pack("<I", 0)
    windows.of_file.rights = bytes(whole)
    assert "“Everyone”" in str(refused(windows).message)


def test_a_right_that_is_not_known_is_no_good_one() -> None:
    windows = FakeWindows()
    windows.of_file.rights = rights(ADMINISTRATORS, *USUAL, (ALLOW_OBJECT, 0, READ, PIET))
    assert "kind 5" in str(refused(windows).message)


@pytest.mark.parametrize(
    "where",
    [r"\\?\E:\planted\policy.toml", r"\\?\C:\ProgramData\policy.toml", r"\\?\E:\policy.toml"],
)
def test_a_link_is_not_followed_whoever_owns_what_it_leads_to(where: str) -> None:
    windows = FakeWindows()
    windows.of_file.where = PureWindowsPath(where)
    error = refused(windows)
    assert where in str(error.message)
    assert str(FILE) in str(error.hint)


def test_one_folder_in_two_spellings_is_no_link() -> None:
    windows = FakeWindows()
    windows.of_file.where = PureWindowsPath(r"\\?\c:\programdata\GIFTILL\Policy.toml")
    assert read_guarded(FILE, windows)


def test_accounts_are_written_as_windows_writes_them() -> None:
    for account in (ADMINISTRATORS, PIET, TRUSTED_INSTALLER):
        assert sid_text(sid_bytes(account)) == account
    assert sid_bytes(SYSTEM) == bytes.fromhex("010100000000000512000000")


def test_a_policy_file_is_read_in_the_way_that_its_system_has(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("sound = true\n", "utf-8")
    policy = read_policy([PolicyFile(file, lambda _: b"sound = false\n")])
    assert policy.fixed["sound"].value is False

    def held(_: Path) -> bytes:
        raise OSError(errno.EACCES, "somebody is writing to it")

    with pytest.raises(PolicyError) as caught:
        read_policy([PolicyFile(file, held)])
    assert "somebody is writing to it" in str(caught.value.message)
    assert read_policy([PolicyFile(tmp_path / "none", held)]).fixed == {}
