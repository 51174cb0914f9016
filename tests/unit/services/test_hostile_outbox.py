"""The outbox under bad circumstances: nothing waits for ever, nothing starves, nothing spins."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import HoldState, OperationKind, OperationState
from giftill.gifty import Forbidden, GiftyClient, TokenRefused
from giftill.gifty.exchange import Purpose, Request
from giftill.journal import EventKind, Record
from giftill.sandbox import Fault, FaultKind, SandboxConfig, SandboxServer
from giftill.services.connectivity import Link
from giftill.services.results import NotAHold, Result
from tests.helpers.desk import TOKEN, code_of, desk_on
from tests.helpers.patience import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from giftill.domain.operations import Hold, Operation
    from giftill.domain.places import Location
    from giftill.domain.transactions import Transaction
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

CAPTURE = "/v1/transactions/*/capture"
DAY_MS = 24 * 3_600_000


def turn_clock(monkeypatch: pytest.MonkeyPatch, desk: Desk, by_ms: int) -> None:
    """Let this PC's clock jump."""
    now_ms = type(desk.clock)().now_ms
    monkeypatch.setattr(desk.clock, "now_ms", lambda: now_ms() + by_ms)


async def queue(desk: Desk, count: int) -> tuple[Operation, ...]:
    """Hold 1.00 so often and record the captures."""
    code = code_of("large")
    card = await desk.sales.look_up(code)
    holds: list[Hold] = []
    for _ in range(count):
        placed = await desk.sales.hold(code, card, Money(100), desk.sales.new_sale())
        assert placed.hold is not None, placed
        holds.append(placed.hold)
    return await desk.outbox.record(holds, OperationKind.CAPTURE)


async def stored(desk: Desk, operation: Operation) -> Operation:
    found = await desk.journal.operation(operation.id)
    assert found is not None
    return found


async def go_offline(desk: Desk, server: SandboxServer) -> None:
    """Let the till find out that the network is gone."""
    server.faults.set(Fault(FaultKind.OFFLINE))
    await desk.outbox.drain()
    assert desk.connectivity.link.value is Link.OFFLINE


async def test_an_item_that_the_server_chokes_on_is_not_all_that_is_tried(
    desk: Desk, server: SandboxServer
) -> None:
    operations = await queue(desk, 3)
    await go_offline(desk, server)
    bad = f"/v1/transactions/{operations[0].transaction}/capture"
    server.faults.set(Fault(FaultKind.STATUS_500, path=bad))
    for _ in range(6):
        await desk.outbox.drain()
    states = [(await stored(desk, each)).state for each in operations]
    assert states == [OperationState.QUEUED, OperationState.CONFIRMED, OperationState.CONFIRMED]


@pytest.mark.parametrize("attempts", [1023, 1024, 100_000])
async def test_a_long_time_offline_does_not_break_the_backoff(
    desk: Desk, server: SandboxServer, attempts: int
) -> None:
    (operation,) = await queue(desk, 1)
    tired = replace(operation, attempts=attempts)
    await desk.journal.commit(Record(EventKind.QUEUED, operation=tired))
    server.faults.set(Fault(FaultKind.OFFLINE))
    after = await desk.outbox.attempt(operation.id)
    assert (after.state, after.attempts) == (OperationState.QUEUED, attempts + 1)
    assert after.next_at_ms <= desk.clock.now_ms() + 300_000


