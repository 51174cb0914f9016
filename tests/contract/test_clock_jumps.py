"""A PC whose clock is set back a day or forward a year while answers are missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import OperationKind, OperationState
from giftill.journal import EventKind, Record
from giftill.sandbox import Fault, FaultKind
from giftill.services.results import Result
from tests.helpers.clocks import JUMPS_S, set_clock
from tests.helpers.desk import code_of, desk_on, sandbox
from tests.helpers.front import front_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from giftill.sandbox import SandboxServer
    from giftill.services.desk import Desk
    from giftill.services.results import Placed

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("ahead_s", JUMPS_S.values(), ids=JUMPS_S),
]

CENTS = 1250


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with sandbox() as running:
        yield running


async def hold(desk: Desk) -> Placed:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    return await desk.sales.hold(code, card, Money(CENTS), desk.sales.new_sale())


def held(server: SandboxServer) -> list[str]:
    """Return the states of the holds that the server knows."""
    rows = server.ledger.transactions()
    return [each.status for each in rows if each.amount_cents == -CENTS and each.type == "redeem"]


async def test_a_hold_whose_answer_is_lost_before_the_jump_is_found_and_not_called_uncharged(
    server: SandboxServer, tmp_path: Path, ahead_s: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(held(server))
    lost = Fault(FaultKind.LOSE_ANSWER_AFTER, path="/v1/giftcards/*/redeem", times=1)
    async with front_of(server.url) as front, desk_on(front.url, tmp_path) as desk:
        await desk.accounts.ensure()
        server.faults.set(lost)
        placed = await hold(desk)
        assert placed.operation is not None
        set_clock(ahead_s, monkeypatch)
        due = replace(placed.operation, next_at_ms=0)
        await desk.journal.commit(Record(EventKind.LOOKED, operation=due))
        await desk.reconciler.drain()
        after = await desk.journal.operation(placed.operation.id)
        assert after is not None
        assert after.state is OperationState.CONFIRMED
        assert len(held(server)) == before + 1
        assert sum(each.startswith("POST") for each in front.requests) == 1


async def test_a_capture_that_waited_before_the_jump_is_sent_after_it_and_once(
    server: SandboxServer, tmp_path: Path, ahead_s: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with front_of(server.url) as front, desk_on(front.url, tmp_path) as desk:
        placed = await hold(desk)
        assert placed.hold is not None
        server.faults.set(Fault(FaultKind.STATUS_503, method="POST"))
        (settled,) = await desk.sales.complete([placed.hold])
        assert settled.result is Result.QUEUED
        set_clock(ahead_s, monkeypatch)
        server.faults.clear()
        await desk.outbox.send_now()
        await desk.outbox.drain()
        (capture,) = await desk.journal.operations(kinds=(OperationKind.CAPTURE,))
        assert capture.state is OperationState.CONFIRMED
        row = server.ledger.transaction(placed.hold.transaction)
        assert row is not None
        assert row.status == "success"


async def test_a_hold_made_with_a_wrong_clock_works_and_its_lost_answer_is_found(
    server: SandboxServer, tmp_path: Path, ahead_s: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(ahead_s, monkeypatch)
    lost = Fault(FaultKind.LOSE_ANSWER_AFTER, path="/v1/giftcards/*/redeem", times=1)
    async with front_of(server.url) as front, desk_on(front.url, tmp_path) as desk:
        await desk.accounts.ensure()
        server.faults.set(lost)
        placed = await hold(desk)
        assert placed.operation is not None
        found = await desk.reconciler.step(placed.operation)
        assert found.result is Result.DONE
        assert sum(each.startswith("POST") for each in front.requests) == 1
