"""Opens the journal at the program's start, whatever happened to its file since."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from . import quarantine
from .errors import JournalDamaged, JournalError
from .opening import FILE_NAME, Looking, open_store
from .store import DISK_TROUBLE
from .wal import wal_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .records import Purpose
    from .store import Store


def is_begun(folder: Path) -> bool:
    """Tell whether a till ever worked in a folder, also where its file is being put aside."""
    file = folder / FILE_NAME
    return any(each.exists() for each in (file, wal_of(file), folder / quarantine.FOLDER_NAME))


def start_store(folder: Path, vfs: str, now_ms: Callable[[], int], purpose: Purpose) -> Store:
    """Open the file, in a folder that is locked; a damaged one is put aside for a new one.

    Raises:
        JournalOtherPurpose: It is for something else; it was left as it is.
        JournalDamaged: It can't be put aside, or not be read for lack of room.
        JournalNewer: A newer Giftill wrote it; it was left as it is.
        JournalInUse: Another program has the file open.
        JournalUnavailable: The disk or the system refuses.
    """
    with _told(folder / FILE_NAME, "its repair is not finished"):
        quarantine.go_on(folder, now_ms)
    try:
        return _open(folder, vfs, purpose)
    except JournalDamaged as damage:
        with _told(folder / FILE_NAME, damage.finding):
            quarantine.replace_damaged(folder, damage.finding, now_ms)
    return _open(folder, vfs, purpose)


@contextmanager
def _told(file: Path, finding: str) -> Iterator[None]:
    """Tell what keeps a damaged file from being put aside."""
    try:
        yield
    except (OSError, *DISK_TROUBLE) as error:
        raise JournalDamaged(file, finding, str(error)) from error
    except JournalError as error:
        raise JournalDamaged(file, finding, str(error.message)) from error


def _open(folder: Path, vfs: str, purpose: Purpose) -> Store:
    if not quarantine.is_marked(folder):
        return open_store(folder, vfs, Looking.FIRST, purpose)
    store = open_store(folder, vfs, Looking.WELL, purpose)
    quarantine.clear_mark(folder)
    return store
