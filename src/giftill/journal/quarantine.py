"""Puts a damaged journal aside, whole, and begins a new one with what can be read of it.

Each step can be cut off and is gone on with at the next start: a folder of the quarantine says by
a file how far it is. Nothing in it is ever changed or deleted.

    quarantine/<time>/
    ├── moving | salvaging    while that is not finished
    ├── journal.sqlite3…      the damaged file with all that belongs to it
    └── report.json           what was kept, and what could not be
"""

from __future__ import annotations

import contextlib
import os
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec

from .opening import FILE_NAME, Looking, open_store, sync_folder
from .salvage import salvage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOLDER_NAME: Final = "quarantine"
REPORT_NAME: Final = "report.json"
MARK_NAME: Final = "journal.damaged"

_MOVING: Final = "moving"
_SALVAGING: Final = "salvaging"
_NEW: Final = "new"
_NAMES: Final = (*(f"{FILE_NAME}{end}" for end in ("", "-wal", "-shm", "-journal")), MARK_NAME)
_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600


def mark(folder: Path, finding: str) -> None:
    """Have the file looked through at the next start; a disk that fails can't be told more."""
    with contextlib.suppress(OSError):
        _write(folder / MARK_NAME, finding.encode())


def is_marked(folder: Path) -> bool:
    """Tell whether damage was found when the file was open the last time."""
    return (folder / MARK_NAME).exists()


def clear_mark(folder: Path) -> None:
    """Forget that damage was found, as there is none after all."""
    (folder / MARK_NAME).unlink(missing_ok=True)


def put_aside(folder: Path, finding: str) -> Path:
    """Move the journal with all that belongs to it into a folder of the quarantine; return that.

    Raises:
        OSError: The disk refuses.
    """
    aside = _begin(folder, finding)
    _move(folder, aside)
    (aside / _SALVAGING).unlink()
    return aside


def replace_damaged(folder: Path, finding: str, now_ms: Callable[[], int]) -> None:
    """Put the damaged journal aside, and a new one with what can be read of it in its place.

    Raises:
        OSError, apsw.Error, JournalError: The disk refuses; the next start goes on with it.
    """
    aside = _begin(folder, finding)
    _move(folder, aside)
    _salvage(folder, aside, now_ms)


def go_on(folder: Path, now_ms: Callable[[], int]) -> None:
    """Finish what an earlier start began.

    Raises:
        OSError, apsw.Error, JournalError: The disk refuses.
    """
    home = folder / FOLDER_NAME
    if not home.is_dir():
        return
    for aside in sorted(home.iterdir()):
        if (aside / _MOVING).exists():
            _move(folder, aside)
        if (aside / _SALVAGING).exists():
            _salvage(folder, aside, now_ms)


def _begin(folder: Path, finding: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    aside = folder / FOLDER_NAME / stamp
    aside.parent.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
    aside.mkdir(mode=_PRIVATE_FOLDER)
    _write(aside / _MOVING, finding.encode())
    sync_folder(aside.parent)
    return aside


def _move(folder: Path, aside: Path) -> None:
    for name in _NAMES:
        if (folder / name).exists():
            (folder / name).rename(aside / name)
    (aside / _MOVING).rename(aside / _SALVAGING)
    sync_folder(aside)
    sync_folder(folder)


def _salvage(folder: Path, aside: Path, now_ms: Callable[[], int]) -> None:
    if not (folder / FILE_NAME).exists():
        new = aside / _NEW
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=_PRIVATE_FOLDER)
        # A full disk or a power cut may have left anything of it, or nothing.
        finding = (aside / _SALVAGING).read_text("utf-8", "replace").strip("\0") or "damaged"
        store = open_store(new, "", Looking.NOT)
        try:
            report = salvage(aside / FILE_NAME, store, now_ms(), aside.name, finding)
            store.make_sure()
        finally:
            store.close()
        _write(aside / REPORT_NAME, msgspec.json.format(msgspec.json.encode(report), indent=2))
        (new / FILE_NAME).rename(folder / FILE_NAME)
        sync_folder(folder)
    shutil.rmtree(aside / _NEW, ignore_errors=True)
    (aside / _SALVAGING).unlink()
    sync_folder(aside)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
