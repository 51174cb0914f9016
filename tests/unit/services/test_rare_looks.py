"""The rarest ways through a check: other accounts, other refunds, and what a disk did not keep."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from giftill.domain.message import Message
from giftill.domain.money import Money
from giftill.domain.operations import AccountId, OperationState
from giftill.gifty import GiftyClient, UnusableInput
from giftill.journal import EventKind, JournalReadError, JournalWriteError, Record
from giftill.sandbox import Fault, FaultKind, SandboxServer
from giftill.services.results import Result
from giftill.services.search import search
from tests.helpers.desk import code_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from giftill.domain.operations import Operation
    from giftill.domain.transactions import Transaction
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

MINUTES_MS = 60_000


async def lost_hold(desk: Desk, server: SandboxServer) -> Operation:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    path = "/v1/giftcards/*/redeem"
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path=path, times=1))
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.operation is not None
    return placed.operation


async def state_of(desk: Desk, operation: Operation) -> OperationState:
    found = await desk.journal.operation(operation.id)
    assert found is not None
    return found.state


async def test_what_is_still_called_being_sent_is_looked_at_when_no_request_takes_so_long(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = replace(await lost_hold(desk, server), state=OperationState.SENDING)
    await desk.journal.commit(Record(EventKind.SENDING, operation=sending))
    await desk.reconciler.drain()
    assert await state_of(desk, sending) is OperationState.SENDING
    now_ms = type(desk.clock)().now_ms
    monkeypatch.setattr(desk.clock, "now_ms", lambda: now_ms() + 3 * MINUTES_MS)
    await desk.reconciler.drain()
    assert await state_of(desk, sending) is OperationState.CONFIRMED


async def test_what_is_of_another_account_is_not_looked_at(
    desk: Desk, server: SandboxServer
) -> None:
    foreign = replace(await lost_hold(desk, server), account=AccountId("another"))
    assert (await desk.reconciler.step(foreign)).result is Result.CHECKING


async def test_what_was_seen_while_the_token_changed_counts_for_nothing(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await lost_hold(desk, server)
    ask = GiftyClient.transactions

    async def changing(client: GiftyClient, **options: object) -> AsyncIterator[Transaction]:
        async for each in ask(client, **options):  # type: ignore[arg-type] # as it came
            yield each
        client.token = "another"

    monkeypatch.setattr(GiftyClient, "transactions", changing)
    assert (await desk.reconciler.step(operation)).result is Result.CHECKING


@pytest.mark.parametrize("cents", [500, 700])
async def test_a_refund_in_the_time_of_a_lost_one_is_seen_whatever_its_amount(
    desk: Desk, server: SandboxServer, cents: int
) -> None:
    taken = await desk.client.redeem(code_of("full_50"), Money(2000), capture=True)
    path = "/v1/transactions/*/refund"
    server.faults.set(Fault(FaultKind.LOSE_BEFORE, path=path, times=1))
    placed = await desk.sales.refund(taken, Money(500), reason="CUSTOMER_REQUEST")
    assert placed.operation is not None
    await desk.client.refund(taken.id, Money(cents), reason="CUSTOMER_REQUEST")
    seen = await search(desk.client, desk.journal, desk.connectivity, placed.operation)
    assert len(seen.all) == 1
    assert bool(seen.likely) is (cents == 500)


async def test_what_this_till_can_not_even_write_was_not_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unusable(*_args: object, **_options: object) -> Transaction:
        raise UnusableInput(Message("No"), Message("It is no code."), Message("Scan again."))

    monkeypatch.setattr(GiftyClient, "redeem", unusable)
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.result is Result.NOT_DONE


async def test_a_hold_that_can_neither_be_recorded_nor_read_is_being_checked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    commit = desk.journal.commit

    async def fail_at_the_end(*records: Record) -> None:
        if any(each.event is EventKind.CONFIRMED for each in records):
            raise JournalWriteError("I/O error")
        await commit(*records)

    async def unreadable(*_args: object) -> Operation:
        raise JournalReadError("I/O error")

    monkeypatch.setattr(desk.journal, "commit", fail_at_the_end)
    monkeypatch.setattr(desk.journal, "operation", unreadable)
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.result is Result.CHECKING
