"""What the Holds screen says and does, without a window."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from giftill.domain.errors import GiftillError
from giftill.domain.message import Message
from giftill.domain.money import Money
from giftill.domain.operations import OperationKind, OperationState
from giftill.domain.transactions import TransactionId
from giftill.services.results import Result, Settled
from giftill.texts import Texts
from giftill.ui.screens.holds.presenter import HoldsPresenter
from giftill.ui.screens.holds.state import HoldsState
from tests.helpers.journal import NOW_MS, a_hold, an_operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giftill.domain.operations import Hold, Operation
    from giftill.services.catalogue import LocationList
    from giftill.ui.screens.common import Question, ToneName

pytestmark = pytest.mark.anyio
DAY_MS = 24 * 3_600_000


class Sales:
    """Holds in memory; what is asked of them is kept."""

    def __init__(self, *holds: Hold) -> None:
        self.holds = holds
        self.result = Result.DONE
        self.error: GiftillError | None = None
        self.captured: list[TransactionId] = []
        self.released: list[TransactionId] = []
        self.needy: tuple[Operation, ...] = ()
        self.was_asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def open_holds(self) -> tuple[Hold, ...]:
        return self.holds

    async def items(self) -> tuple[Operation, ...]:
        return self.needy

    async def stored_locations(self) -> LocationList | None:
        return None

    async def complete(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        self.captured += [each.transaction for each in holds]
        return await self._settle(holds)

    async def cancel(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        self.released += [each.transaction for each in holds]
        return await self._settle(holds)

    async def _settle(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        self.was_asked.set()
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        settled = {each.transaction for each in holds}
        self.holds = tuple(each for each in self.holds if each.transaction not in settled)
        return tuple(Settled(self.result, each, an_operation()) for each in holds)


class Clock:
    def now_ms(self) -> int:
        return NOW_MS

    async def wait(self, event: asyncio.Event, timeout_s: float) -> bool:
        raise NotImplementedError


class Board:
    """A presenter with everything it said."""

    def __init__(self, sales: Sales, language: str = "en") -> None:
        self.state = HoldsState()
        self.told: list[tuple[str, ToneName]] = []
        self.questions: list[Question] = []
        self.answer = True
        self.presenter = HoldsPresenter(
            sales,
            sales,
            sales,
            Clock(),
            Texts(language),
            self._render,
            lambda text, tone: self.told.append((text, tone)),
        )

    def _render(self, state: HoldsState) -> None:
        self.state = state

    async def ask(self, question: Question) -> bool:
        self.questions.append(question)
        return self.answer


def open_for(age_ms: int, number: int = 1, **changes: object) -> Hold:
    return replace(a_hold(number), created_at_ms=NOW_MS - age_ms, **changes)  # type: ignore[arg-type] # a test names fields


async def shown(*holds: Hold) -> tuple[Board, Sales]:
    sales = Sales(*holds)
    board = Board(sales)
    await board.presenter.refresh()
    return board, sales


async def test_a_hold_shows_its_age_amount_masked_card_and_cashier() -> None:
    board, _ = await shown(open_for(120_000))
    row = board.state.rows[0]
    assert (row.age, row.amount, row.card, row.cashier) == ("2 min", "€12.50", "•••• 7K9Q", "Noor")


@pytest.mark.parametrize(
    ("age_ms", "tone"), [(DAY_MS - 1, "neutral"), (DAY_MS, "hold"), (3 * DAY_MS, "danger")]
)
async def test_an_old_hold_is_marked_after_a_day_and_after_three(age_ms: int, tone: str) -> None:
    board, _ = await shown(open_for(age_ms))
    assert board.state.rows[0].age_tone == tone


async def test_the_summary_adds_up_what_is_open() -> None:
    board, _ = await shown(open_for(1), open_for(1, 2, amount=Money(750)))
    assert board.state.summary == "2 open holds · €20.00"


async def test_what_is_being_settled_is_not_counted_as_open() -> None:
    board, _ = await shown(open_for(1), open_for(1, 2, settlement=OperationKind.CAPTURE))
    assert board.state.summary == "1 open hold · €12.50 · 1 being settled"


async def test_amounts_of_two_currencies_are_never_added_up() -> None:
    board, _ = await shown(open_for(1), open_for(1, 2, amount=Money(500, "USD")))
    assert board.state.summary == "2 open holds · €12.50 + US$5.00"


async def test_what_is_chosen_is_captured() -> None:
    board, sales = await shown(open_for(1), open_for(1, 2))
    board.presenter.select([TransactionId("tr_2")])
    assert board.state.selection == "1 chosen · €12.50"
    await board.presenter.capture()
    assert (sales.captured, board.told) == (["tr_2"], [("Captured: €12.50", "success")])
    assert [row.transaction for row in board.state.rows] == ["tr_1"]


async def test_nothing_chosen_captures_nothing() -> None:
    board, sales = await shown(open_for(1))
    await board.presenter.capture()
    assert (sales.captured, board.state.can_settle) == ([], False)


async def test_releasing_asks_once_and_tells_the_total() -> None:
    board, sales = await shown(open_for(1), open_for(1, 2))
    board.presenter.select_all()
    await board.presenter.release(board.ask)
    assert sales.released == ["tr_1", "tr_2"]
    assert [question.title for question in board.questions] == ["Release 2 holds?"]
    assert "€25.00" in board.questions[0].text


async def test_no_to_the_question_releases_nothing() -> None:
    board, sales = await shown(open_for(1))
    board.answer = False
    board.presenter.select_all()
    await board.presenter.release(board.ask)
    assert (sales.released, len(board.state.rows)) == ([], 1)


@pytest.mark.parametrize(
    ("result", "tone"),
    [(Result.QUEUED, "info"), (Result.CHECKING, "hold"), (Result.ATTENTION, "danger")],
)
async def test_what_is_not_confirmed_is_never_said_to_be_captured(
    result: Result, tone: str
) -> None:
    board, sales = await shown(open_for(1))
    sales.result = result
    board.presenter.select_all()
    await board.presenter.capture()
    assert [said[1] for said in board.told] == [tone]
    assert "Captured" not in board.told[0][0]


async def test_a_hold_that_is_being_settled_can_not_be_chosen() -> None:
    board, _ = await shown(open_for(1, settlement=OperationKind.CAPTURE))
    board.presenter.select_all()
    board.presenter.select([TransactionId("tr_1")])
    assert board.state.selected == frozenset()
    assert not board.state.can_choose
    assert not board.state.selection
    assert board.state.rows[0].status.text == "Capture queued"


async def test_a_hold_whose_capture_needs_attention_says_so() -> None:
    board, sales = await shown(open_for(1, settlement=OperationKind.CAPTURE))
    sales.needy = (an_operation(1, state=OperationState.ATTENTION),)
    await board.presenter.refresh()
    assert board.state.rows[0].status.text == "Needs attention"


async def test_a_second_press_while_a_capture_runs_does_nothing() -> None:
    board, sales = await shown(open_for(1))
    sales.may_answer.clear()
    board.presenter.select_all()
    first = asyncio.create_task(board.presenter.capture())
    await sales.was_asked.wait()
    assert board.state.is_busy
    await board.presenter.capture()
    sales.may_answer.set()
    await first
    assert sales.captured == ["tr_1"]
    assert not board.state.is_busy


async def test_a_failure_is_told_on_the_screen_and_keeps_what_was_chosen() -> None:
    board, sales = await shown(open_for(1))
    sales.error = GiftillError(Message("Disk full"), Message("Nothing was saved."), Message("Go."))
    board.presenter.select_all()
    await board.presenter.capture()
    assert board.state.problem == "Nothing was saved. Go."
    assert board.state.selected == {"tr_1"}


async def test_the_board_speaks_dutch() -> None:
    sales = Sales(open_for(120_000))
    board = Board(sales, "nl")
    await board.presenter.refresh()
    assert board.state.rows[0].amount == "€\N{NO-BREAK SPACE}12,50"


async def test_twenty_thousand_holds_are_put_into_words_only_when_looked_at() -> None:
    holds = [open_for(1, number) for number in range(20_000)]
    loop = asyncio.get_running_loop()
    started = loop.time()
    board, _ = await shown(*holds)
    board.presenter.tick()
    assert loop.time() - started < 0.5
    assert board.state.rows[19_999].amount == "€12.50"
