"""Opens the journal's file: the folder, the lock, the pragmas, the checks, the format."""

from __future__ import annotations

import contextlib
import os
import sys
from datetime import UTC, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

import apsw

from . import checks, schema
from .errors import (
    JournalDamaged,
    JournalInUse,
    JournalNewer,
    JournalUnavailable,
    JournalWriteError,
)
from .purpose import check_purpose, give_purpose
from .store import DAMAGE, DISK_TROUBLE, Store
from .wal import has_lost_commits, wal_of

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import BaseFileLock

    from .records import Purpose

FILE_NAME: Final = "journal.sqlite3"
LOCK_NAME: Final = "journal.lock"
BACKUPS_NAME: Final = "backups"

_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600
_UNFINISHED: Final = ".unfinished"
# What systems differ in. Windows keeps others out by the profile's ACL, and syncs no folders; on
# macOS an fsync alone leaves what was written in the disk's own memory.
_HAS_MODES: Final = os.name == "posix"
_SYNCS_FOLDERS: Final = os.name == "posix"
_HAS_FULL_FSYNC: Final = sys.platform == "darwin"
_HEADER: Final = b"SQLite format 3\x00"


def lock_folder(folder: Path) -> BaseFileLock:
    """Make the data folder if need be, for this user alone, and keep other terminals out of it.

    The system takes the lock back when the process ends, however it ends.

    Raises:
        JournalInUse: Another program has the folder.
        JournalUnavailable: The folder can't be made or locked.
    """
    # Twenty milliseconds that only the thread which opens the journal waits for.
    from filelock import FileLock, Timeout

    lock = FileLock(
        folder / LOCK_NAME,
        timeout=0,
        mode=_PRIVATE_FILE,
        thread_local=False,
        # A lock that is only a file's existence would survive a kill and lock the till out.
        fallback_to_soft=False,
        preserve_lock_file=True,
    )
    try:
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        if _HAS_MODES:
            folder.chmod(_PRIVATE_FOLDER)
        lock.acquire()
    except Timeout as error:
        raise JournalInUse(folder) from error
    except (OSError, NotImplementedError) as error:
        raise JournalUnavailable(folder, str(error)) from error
    return lock


class Looking(Enum):
    """How well a file is looked through before it is used.

    Attributes:
        NOT: It was open a moment ago, or is new.
        FIRST: A small one wholly, of a large one what work goes on with.
        WELL: Wholly, as damage was found in it.
    """

    NOT = auto()
    FIRST = auto()
    WELL = auto()


def open_store(folder: Path, vfs: str, looking: Looking, purpose: Purpose | None = None) -> Store:
    """Open the file, or make it, in a folder that is locked.

    Args:
        folder: The data folder.
        vfs: The name of the SQLite VFS to go through; empty for the system's.
        looking: How well to look through the file for damage first.
        purpose: What it is to be for; None for one that another journal is copied into.

    Raises:
        JournalOtherPurpose: It is for something else; not a byte of it was changed.
        JournalDamaged: The file is not a journal or not whole; not a byte of it was changed.
        JournalNewer: A newer Giftill wrote it; likewise.
        JournalInUse: Another program has the file open.
        JournalUnavailable: The disk or the system refuses.
    """
    file = folder / FILE_NAME
    try:
        _prepare_file(file)
        connection = apsw.Connection(str(file), vfs=vfs or None)
    except (OSError, apsw.Error) as error:
        raise JournalUnavailable(folder, str(error)) from error
    # Until the file has passed every check, closing it must not move the WAL into it.
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    try:
        _set_up(connection)
        _check(connection, file, looking, purpose)
        _bring_up_to_date(connection, file)
        store = Store(connection, file)
        if looking is Looking.FIRST:
            checks.check_first(store)
        elif looking is Looking.WELL:
            checks.check_well(store)
        if purpose is not None:
            give_purpose(connection, purpose)
    except BaseException as error:
        with contextlib.suppress(apsw.Error):
            connection.close()
        if isinstance(error, apsw.Error):
            raise _opening_failure(error, file) from error
        raise
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
    return store