async def test_a_night_of_failed_probes_does_not_break_the_outbox(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (operation,) = await queue(desk, 1)
    await go_offline(desk, server)

    async def nothing(*_args: object) -> Operation:
        return operation

    with monkeypatch.context() as night:
        night.setattr(desk.outbox, "attempt", nothing)
        for _ in range(1100):
            await desk.outbox.drain()
    server.faults.clear()
    await desk.outbox.drain()
    assert (await stored(desk, operation)).state is OperationState.CONFIRMED


@pytest.mark.parametrize("by_ms", [-DAY_MS, DAY_MS, 365 * DAY_MS])
async def test_a_clock_that_jumped_puts_nothing_off(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch, by_ms: int
) -> None:
    # The first connection lets everything go at once; what comes after keeps its due time.
    await queue(desk, 1)
    await desk.outbox.drain()
    (operation,) = await queue(desk, 1)
    later = replace(operation, next_at_ms=desk.clock.now_ms() + 250_000)
    await desk.journal.commit(Record(EventKind.QUEUED, operation=later))
    turn_clock(monkeypatch, desk, by_ms)
    working = asyncio.create_task(desk.outbox.run())
    await until(lambda: server.ledger.transaction(str(operation.transaction)).status == "success")  # type: ignore[union-attr] # it is there
    await desk.outbox.stop(1.0)
    await working


async def test_a_clock_set_back_does_not_prolong_a_limit(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (operation,) = await queue(desk, 1)
    server.faults.set(Fault(FaultKind.LIMITED, path=CAPTURE, times=1, retry_after_s=120))
    await desk.outbox.drain()
    assert (await stored(desk, operation)).state is OperationState.QUEUED
    turn_clock(monkeypatch, desk, -DAY_MS)
    await desk.outbox.drain()
    assert (await stored(desk, operation)).state is OperationState.CONFIRMED


async def test_a_limit_without_a_wait_is_still_a_pause(desk: Desk, server: SandboxServer) -> None:
    await queue(desk, 1)
    server.faults.set(Fault(FaultKind.LIMITED, path=CAPTURE, retry_after_s=0))
    await desk.outbox.drain()
    assert desk.connectivity.is_paused


async def test_a_new_token_is_looked_up_where_something_waits_for_it(tmp_path: Path) -> None:
    first = SandboxConfig(data=tmp_path / "ledger.sqlite3", token=TOKEN, rate_per_minute=0)
    with SandboxServer(first) as server:
        port = server.url.split(":")[2].split("/")[0]
        async with desk_on(server, tmp_path / "till") as desk:
            (operation,) = await queue(desk, 1)
    second = SandboxConfig(
        data=tmp_path / "ledger.sqlite3", token="new-token", port=int(port), rate_per_minute=0
    )
    with SandboxServer(second) as server:
        async with desk_on(server, tmp_path / "till", token="new-token") as desk:
            assert await desk.accounts.known() is None
            await desk.outbox.drain()
            assert (await stored(desk, operation)).state is OperationState.CONFIRMED


async def test_a_failure_that_nobody_foresaw_stops_neither_the_worker_nor_the_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations = await queue(desk, 6)
    cursed = {each.transaction for each in operations[:5]}
    capture = GiftyClient.capture

    async def break_down(client: GiftyClient, *args: object, **options: object) -> Transaction:
        if args[0] in cursed:
            raise ZeroDivisionError
        return await capture(client, *args, **options)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(GiftyClient, "capture", break_down)
    working = asyncio.create_task(desk.outbox.run())

    async def is_last_done() -> bool:
        return (await stored(desk, operations[5])).state is OperationState.CONFIRMED

    await until(is_last_done)
    assert not working.done()
    await desk.outbox.stop(1.0)
    await working


async def test_a_refused_item_keeps_its_distance_when_the_link_comes_and_goes(
    desk: Desk, server: SandboxServer
) -> None:
    (operation,) = await queue(desk, 1)
    far = desk.clock.now_ms() + 200_000
    refused = replace(operation, refusals=2, attempts=2, next_at_ms=far)
    await desk.journal.commit(Record(EventKind.QUEUED, operation=refused))
    await desk.outbox.refresh()
    desk.connectivity.link.set(Link.OFFLINE)
    desk.connectivity.link.set(Link.ONLINE)
    working = asyncio.create_task(desk.outbox.run())
    ended, _ = await asyncio.wait({working}, timeout=0.3)
    assert not ended
    assert await stored(desk, operation) == refused
    await desk.outbox.stop(1.0)
    await working


async def test_while_everything_is_forbidden_the_outbox_waits(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations = await queue(desk, 40)

    async def forbid(client: GiftyClient, *_args: object, **_options: object) -> Transaction:
        request = Request("POST", "/transactions", Purpose.CAPTURE)
        error = Forbidden(request, 403, (), "status 403")
        told = SimpleNamespace(status=403, error=error, server_time_offset_s=None)
        desk.connectivity.watch(told)  # type: ignore[arg-type] # all that it looks at
        raise error

    with monkeypatch.context() as portal:
        portal.setattr(GiftyClient, "capture", forbid)
        portal.setattr(GiftyClient, "transaction", forbid)
        for _ in range(5):
            await desk.outbox.drain()
    states = [(await stored(desk, each)).state for each in operations]
    assert states.count(OperationState.QUEUED) >= 30
    # One answer of another kind, as any look at a card gets, and it goes on.
    await desk.sales.look_up(code_of("large"))
    await desk.outbox.drain()
    assert desk.outbox.summary.value.waiting == 0


async def test_one_hold_given_twice_is_captured_once(desk: Desk) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(100), desk.sales.new_sale())
    assert placed.hold is not None
    first, second = await desk.sales.complete([placed.hold, placed.hold])
    assert first.operation == second.operation
    assert first.result is Result.DONE


async def test_two_presses_in_one_instant_complete_once(desk: Desk) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(100), desk.sales.new_sale())
    assert placed.hold is not None
    settled = await asyncio.gather(*(desk.sales.complete([placed.hold]) for _ in range(4)))
    assert {each.operation.id for (each,) in settled} == {settled[0][0].operation.id}
    assert [each.result for (each,) in settled] == [Result.DONE] * 4


async def test_what_the_journal_knows_of_a_hold_goes_before_what_a_screen_remembers(
    desk: Desk,
) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(100), desk.sales.new_sale())
    assert placed.hold is not None
    gone = replace(placed.hold, state=HoldState.RELEASED)
    await desk.journal.commit(Record(EventKind.HOLD_RELEASED, hold=gone))
    with pytest.raises(NotAHold):
        await desk.sales.complete([placed.hold])


