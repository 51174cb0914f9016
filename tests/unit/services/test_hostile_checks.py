"""Lost answers under bad circumstances: nothing is charged twice, nothing is left unseen."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import AttentionKind, OperationState
from giftill.gifty import Exchange, GiftyClient, Pacer
from giftill.journal import EventKind, Record
from giftill.sandbox import Fault, FaultKind, SandboxServer
from giftill.services.results import Placed, Result, StillChecking
from tests.helpers.desk import TOKEN, code_of
from tests.helpers.patience import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from giftill.domain.operations import Operation
    from giftill.domain.transactions import Transaction
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

REDEEM = "/v1/giftcards/*/redeem"
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def turn_clock(monkeypatch: pytest.MonkeyPatch, desk: Desk, by_ms: int) -> None:
    """Let this PC's clock jump."""
    now_ms = type(desk.clock)().now_ms
    monkeypatch.setattr(desk.clock, "now_ms", lambda: now_ms() + by_ms)


def change_lists(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[list[Transaction]], list[Transaction]]
) -> None:
    """Let every list of transactions be another one than the server's."""
    ask = GiftyClient.transactions

    async def changed(client: GiftyClient, **options: object) -> AsyncIterator[Transaction]:
        listed = [each async for each in ask(client, **options)]  # type: ignore[arg-type] # as it came
        for each in change(listed):
            yield each

    monkeypatch.setattr(GiftyClient, "transactions", changed)


async def lose(
    desk: Desk, server: SandboxServer, kind: FaultKind = FaultKind.LOSE_ANSWER_AFTER
) -> Operation:
    """Hold 12.50 and lose the answer; return the operation."""
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    server.faults.set(Fault(kind, path=REDEEM, times=1))
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.result is Result.CHECKING, placed
    assert placed.operation is not None
    return placed.operation


async def check(desk: Desk, operation: Operation) -> Placed:
    """Look until the check ends, or three times."""
    placed = Placed(Result.CHECKING, operation)
    for _ in range(3):
        if placed.result is not Result.CHECKING or placed.operation is None:
            break
        placed = await desk.reconciler.step(placed.operation)
    return placed


async def stored(desk: Desk, operation: Operation) -> Operation:
    found = await desk.journal.operation(operation.id)
    assert found is not None
    return found


@pytest.mark.parametrize("by_ms", [DAY_MS, -DAY_MS, 365 * DAY_MS, HOUR_MS])
async def test_a_clock_that_jumped_before_the_hold_does_not_hide_it(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch, by_ms: int
) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    turn_clock(monkeypatch, desk, by_ms)
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path=REDEEM, times=1))
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.operation is not None
    found = await check(desk, placed.operation)
    assert found.result is Result.ATTENTION
    assert found.operation is not None
    assert found.operation.attention is AttentionKind.POSSIBLE_HOLD
    assert found.operation.result is not None


