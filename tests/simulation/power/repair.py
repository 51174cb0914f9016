"""Power cuts while a damaged journal is put aside and a new one is made of it.

Here the names of files matter, not the sectors: a disk with a journal of its own, as every one of
today, keeps the order of what was done to names, and forgets at most the newest of it; what was
written to a file and not synced may be gone although its name is there.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import apsw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

Image: TypeAlias = dict[str, bytes]
"""What is on a disk: each file's bytes by its path."""


class Loss(Enum):
    """What a power cut takes of what was not synced.

    Attributes:
        NOTHING: It is as if the program was killed.
        BYTES: Every name is there; what was written without a sync is not.
        ALL: Names too are what they were when a folder was synced the last time.
    """

    NOTHING = "nothing"
    BYTES = "bytes"
    ALL = "all"


class Watched:
    """A folder of which an image is taken before each change, once for each loss.

    Attributes:
        images: What a power cut may have left, all different.
    """

    def __init__(self, folder: Path) -> None:
        """Watch `folder`, all of which is on the disk already."""
        self.images: list[Image] = []
        self._folder = folder
        self._seen: set[str] = set()
        self._safe: dict[int, bytes] = {}
        for path in self._files():
            self._safe[path.stat().st_ino] = path.read_bytes()
        self._safe_names = self._names()

    @contextmanager
    def watching(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Notice every sync and every change for the length of the block."""
        fsync = os.fsync

        def synced(descriptor: int) -> None:
            self.take()
            fsync(descriptor)
            self._note_sync(Path(f"/proc/self/fd/{descriptor}").resolve())

        def noticed(act: Callable[..., object]) -> Callable[..., object]:
            def do(*args: object, **options: object) -> object:
                self.take()
                return act(*args, **options)

            return do

        disk = _Noticing(self)
        try:
            with monkeypatch.context() as patched:
                patched.setattr(os, "fsync", synced)
                for name in ("rename", "unlink", "mkdir"):
                    patched.setattr(Path, name, noticed(getattr(Path, name)))
                yield
        finally:
            disk.unregister()
        self.take()

    def take(self) -> None:
        """Keep what a power cut would leave now."""
        names = self._names()
        now = {name: (self._folder / name).read_bytes() for name in names}
        for loss in Loss:
            if loss is Loss.NOTHING:
                image = now
            else:
                kept = names if loss is Loss.BYTES else self._safe_names
                image = {name: self._safe.get(inode, b"") for name, inode in kept.items()}
            digest = hashlib.sha256(repr(sorted(image.items())).encode()).hexdigest()
            if digest not in self._seen:
                self._seen.add(digest)
                self.images.append(image)

    def note_sync(self, path: str) -> None:
        """Take in that what was written to a file is on the disk."""
        self._note_sync(Path(path))

    def _note_sync(self, path: Path) -> None:
        if not path.is_relative_to(self._folder):
            return
        if path.is_dir():
            self._safe_names = self._names()
        else:
            self._safe[path.stat().st_ino] = path.read_bytes()

    def _files(self) -> list[Path]:
        return [each for each in self._folder.rglob("*") if each.is_file()]

    def _names(self) -> dict[str, int]:
        return {str(each.relative_to(self._folder)): each.stat().st_ino for each in self._files()}


class _Noticing(apsw.VFS):
    """The system's files, for every connection, with a word to the watcher."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        # By its name, as the default is this one from now on.
        self.base = apsw.vfs_names()[0]
        super().__init__(f"noticing-{uuid.uuid4().hex}", self.base, makedefault=True)

    def xOpen(  # noqa: N802 - SQLite's name
        self, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> apsw.VFSFile:
        return _NoticingFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name
        self.watched.take()
        super().xDelete(filename, syncdir)
        if syncdir:
            self.watched.note_sync(str(Path(filename).parent))


class _NoticingFile(apsw.VFSFile):
    def __init__(
        self, disk: _Noticing, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> None:
        self._watched = disk.watched
        self._path = name.filename() if isinstance(name, apsw.URIFilename) else name or ""
        super().__init__(disk.base, name, flags)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        self._watched.take()
        super().xSync(flags)
        self._watched.note_sync(self._path)


def lay_out(image: Image, folder: Path) -> None:
    """Put on a disk what a power cut left."""
    folder.mkdir()
    for name, data in image.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
