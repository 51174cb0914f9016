"""What the journal says when the disk fails: never “failed” before it has read the file again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import apsw
import pytest

from giftill.journal import Journal, JournalReadError, JournalUnclear, JournalWriteError
from tests.helpers.faulty_disk import Action, FaultyDisk
from tests.helpers.journal import NOW_MS, an_operation, commit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

pytestmark = pytest.mark.anyio

FILE, WAL = ".sqlite3", ".sqlite3-wal"


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
