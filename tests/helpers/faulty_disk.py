"""An SQLite VFS that fails on demand, for tests of what a till says when its disk does."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Literal, TypeAlias

import apsw

if TYPE_CHECKING:
    from collections.abc import Callable

Action: TypeAlias = Literal["open", "read", "write", "sync"]


class FaultyDisk(apsw.VFS):
    """The system's files, until `trouble` says otherwise.

    Attributes:
        name: What to open the journal with.
        trouble: Called before each action with what it is and the file's suffix (`.sqlite3` or
            `.sqlite3-wal`); raises to make it fail.
        actions: What was done so far.
        base: The name of the system's files.
    """

    def __init__(self) -> None:
        self.name = f"faulty-{uuid.uuid4().hex}"
        self.trouble: Callable[[Action, str], None] = lambda _action, _suffix: None
        self.actions: list[tuple[Action, str]] = []
        # By its name, so that this one can become the default.
        self.base = apsw.vfs_names()[0]
        super().__init__(self.name, self.base)

    def xOpen(  # noqa: N802 - SQLite's name
        self, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> apsw.VFSFile:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name or ""
        suffix = path[path.rfind(".") :]
        self.meet("open", suffix)
        return _FaultyFile(self, suffix, name, flags)

    def meet(self, action: Action, suffix: str) -> None:
        """Note the action, and fail if there is trouble."""
        self.actions.append((action, suffix))
        self.trouble(action, suffix)

    def excepthook(self, *_: object) -> bool:
        """Keep quiet: the failure is wanted, and SQLite was told of it."""
        return True


class _FaultyFile(apsw.VFSFile):
    def __init__(
        self,
        disk: FaultyDisk,
        suffix: str,
        name: str | apsw.URIFilename | None,
        flags: list[int],
    ) -> None:
        self._disk = disk
        self._suffix = suffix
        super().__init__(disk.base, name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's name
        self._disk.meet("read", self._suffix)
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        self._disk.meet("write", self._suffix)
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        self._disk.meet("sync", self._suffix)
        super().xSync(flags)

    def excepthook(self, *_: object) -> bool:
        """Keep quiet, as the disk does."""
        return True
