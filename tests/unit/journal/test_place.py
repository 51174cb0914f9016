"""Files that are deleted or replaced while the till is open: nothing acknowledged is lost."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from giftill.journal import Journal, JournalWriteError
from tests.helpers.journal import NOW_MS, an_operation, commit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(os.name != "posix", reason="Windows deletes no file that is open"),
]


async def open_journal(folder: Path) -> Journal:
    return await Journal.open(folder, now_ms=lambda: NOW_MS)


def delete_all(folder: Path) -> None:
    for each in folder.iterdir():
        if "sqlite3" in each.name:
            each.unlink()


def delete_file(folder: Path) -> None:
    (folder / "journal.sqlite3").unlink()


def delete_log(folder: Path) -> None:
    (folder / "journal.sqlite3-wal").unlink()


def replace_file(folder: Path) -> None:
    shutil.copyfile(folder / "journal.sqlite3", folder / "copy")
    (folder / "copy").replace(folder / "journal.sqlite3")


def move_away(folder: Path) -> None:
    (folder / "journal.sqlite3").rename(folder / "old.sqlite3")


CHANGES = (delete_all, delete_file, delete_log, replace_file, move_away)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_file_that_is_gone_is_brought_back_by_the_next_commit(
    folder: Path, change: Callable[[Path], None]
) -> None:
    journal = await open_journal(folder)
    await commit(journal, an_operation(1))
    change(folder)
    await commit(journal, an_operation(2))
    report = await journal.salvage()
    await journal.close()
    assert report is not None
    assert "deleted or replaced" in report.finding
    await expect(folder, 2)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_file_that_is_gone_is_brought_back_when_the_till_closes(
    folder: Path, change: Callable[[Path], None]
) -> None:
    journal = await open_journal(folder)
    await commit(journal, an_operation(1))
    change(folder)
    await journal.close()
    await expect(folder, 1)


async def expect(folder: Path, count: int) -> None:
    journal = await open_journal(folder)
    assert len(await journal.operations()) == count
    assert (await journal.verify()).is_intact
    await journal.check_integrity()
    await journal.close()


async def test_a_folder_that_is_gone_refuses_the_next_commit(folder: Path) -> None:
    journal = await open_journal(folder)
    await commit(journal, an_operation(1))
    shutil.rmtree(folder)
    with pytest.raises(JournalWriteError, match="nothing was sent"):
        await commit(journal, an_operation(2))
    assert len(await journal.operations()) == 1
    folder.mkdir()
    await commit(journal, an_operation(3))
    await journal.close()
    await expect(folder, 2)


async def test_a_disk_that_fails_while_the_file_is_brought_back_refuses_the_commit(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = await open_journal(folder)
    await commit(journal, an_operation(1))
    delete_all(folder)
    (folder / "quarantine").write_text("no folder")
    with pytest.raises(JournalWriteError):
        await commit(journal, an_operation(2))
    (folder / "quarantine").unlink()
    await commit(journal, an_operation(3))
    await journal.close()
    await expect(folder, 2)
