"""What the journal says when the disk fails: never “failed” before it has read the file again."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import apsw
import pytest

from giftill.journal import (
    EventKind,
    Journal,
    JournalDamaged,
    JournalError,
    JournalReadError,
    JournalUnavailable,
    JournalUnclear,
    JournalWriteError,
    Record,
    quarantine,
)
from giftill.journal.records import SALVAGE_FACT
from tests.helpers.big_journal import make_big_journal
from tests.helpers.faulty_disk import Action, FaultyDisk
from tests.helpers.journal import NOW_MS, a_hold, an_operation, commit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

pytestmark = pytest.mark.anyio

FILE, WAL, RESCUED = ".sqlite3", ".sqlite3-wal", ".rescued"
gone = pytest.mark.skipif(os.name != "posix", reason="Windows deletes no file that is open")


@pytest.fixture
def disk() -> FaultyDisk:
    return FaultyDisk()


@pytest.fixture
async def journal(folder: Path, disk: FaultyDisk, anyio_backend: str) -> AsyncIterator[Journal]:
    opened = await Journal.open(folder, now_ms=lambda: NOW_MS, vfs=disk.name)
    await commit(opened, an_operation(1))
    yield opened
    disk.trouble = _none
    await opened.close()


def _none(action: Action, suffix: str) -> None:
    pass


def _fail(
    *places: tuple[Action, str], error: type[apsw.Error] = apsw.IOError
) -> Callable[[Action, str], None]:
    def trouble(action: Action, suffix: str) -> None:
        if (action, suffix) in places:
            raise error("the disk is gone")

    return trouble


async def _after_restart(journal: Journal, folder: Path) -> list[str]:
    await journal.close()
    again = await Journal.open(folder, now_ms=lambda: NOW_MS)
    assert (await again.verify()).is_intact
    found: list[str] = [operation.id for operation in await again.operations()]
    await again.close()
    return found


async def test_a_commit_syncs_the_wal_before_it_returns(journal: Journal, disk: FaultyDisk) -> None:
    disk.actions.clear()
    await commit(journal, an_operation(2))
    assert disk.actions[-1] == ("sync", WAL)


async def test_on_a_full_disk_nothing_is_saved_and_the_till_says_so(
    journal: Journal, disk: FaultyDisk, folder: Path
) -> None:
    disk.trouble = _fail(("write", WAL), error=apsw.FullError)
    with pytest.raises(JournalWriteError, match="The disk is full") as caught:
        await commit(journal, an_operation(2))
    assert caught.value.is_disk_full
    assert len(await journal.operations()) == 1
    disk.trouble = _none
    assert await _after_restart(journal, folder) == ["op_00000001"]


async def test_the_journal_goes_on_when_the_disk_has_room_again(
    journal: Journal, disk: FaultyDisk, folder: Path
) -> None:
    disk.trouble = _fail(("write", WAL), error=apsw.FullError)
    with pytest.raises(JournalWriteError):
        await commit(journal, an_operation(2))
    disk.trouble = _none
    await commit(journal, an_operation(3))
    assert await _after_restart(journal, folder) == ["op_00000001", "op_00000003"]


async def test_a_disk_that_fills_up_half_way_through_a_large_commit_leaves_nothing_of_it(
    journal: Journal, disk: FaultyDisk, folder: Path
) -> None:
    disk.trouble = _fail(("write", WAL), error=apsw.FullError)
    # More than SQLite's cache holds, so that it writes, and fails, before the end.
    with pytest.raises(JournalWriteError, match="The disk is full"):
        await commit(journal, *(an_operation(number) for number in range(2, 6000)))
    disk.trouble = _none
    await commit(journal, an_operation(6000))
    assert await _after_restart(journal, folder) == ["op_00000001", "op_00006000"]


async def test_a_write_that_fails_is_told_as_not_saved(
    journal: Journal, disk: FaultyDisk, folder: Path
) -> None:
    disk.trouble = _fail(("write", WAL))
    with pytest.raises(JournalWriteError, match="nothing was sent"):
        await commit(journal, an_operation(2))
    disk.trouble = _none
    assert await _after_restart(journal, folder) == ["op_00000001"]


async def test_a_disk_that_becomes_read_only_refuses_and_goes_on_when_it_is_back(
    journal: Journal, disk: FaultyDisk, folder: Path
) -> None:
    # As a system does with a disk that fails; no mount can be made so while a file is open on it.
    disk.trouble = _fail(("write", WAL), error=apsw.ReadOnlyError)
    for number in (2, 3):
        with pytest.raises(JournalWriteError, match="nothing was sent"):
            await commit(journal, an_operation(number))
    assert len(await journal.operations()) == 1
    disk.trouble = _none
    await commit(journal, an_operation(4))
    assert await _after_restart(journal, folder) == ["op_00000001", "op_00000004"]


async def test_a_failed_sync_whose_bytes_arrived_is_told_as_saved(
    journal: Journal, disk: FaultyDisk, folder: Path
) -> None:
    disk.trouble = _fail_once("sync", WAL)
    await commit(journal, an_operation(2))
    assert await _after_restart(journal, folder) == ["op_00000001", "op_00000002"]


async def test_what_a_failed_sync_left_in_doubt_is_copied_and_synced_anew(
    journal: Journal, disk: FaultyDisk
) -> None:
    disk.trouble = _fail_once("sync", WAL)
    disk.actions.clear()
    await commit(journal, an_operation(2))
    assert ("write", FILE) in disk.actions
    assert ("sync", FILE) in disk.actions


async def test_a_sync_that_keeps_failing_is_told_as_not_sure(
    journal: Journal, disk: FaultyDisk, folder: Path
) -> None:
    disk.trouble = _fail(("sync", WAL))
    with pytest.raises(JournalUnclear, match="Don’t do it again"):
        await commit(journal, an_operation(2))
    disk.trouble = _none
    assert await _after_restart(journal, folder) == ["op_00000001", "op_00000002"]


async def test_a_disk_that_can_not_be_read_after_a_failed_commit_is_told_as_not_sure(
    journal: Journal, disk: FaultyDisk
) -> None:
    disk.trouble = _fail(("sync", WAL), ("open", FILE))
    with pytest.raises(JournalUnclear):
        await commit(journal, an_operation(2))


async def test_the_journal_tells_the_truth_when_the_disk_is_back(
    journal: Journal, disk: FaultyDisk, folder: Path
) -> None:
    disk.trouble = _fail(("sync", WAL), ("open", FILE))
    with pytest.raises(JournalUnclear):
        await commit(journal, an_operation(2))
    with pytest.raises(JournalWriteError):
        await commit(journal, an_operation(3))
    disk.trouble = _none
    found = [operation.id for operation in await journal.operations()]
    await commit(journal, an_operation(3))
    assert await _after_restart(journal, folder) == [*found, "op_00000003"]


async def test_commits_that_wait_together_all_learn_of_a_full_disk(
    journal: Journal, disk: FaultyDisk, folder: Path
) -> None:
    disk.trouble = _fail(("write", WAL), error=apsw.FullError)
    results = await asyncio.gather(
        *(commit(journal, an_operation(number)) for number in range(2, 30)), return_exceptions=True
    )
    assert {type(result) for result in results} == {JournalWriteError}
    disk.trouble = _none
    assert await _after_restart(journal, folder) == ["op_00000001"]


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_fact_is_told_as_saved_only_if_it_is_there(
    journal: Journal, disk: FaultyDisk, is_there: bool
) -> None:
    await journal.set_fact("pacer", "[1]")
    disk.trouble = _fail_once("sync" if is_there else "write", WAL)
    if is_there:
        await journal.set_fact("pacer", "[2]")
    else:
        with pytest.raises(JournalWriteError):
            await journal.set_fact("pacer", "[2]")
    assert await journal.fact("pacer") == ("[2]" if is_there else "[1]")


async def test_a_report_is_told_as_read_only_if_that_is_saved(
    journal: Journal, disk: FaultyDisk
) -> None:
    await journal.set_fact(SALVAGE_FACT, "somebody should read this")
    disk.trouble = _fail_once("sync", WAL)
    await journal.forget_salvage()
    assert await journal.salvage() is None


async def test_an_answer_of_sqlite_that_speaks_of_no_disk_is_not_put_into_words(
    journal: Journal, disk: FaultyDisk, folder: Path
) -> None:
    disk.trouble = _fail(("write", WAL), error=apsw.InternalError)
    with pytest.raises(apsw.InternalError):
        await commit(journal, an_operation(2))
    disk.trouble = _none
    assert await _after_restart(journal, folder) == ["op_00000001"]


async def test_a_damaged_page_that_a_commit_meets_leaves_nothing_of_it(folder: Path) -> None:
    make_big_journal(folder, 2000)
    file = folder / "journal.sqlite3"
    connection = apsw.Connection(str(file))
    root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'hold_by_sale'").get
    connection.close()
    with file.open("rb+") as opened:
        opened.seek((root - 1) * 4096)
        opened.write(b"\x77" * 64)
    journal = await Journal.open(folder, now_ms=lambda: NOW_MS)
    before = await journal.entries(after=5990)
    both = Record(EventKind.QUEUED, operation=an_operation(9999), hold=a_hold(9999))
    with pytest.raises(JournalDamaged):
        await journal.commit(both)
    assert await journal.operation(an_operation(9999).id) is None
    assert await journal.entries(after=5990) == before
    await journal.close()
    assert quarantine.is_marked(folder)


async def test_a_commit_that_can_not_even_be_taken_back_is_forgotten_with_the_connection(
    journal: Journal, disk: FaultyDisk, folder: Path
) -> None:
    def refuse(action: int, what: str | None, *_: str | None) -> int:
        if action == apsw.SQLITE_TRANSACTION and what == "ROLLBACK":
            return apsw.SQLITE_DENY
        if action == apsw.SQLITE_INSERT and what == "operation":
            raise apsw.NoMemError("there is no memory")
        return apsw.SQLITE_OK

    await journal._read(lambda store: setattr(store.connection, "authorizer", refuse))
    with pytest.raises(JournalWriteError, match="nothing was sent"):
        await commit(journal, an_operation(2))
    # The next one finds the file opened anew, at the end that it had before.
    await commit(journal, an_operation(3))
    assert await _after_restart(journal, folder) == ["op_00000001", "op_00000003"]


@pytest.mark.parametrize(
    ("action", "error", "told"),
    [
        ("write", apsw.FullError, JournalWriteError),
        ("write", apsw.IOError, JournalUnavailable),
        ("sync", apsw.IOError, JournalUnavailable),
    ],
)
async def test_a_disk_that_takes_no_new_file_is_told_in_plain_words(
    folder: Path,
    disk: FaultyDisk,
    action: Action,
    error: type[apsw.Error],
    told: type[JournalError],
) -> None:
    disk.trouble = _fail((action, FILE), error=error)
    with pytest.raises(told) as caught:
        await Journal.open(folder, now_ms=lambda: NOW_MS, vfs=disk.name)
    assert getattr(caught.value, "is_disk_full", False) is (error is apsw.FullError)
    disk.trouble = _none
    journal = await Journal.open(folder, now_ms=lambda: NOW_MS, vfs=disk.name)
    await commit(journal, an_operation(1))
    await journal.close()


async def test_a_repair_for_which_the_disk_has_no_room_changes_nothing_and_is_told(
    folder: Path, disk: FaultyDisk
) -> None:
    journal = await Journal.open(folder, now_ms=lambda: NOW_MS)
    await commit(journal, an_operation(1))
    await journal.close()
    file = folder / "journal.sqlite3"
    connection = apsw.Connection(str(file))
    connection.execute("DROP TRIGGER entry_is_never_changed; UPDATE entry SET at_ms = 1")
    connection.close()
    apsw.set_default_vfs(disk.name)
    disk.trouble = _fail(("write", FILE), error=apsw.FullError)
    try:
        with pytest.raises(JournalDamaged, match="could not be repaired") as caught:
            await Journal.open(folder, now_ms=lambda: NOW_MS)
    finally:
        apsw.set_default_vfs(disk.base)
    assert "The disk is full" in str(caught.value.hint)
    again = await Journal.open(folder, now_ms=lambda: NOW_MS)
    assert len(await again.operations()) == 1
    await again.close()


@gone
async def test_a_file_that_is_gone_and_has_no_room_to_come_back_refuses_the_commit(
    journal: Journal, disk: FaultyDisk, folder: Path
) -> None:
    (folder / "journal.sqlite3").unlink()
    disk.trouble = _fail(("write", RESCUED), error=apsw.FullError)
    with pytest.raises(JournalWriteError, match="The disk is full"):
        await commit(journal, an_operation(2))
    disk.trouble = _none
    await commit(journal, an_operation(3))
    assert await _after_restart(journal, folder) == ["op_00000001", "op_00000003"]


@gone
async def test_a_file_that_came_back_and_can_not_be_opened_lets_the_till_close(
    journal: Journal, disk: FaultyDisk, folder: Path
) -> None:
    (folder / "journal.sqlite3").unlink()
    disk.trouble = _fail(("open", FILE))
    assert await _after_restart(journal, folder) == ["op_00000001"]


@gone
async def test_a_mistake_while_the_till_closes_is_told_and_the_folder_is_free(
    folder: Path, disk: FaultyDisk
) -> None:
    journal = await Journal.open(folder, now_ms=lambda: NOW_MS, vfs=disk.name)
    await commit(journal, an_operation(1))
    (folder / "journal.sqlite3").unlink()
    disk.trouble = _fail(("write", RESCUED), error=apsw.InternalError)
    with pytest.raises(apsw.InternalError):
        await journal.close()
    again = await Journal.open(folder, now_ms=lambda: NOW_MS)
    await again.close()


async def test_a_question_to_a_failing_disk_is_refused_in_plain_words(
    folder: Path, disk: FaultyDisk
) -> None:
    first = await Journal.open(folder, now_ms=lambda: NOW_MS)
    for start in range(0, 3000, 500):
        await commit(first, *(an_operation(number) for number in range(start, start + 500)))
    await first.close()
    journal = await Journal.open(folder, now_ms=lambda: NOW_MS, vfs=disk.name)
    disk.trouble = _fail(("read", FILE))
    with pytest.raises(JournalReadError, match="Check the disk"):
        await journal.entries(limit=3000)
    disk.trouble = _none
    assert len(await journal.entries(limit=3000)) == 3000
    await journal.close()


def _fail_once(action: Action, suffix: str) -> Callable[[Action, str], None]:
    is_left = True

    def trouble(met: Action, where: str) -> None:
        nonlocal is_left
        if is_left and (met, where) == (action, suffix):
            is_left = False
            raise apsw.IOError("the disk hiccups")

    return trouble
