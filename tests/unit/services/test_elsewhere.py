"""What happens elsewhere: a hold captured by hand, a till set to another account’s shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import AttentionKind, OperationState
from giftill.domain.places import LocationId
from giftill.sandbox import Fault, FaultKind, SandboxServer
from giftill.sandbox.ledger import Caller
from giftill.services.results import Result
from tests.helpers.desk import code_of

if TYPE_CHECKING:
    from giftill.domain.operations import Operation
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

OTHER_SHOP = LocationId("lc_ofanotheraccount")


async def lose_a_hold(desk: Desk, server: SandboxServer) -> Operation:
    """Hold 12.50 and lose the answer."""
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    lost = Fault(FaultKind.LOSE_ANSWER_AFTER, path="/v1/giftcards/*/redeem", times=1)
    server.faults.set(lost)
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.operation is not None
    return placed.operation


async def test_a_lost_hold_that_is_captured_by_hand_is_not_called_uncharged(
    desk: Desk, server: SandboxServer
) -> None:
    operation = await lose_a_hold(desk, server)
    (made,) = [row for row in server.ledger.transactions() if row.amount_cents == -1250][-1:]
    server.ledger.capture(made.id, caller=Caller(made.created_at))
    found = await desk.reconciler.step(operation)
    assert found.result is Result.ATTENTION
    assert found.operation is not None
    assert found.operation.attention is AttentionKind.POSSIBLE_HOLD
    assert found.operation.result == made.id


async def test_a_lost_hold_is_found_though_the_till_works_for_another_accounts_shop(
    desk: Desk, server: SandboxServer
) -> None:
    operation = await lose_a_hold(desk, server)
    desk.client.location = OTHER_SHOP
    assert (await desk.reconciler.step(operation)).result is Result.DONE


async def test_a_lost_capture_is_found_though_the_till_works_for_another_accounts_shop(
    desk: Desk, server: SandboxServer
) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.hold is not None
    server.faults.set(
        Fault(FaultKind.LOSE_ANSWER_AFTER, path="/v1/transactions/*/capture", times=1)
    )
    desk.client.location = OTHER_SHOP
    (settled,) = await desk.sales.complete([placed.hold])
    for _ in range(3):
        if settled.operation.state is not OperationState.CONFIRMED:
            await desk.outbox.attempt(settled.operation.id)
    found = await desk.journal.operation(settled.operation.id)
    assert found is not None
    assert found.state is OperationState.CONFIRMED
