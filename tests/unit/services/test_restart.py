"""Under way when the program ended, or when the answer was lost: known as such, and waited for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import OperationId, OperationKind, OperationState
from giftill.journal import EventKind, Record
from giftill.sandbox import Fault, FaultKind, SandboxServer
from giftill.services.results import Result
from tests.helpers.desk import code_of, desk_on

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.domain.operations import Hold, Operation
    from giftill.services.desk import Desk
    from giftill.services.results import Placed

pytestmark = pytest.mark.anyio

REDEEM = "/v1/giftcards/*/redeem"
# Longer than the longest answer that a till waits for.
LATER_MS = 60_000


async def place(desk: Desk, cents: int = 1250) -> Placed:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    return await desk.sales.hold(code, card, Money(cents), desk.sales.new_sale())


async def queue_a_capture(desk: Desk) -> tuple[Operation, Hold]:
    placed = await place(desk)
    assert placed.hold is not None, placed
    (operation,) = await desk.outbox.record([placed.hold], OperationKind.CAPTURE)
    return operation, placed.hold


async def stored(desk: Desk, operation: Operation) -> Operation:
    found = await desk.journal.operation(operation.id)
    assert found is not None
    return found


async def test_what_was_queued_is_still_queued_after_a_restart(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        operation, hold = await queue_a_capture(desk)
    async with desk_on(server, tmp_path) as desk:
        assert await stored(desk, operation) == operation
        assert desk.outbox.summary.value.waiting == 1
        await desk.outbox.drain()
        row = server.ledger.transaction(hold.transaction)
        assert row is not None
        assert row.status == "success"


async def test_a_restart_knows_what_was_being_sent_as_unknown(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        capture, _ = await queue_a_capture(desk)
        (redeem,) = await desk.journal.operations(kinds=(OperationKind.REDEEM,))
        again = replace(redeem, id=OperationId("op_again"), result=None)
        states = {
            capture: OperationState.SENDING,
            again: OperationState.SENDING,
            replace(again, id=OperationId("op_intended")): OperationState.INTENDED,
        }
        for operation, state in states.items():
            await desk.journal.commit(
                Record(EventKind.SENDING, operation=replace(operation, state=state))
            )
    async with desk_on(server, tmp_path) as desk:
        became = [(await stored(desk, operation)).state for operation in states]
        assert became == [OperationState.UNKNOWN, OperationState.UNKNOWN, OperationState.NOT_DONE]
        # The hold may still arrive at the server; a capture can be looked at in any case.
        assert (await stored(desk, again)).next_at_ms > desk.clock.now_ms()


async def test_a_request_that_arrives_late_is_not_taken_for_one_that_never_did(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.accounts.ensure()
    server.faults.set(Fault(FaultKind.LOSE_BEFORE, path=REDEEM, times=1))
    placed = await place(desk)
    assert placed.result is Result.CHECKING
    assert placed.operation is not None
    for _ in range(3):
        await desk.reconciler.drain()
    assert (await stored(desk, placed.operation)).state is OperationState.UNKNOWN
    # A slow network had it all the time.
    late = await desk.client.redeem(code_of("full_50"), Money(1250))
    now_ms = desk.clock.now_ms
    monkeypatch.setattr(desk.clock, "now_ms", lambda: now_ms() + LATER_MS)
    await desk.reconciler.drain()
    after = await stored(desk, placed.operation)
    assert (after.state, after.result) == (OperationState.CONFIRMED, late.id)