def _prepare_file(file: Path) -> None:
    """Make an empty file that only this user may read, or look at the first bytes of an old one."""
    if not file.exists() and _has_content(wal_of(file)):
        # SQLite would throw the log away, and with it what may be the only trace.
        raise JournalDamaged(file, "gone, but its log is not")
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE_FILE)
    except FileExistsError:
        with file.open("rb") as existing:
            start = existing.read(len(_HEADER))
        # A power cut in the very first write leaves half a page, which SQLite takes back by itself.
        is_unfinished = file.with_name(f"{file.name}-journal").exists()
        if start and start != _HEADER and not is_unfinished:
            raise JournalDamaged(file, "not a database") from None
        if not start and _has_content(wal_of(file)):
            raise JournalDamaged(file, "empty, but its log is not") from None
        if _HAS_MODES:
            file.chmod(_PRIVATE_FILE)
        return
    os.close(descriptor)
    # SQLite syncs the folder for the files that it makes itself; this one we made.
    sync_folder(file.parent)
    sync_folder(file.parent.parent)


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def sync_folder(folder: Path) -> None:
    """Make durable which files are in a folder, where the system can do that."""
    if not _SYNCS_FOLDERS:
        return
    # Some file systems can't sync a folder, and not every parent may be read.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _set_up(connection: apsw.Connection) -> None:
    """Set the pragmas, in the order in which they depend on each other."""
    connection.set_busy_timeout(0)
    connection.pragma("locking_mode", "EXCLUSIVE")
    connection.pragma("mmap_size", 0)
    connection.pragma("synchronous", "EXTRA")
    if _HAS_FULL_FSYNC:
        connection.pragma("fullfsync", 1)
        connection.pragma("checkpoint_fullfsync", 1)
    connection.pragma("foreign_keys", 1)
    connection.pragma("cell_size_check", 1)
    connection.pragma("trusted_schema", 0)
    connection.pragma("temp_store", "MEMORY")
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)


def _check(
    connection: apsw.Connection, file: Path, looking: Looking, purpose: Purpose | None
) -> None:
    """Refuse a file of another program or purpose, a newer and a damaged one, without writing."""
    version = schema.version_of(connection)
    owner = connection.pragma("application_id")
    is_empty = connection.execute("SELECT count(*) FROM sqlite_schema").get == 0
    if owner != schema.APPLICATION_ID and not (is_empty and version == 0):
        raise JournalDamaged(file, "not a journal")
    if version > len(schema.STEPS):
        raise JournalNewer(file, version, len(schema.STEPS))
    if version > 0 and purpose is not None:
        check_purpose(connection, file, purpose)
    if looking is Looking.NOT:
        return
    if has_lost_commits(connection, file):
        raise JournalDamaged(file, "the log has commits that can't be read")
    if version > 0 and version < len(schema.STEPS):
        # What can't be read whole is not upgraded.
        checks.check_pages(connection, file)


def _bring_up_to_date(connection: apsw.Connection, file: Path) -> None:
    """Switch a new file to WAL, and build or upgrade the tables, with a copy kept before."""
    if connection.pragma("application_id") != schema.APPLICATION_ID:
        connection.pragma("application_id", schema.APPLICATION_ID)
    mode = connection.pragma("journal_mode", "WAL")
    assert mode == "wal", "a file that nobody else has open can have a log, or SQLite says why not"
    version = schema.version_of(connection)
    if version == len(schema.STEPS):
        return
    if version > 0:
        _back_up(connection, file, version)
    schema.upgrade(connection)


def _back_up(connection: apsw.Connection, file: Path, version: int) -> None:
    """Copy the file as it is into the folder of backups."""
    folder = file.parent / BACKUPS_NAME
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    copy = folder / f"journal-format{version}-{stamp}.sqlite3{_UNFINISHED}"
    try:
        folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        _remove_unfinished(folder)
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE_FILE))
        connection.execute("VACUUM INTO ?", (str(copy),))
        with copy.open("rb+") as written:
            os.fsync(written.fileno())
        copy.rename(copy.with_suffix(""))
    except OSError as error:
        raise JournalUnavailable(folder, str(error)) from error
    sync_folder(folder)


def _remove_unfinished(folder: Path) -> None:
    """Make room: a copy that a full disk or a power cut stopped is of no use."""
    for each in folder.glob(f"*{_UNFINISHED}"):
        each.unlink()


def _opening_failure(error: apsw.Error, file: Path) -> Exception:
    """Put what SQLite raised while opening into words; a bug stays what it is."""
    if isinstance(error, DAMAGE):
        return JournalDamaged(file, str(error))
    if isinstance(error, (apsw.BusyError, apsw.LockedError)):
        return JournalInUse(file.parent)
    if isinstance(error, apsw.FullError):
        return JournalWriteError(str(error), is_disk_full=True)
    if isinstance(error, DISK_TROUBLE):
        return JournalUnavailable(file.parent, str(error))
    return error
