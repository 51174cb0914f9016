"""Every cell of the decision table is reached by a real till over a real socket, and obeyed."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from giftill.domain.decisions import REFUSALS_BEFORE_ATTENTION, Action, decide
from giftill.domain.money import Money
from giftill.domain.operations import (
    AttentionKind,
    HoldState,
    OperationKind,
    OperationState,
)
from giftill.domain.outcomes import Found, Outcome
from giftill.services import attempt, online
from tests.contract.kit import connect
from tests.helpers.desk import TOKEN, code_of, desk_on, sandbox
from tests.helpers.front import Front, front_of
from tests.helpers.raw_server import answer, hang_up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from giftill.domain.decisions import Decision
    from giftill.domain.operations import Hold, Operation
    from giftill.sandbox import SandboxServer
    from giftill.services.desk import Desk
    from giftill.services.results import Placed
    from tests.helpers.raw_server import Reply

pytestmark = pytest.mark.anyio

CENTS = 100
METHOD = dict.fromkeys(OperationKind, "POST") | {OperationKind.RELEASE: "DELETE"}
SETTLEMENTS = [kind for kind in OperationKind if kind.is_settlement]
ONLINE_ONLY = [kind for kind in OperationKind if not kind.is_settlement]

REFUSALS: dict[Outcome, Reply] = {
    Outcome.UNREADABLE: answer(b"<html>Welcome</html>", headers="Content-Type: text/html"),
    Outcome.MAYBE_SENT: hang_up,
    Outcome.TOKEN_REFUSED: answer(b"{}", "401 Unauthorized"),
    Outcome.FORBIDDEN: answer(b"{}", "403 Forbidden"),
    Outcome.NOT_FOUND: answer(b"{}", "404 Not Found"),
    Outcome.STATE_REFUSED: answer(b"{}", "422 Unprocessable Content"),
    Outcome.LIMITED: answer(b"{}", "429 Too Many Requests", "Retry-After: 30"),
    Outcome.SERVER_FAULT: answer(b"{}", "503 Service Unavailable"),
}
LOOKS: dict[Found, Reply] = {
    Found.MISSING: REFUSALS[Outcome.NOT_FOUND],
    Found.UNREACHABLE: hang_up,
    Found.FORBIDDEN: REFUSALS[Outcome.FORBIDDEN],
}


def saying(**facts: object) -> bytes:
    return answer(json.dumps({"data": {"currency": "EUR", **facts}}).encode())


@dataclass(frozen=True)
class Cell:
    """One cell of the table."""

    kind: OperationKind
    outcome: Outcome
    found: Found = Found.NOT_ASKED

    def __str__(self) -> str:
        """Return its coordinates, as the name of its test."""
        return f"{self.kind}-{self.outcome}-{self.found}"

    @property
    def decision(self) -> Decision:
        """What the table says."""
        return decide(self.kind, self.outcome, self.found)


def settlement_cells() -> Iterator[Cell]:
    for kind in SETTLEMENTS:
        for outcome in Outcome:
            first = Cell(kind, outcome)
            if first.decision.action is not Action.LOOK:
                yield first
                continue
            # A look that was not made is the first half of each of the others.
            yield from (Cell(kind, outcome, each) for each in Found if each is not Found.NOT_ASKED)


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with sandbox() as running:
        yield running
        assert running.ledger.balance_errors() == []


@pytest.fixture
async def front(server: SandboxServer, anyio_backend: str) -> AsyncIterator[Front]:
    async with front_of(server.url) as opened:
        yield opened


@pytest.fixture
async def desk(front: Front, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_on(front.url, tmp_path) as opened:
        await opened.accounts.ensure()
        yield opened


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[Cell]:
    """Write down each cell that the till looks up."""
    cells: list[Cell] = []

    def watched(
        kind: OperationKind,
        outcome: Outcome,
        found: Found = Found.NOT_ASKED,
        *,
        refusals: int = 0,
    ) -> Decision:
        cells.append(Cell(kind, outcome, found))
        return decide(kind, outcome, found, refusals=refusals)

    for module in (attempt, online):
        monkeypatch.setattr(module, "decide", watched)
    return cells


async def hold(desk: Desk, cents: int = CENTS) -> Hold:
    code = code_of("large")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(cents), desk.sales.new_sale())
    assert placed.hold is not None, placed
    return placed.hold


def settle_elsewhere(server: SandboxServer, hold: Hold, kind: OperationKind) -> None:
    """Let another program settle a hold."""
    with connect(server.url, {"Authorization": f"Bearer {TOKEN}"}) as client:
        path = f"transactions/{hold.transaction}"
        done = (
            client.post(f"{path}/capture") if kind is OperationKind.CAPTURE else client.delete(path)
        )
        assert done.status_code == 200, done.text


def other_than(kind: OperationKind) -> OperationKind:
    return SETTLEMENTS[1 - SETTLEMENTS.index(kind)]


async def meet(front: Front, kind: OperationKind, outcome: Outcome, misfit: bytes) -> None:
    """Let the next request of a kind meet an outcome."""
    if outcome is Outcome.NOT_SENT:
        await front.close()
    elif outcome is Outcome.MISFITS:
        front.replies[METHOD[kind]] = misfit
    elif outcome is not Outcome.FITS:
        front.replies[METHOD[kind]] = REFUSALS[outcome]


def let_find(server: SandboxServer, front: Front, hold: Hold, cell: Cell) -> None:
    """Let the next look at a hold find what a cell says."""
    if cell.found is Found.WANTED:
        settle_elsewhere(server, hold, cell.kind)
    elif cell.found is Found.OPPOSITE:
        settle_elsewhere(server, hold, other_than(cell.kind))
    elif cell.found is Found.UNCLEAR:
        front.replies["GET"] = saying(
            id=hold.transaction, amount=CENTS, status="success", type="refund"
        )
    elif cell.found in LOOKS:
        front.replies["GET"] = LOOKS[cell.found]


def check_settlement(cell: Cell, after: Operation, desk: Desk) -> None:
    """Assert that the till did what the cell says."""
    expected = {
        Action.CONFIRM: (OperationState.CONFIRMED, 0),
        Action.RETRY: (OperationState.QUEUED, 1),
        Action.LOOK_LATER: (OperationState.UNKNOWN, 1),
        Action.PAUSE_FOR_TOKEN: (OperationState.QUEUED, 0),
        Action.PAUSE_FOR_LIMIT: (OperationState.QUEUED, 0),
        Action.ATTENTION: (OperationState.ATTENTION, 0),
    }
    assert (after.state, after.attempts) == expected[cell.decision.action]
    assert after.attention is cell.decision.attention
    if cell.decision.action in {Action.PAUSE_FOR_TOKEN, Action.PAUSE_FOR_LIMIT}:
        assert desk.connectivity.is_paused


@pytest.mark.parametrize("cell", list(settlement_cells()), ids=str)
async def test_a_capture_or_release_reaches(
    cell: Cell, desk: Desk, front: Front, server: SandboxServer, reached: list[Cell]
) -> None:
    held = await hold(desk)
    (operation,) = await desk.outbox.record([held], cell.kind)
    let_find(server, front, held, cell)
    misfit = saying(id=held.transaction, amount=-1, status="success", type="redeem")
    await meet(front, cell.kind, cell.outcome, misfit)
    reached.clear()
    after = await desk.outbox.attempt(operation.id)
    first = Cell(cell.kind, cell.outcome)
    assert reached == ([first] if cell == first else [first, cell])
    check_settlement(cell, after, desk)
    if after.state is OperationState.CONFIRMED:
        now = await desk.journal.hold(held.account, held.transaction)
        assert now is not None
        is_capture = cell.kind is OperationKind.CAPTURE
        assert now.state is (HoldState.CAPTURED if is_capture else HoldState.RELEASED)


@pytest.mark.parametrize("kind", SETTLEMENTS)
async def test_a_settlement_refused_too_often_reaches_a_manager(
    kind: OperationKind, desk: Desk, front: Front
) -> None:
    (operation,) = await desk.outbox.record([await hold(desk)], kind)
    await meet(front, kind, Outcome.STATE_REFUSED, b"")
    for _ in range(REFUSALS_BEFORE_ATTENTION):
        assert operation.state is OperationState.QUEUED
        operation = await desk.outbox.attempt(operation.id)
    assert operation.attention is AttentionKind.KEEPS_BEING_REFUSED


async def redeem(desk: Desk) -> Callable[[], Awaitable[Placed]]:
    code = code_of("large")
    card = await desk.sales.look_up(code)
    return lambda: desk.sales.hold(code, card, Money(CENTS), desk.sales.new_sale())


async def issue(desk: Desk) -> Callable[[], Awaitable[Placed]]:
    code = code_of("new")
    card = await desk.sales.look_up(code)
    return lambda: desk.sales.issue(code, card, amount=Money(2500))


async def extend(desk: Desk) -> Callable[[], Awaitable[Placed]]:
    code = code_of("expired_extendable")
    card = await desk.sales.look_up(code)
    until = datetime.now(UTC) + timedelta(days=90)
    return lambda: desk.sales.extend(code, card, until)


async def refund(desk: Desk) -> Callable[[], Awaitable[Placed]]:
    made = await desk.client.redeem(code_of("large"), Money(CENTS), capture=True)
    # Without its card, no list is asked for first: the refund itself meets what a test prepares.
    return lambda: desk.sales.refund(
        replace(made, card=None), Money(CENTS), reason="CUSTOMER_REQUEST"
    )


PREPARE = {
    OperationKind.REDEEM: redeem,
    OperationKind.ISSUE: issue,
    OperationKind.EXTEND: extend,
    OperationKind.REFUND: refund,
}


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("kind", ONLINE_ONLY)
async def test_what_can_not_wait_reaches(
    kind: OperationKind, outcome: Outcome, desk: Desk, front: Front, reached: list[Cell]
) -> None:
    cell = Cell(kind, outcome)
    ask = await PREPARE[kind](desk)
    misfit = saying(id="tr_other", amount=-1, status="pending", type="redeem", is_capturable=True)
    await meet(front, kind, outcome, misfit)
    placed = await ask()
    expected = {
        Action.CONFIRM: OperationState.CONFIRMED,
        Action.REFUSE: OperationState.REFUSED,
        Action.GIVE_UP: OperationState.NOT_DONE,
        Action.RECONCILE: OperationState.UNKNOWN,
        Action.ATTENTION: OperationState.ATTENTION,
        # The card is looked at, where it is known, and shows that nothing was done.
        Action.LOOK: OperationState.UNKNOWN
        if kind is OperationKind.REFUND
        else OperationState.REFUSED,
    }
    assert placed.operation is not None, placed
    assert placed.operation.state is expected[cell.decision.action]
    assert placed.operation.attention is cell.decision.attention
    # An answer that fits is confirmed without a look at the table.
    assert outcome is Outcome.FITS or cell in reached
