"""The outbox at work: what it sends when, and what stops it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from giftill.domain.attention import Resolution
from giftill.domain.money import Money
from giftill.domain.operations import (
    AttentionKind,
    HoldState,
    OperationId,
    OperationKind,
    OperationState,
)
from giftill.domain.places import LocationId
from giftill.gifty import Priority, TokenRefused
from giftill.journal import EventKind, JournalWriteError, Record
from giftill.sandbox import Fault, FaultKind, SandboxServer
from giftill.services.attention import Ruling
from giftill.services.connectivity import Link
from giftill.services.recovery import Reread, recover, reread_holds
from giftill.services.results import NotAHold, NotResolvable, Result, StillChecking
from tests.helpers.desk import code_of, desk_on
from tests.helpers.patience import until

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.domain.operations import Hold, Operation
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

CLOSE = Ruling(Resolution.CLOSE, "because", "Ans")

CAPTURE = "/v1/transactions/*/capture"


async def make_holds(desk: Desk, count: int, name: str = "large", cents: int = 100) -> list[Hold]:
    code = code_of(name)
    card = await desk.sales.look_up(code)
    holds: list[Hold] = []
    for _ in range(count):
        placed = await desk.sales.hold(code, card, Money(cents), desk.sales.new_sale())
        assert placed.hold is not None, placed
        holds.append(placed.hold)
    return holds


async def stored(desk: Desk, operation: Operation) -> Operation:
    found = await desk.journal.operation(operation.id)
    assert found is not None
    return found


async def test_draining_settles_everything_that_waits(desk: Desk, server: SandboxServer) -> None:
    holds = await make_holds(desk, 30)
    await desk.outbox.record(holds[:20], OperationKind.CAPTURE)
    await desk.outbox.record(holds[20:], OperationKind.RELEASE)
    assert desk.outbox.summary.value.waiting == 30
    await desk.outbox.drain()
    assert desk.outbox.summary.value.waiting == 0
    assert len(await desk.journal.holds(state=HoldState.CAPTURED)) == 20
    assert len(await desk.journal.holds(state=HoldState.RELEASED)) == 10
    assert server.ledger.balance_errors() == []


async def test_one_bad_item_never_blocks_another(desk: Desk, server: SandboxServer) -> None:
    holds = await make_holds(desk, 3)
    bad = f"/v1/transactions/{holds[0].transaction}/capture"
    server.faults.set(Fault(FaultKind.STATUS_500, path=bad))
    operations = await desk.outbox.record(holds, OperationKind.CAPTURE)
    for _ in range(3):
        await desk.outbox.drain()
    states = [(await stored(desk, each)).state for each in operations]
    assert states == [OperationState.QUEUED, OperationState.CONFIRMED, OperationState.CONFIRMED]


async def test_a_refused_token_pauses_everything_and_consumes_no_attempt(
    desk: Desk, server: SandboxServer
) -> None:
    holds = await make_holds(desk, 2)
    operations = await desk.outbox.record(holds, OperationKind.CAPTURE)
    token, desk.client.token = desk.client.token, "wrong"
    with pytest.raises(TokenRefused):
        await desk.sales.look_up(code_of("full_50"))
    assert desk.connectivity.link.value is Link.TOKEN_REFUSED
    desk.client.token = token
    await desk.outbox.drain()
    assert [(await stored(desk, each)).attempts for each in operations] == [0, 0]
    assert desk.outbox.summary.value.waiting == 2
    desk.connectivity.forget_refusal()
    await desk.outbox.drain()
    assert desk.outbox.summary.value.waiting == 0


async def test_a_limit_pauses_the_outbox_as_long_as_the_server_asks(
    desk: Desk, server: SandboxServer
) -> None:
    (hold,) = await make_holds(desk, 1)
    (operation,) = await desk.outbox.record([hold], OperationKind.CAPTURE)
    server.faults.set(Fault(FaultKind.LIMITED, path=CAPTURE, times=1, retry_after_s=120))
    await desk.outbox.attempt(operation.id)
    assert desk.connectivity.link.value is Link.LIMITED
    left_s = (desk.connectivity.limited_until_ms - desk.clock.now_ms()) / 1000
    assert 110 < left_s <= 120
    after = await desk.outbox.attempt(operation.id)
    assert (after.state, after.attempts) == (OperationState.QUEUED, 0)


async def test_two_attempts_at_one_operation_are_one(desk: Desk, server: SandboxServer) -> None:
    (hold,) = await make_holds(desk, 1)
    (operation,) = await desk.outbox.record([hold], OperationKind.CAPTURE)
    first, second = await asyncio.gather(
        desk.outbox.attempt(operation.id), desk.outbox.attempt(operation.id, Priority.OUTBOX)
    )
    assert first == second
    assert first.state is OperationState.CONFIRMED


async def test_an_operation_of_another_account_is_left_alone(desk: Desk) -> None:
    (hold,) = await make_holds(desk, 1)
    foreign = replace(hold, account=type(hold.account)("ac_other"))
    (operation,) = await desk.outbox.record([foreign], OperationKind.CAPTURE)
    assert (await desk.outbox.attempt(operation.id)).state is OperationState.QUEUED


async def test_five_refusals_of_a_hold_that_stays_open_need_a_manager(
    desk: Desk, server: SandboxServer
) -> None:
    (hold,) = await make_holds(desk, 1)
    (operation,) = await desk.outbox.record([hold], OperationKind.CAPTURE)
    # The API refuses a capture in an unknown shop's name with a 4xx, and the hold stays open.
    elsewhere = replace(operation, location=LocationId("lc_unknown"))
    await desk.journal.commit(Record(EventKind.QUEUED, operation=elsewhere))
    for refusals in range(1, 5):
        again = await desk.outbox.attempt(operation.id)
        assert (again.state, again.refusals) == (OperationState.QUEUED, refusals)
    after = await desk.outbox.attempt(operation.id)
    assert after.state is OperationState.ATTENTION
    assert after.attention is AttentionKind.KEEPS_BEING_REFUSED


async def test_a_transaction_that_the_server_does_not_know_needs_a_manager(desk: Desk) -> None:
    (hold,) = await make_holds(desk, 1)
    gone = replace(hold, transaction=type(hold.transaction)("tr_doesnotexist"))
    (operation,) = await desk.outbox.record([gone], OperationKind.CAPTURE)
    after = await desk.outbox.attempt(operation.id)
    assert after.attention is AttentionKind.TRANSACTION_MISSING


async def test_a_release_of_a_hold_captured_elsewhere_needs_a_manager(desk: Desk) -> None:
    (hold,) = await make_holds(desk, 1)
    await desk.client.capture(hold.transaction)
    (settled,) = await desk.sales.cancel([hold])
    assert settled.operation.attention is AttentionKind.CAPTURED_BUT_RELEASE_WANTED


async def test_only_what_needs_attention_is_resolved_by_hand(desk: Desk) -> None:
    (hold,) = await make_holds(desk, 1)
    (operation,) = await desk.outbox.record([hold], OperationKind.CAPTURE)
    with pytest.raises(NotResolvable):
        await desk.attention.resolve(operation.id, CLOSE)
    with pytest.raises(NotResolvable):
        await desk.attention.resolve(OperationId("op_none"), CLOSE)


async def test_a_settled_hold_is_not_settled_again(desk: Desk) -> None:
    (hold,) = await make_holds(desk, 1)
    with pytest.raises(NotAHold):
        await desk.outbox.record([replace(hold, state=HoldState.RELEASED)], OperationKind.CAPTURE)


async def test_two_presses_in_one_instant_hold_once(desk: Desk, server: SandboxServer) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    await desk.accounts.ensure()
    placed = await asyncio.gather(
        *(desk.sales.hold(code, card, Money(1000), desk.sales.new_sale()) for _ in range(5))
    )
    assert sorted(each.result for each in placed) == [Result.DONE, *[Result.REFUSED] * 4]
    assert sum(isinstance(each.error, StillChecking) for each in placed) == 4
    assert (await desk.sales.look_up(code)).balance_cents == 4000


async def test_a_hold_that_can_not_be_recorded_is_being_checked_and_found(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    await desk.accounts.ensure()
    commit = desk.journal.commit

    async def full(*records: Record) -> None:
        if any(each.event is EventKind.CONFIRMED for each in records):
            raise JournalWriteError("the disk is full")
        await commit(*records)

    monkeypatch.setattr(desk.journal, "commit", full)
    placed = await desk.sales.hold(code, card, Money(1000), desk.sales.new_sale())
    assert placed.result is Result.CHECKING
    monkeypatch.undo()
    assert placed.operation is not None
    found = await desk.reconciler.step(await stored(desk, placed.operation))
    assert found.result is Result.DONE
    assert (await desk.sales.look_up(code)).balance_cents == 4000


async def test_what_was_being_sent_at_a_crash_is_looked_at_first(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        (hold,) = await make_holds(desk, 1)
        (operation,) = await desk.outbox.record([hold], OperationKind.CAPTURE)
        sending = replace(operation, state=OperationState.SENDING)
        await desk.journal.commit(Record(EventKind.SENDING, operation=sending))
        await desk.client.capture(hold.transaction)
    # A second POST would be refused; a look is not.
    server.faults.set(Fault(FaultKind.STATUS_500, method="POST"))
    async with desk_on(server, tmp_path, works=True) as desk:
        assert (await stored(desk, operation)).state in {
            OperationState.UNKNOWN,
            OperationState.CONFIRMED,
        }
        await until(lambda: desk.outbox.summary.value.waiting == 0)
        assert (await stored(desk, operation)).state is OperationState.CONFIRMED


async def test_what_was_only_intended_at_a_crash_was_not_sent(desk: Desk) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(100), desk.sales.new_sale())
    assert placed.operation is not None
    intended = replace(
        placed.operation, id=OperationId("op_intended"), state=OperationState.INTENDED
    )
    await desk.journal.commit(Record(EventKind.INTENDED, operation=intended))
    assert await recover(desk.journal, desk.clock, quiet_s=1.0) == 0
    assert (await stored(desk, intended)).state is OperationState.NOT_DONE


async def test_holds_settled_elsewhere_are_noticed_at_the_start(
    desk: Desk, server: SandboxServer
) -> None:
    captured, released, queued, still = await make_holds(desk, 4)
    await desk.client.capture(captured.transaction)
    await desk.client.release(released.transaction)
    await desk.outbox.record([queued], OperationKind.CAPTURE)
    parts = (desk.journal, desk.client, desk.accounts, desk.clock)
    assert await reread_holds(*parts) == Reread(settled=2, is_complete=True)
    assert {each.transaction for each in await desk.sales.open_holds()} == {
        queued.transaction,
        still.transaction,
    }
    server.faults.set(Fault(FaultKind.OFFLINE))
    assert await reread_holds(*parts) == Reread(settled=0, is_complete=False)


async def test_a_new_token_of_the_same_account_keeps_the_account(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        before = await desk.accounts.ensure()
        assert await desk.accounts.known() == before
    async with desk_on(server, tmp_path) as desk:
        assert await desk.accounts.known() == before
        desk.client.token = None
        assert await desk.accounts.known() is None


async def test_the_locations_of_last_time_serve_offline(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        online = await desk.catalogue.locations()
        assert online.error is None
        assert len(online.locations) > 10
    server.faults.set(Fault(FaultKind.OFFLINE))
    async with desk_on(server, tmp_path) as desk:
        offline = await desk.catalogue.locations()
        assert offline.locations == online.locations
        assert offline.error is not None
        assert offline.find(online.locations[3].id) == online.locations[3]
