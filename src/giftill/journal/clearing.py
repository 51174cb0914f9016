"""Deletes a journal, which is done to practice alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .errors import JournalUnavailable
from .opening import FILE_NAME, Looking, lock_folder, open_store
from .purpose import check_worthless
from .records import Purpose

if TYPE_CHECKING:
    from pathlib import Path

# The file itself comes last: a log whose file is gone is taken for damage.
_ENDS: Final = ("-wal", "-shm", "-journal", "")


def clear_practice(folder: Path, *others: str) -> None:
    """Delete the journal of practice in a folder, and what goes with it.

    Nobody can open it meanwhile. Where anything in it is not practice, nothing is deleted at all.

    Args:
        folder: The folder; its journal must not be open.
        others: Names of other databases in it that go the same way.

    Raises:
        JournalInUse: Another program has the folder open.
        JournalOtherPurpose: The journal is a real till's.
        JournalDamaged: It can't be told what it is.
        JournalUnavailable: The disk or the system refuses.
    """
    lock = lock_folder(folder)
    try:
        file = folder / FILE_NAME
        databases = list(others)
        if file.exists():
            store = open_store(folder, "", Looking.NOT, Purpose.PRACTICE)
            try:
                check_worthless(store.connection, file)
            finally:
                store.close()
            # First: cards that are full again beside a journal that holds some would be worse.
            databases.insert(0, FILE_NAME)
        for name in databases:
            for end in _ENDS:
                (folder / f"{name}{end}").unlink(missing_ok=True)
    except OSError as error:
        raise JournalUnavailable(folder, str(error)) from error
    finally:
        lock.release()
