"""Whatever is changed behind the journal's back is found."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import apsw
import pytest

from giftill.domain.operations import OperationState
from giftill.journal import ChainReport, EventKind, Journal, JournalDamaged, Record
from giftill.journal.audit import Audit
from giftill.journal.checks import check_table
from giftill.journal.opening import Looking, open_store
from tests.helpers.journal import a_hold, an_operation, commit

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

UNLOCK = (
    "DROP TRIGGER entry_is_next; DROP TRIGGER entry_is_never_changed;"
    " DROP TRIGGER entry_is_never_removed;"
)


@pytest.fixture
async def written(folder: Path, journal: Journal) -> Path:
    """Return the file of a journal of ten entries, closed."""
    first = an_operation(1)
    await commit(journal, first)
    await commit(journal, replace(first, state=OperationState.SENDING))
    await commit(journal, replace(first, state=OperationState.CONFIRMED))
    await journal.commit(Record(EventKind.CONFIRMED, hold=a_hold()))
    await commit(journal, *(an_operation(number) for number in range(2, 8)))
    await journal.close()
    return folder / "journal.sqlite3"


def tamper(file: Path, *statements: str) -> None:
    connection = apsw.Connection(str(file))
    for each in statements:
        connection.execute(each)
    connection.close()


async def verify(file: Path) -> ChainReport:
    # Not through the door: that would find the change first, and put the file aside.
    store = open_store(file.parent, "", Looking.NOT)
    audit = Audit()
    while (report := audit.step(store)) is None:
        pass
    store.close()
    return report


async def test_an_untouched_journal_is_intact(written: Path) -> None:
    report = await verify(written)
    assert (report.count, report.is_intact, report.first_broken) == (10, True, None)
    assert str(report.explanation) == "All entries (10) are as they were written."


async def test_an_empty_journal_is_intact(journal: Journal) -> None:
    report = await journal.verify()
    assert (report.count, report.is_intact) == (0, True)


@pytest.mark.parametrize(
    "change",
    [
        "at_ms = at_ms + 1",
        "event = 'note'",
        "operation_id = 'op_9'",
        "operation = replace(operation, '1250', '1')",
        "facts = '{\"a\":1}'",
        "hash = zeroblob(32)",
    ],
)
async def test_a_changed_entry_is_found(written: Path, change: str) -> None:
    tamper(written, UNLOCK, f"UPDATE entry SET {change} WHERE seq = 6")  # noqa: S608 - constants
    report = await verify(written)
    assert (report.is_intact, report.first_broken) == (False, 6)
    assert "Entry 6" in str(report.explanation)


async def test_a_removed_entry_is_found(written: Path) -> None:
    tamper(written, UNLOCK, "DELETE FROM entry WHERE seq = 6")
    report = await verify(written)
    assert (report.is_intact, report.first_broken) == (False, 6)


async def test_a_removed_newest_entry_is_found_by_the_state_it_left(written: Path) -> None:
    tamper(written, UNLOCK, "DELETE FROM entry WHERE seq = 10")
    assert not (await verify(written)).is_intact


@pytest.mark.parametrize(
    ("change", "seq"),
    [
        ("UPDATE operation SET amount_cents = 1 WHERE id = 'op_00000004'", 7),
        ("UPDATE operation SET state = 'nonsense' WHERE id = 'op_00000004'", 7),
        ("UPDATE operation SET state = 'queued', entry = 1 WHERE id = 'op_00000001'", 2),
        ("DELETE FROM operation WHERE id = 'op_00000004'", 7),
        ("UPDATE hold SET state = 'released'", 4),
        ("DELETE FROM hold", 4),
    ],
)
async def test_a_state_that_does_not_follow_from_its_entries_is_found(
    written: Path, change: str, seq: int
) -> None:
    tamper(written, change)
    report = await verify(written)
    assert (report.is_intact, report.first_broken) == (False, seq)


@pytest.mark.parametrize(
    "change",
    [
        (
            "CREATE TEMP TABLE copy AS SELECT * FROM operation LIMIT 1;"
            "UPDATE copy SET id = 'op_new', transaction_id = 'tr_new';"
            "INSERT INTO operation SELECT * FROM copy;"
        ),
        (
            "CREATE TEMP TABLE copy AS SELECT * FROM hold LIMIT 1;"
            "UPDATE copy SET transaction_id = 'tr_new';"
            "INSERT INTO hold SELECT * FROM copy;"
        ),
    ],
)
async def test_a_state_that_no_entry_speaks_of_is_found(written: Path, change: str) -> None:
    tamper(written, change)
    report = await verify(written)
    assert (report.is_intact, report.first_broken) == (False, None)
    assert "_new" in str(report.explanation)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET at_ms = 0",
        "DELETE FROM entry WHERE seq = 10",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 3",
        "INSERT INTO entry VALUES (12, 0, 'note', NULL, NULL, NULL, '{}', zeroblob(32))",
    ],
)
async def test_the_file_itself_refuses_to_change_what_is_written(
    written: Path, change: str
) -> None:
    with pytest.raises(apsw.ConstraintError):
        tamper(written, change)


async def test_checking_a_large_journal_leaves_room_for_a_sale(journal: Journal) -> None:
    for start in range(0, 10_000, 1000):
        await commit(journal, *(an_operation(number) for number in range(start, start + 1000)))
    checking = asyncio.create_task(journal.verify())
    pieces = 0
    longest_s = 0.0
    while not checking.done():
        before = time.perf_counter()
        await journal.fact("account")
        longest_s = max(longest_s, time.perf_counter() - before)
        pieces += 1
    report = await checking
    assert (report.count, report.is_intact) == (10_000, True)
    print(f"{pieces} questions answered meanwhile, the slowest after {longest_s * 1000:.1f} ms")
    assert pieces > 3


async def test_the_daily_check_passes_a_whole_file(journal: Journal) -> None:
    await commit(journal, *(an_operation(number) for number in range(1, 100)))
    await journal.check_integrity()


async def test_the_daily_check_finds_an_index_that_does_not_fit_its_table(
    folder: Path, written: Path
) -> None:
    redefine = (
        "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = replace(sql, '{}', '{}')"
        " WHERE name = 'operation_by_state'"
    )
    tamper(written, redefine.format("(state, created_at_ms", "(state, updated_at_ms"))
    tamper(written, "UPDATE operation SET updated_at_ms = 1 WHERE id = 'op_00000003'")
    tamper(written, redefine.format("(state, updated_at_ms", "(state, created_at_ms"))
    store = open_store(folder, "", Looking.NOT)
    check_table("operation", store, is_quick=True)
    with pytest.raises(JournalDamaged, match="operation_by_state"):
        check_table("operation", store, is_quick=False)
    store.close()
