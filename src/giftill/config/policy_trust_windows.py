"""What the trust in a policy file is built on, as Windows tells it: see policy_trust.py."""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Final, Self

from .policy_trust import ADMINISTRATORS, sid_bytes, sid_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

_GENERIC_READ: Final = 0x8000_0000
_SHARE_READ, _SHARE_WRITE = 0x1, 0x2
_OPEN_EXISTING: Final = 3
# FILE_FLAG_BACKUP_SEMANTICS and FILE_FLAG_OPEN_REPARSE_POINT.
_FOLDERS, _LINKS_THEMSELVES = 0x0200_0000, 0x0020_0000
_OF_A_FILE: Final = 1
_OWNER_AND_RIGHTS: Final = 0x1 | 0x4
_TOKEN_QUERY: Final = 0x8
_TOKEN_USER, _TOKEN_GROUPS = 1, 2
_NUMBERS_ONLY: Final = 0
_ALL: Final = 0xFFFF_FFFF
# Of a name and of its domain, with the zero behind it.
_LONGEST_NAME: Final = 257
_LONGEST_PLACE: Final = 32768
_PIECE_BYTES: Final = 65536


class _Account(ctypes.Structure):
    """SID_AND_ATTRIBUTES."""

    _fields_ = (("sid", ctypes.c_void_p), ("attributes", wintypes.DWORD))


if sys.platform == "win32":
    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _security = ctypes.WinDLL("advapi32", use_last_error=True)

    class WindowsFile:
        """A file or folder that is held open; closed at the end of the block."""

        def __init__(self, path: Path, shared: int, flags: int) -> None:
            """Open it to read it; nobody may delete or rename it from now on."""
            _kernel.CreateFileW.restype = wintypes.HANDLE
            handle = _kernel.CreateFileW(
                str(path), _GENERIC_READ, shared, None, _OPEN_EXISTING, flags, None
            )
            if handle == wintypes.HANDLE(-1).value:
                raise _failed()
            self._handle = wintypes.HANDLE(handle)

        def __enter__(self) -> Self:
            """Hold it for the length of the block."""
            return self

        def __exit__(
            self,
            kind: type[BaseException] | None,
            error: BaseException | None,
            trace: TracebackType | None,
        ) -> None:
            """Let go of it."""
            _kernel.CloseHandle(self._handle)

        def place(self) -> PureWindowsPath:
            """Return where it really lies, whatever led to it."""
            place = ctypes.create_unicode_buffer(_LONGEST_PLACE)
            length = _kernel.GetFinalPathNameByHandleW(self._handle, place, _LONGEST_PLACE, 0)
            if not 0 < length < _LONGEST_PLACE:
                raise _failed()
            return PureWindowsPath(place.value)

        def descriptor(self) -> bytes:
            """Return its owner and its rights."""
            found = ctypes.c_void_p()
            status = _security.GetSecurityInfo(
                self._handle,
                _OF_A_FILE,
                _OWNER_AND_RIGHTS,
                None,
                None,
                None,
                None,
                ctypes.byref(found),
            )
            if status:
                raise ctypes.WinError(status)
            try:
                return ctypes.string_at(found, _security.GetSecurityDescriptorLength(found))
            finally:
                _kernel.LocalFree(found)

        def read(self) -> bytes:
            """Return its content."""
            pieces: list[bytes] = []
            piece, size = ctypes.create_string_buffer(_PIECE_BYTES), wintypes.DWORD()
            while True:
                if not _kernel.ReadFile(
                    self._handle, piece, _PIECE_BYTES, ctypes.byref(size), None
                ):
                    raise _failed()
                if not size.value:
                    return b"".join(pieces)
                pieces.append(piece.raw[: size.value])

    class Windows:
        """This PC."""

        def folder(self, path: Path) -> WindowsFile:
            """Open a folder, and a link to one as the link itself."""
            return WindowsFile(path, _SHARE_READ | _SHARE_WRITE, _FOLDERS | _LINKS_THEMSELVES)

        def file(self, path: Path) -> WindowsFile:
            """Open a file to read it; not one that somebody is writing to."""
            return WindowsFile(path, _SHARE_READ, 0)

        def administrators(self) -> frozenset[str]:
            """Return the members of the group, and who runs this process if he is one otherwise.

            In a domain one may be an administrator by way of another group. The domain is not asked
            for it, as a till starts also where that can't be reached; of who runs this process
            Windows knows it, also while it would still ask for his consent.
            """
            groups = _token(_TOKEN_GROUPS)
            count = wintypes.DWORD.from_buffer(groups).value
            behind = ctypes.sizeof(ctypes.c_void_p)
            is_one = ADMINISTRATORS in _accounts((_Account * count).from_buffer(groups, behind))
            own = (_Account * 1).from_buffer(_token(_TOKEN_USER))
            return frozenset({*_members(), *(_accounts(own) if is_one else ())})

        def name(self, account: str) -> str:
            """Return what people call an account, or its number where nobody knows it."""
            return _name(account) or account

    def _failed() -> OSError:
        return ctypes.WinError(ctypes.get_last_error())

    def _name(account: str) -> str:
        """Return an account's name in the language of this Windows, or nothing."""
        name, domain = (ctypes.create_unicode_buffer(_LONGEST_NAME) for _ in range(2))
        sizes = [wintypes.DWORD(_LONGEST_NAME) for _ in range(2)]
        found = _security.LookupAccountSidW(
            None,
            sid_bytes(account),
            name,
            ctypes.byref(sizes[0]),
            domain,
            ctypes.byref(sizes[1]),
            ctypes.byref(wintypes.DWORD()),
        )
        return name.value if found else ""

    def _token(kind: int) -> ctypes.Array[ctypes.c_char]:
        """Return what Windows knows of who runs this process."""
        token, size = wintypes.HANDLE(), wintypes.DWORD()
        _kernel.GetCurrentProcess.restype = wintypes.HANDLE
        own = wintypes.HANDLE(_kernel.GetCurrentProcess())
        if not _security.OpenProcessToken(own, _TOKEN_QUERY, ctypes.byref(token)):
            raise _failed()
        try:
            ask = _security.GetTokenInformation
            ask(token, kind, None, 0, ctypes.byref(size))
            found = ctypes.create_string_buffer(size.value)
            if not ask(token, kind, found, size, ctypes.byref(size)):
                raise _failed()
            return found
        finally:
            _kernel.CloseHandle(token)

    def _members() -> list[str]:
        """Return the members of the group of administrators, as this PC itself knows them."""
        network = ctypes.WinDLL("netapi32")
        found, count, total = ctypes.c_void_p(), wintypes.DWORD(), wintypes.DWORD()
        status = network.NetLocalGroupGetMembers(
            None,
            ctypes.c_wchar_p(_name(ADMINISTRATORS)),
            _NUMBERS_ONLY,
            ctypes.byref(found),
            _ALL,
            ctypes.byref(count),
            ctypes.byref(total),
            None,
        )
        if status:
            raise ctypes.WinError(status)
        try:
            if not found.value:
                return []
            members = (ctypes.c_void_p * count.value).from_address(found.value)
            return [_text(each) for each in members if each]
        finally:
            network.NetApiBufferFree(found)

    def _accounts(found: Iterable[_Account]) -> list[str]:
        return [_text(each.sid) for each in found]

    def _text(sid: int) -> str:
        """Return the identifier at an address; its second byte tells how long it is."""
        return sid_text(ctypes.string_at(sid, 8 + 4 * ctypes.string_at(sid, 2)[1]))
