"""A journal of years is asked as little as a new one: counted in pages and steps, by no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.domain.operations import HoldState, OperationKind, OperationState
from giftill.journal import Journal
from giftill.services.recovery import recover
from tests.helpers.big_journal import make_big_journal
from tests.helpers.faulty_disk import FaultyDisk
from tests.helpers.journal import NOW_MS, an_operation

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from giftill.journal.store import Store

pytestmark = pytest.mark.anyio

# Both are too large to be looked through at the start. A deeper tree costs a step or two more.
MONTHS, YEARS = 2_000, 20_000
SLACK = 1.25

CONFIRMED = an_operation(2, kind=OperationKind.ISSUE, transaction=None)
CAPTURE = an_operation(3)
LIVE = tuple(state for state in OperationState if not state.is_final)

QUESTIONS: dict[str, Callable[[Journal], Awaitable[object]]] = {
    "the outbox": lambda journal: journal.operations(states=LIVE),
    "what is due": lambda journal: journal.operations(
        account=CAPTURE.account,
        states=(OperationState.QUEUED, OperationState.UNKNOWN),
        kinds=(OperationKind.CAPTURE, OperationKind.RELEASE),
        due_by_ms=NOW_MS,
        limit=10,
    ),
    "what was under way": lambda journal: journal.operations(states=(OperationState.SENDING,)),
    "what is looked for": lambda journal: journal.watched(CAPTURE.account),
    "whose a transaction is": lambda journal: journal.claims(
        CONFIRMED, CAPTURE.transaction or pytest.fail("it has one")
    ),
    "the holds": lambda journal: journal.holds(state=HoldState.OPEN),
    "a sale's holds": lambda journal: journal.holds(state=None, sale=CAPTURE.sale),
    "unsettled holds": lambda journal: journal.count_unsettled_holds(),
    "the summary": lambda journal: journal.summary(CAPTURE.account),
    "everybody's summary": lambda journal: journal.summary(None),
    "an operation": lambda journal: journal.operation(CAPTURE.id),
    "a hold's settlement": lambda journal: journal.settlement_of(
        CAPTURE.account, CAPTURE.transaction or pytest.fail("it has one")
    ),
}


class _Clock:
    def now_ms(self) -> int:
        return NOW_MS

    async def wait(self, event: asyncio.Event, timeout_s: float) -> bool:
        raise NotImplementedError


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    home = tmp_path_factory.mktemp("years")
    for operations in (MONTHS, YEARS):
        make_big_journal(home / str(operations), operations)
    return {operations: home / str(operations) for operations in (MONTHS, YEARS)}


@pytest.fixture
async def journals(folders: dict[int, Path]) -> AsyncIterator[dict[int, Journal]]:
    opened = {
        operations: await Journal.open(folder, now_ms=lambda: NOW_MS)
        for operations, folder in folders.items()
    }
    yield opened
    for each in opened.values():
        await each.close()


async def steps_of(journal: Journal, ask: Callable[[Journal], Awaitable[object]]) -> int:
    """Return how many of SQLite's steps a question takes."""
    steps = 0

    def count() -> bool:
        nonlocal steps
        steps += 1
        return False

    def watch(store: Store, counter: Callable[[], bool] | None) -> None:
        store.connection.set_progress_handler(counter, 1)

    await journal._read(lambda store: watch(store, count))
    await ask(journal)
    await journal._read(lambda store: watch(store, None))
    return steps


@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_question_costs_the_same_after_years(
    journals: dict[int, Journal], question: str
) -> None:
    months = await steps_of(journals[MONTHS], QUESTIONS[question])
    years = await steps_of(journals[YEARS], QUESTIONS[question])
    assert 0 < years <= months * SLACK


async def test_opening_and_recovering_read_no_more_after_years(folders: dict[int, Path]) -> None:
    pages = {}
    for operations, folder in folders.items():
        disk = FaultyDisk()
        journal = await Journal.open(folder, now_ms=lambda: NOW_MS, vfs=disk.name)
        await recover(journal, _Clock(), quiet_s=15.0)
        await journal.summary(None)
        pages[operations] = len([each for each in disk.actions if each[0] == "read"])
        await journal.close()
    print(pages)
    assert 0 < pages[YEARS] <= pages[MONTHS] * SLACK