async def test_holds_are_read_again_when_a_till_that_started_offline_is_online(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        code = code_of("full_50")
        card = await desk.sales.look_up(code)
        placed = await desk.sales.hold(code, card, Money(100), desk.sales.new_sale())
        assert placed.hold is not None
        await desk.client.release(placed.hold.transaction)
    server.faults.set(Fault(FaultKind.OFFLINE))
    async with desk_on(server, tmp_path, works=True) as desk:
        await until(lambda: desk.connectivity.link.value is Link.OFFLINE)
        assert len(await desk.sales.open_holds()) == 1
        server.faults.clear()
        await desk.sales.look_up(code)

        async def is_known() -> bool:
            return not await desk.sales.open_holds()

        await until(is_known)


async def test_a_refusal_of_a_token_that_was_replaced_meanwhile_pauses_nothing(
    desk: Desk, server: SandboxServer
) -> None:
    (operation,) = await queue(desk, 1)
    server.faults.set(Fault(FaultKind.LATENCY, method="GET", latency_ms=300))
    token, desk.client.token = desk.client.token, "expired"
    looking = asyncio.create_task(desk.sales.look_up(code_of("full_50")))
    # By then it is on its way, with the token that it was asked with.
    await asyncio.sleep(0.1)
    desk.client.token = token
    desk.connectivity.forget_refusal()
    with pytest.raises(TokenRefused):
        await looking
    await desk.outbox.drain()
    assert (await stored(desk, operation)).state is OperationState.CONFIRMED


async def test_an_account_without_locations_outlives_its_token(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(_client: GiftyClient, **_who: object) -> AsyncIterator[Location]:
        nowhere: tuple[Location, ...] = ()
        for each in nowhere:
            yield each

    monkeypatch.setattr(GiftyClient, "locations", none)
    before = await desk.accounts.ensure()
    desk.client.token = "the-next-token"
    assert await desk.accounts.ensure() == before
