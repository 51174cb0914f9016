"""The journal is looked through while nothing else is to be done; damage stops the till."""

from __future__ import annotations

import asyncio
import itertools
import queue
import time
from typing import TYPE_CHECKING

import apsw
import pytest

from giftill.journal import Journal, JournalClosed, JournalDamaged, quarantine, schema
from giftill.journal.checks import check_table
from tests.helpers.big_journal import make_big_journal
from tests.helpers.journal import NOW_MS, an_operation, commit

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.journal.store import Store

pytestmark = pytest.mark.anyio

# Without end, unless something else comes up.
ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"
FINAL = "UPDATE operation SET reason = 'changed' WHERE id = 'op_00000002'"


async def open_journal(folder: Path) -> Journal:
    return await Journal.open(folder, now_ms=lambda: NOW_MS)


@pytest.fixture
def large(folder: Path) -> Path:
    """Return the folder of a journal that is not looked through at the start."""
    make_big_journal(folder, 2000)
    return folder


def tamper(folder: Path, statement: str) -> None:
    connection = apsw.Connection(str(folder / "journal.sqlite3"))
    connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("is_deep", [True, False])
async def test_a_whole_file_passes(large: Path, is_deep: bool) -> None:
    journal = await open_journal(large)
    await journal.inspect(is_deep=is_deep)
    await journal.check_integrity()
    await journal.close()


async def test_what_is_asked_meanwhile_goes_first_and_the_question_is_asked_anew(
    journal: Journal,
) -> None:
    started: queue.SimpleQueue[int] = queue.SimpleQueue()
    times = itertools.count(1)

    def ask(store: Store) -> int:
        started.put(nth := next(times))
        if nth > 3:
            return nth
        query = (
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"
        )
        # Without end, unless something else comes up.
        return int(store.connection.execute(query).get)

    asking = journal._writer.when_idle(ask)
    for number in range(1, 4):
        assert await asyncio.to_thread(started.get, timeout=30) == number
        await commit(journal, an_operation(number))
    assert await asking == 4
    assert len(await journal.operations()) == 3


async def test_a_sale_waits_a_moment_at_most_for_the_background(large: Path) -> None:
    journal = await open_journal(large)

    def ask(store: Store) -> None:
        for _ in range(200):
            check_table("entry", store, is_quick=False)

    asking = journal._writer.when_idle(ask)
    waits = []
    for number in range(10):
        await asyncio.sleep(0.02)
        before = time.perf_counter()
        await journal.fact("account")
        waits.append(time.perf_counter() - before)
        assert not asking.done(), number
    asking.cancel()
    await journal.close()
    print(f"the median wait was {sorted(waits)[5] * 1000:.1f} ms")
    assert sorted(waits)[5] < 0.1


async def test_closing_waits_for_no_question_of_the_background(journal: Journal) -> None:
    def ask(store: Store) -> None:
        query = (
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c"
        )
        store.connection.execute(query).fetchall()

    asking = journal._writer.when_idle(ask)
    await journal.close()
    with pytest.raises(JournalClosed):
        await asking


async def test_damage_that_the_background_finds_stops_the_till(large: Path) -> None:
    tamper(large, FINAL)
    journal = await open_journal(large)
    told = asyncio.create_task(journal.damage())
    with pytest.raises(JournalDamaged):
        await journal.inspect(is_deep=True)
    assert "differs" in (await told).finding
    with pytest.raises(JournalDamaged, match="start it again"):
        await commit(journal, an_operation(9999))
    assert await journal.operation(an_operation(9999).id) is None
    await journal.close()


async def test_damage_that_was_found_is_put_right_at_the_next_start(large: Path) -> None:
    tamper(large, FINAL)
    journal = await open_journal(large)
    with pytest.raises(JournalDamaged):
        await journal.inspect(is_deep=True)
    await journal.close()
    journal = await open_journal(large)
    report = await journal.salvage()
    await journal.inspect(is_deep=True)
    await commit(journal, an_operation(9999))
    await journal.close()
    assert report is not None
    assert report.kept == 6000
    assert not quarantine.is_marked(large)


async def test_a_false_alarm_is_forgotten_after_a_thorough_look(large: Path) -> None:
    quarantine.mark(large, "a disk that was unplugged")
    journal = await open_journal(large)
    assert await journal.salvage() is None
    await journal.close()
    assert not quarantine.is_marked(large)


async def test_damage_that_a_question_meets_stops_the_till_too(large: Path) -> None:
    tamper(large, "UPDATE operation SET kind = 'nonsense' WHERE id = 'op_00000002'")
    journal = await open_journal(large)
    with pytest.raises(JournalDamaged, match="nonsense"):
        await journal.operation(an_operation(2).id)
    with pytest.raises(JournalDamaged):
        await journal.set_fact("a", "b")
    await journal.close()
    assert quarantine.is_marked(large)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE operation SET amount_cents = 1 WHERE state = 'queued'",
        "UPDATE hold SET amount_cents = 1 WHERE state = 'open'",
        "PRAGMA foreign_keys = 0; UPDATE hold SET entry = 999999 WHERE state = 'open'",
        "DROP TRIGGER entry_is_never_changed; UPDATE entry SET at_ms = 1 WHERE seq = 5990",
    ],
)
async def test_what_work_goes_on_with_is_looked_at_before_it_does(large: Path, change: str) -> None:
    tamper(large, change)
    journal = await open_journal(large)
    assert await journal.salvage() is not None
    await journal.close()


async def test_a_question_that_nobody_waits_for_is_not_asked(journal: Journal) -> None:
    asked: list[Store] = []
    asking = journal._writer.when_idle(asked.append)
    asking.cancel()
    await journal.fact("a")
    await journal._writer.when_idle(lambda _: None)
    assert len(asked) <= 1


async def test_a_journal_of_years_opens_as_quickly_as_a_new_one(tmp_path: Path) -> None:
    make_big_journal(tmp_path / "years", 50_000)
    times: dict[str, list[float]] = {"years": [], "new": []}
    for _ in range(5):
        for name, found in times.items():
            before = time.perf_counter()
            journal = await open_journal(tmp_path / name)
            found.append(time.perf_counter() - before)
            await journal.close()
    years, new = (sorted(each)[2] for each in times.values())
    print(f"years: {years * 1000:.1f} ms, new: {new * 1000:.1f} ms")
    # Looking through all of its pages would take longer than that.
    assert years - new < 0.25


async def test_opening_looks_through_pages_before_it_upgrades_them(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = apsw.Connection(str(large / "journal.sqlite3"))
    root = tables.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'hold_by_sale'").get
    tables.close()
    with (large / "journal.sqlite3").open("rb+") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\x77" * 64)
    steps = (*schema.STEPS, "ALTER TABLE fact ADD COLUMN note TEXT NOT NULL DEFAULT ''")
    monkeypatch.setattr(schema, "STEPS", steps)
    journal = await open_journal(large)
    report = await journal.salvage()
    await journal.close()
    assert report is not None
    assert report.kept == 6000
    assert not (large / "backups").exists()
