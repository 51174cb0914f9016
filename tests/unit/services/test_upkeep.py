"""The journal is looked through after each start and once a day, whatever the clock does."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

import pytest

from giftill.journal import Journal, JournalDamaged, JournalReadError, JournalWriteError
from giftill.services.upkeep import Upkeep
from tests.helpers.journal import NOW_MS, an_operation, commit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from giftill.journal.store import Store

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
PAGE = 4096


class HandClock:
    """A clock on which waiting takes no time, until the test's patience is over."""

    def __init__(self) -> None:
        self.ms = NOW_MS
        self.jump_ms = 0
        self.until_ms = NOW_MS
        self.is_over = asyncio.Event()
        self.waits_s: list[float] = []

    def now_ms(self) -> int:
        return self.ms + self.jump_ms

    async def wait(self, event: asyncio.Event, timeout_s: float) -> bool:
        self.waits_s.append(timeout_s)
        if self.ms >= self.until_ms:
            self.is_over.set()
            await event.wait()
        self.ms += round(timeout_s * 1000)
        return False


class Watched:
    """A journal of which each look through it is noted.

    Attributes:
        looks: When each was, in ms since the start, and whether it was deep.
    """

    def __init__(self, journal: Journal, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.looks: list[tuple[int, bool]] = []
        self._clock = clock
        self._inspect = journal.inspect
        monkeypatch.setattr(journal, "inspect", self._note)

    async def _note(self, *, is_deep: bool) -> None:
        self.looks.append((self._clock.ms - NOW_MS, is_deep))
        await self._inspect(is_deep=is_deep)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def journal(tmp_path: Path, clock: HandClock) -> AsyncIterator[Journal]:
    opened = await Journal.open(tmp_path / "data", now_ms=clock.now_ms)
    await commit(opened, *(an_operation(number) for number in range(1, 200)))
    yield opened
    await opened.close()


async def work(journal: Journal, clock: HandClock, for_ms: int) -> None:
    """Let the upkeep work for so long, or until it ends by itself."""
    clock.until_ms = clock.ms + for_ms
    clock.is_over.clear()
    running = asyncio.create_task(Upkeep(journal, clock).run())
    over = asyncio.create_task(clock.is_over.wait())
    try:
        async with asyncio.timeout(60):
            await asyncio.wait({running, over}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        for each in (running, over):
            each.cancel()
        await asyncio.wait({running, over})


async def test_the_first_look_ever_is_deep_and_comes_a_minute_after_the_start(
    journal: Journal, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(journal, clock, monkeypatch)
    await work(journal, clock, 2 * HOUR_MS)
    assert watched.looks == [(60_000, True)]


async def test_a_start_on_the_same_day_looks_at_the_pages_and_a_day_later_at_everything(
    journal: Journal, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await work(journal, clock, HOUR_MS)
    watched = Watched(journal, clock, monkeypatch)
    await work(journal, clock, 3 * DAY_MS)
    assert [is_deep for _, is_deep in watched.looks] == [False, True, True, True]
    times = [at_ms for at_ms, is_deep in watched.looks if is_deep]
    assert all(
        DAY_MS <= later - earlier <= DAY_MS + HOUR_MS
        for earlier, later in itertools.pairwise(times)
    )


@pytest.mark.parametrize("jump_ms", [365 * DAY_MS, -365 * DAY_MS, -DAY_MS])
async def test_a_clock_that_jumps_puts_nothing_off(
    journal: Journal, clock: HandClock, monkeypatch: pytest.MonkeyPatch, jump_ms: int
) -> None:
    await work(journal, clock, HOUR_MS)
    watched = Watched(journal, clock, monkeypatch)
    clock.jump_ms = jump_ms
    await work(journal, clock, 2 * DAY_MS)
    clock.jump_ms = 0
    await work(journal, clock, 2 * DAY_MS)
    deep = [at_ms for at_ms, is_deep in watched.looks if is_deep]
    assert len(deep) >= 4
    assert all(
        later - earlier <= DAY_MS + 2 * HOUR_MS for earlier, later in itertools.pairwise(deep)
    )


@pytest.mark.parametrize("error", [JournalReadError("bad sector"), JournalWriteError("full")])
async def test_a_disk_that_fails_for_a_moment_does_not_end_the_looks(
    journal: Journal, clock: HandClock, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fail(*_args: object, **_options: object) -> None:
        raise error

    with monkeypatch.context() as failing:
        failing.setattr(journal, "inspect", fail)
        await work(journal, clock, 3 * HOUR_MS)
    assert clock.waits_s[:3] == [60.0, 3600.0, 3600.0]
    watched = Watched(journal, clock, monkeypatch)
    await work(journal, clock, HOUR_MS)
    assert [is_deep for _, is_deep in watched.looks] == [True]


async def test_bytes_that_change_on_the_disk_are_found_and_then_nothing_is_saved(
    journal: Journal, clock: HandClock, tmp_path: Path
) -> None:
    file = tmp_path / "data" / "journal.sqlite3"

    def forget_what_was_read(store: Store) -> int:
        store.make_sure()
        store.connection.pragma("shrink_memory")
        return int(
            store.connection.execute(
                "SELECT rootpage FROM sqlite_schema WHERE name = 'operation'"
            ).get
        )

    root = await journal._read(forget_what_was_read)
    with file.open("rb+") as opened:
        opened.seek((root - 1) * PAGE)
        opened.write(b"\x55" * 64)
    told = asyncio.create_task(journal.damage())
    await work(journal, clock, DAY_MS)
    assert (await told).finding
    with pytest.raises(JournalDamaged, match="start it again"):
        await commit(journal, an_operation(999))
    await journal.close()
    again = await Journal.open(tmp_path / "data", now_ms=clock.now_ms)
    assert await again.salvage() is not None
    assert len(await again.operations()) == 199
    await again.close()


async def test_closing_the_journal_ends_the_upkeep(journal: Journal, clock: HandClock) -> None:
    await journal.close()
    clock.until_ms = NOW_MS + DAY_MS
    async with asyncio.timeout(10):
        await Upkeep(journal, clock).run()
