"""An SQLite VFS that writes down, in order, all that reaches the system's files."""

from __future__ import annotations

import os
import stat
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import apsw

if TYPE_CHECKING:
    import pytest

# SQLite syncs the folder together with the first sync of a file of these kinds that it made.
_SYNCS_ITS_FOLDER = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL


@dataclass(frozen=True)
class Made:
    """A name was given to a new, empty file."""

    name: str


@dataclass(frozen=True)
class Wrote:
    """Bytes were handed to the system."""

    name: str
    offset: int
    data: bytes


@dataclass(frozen=True)
class Cut:
    """A file was cut off, or grown with zeros, to a size in bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class Synced:
    """What was written to a file before is on the disk."""

    name: str


@dataclass(frozen=True)
class Removed:
    """A name was taken away."""

    name: str


@dataclass(frozen=True)
class FolderSynced:
    """The names that the folder had are on the disk; those it no longer had are gone from it."""


@dataclass(frozen=True)
class Asked:
    """The program asked for something to be kept.

    Attributes:
        key: What of.
        step: Which version; later ones are greater.
    """

    key: str
    step: int


@dataclass(frozen=True)
class Promised:
    """The program was told that it is kept: from now on no power cut may lose it."""

    key: str
    step: int


Event: TypeAlias = Made | Wrote | Cut | Synced | Removed | FolderSynced | Asked | Promised


class RecordingDisk(apsw.VFS):
    """The system's files of one folder, with a log of what was done to them.

    Attributes:
        name: What to open the journal with.
        log: Everything so far, the program's own remarks among it.
    """

    def __init__(self, folder: Path) -> None:
        """Record what happens to the files in `folder`, which must be empty or not there."""
        self.name = f"recording-{uuid.uuid4().hex}"
        self.log: list[Event] = []
        self._folder = folder
        self._known: set[str] = set()
        super().__init__(self.name, "")

    def watch_folder_syncs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Write down also when Giftill itself syncs the folder, past SQLite."""
        fsync = os.fsync

        def watched(descriptor: int) -> None:
            fsync(descriptor)
            about = os.fstat(descriptor)
            if stat.S_ISDIR(about.st_mode) and os.path.samestat(about, self._folder.stat()):
                self.note_files()
                self.log.append(FolderSynced())

        monkeypatch.setattr(os, "fsync", watched)

    def note_files(self) -> None:
        """Write down the database if it was made past SQLite."""
        for path in self._folder.glob("*.sqlite3"):
            self._note(path.name)

    def xOpen(  # noqa: N802 - SQLite's name
        self, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> apsw.VFSFile:
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name or "")
        is_new = not path.exists()
        file = _RecordingFile(self, path.name, name, flags, is_new=is_new)
        self._note(path.name)
        return file

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name
        super().xDelete(filename, syncdir)
        name = Path(filename).name
        self._known.discard(name)
        self.log.append(Removed(name))
        if syncdir:
            self.log.append(FolderSynced())

    def _note(self, name: str) -> None:
        if name not in self._known:
            self._known.add(name)
            self.log.append(Made(name))


class _RecordingFile(apsw.VFSFile):
    def __init__(
        self,
        disk: RecordingDisk,
        name: str,
        full_name: str | apsw.URIFilename | None,
        flags: list[int],
        *,
        is_new: bool,
    ) -> None:
        self._disk = disk
        self._name = name
        self._is_folder_due = is_new and bool(flags[0] & _SYNCS_ITS_FOLDER)
        super().__init__("", full_name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        super().xWrite(data, offset)
        self._disk.log.append(Wrote(self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        super().xTruncate(newsize)
        self._disk.log.append(Cut(self._name, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        super().xSync(flags)
        self._disk.log.append(Synced(self._name))
        if self._is_folder_due:
            self._is_folder_due = False
            self._disk.log.append(FolderSynced())
