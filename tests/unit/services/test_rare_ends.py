"""The rarest ends of what the outbox, a check and a restart begin."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import OperationKind, OperationState
from giftill.domain.transactions import TransactionId
from giftill.gifty import GiftyClient, TokenRefused
from giftill.journal import EventKind, JournalWriteError, Record
from giftill.sandbox import Fault, FaultKind, SandboxServer
from giftill.services.recovery import reread_until_complete
from giftill.services.search import search
from tests.helpers.desk import TOKEN, code_of
from tests.helpers.patience import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from giftill.domain.operations import Hold, Operation
    from giftill.domain.transactions import Transaction
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

REDEEM = "/v1/giftcards/*/redeem"
MINUTE_MS = 60_000


async def a_hold(desk: Desk) -> Hold:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.hold is not None, placed
    return placed.hold


async def lost_hold(desk: Desk, server: SandboxServer) -> Operation:
    """Hold 12.50 on a card and lose the answer."""
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path=REDEEM, times=1))
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.operation is not None
    return placed.operation


async def stored(desk: Desk, operation: Operation) -> Operation:
    found = await desk.journal.operation(operation.id)
    assert found is not None
    return found


async def test_a_capture_that_can_not_even_be_written_waits_and_stops_no_other(desk: Desk) -> None:
    good = await a_hold(desk)
    bad = replace(good, transaction=TransactionId("tr/../nowhere"))
    await desk.journal.commit(Record(EventKind.HOLD_ADOPTED, hold=bad))
    operations = await desk.outbox.record([bad, good], OperationKind.CAPTURE)
    await desk.outbox.drain()
    after = [await stored(desk, each) for each in operations]
    assert [each.state for each in after] == [OperationState.QUEUED, OperationState.CONFIRMED]
    assert after[0].attempts > 0
    assert after[0].last_problem


@pytest.mark.parametrize("kind", [OperationKind.CAPTURE, OperationKind.RELEASE])
async def test_an_answer_in_another_currency_is_not_believed_before_a_look(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: OperationKind
) -> None:
    ask = getattr(GiftyClient, kind.value)

    async def lie(client: GiftyClient, *args: object, **options: object) -> Transaction:
        told: Transaction = await ask(client, *args, **options)
        return replace(told, currency="USD")

    monkeypatch.setattr(GiftyClient, kind.value, lie)
    (operation,) = await desk.outbox.record([await a_hold(desk)], kind)
    after = await desk.outbox.attempt(operation.id)
    assert after.state is OperationState.CONFIRMED
    events = [
        each.event
        for each in await desk.journal.entries()
        if each.operation is not None and each.operation.id == operation.id
    ]
    assert events == [
        EventKind.QUEUED,
        EventKind.SENDING,
        EventKind.UNKNOWN,
        EventKind.CONFIRMED,
    ]


async def test_a_disk_that_refuses_an_attempt_puts_it_off_and_nothing_is_sent(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = await a_hold(desk)
    (operation,) = await desk.outbox.record([hold], OperationKind.CAPTURE)
    commit = desk.journal.commit
    refused: list[EventKind] = []
    pauses: list[float] = []

    async def refuse_once(*records: Record) -> None:
        if records[0].event is EventKind.SENDING and not refused:
            refused.append(records[0].event)
            raise JournalWriteError("I/O error")
        await commit(*records)

    async def wait(event: asyncio.Event, pause_s: float) -> bool:
        pauses.append(pause_s)
        if len(pauses) == 1:
            row = server.ledger.transaction(hold.transaction)
            assert row is not None
            assert row.status == "pending"
        else:
            await event.wait()
        return True

    monkeypatch.setattr(desk.journal, "commit", refuse_once)
    monkeypatch.setattr(desk.outbox._clock, "wait", wait)
    working = asyncio.create_task(desk.outbox.run())

    async def is_done() -> bool:
        return (await stored(desk, operation)).state is OperationState.CONFIRMED

    await until(is_done)
    await desk.outbox.stop(1.0)
    await working
    assert refused == [EventKind.SENDING]
    assert pauses[0] > 0


async def test_what_else_happens_on_the_card_is_not_taken_for_the_lost_refund(
    desk: Desk, server: SandboxServer
) -> None:
    taken = await desk.client.redeem(code_of("full_50"), Money(1250), capture=True)
    server.faults.set(Fault(FaultKind.LOSE_BEFORE, path="/v1/transactions/*/refund", times=1))
    placed = await desk.sales.refund(taken, Money(1250), reason="CUSTOMER_REQUEST")
    assert placed.operation is not None
    await desk.client.redeem(code_of("full_50"), Money(1250), capture=True)
    seen = await search(desk.client, desk.journal, desk.connectivity, placed.operation)
    assert seen.all == ()


async def test_what_lies_behind_all_that_the_card_had_is_not_looked_at(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.client.redeem(code_of("full_50"), Money(100), capture=True)
    operation = await lost_hold(desk, server)
    ask = GiftyClient.transactions

    async def with_an_old_hold(
        client: GiftyClient, **options: object
    ) -> AsyncIterator[Transaction]:
        listed = [each async for each in ask(client, **options)]  # type: ignore[arg-type] # as it came
        oldest = listed[-1].created_at
        assert oldest is not None
        for each in listed:
            yield each
        yield replace(
            listed[0], id=TransactionId("tr_old"), created_at=oldest - timedelta(days=1, hours=1)
        )

    monkeypatch.setattr(GiftyClient, "transactions", with_an_old_hold)
    seen = await search(desk.client, desk.journal, desk.connectivity, operation)
    assert len(seen.all) == 1
    assert seen.all[0].id != "tr_old"


async def test_a_till_that_closes_during_a_look_waits_for_no_other(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await lost_hold(desk, server)
    now_ms = desk.clock.now_ms
    monkeypatch.setattr(desk.clock, "now_ms", lambda: now_ms() + MINUTE_MS)
    ask = GiftyClient.transactions

    async def closing(client: GiftyClient, **options: object) -> AsyncIterator[Transaction]:
        desk.reconciler.stop()
        async for each in ask(client, **options):  # type: ignore[arg-type] # handed on as it came
            yield each

    async def wait(_event: asyncio.Event, pause_s: float) -> bool:
        pytest.fail(f"it waits for another {pause_s} s")

    monkeypatch.setattr(GiftyClient, "transactions", closing)
    monkeypatch.setattr(desk.clock, "wait", wait)
    await desk.reconciler.run()
    # What was begun is recorded all the same.
    assert (await stored(desk, operation)).state is OperationState.CONFIRMED


@dataclass
class Turns:
    """A clock whose waits are over as soon as `meanwhile` is done."""

    meanwhile: Callable[[], Awaitable[object]]
    waits: int = 0

    def now_ms(self) -> int:
        return 1_795_000_000_000

    async def wait(self, _event: asyncio.Event, _timeout_s: float) -> bool:
        self.waits += 1
        await self.meanwhile()
        return True


async def released_elsewhere(desk: Desk) -> Hold:
    hold = await a_hold(desk)
    await desk.client.release(hold.transaction)
    return hold


async def reread(desk: Desk, clock: Turns) -> None:
    parts = (desk.journal, desk.client, desk.accounts, desk.connectivity)
    async with asyncio.timeout(20):
        await reread_until_complete(*parts, clock)


async def test_while_the_account_is_paused_no_hold_is_read_again(
    desk: Desk, server: SandboxServer
) -> None:
    await released_elsewhere(desk)
    desk.client.token = "expired"
    with pytest.raises(TokenRefused):
        await desk.sales.look_up(code_of("full_50"))
    assert desk.connectivity.is_paused
    # Even with the right token: the pause ends when somebody gives one.
    desk.client.token = TOKEN

    async def give_a_token() -> None:
        assert len(await desk.sales.open_holds()) == 1
        desk.connectivity.forget_refusal()

    clock = Turns(give_a_token)
    await reread(desk, clock)
    assert clock.waits == 1
    assert await desk.sales.open_holds() == ()


async def test_a_hold_found_settled_that_can_not_be_recorded_is_read_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await released_elsewhere(desk)

    async def refuse(*_records: Record) -> None:
        raise JournalWriteError("I/O error")

    monkeypatch.setattr(desk.journal, "commit", refuse)

    async def repair() -> None:
        assert len(await desk.sales.open_holds()) == 1
        monkeypatch.undo()

    clock = Turns(repair)
    await reread(desk, clock)
    assert clock.waits == 1
    assert await desk.sales.open_holds() == ()
