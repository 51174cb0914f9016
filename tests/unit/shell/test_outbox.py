"""What the Outbox screen says and does, without a window."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from giftill.domain.attention import Resolution
from giftill.domain.money import Money
from giftill.domain.operations import (
    AttentionKind,
    OperationId,
    OperationKind,
    OperationState,
    OutboxSummary,
)
from giftill.domain.transactions import TransactionId
from giftill.services.attention import Resolved, Ruling
from giftill.services.connectivity import Connectivity, Link
from giftill.services.observable import Observable
from giftill.services.results import NotAHold
from giftill.texts import Texts
from giftill.ui.screens.outbox.presenter import OutboxPresenter
from giftill.ui.screens.outbox.state import OutboxState, ResolveForm
from tests.helpers.journal import NOW_MS, a_hold, an_operation

if TYPE_CHECKING:
    import asyncio

    from giftill.domain.errors import GiftillError
    from giftill.domain.operations import Operation
    from giftill.services.catalogue import LocationList
    from giftill.ui.screens.common import ToneName

pytestmark = pytest.mark.anyio


class Service:
    """An outbox in memory."""

    def __init__(self, *operations: Operation) -> None:
        self.operations = operations
        self.summary = Observable(OutboxSummary())
        self.sends = 0
        self.rulings: list[tuple[OperationId, Ruling]] = []
        self.error: GiftillError | None = None

    async def items(self) -> tuple[Operation, ...]:
        return self.operations

    async def stored_locations(self) -> LocationList | None:
        return None

    async def send_now(self) -> None:
        self.sends += 1

    async def resolve(self, operation: OperationId, ruling: Ruling) -> Resolved:
        if self.error is not None:
            raise self.error
        self.rulings.append((operation, ruling))
        found = next(each for each in self.operations if each.id == operation)
        self.operations = tuple(each for each in self.operations if each is not found)
        is_closed = ruling.resolution in {Resolution.CLOSE, Resolution.TRY_AGAIN}
        return Resolved(found, None if is_closed else a_hold(1))


class Clock:
    def now_ms(self) -> int:
        return NOW_MS

    async def wait(self, event: asyncio.Event, timeout_s: float) -> bool:
        raise NotImplementedError


class Board:
    """A presenter with everything it said."""

    def __init__(self, service: Service) -> None:
        self.state = OutboxState()
        self.told: list[tuple[str, ToneName]] = []
        self.forms: list[ResolveForm] = []
        self.is_willing = True
        self.connectivity = Connectivity(Clock())
        self.presenter = OutboxPresenter(
            service,
            service,
            service,
            self.connectivity,
            Clock(),
            Texts(),
            self._render,
            lambda text, tone: self.told.append((text, tone)),
        )

    def _render(self, state: OutboxState) -> None:
        self.state = state

    async def ask(self, form: ResolveForm) -> Ruling | None:
        self.forms.append(form)
        return Ruling(form.resolution, " paid cash ", " Kim ") if self.is_willing else None


async def shown(*operations: Operation) -> tuple[Board, Service]:
    service = Service(*operations)
    board = Board(service)
    await board.presenter.refresh()
    return board, service


def needy(kind: AttentionKind, number: int = 1) -> Operation:
    return an_operation(number, state=OperationState.ATTENTION, attention=kind)


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (an_operation(), "Queued"),
        (an_operation(state=OperationState.SENDING), "Sending"),
        (an_operation(state=OperationState.UNKNOWN), "Checking"),
        (needy(AttentionKind.UNCLEAR), "Needs attention"),
    ],
)
async def test_a_row_says_how_far_it_is(operation: Operation, words: str) -> None:
    board, _ = await shown(operation)
    assert board.state.rows[0].status.text == words


async def test_a_row_that_waits_says_until_when() -> None:
    board, _ = await shown(an_operation(next_at_ms=NOW_MS + 61_000))
    assert board.state.rows[0].status.text.startswith("Waiting until ")


async def test_what_is_due_within_the_minute_does_not_look_late_on_a_clock_without_seconds() -> (
    None
):
    board, _ = await shown(an_operation(next_at_ms=NOW_MS + 60_000))
    assert board.state.rows[0].status.text == "Next try in a moment"


async def test_while_the_token_is_refused_a_row_waits_for_one() -> None:
    board, _ = await shown(an_operation(next_at_ms=NOW_MS + 60_000))
    board.connectivity.link.set(Link.TOKEN_REFUSED)
    await board.presenter.refresh()
    assert board.state.rows[0].status.text == "Waiting for a token"
    assert not board.state.can_send


async def test_the_last_problem_is_shown_by_its_title_and_whole_in_the_detail() -> None:
    problem = "Can’t reach Gifty: The hold was not captured. Check the network."
    board, _ = await shown(an_operation(last_problem=problem))
    assert board.state.rows[0].problem == "Can’t reach Gifty"
    assert board.state.detail is not None
    assert board.state.detail.problem == problem


async def test_in_dutch_the_last_problem_is_its_title_and_the_servers_own_words() -> None:
    problem = "Gifty refused this: Gifty says: “Al geïnd.” Look at the card again."
    board, _ = await shown(an_operation(last_problem=problem))
    board.presenter.retranslate(Texts("nl"))
    assert board.state.detail is not None
    assert board.state.detail.problem == "Gifty weigert dit. Gifty zegt: “Al geïnd.”"


@pytest.mark.parametrize(
    ("kind", "meaning"),
    [
        (
            AttentionKind.RELEASED_BUT_CAPTURE_WANTED,
            "The money was given back to the card; the goods are gone.",
        ),
        (AttentionKind.CAPTURED_BUT_RELEASE_WANTED, "The customer was charged."),
    ],
)
async def test_opposite_states_are_said_as_what_they_mean(
    kind: AttentionKind, meaning: str
) -> None:
    board, _ = await shown(needy(kind))
    assert board.state.detail is not None
    assert board.state.detail.meaning.startswith(meaning)


@pytest.mark.parametrize("kind", AttentionKind)
async def test_everything_that_needs_attention_says_what_it_means_and_what_to_do(
    kind: AttentionKind,
) -> None:
    board, _ = await shown(needy(kind))
    detail = board.state.detail
    assert detail is not None
    assert detail.meaning
    assert detail.advice
    assert detail.resolutions[-1] is Resolution.CLOSE


@pytest.mark.parametrize("kind", OperationKind)
async def test_every_kind_of_operation_has_a_word(kind: OperationKind) -> None:
    board, _ = await shown(an_operation(kind=kind))
    assert board.state.rows[0].kind


async def test_what_needs_attention_is_shown_first() -> None:
    board, _ = await shown(an_operation(1), needy(AttentionKind.UNCLEAR, 2))
    assert board.state.chosen == "op_00000002"


async def test_a_choice_stays_while_its_row_is_there() -> None:
    board, service = await shown(an_operation(1), an_operation(2))
    board.presenter.choose(OperationId("op_00000002"))
    await board.presenter.refresh()
    assert board.state.chosen == "op_00000002"
    service.operations = service.operations[:1]
    await board.presenter.refresh()
    assert board.state.chosen == "op_00000001"


async def test_the_totals_come_from_the_summary() -> None:
    board, service = await shown(an_operation())
    service.summary.set(OutboxSummary(3, 1, (Money(4000),), NOW_MS - 7_200_000))
    board.presenter.tick()
    state = board.state
    assert (state.count, state.total, state.oldest, state.attention) == ("3", "€40.00", "2 h", "1")
    assert state.can_send


async def test_resolving_asks_with_the_meaning_and_records_reason_and_manager() -> None:
    board, service = await shown(needy(AttentionKind.CAPTURED_BUT_RELEASE_WANTED))
    await board.presenter.resolve(Resolution.CLOSE, board.ask)
    assert board.forms[0].meaning.startswith("The customer was charged.")
    assert service.rulings == [("op_00000001", Ruling(Resolution.CLOSE, "paid cash", "Kim"))]
    assert board.state.detail is None


async def test_leaving_it_open_records_nothing() -> None:
    board, service = await shown(needy(AttentionKind.UNCLEAR))
    board.is_willing = False
    await board.presenter.resolve(Resolution.CLOSE, board.ask)
    assert service.rulings == []


async def test_what_goes_on_by_itself_can_not_be_resolved() -> None:
    board, service = await shown(an_operation())
    assert board.state.detail is not None
    assert board.state.detail.resolutions == ()
    await board.presenter.resolve(Resolution.CLOSE, board.ask)
    assert (board.forms, service.rulings) == ([], [])


async def test_what_could_not_be_resolved_stays_and_says_why() -> None:
    board, service = await shown(needy(AttentionKind.UNCLEAR))
    service.error = NotAHold()
    await board.presenter.resolve(Resolution.CLOSE, board.ask)
    assert board.state.detail is not None
    assert "not an open hold" in board.state.problem
    assert not board.state.is_busy


async def test_send_now_tries_and_says_so() -> None:
    board, service = await shown(an_operation())
    await board.presenter.send_now()
    assert service.sends == 1
    assert board.told == [("Sending now", "info")]


async def test_the_servers_words_stay_as_they_are() -> None:
    words = "<b>Kaart</b> 🎁 \u202eמתנה"
    board, _ = await shown(replace(an_operation(), last_problem=f"{words}: more"))
    assert board.state.rows[0].problem == words


def found(result: str | None = "tr_9") -> Operation:
    transaction = TransactionId(result) if result else None
    operation = needy(AttentionKind.POSSIBLE_HOLD)
    return replace(operation, kind=OperationKind.REDEEM, result=transaction)


@pytest.mark.parametrize(
    ("resolution", "toast"),
    [
        (Resolution.USE_HOLD, ("€12.50 is now under Holds", "success")),
        (Resolution.RELEASE_HOLD, ("€12.50 goes back to the card", "success")),
        (Resolution.CLOSE, ("Resolved and recorded", "success")),
    ],
)
async def test_a_manager_decides_about_a_hold_that_was_found(
    resolution: Resolution, toast: tuple[str, ToneName]
) -> None:
    board, service = await shown(found())
    assert board.state.detail is not None
    assert resolution in board.state.detail.resolutions
    await board.presenter.resolve(resolution, board.ask)
    assert [each[1].resolution for each in service.rulings] == [resolution]
    assert board.told == [toast]


async def test_a_settlement_that_is_refused_can_be_tried_again() -> None:
    board, service = await shown(needy(AttentionKind.KEEPS_BEING_REFUSED))
    await board.presenter.resolve(Resolution.TRY_AGAIN, board.ask)
    assert len(service.rulings) == 1
    assert board.told == [("Trying again now", "info")]


@pytest.mark.parametrize("resolution", [Resolution.USE_HOLD, Resolution.RELEASE_HOLD])
async def test_only_a_hold_that_was_found_can_be_used_or_released(resolution: Resolution) -> None:
    board, service = await shown(found(result=None))
    assert board.state.detail is not None
    assert board.state.detail.resolutions == (Resolution.CLOSE,)
    await board.presenter.resolve(resolution, board.ask)
    assert (board.forms, service.rulings) == ([], [])


@pytest.mark.parametrize(
    ("resolution", "title"),
    [
        (Resolution.USE_HOLD, "Use the hold of €12.50?"),
        (Resolution.RELEASE_HOLD, "Release the hold of €12.50?"),
        (Resolution.CLOSE, "Close without moving money: Hold €12.50"),
    ],
)
async def test_the_dialog_says_which_decision_it_is(resolution: Resolution, title: str) -> None:
    board, _ = await shown(found())
    await board.presenter.resolve(resolution, board.ask)
    assert [each.title for each in board.forms] == [title]