async def test_a_hold_listed_behind_older_ones_is_found(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await lose(desk, server)
    change_lists(monkeypatch, lambda listed: [*listed[1:2], listed[0], *listed[2:]])
    assert (await check(desk, operation)).result is Result.DONE


async def test_a_hold_made_long_after_is_not_adopted(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await lose(desk, server, FaultKind.LOSE_BEFORE)
    await desk.client.redeem(code_of("full_50"), Money(1250))

    def age(listed: list[Transaction]) -> list[Transaction]:
        made = listed[0].created_at
        assert made is not None
        return [replace(listed[0], created_at=made + timedelta(minutes=20)), *listed[1:]]

    change_lists(monkeypatch, age)
    found = await check(desk, operation)
    assert found.result is Result.ATTENTION
    assert await desk.sales.open_holds() == ()


async def test_a_hold_on_another_card_is_not_adopted(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await lose(desk, server, FaultKind.LOSE_BEFORE)
    # A server that ignores the filter lists every card's transactions.
    other = await desk.client.redeem(code_of("large"), Money(1250))
    change_lists(monkeypatch, lambda listed: [other, *listed])
    assert (await check(desk, operation)).result is Result.NOT_DONE


async def test_a_hold_that_the_list_shows_late_is_brought_to_a_manager(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await lose(desk, server)
    with monkeypatch.context() as behind:
        change_lists(behind, lambda listed: listed[1:])
        assert (await check(desk, operation)).result is Result.NOT_DONE
    # The cashier was told that it was not charged, and charged again.
    code = code_of("full_50")
    again = await desk.sales.hold(
        code, await desk.sales.look_up(code), Money(1250), desk.sales.new_sale()
    )
    assert again.result is Result.DONE
    told: list[Placed] = []
    desk.sales.resolved.subscribe(told.append)
    await desk.reconciler.drain()
    assert told == []
    turn_clock(monkeypatch, desk, HOUR_MS)
    await desk.reconciler.drain()
    assert [each.result for each in told] == [Result.ATTENTION]
    late = await stored(desk, operation)
    assert late.attention is AttentionKind.ORPHANED_HOLD
    assert again.hold is not None
    assert late.result not in {None, again.hold.transaction}


async def test_what_is_never_found_is_watched_for_a_day_and_then_left(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await lose(desk, server, FaultKind.LOSE_BEFORE)
    assert (await check(desk, operation)).result is Result.NOT_DONE
    asked: list[int] = []

    def count(listed: list[Transaction]) -> list[Transaction]:
        asked.append(len(listed))
        return listed

    change_lists(monkeypatch, count)
    begun_ms = now_ms = desk.clock.now_ms()
    monkeypatch.setattr(desk.clock, "now_ms", lambda: now_ms)
    while due_ms := (await stored(desk, operation)).next_at_ms:
        assert due_ms > now_ms
        now_ms = due_ms
        await desk.reconciler.drain()
    assert DAY_MS <= now_ms - begun_ms < DAY_MS + 2 * HOUR_MS
    looks = len(asked)
    now_ms += DAY_MS
    await desk.reconciler.drain()
    assert len(asked) == looks < 20
    assert (await stored(desk, operation)).state is OperationState.NOT_DONE


@pytest.mark.parametrize("by_ms", [365 * DAY_MS, -DAY_MS])
async def test_a_clock_that_jumps_ends_no_watch(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch, by_ms: int
) -> None:
    operation = await lose(desk, server)
    with monkeypatch.context() as behind:
        change_lists(behind, lambda listed: listed[1:])
        assert (await check(desk, operation)).result is Result.NOT_DONE
    turn_clock(monkeypatch, desk, by_ms)
    await desk.reconciler.drain()
    assert (await stored(desk, operation)).attention is AttentionKind.ORPHANED_HOLD


async def test_a_watch_that_began_in_a_wrong_year_is_not_longer_or_denser_for_that(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as next_year:
        turn_clock(next_year, desk, 365 * DAY_MS)
        operation = await lose(desk, server, FaultKind.LOSE_BEFORE)
        assert (await check(desk, operation)).result is Result.NOT_DONE
    begun_ms = now_ms = desk.clock.now_ms()
    monkeypatch.setattr(desk.clock, "now_ms", lambda: now_ms)
    looks = 0
    while (watched := await stored(desk, operation)).next_at_ms:
        # What is due in another year is due now.
        now_ms = min(now_ms + 60_000, max(now_ms, watched.next_at_ms))
        await desk.reconciler.drain()
        looks += (await stored(desk, operation)).attempts > watched.attempts
    assert looks < 20
    assert 22 * HOUR_MS <= now_ms - begun_ms < 26 * HOUR_MS


async def test_a_jump_before_a_card_s_first_transaction_does_not_hide_it(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of("new")
    card = await desk.sales.look_up(code)
    assert card.transactions == ()
    turn_clock(monkeypatch, desk, 365 * DAY_MS)
    hear = desk.client._watch
    assert hear is not None

    def since_the_jump(exchange: Exchange) -> None:
        hear(replace(exchange, server_time_offset_s=-365 * DAY_MS / 1000))

    monkeypatch.setattr(desk.client, "_watch", since_the_jump)
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path="/v1/giftcards/*/issue", times=1))
    placed = await desk.sales.issue(code, card, amount=Money(2500))
    assert placed.operation is not None
    found = await check(desk, placed.operation)
    assert found.result in {Result.ATTENTION, Result.DONE}


@pytest.mark.parametrize("minutes", [0, 2, 10, 60])
async def test_looking_in_vain_is_not_tried_again_at_once(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    await lose(desk, server)
    server.faults.set(Fault(FaultKind.OFFLINE))
    turn_clock(monkeypatch, desk, 60_000 * minutes + 20_000)
    assert await desk.reconciler._round() >= 4


async def test_an_answer_that_tells_of_an_earlier_hold_makes_no_second_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    cached = await desk.client.redeem(code, Money(1250))
    before = await desk.sales.find_hold(cached.id)

    async def from_cache(_client: GiftyClient, *_args: object, **_options: object) -> Transaction:
        return cached

    monkeypatch.setattr(GiftyClient, "redeem", from_cache)
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.result is Result.CHECKING
    assert await desk.sales.open_holds() == (before,)


async def test_what_can_never_be_looked_at_needs_a_manager(
    desk: Desk, server: SandboxServer
) -> None:
    operation = replace(await lose(desk, server), card=None)
    await desk.journal.commit(Record(EventKind.UNKNOWN, operation=operation))
    assert (await check(desk, operation)).result is Result.ATTENTION


async def test_a_request_that_waits_for_its_turn_is_not_declared_undone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    turn = asyncio.Event()
    redeem = GiftyClient.redeem

    async def late(client: GiftyClient, *args: object, **options: object) -> Transaction:
        await turn.wait()
        return await redeem(client, *args, **options)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(GiftyClient, "redeem", late)
    holding = asyncio.create_task(desk.sales.hold(code, card, Money(1250), desk.sales.new_sale()))

    async def is_sending() -> bool:
        return bool(await desk.journal.operations(states=(OperationState.SENDING,)))

    await until(is_sending)
    for minutes in (10, 20, 30):
        with monkeypatch.context() as later:
            turn_clock(later, desk, minutes * 60_000)
            await desk.reconciler.drain()
    assert await is_sending()
    turn.set()
    assert (await holding).result is Result.DONE


async def test_a_clock_set_back_does_not_put_the_check_off(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await lose(desk, server)
    turn_clock(monkeypatch, desk, -DAY_MS)
    await desk.reconciler.drain()
    assert (await stored(desk, operation)).state is OperationState.CONFIRMED


async def test_looking_in_vain_writes_nothing(desk: Desk, server: SandboxServer) -> None:
    operation = await lose(desk, server)
    server.faults.set(Fault(FaultKind.OFFLINE))
    before = len(await desk.journal.entries())
    for _ in range(3):
        assert (await desk.reconciler.step(operation)).result is Result.CHECKING
    assert len(await desk.journal.entries()) == before


async def test_a_listener_that_fails_does_not_end_the_checks(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await lose(desk, server)

    def fail(_placed: Placed) -> None:
        raise RuntimeError("a screen is broken")

    desk.sales.resolved.subscribe(fail)
    turn_clock(monkeypatch, desk, 60_000)
    running = asyncio.create_task(desk.reconciler.run())

    async def is_settled() -> bool:
        return (await stored(desk, operation)).state is OperationState.CONFIRMED

    await until(is_settled)
    ended, _ = await asyncio.wait({running}, timeout=0.3)
    assert not ended
    desk.reconciler.stop()
    await running


async def test_a_hold_that_is_being_looked_for_is_not_taken_over_as_another(
    desk: Desk, server: SandboxServer
) -> None:
    operation = await lose(desk, server)
    (made,) = [
        each.id
        async for each in desk.client.transactions(card=operation.card)
        if each.id not in operation.known_transactions
    ]
    with pytest.raises(StillChecking):
        await desk.sales.find_hold(made)
    assert (await check(desk, operation)).result is Result.DONE
    assert (await desk.sales.find_hold(made)).sale == operation.sale


async def test_a_hold_from_before_the_lost_one_may_be_taken_over(
    desk: Desk, server: SandboxServer
) -> None:
    earlier = await desk.client.redeem(code_of("full_50"), Money(1250))
    await lose(desk, server)
    assert (await desk.sales.find_hold(earlier.id)).transaction == earlier.id


async def test_a_refund_is_not_repeated_while_the_first_is_being_checked(
    desk: Desk, server: SandboxServer
) -> None:
    taken = await desk.client.redeem(code_of("full_50"), Money(2000), capture=True)

    async def refund() -> Placed:
        return await desk.sales.refund(taken, Money(500), reason="CUSTOMER_REQUEST")

    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path="/v1/transactions/*/refund"))
    first = await refund()
    assert first.result is Result.CHECKING
    server.faults.clear()
    again = await refund()
    assert (again.result, type(again.error)) == (Result.REFUSED, StillChecking)
    assert first.operation is not None
    assert (await check(desk, first.operation)).result is Result.DONE
    assert (await desk.sales.look_up(code_of("full_50"))).balance_cents == 3500


async def test_two_presses_in_one_instant_refund_once(desk: Desk) -> None:
    taken = await desk.client.redeem(code_of("full_50"), Money(2000), capture=True)
    placed = await asyncio.gather(
        *(desk.sales.refund(taken, Money(500), reason="CUSTOMER_REQUEST") for _ in range(3))
    )
    assert sorted(each.result for each in placed) == [Result.DONE, *[Result.REFUSED] * 2]
    assert (await desk.sales.look_up(code_of("full_50"))).balance_cents == 3500


@pytest.mark.parametrize("kind", [FaultKind.LOSE_ANSWER_AFTER, FaultKind.LOSE_BEFORE])
async def test_a_card_with_more_transactions_than_a_page_is_searched_right(
    desk: Desk, server: SandboxServer, kind: FaultKind
) -> None:
    code = code_of("large")
    async with GiftyClient(TOKEN, base_url=server.url, pacer=Pacer(0)) as other_till:
        for number in range(130):
            await other_till.redeem(code, Money(100 + number % 2))
    card = await desk.sales.look_up(code)
    server.faults.set(Fault(kind, path=REDEEM, times=1))
    placed = await desk.sales.hold(code, card, Money(100), desk.sales.new_sale())
    assert placed.operation is not None
    found = await check(desk, placed.operation)
    is_made = kind is FaultKind.LOSE_ANSWER_AFTER
    assert found.result is (Result.DONE if is_made else Result.NOT_DONE)


async def test_a_card_that_was_shown_without_its_transactions_is_searched_by_time(
    desk: Desk, server: SandboxServer
) -> None:
    code = code_of("full_50")
    card = replace(await desk.sales.look_up(code), transactions=())
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path=REDEEM, times=1))
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.operation is not None
    assert (await check(desk, placed.operation)).result is Result.DONE
