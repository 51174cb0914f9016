"""The sliding window, its two priorities and its memory, in virtual time."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giftill.gifty import Pacer, Priority, Turns, TurnsInMemory, Urgency
from tests.helpers.virtual_time import run_virtually

CASHIER, OUTBOX = Priority.CASHIER, Priority.OUTBOX
WINDOW_S = 60.0
# Adding seconds to a clock rounds in the last bits.
CLOSE_S = 1e-6


def loop_time() -> float:
    return asyncio.get_running_loop().time()


def make_pacer(limit: int, *, reserve: int = 0, turns: Turns | None = None) -> Pacer:
    memory = turns or TurnsInMemory(loop_time)
    return Pacer(limit, turns=memory, reserve_for_cashier=reserve)


async def timed_turn(pacer: Pacer, priority: Priority, turns: list[tuple[float, Priority]]) -> None:
    await pacer.turn(priority)
    turns.append((loop_time(), priority))


async def take(pacer: Pacer, count: int, priority: Priority = CASHIER) -> list[float]:
    turns: list[tuple[float, Priority]] = []
    await asyncio.gather(*(timed_turn(pacer, priority, turns) for _ in range(count)))
    return [at for at, _ in turns]


def assert_within_limit(times: list[float], limit: int) -> None:
    for first, over in zip(times, times[limit:], strict=False):
        assert over - first >= WINDOW_S - CLOSE_S


def test_turns_up_to_the_limit_cost_no_time() -> None:
    async def main() -> list[float]:
        return [at - 1_000.0 for at in await take(make_pacer(10), 10)]

    assert run_virtually(main) == [0.0] * 10


def test_the_turn_after_the_limit_comes_when_the_first_is_a_minute_old() -> None:
    async def main() -> float:
        pacer = make_pacer(3)
        await pacer.turn()
        await asyncio.sleep(20)
        await take(pacer, 2)
        return (await take(pacer, 1))[0] - 1_000.0

    assert run_virtually(main) == pytest.approx(60.0, abs=0.01)


def test_the_outbox_leaves_the_reserve_to_the_cashier() -> None:
    async def main() -> tuple[float, float]:
        pacer = make_pacer(10, reserve=4)
        await take(pacer, 6, OUTBOX)
        outbox = asyncio.create_task(take(pacer, 1, OUTBOX))
        await asyncio.sleep(1)
        cashier = await take(pacer, 4)
        return cashier[-1] - 1_000.0, (await outbox)[0] - 1_000.0

    cashier_at, outbox_at = run_virtually(main)
    assert cashier_at == 1.0
    # All ten are used by then: six of them must be a minute old, and four of those were free at 60.
    assert outbox_at == pytest.approx(60.0, abs=0.01)


def test_the_outbox_gets_no_turn_while_a_cashier_waits() -> None:
    async def main() -> list[Priority]:
        pacer = make_pacer(2)
        await take(pacer, 2)
        turns: list[tuple[float, Priority]] = []
        tasks = [asyncio.create_task(timed_turn(pacer, OUTBOX, turns))]
        await asyncio.sleep(30)
        tasks += [asyncio.create_task(timed_turn(pacer, CASHIER, turns)) for _ in range(2)]
        await asyncio.gather(*tasks)
        return [priority for _, priority in turns]

    assert run_virtually(main) == [CASHIER, CASHIER, OUTBOX]


def test_equals_are_served_in_the_order_they_came() -> None:
    async def main() -> list[int]:
        pacer = make_pacer(1)
        order: list[int] = []

        async def ask(number: int) -> None:
            await pacer.turn(OUTBOX)
            order.append(number)

        await asyncio.gather(*(ask(number) for number in range(6)))
        return order

    assert run_virtually(main) == list(range(6))


def test_a_cancelled_wait_uses_no_turn_and_frees_the_queue() -> None:
    async def main() -> float:
        pacer = make_pacer(1)
        await pacer.turn()
        first = asyncio.create_task(pacer.turn())
        second = asyncio.create_task(take(pacer, 1))
        await asyncio.sleep(10)
        first.cancel()
        return (await second)[0] - 1_000.0

    assert run_virtually(main) == pytest.approx(60.0, abs=0.01)


def test_a_cancelled_cashier_lets_the_outbox_go_on() -> None:
    async def main() -> float:
        pacer = make_pacer(1)
        await pacer.turn()
        cashier = asyncio.create_task(pacer.turn(CASHIER))
        outbox = asyncio.create_task(take(pacer, 1, OUTBOX))
        await asyncio.sleep(10)
        cashier.cancel()
        return (await outbox)[0] - 1_000.0

    assert run_virtually(main) == pytest.approx(60.0, abs=0.01)


def test_a_sleep_that_wakes_early_does_not_break_the_limit() -> None:
    async def main() -> list[float]:
        pacer = Pacer(
            2,
            turns=TurnsInMemory(loop_time),
            sleep=lambda seconds: asyncio.sleep(seconds * 0.4),
        )
        return await take(pacer, 7)

    assert_within_limit(run_virtually(main), 2)


def test_a_limit_that_was_lowered_waits_for_what_was_used_above_it() -> None:
    async def main() -> list[float]:
        turns = TurnsInMemory(loop_time)
        before = make_pacer(4, turns=turns)
        await take(before, 2)
        await asyncio.sleep(30)
        await take(before, 2)
        after = make_pacer(2, turns=turns)
        return [each - 1_000.0 for each in await take(after, 2)]

    assert run_virtually(main) == pytest.approx([90.0, 90.0], abs=0.01)


def test_a_cashier_who_comes_to_wait_for_the_outbox_goes_before_it() -> None:
    async def main() -> float:
        pacer = make_pacer(10, reserve=4)
        await take(pacer, 6, OUTBOX)
        urgency = Urgency(OUTBOX)
        turn = asyncio.create_task(pacer.turn(urgency))
        await asyncio.sleep(1)
        assert not turn.done()
        urgency.hurry()
        await turn
        return loop_time() - 1_000.0

    assert run_virtually(main) == pytest.approx(1.0, abs=0.01)


def test_an_urgency_that_nobody_hurries_is_the_outboxs() -> None:
    async def main() -> tuple[float, float]:
        pacer = make_pacer(10, reserve=4)
        await take(pacer, 6, OUTBOX)
        hurried = Urgency(CASHIER)
        await pacer.turn(hurried)
        hurried_at = loop_time()
        await pacer.turn(Urgency(OUTBOX))
        return hurried_at - 1_000.0, loop_time() - 1_000.0

    assert run_virtually(main) == pytest.approx((0.0, 60.0), abs=0.01)


def test_a_turn_waited_for_in_vain_with_urgency_is_not_used() -> None:
    async def main() -> float:
        pacer = make_pacer(1)
        await pacer.turn()
        waiting = asyncio.create_task(pacer.turn(Urgency(OUTBOX)))
        await asyncio.sleep(1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.sleep(60)
        await pacer.turn()
        return loop_time() - 1_000.0

    assert run_virtually(main) == pytest.approx(61.0, abs=0.01)


def test_no_limit_means_no_wait() -> None:
    async def main() -> float:
        return (await take(make_pacer(0), 1_000, OUTBOX))[-1] - 1_000.0

    assert run_virtually(main) == 0.0


def test_a_small_limit_still_lets_the_outbox_drain() -> None:
    async def main() -> list[float]:
        return await take(make_pacer(4, reserve=20), 4, OUTBOX)

    assert_within_limit(run_virtually(main), 2)


def test_a_turn_that_ends_in_this_very_instant_is_counted_when_it_is_given_again() -> None:
    # 1060.1 - 60 is less than 1000.1 in floating point, and 1000.1 + 60 is 1060.1.
    now = 1000.1
    turns = TurnsInMemory(lambda: now)
    assert turns.take(1) == 0.0
    now = 1060.1
    assert turns.take(1) == 0.0
    assert turns.take(1) == pytest.approx(60.0)


requests = st.lists(
    st.tuples(
        st.floats(0, 50, allow_nan=False),
        st.sampled_from(Priority),
        st.none() | st.floats(0, 80, allow_nan=False),
    ),
    max_size=60,
)


@given(requests, st.integers(1, 12), st.integers(0, 12), st.floats(0.2, 1.0))
def test_the_limit_the_reserve_and_the_order_hold_whatever_comes(
    arrivals: list[tuple[float, Priority, float | None]],
    limit: int,
    reserve: int,
    wakes_at: float,
) -> None:
    turns: list[tuple[float, Priority]] = []
    cashiers_wait: list[bool] = []

    async def main() -> None:
        waiting: set[int] = set()
        pacer = Pacer(
            limit,
            turns=TurnsInMemory(loop_time),
            sleep=lambda seconds: asyncio.sleep(seconds * wakes_at),
            reserve_for_cashier=reserve,
        )

        async def ask(number: int, priority: Priority) -> None:
            if priority is CASHIER:
                waiting.add(number)
            try:
                await pacer.turn(priority)
            finally:
                waiting.discard(number)
            turns.append((loop_time(), priority))
            cashiers_wait.append(bool(waiting) and priority is OUTBOX)

        tasks = []
        for number, (after_s, priority, gives_up_s) in enumerate(arrivals):
            await asyncio.sleep(after_s / 10)
            task = asyncio.create_task(ask(number, priority))
            if gives_up_s is not None:
                asyncio.get_running_loop().call_later(gives_up_s, task.cancel)
            tasks.append(task)
        await asyncio.gather(*tasks, return_exceptions=True)
        assert all(task.done() for task in tasks)

    run_virtually(main)
    times = [at for at, _ in turns]
    assert_within_limit(times, limit)
    assert all(later >= earlier for earlier, later in pairwise(times))
    assert not any(cashiers_wait)
    kept = min(reserve, limit // 2)
    for index, (at, priority) in enumerate(turns):
        recent = [t for t in times[:index] if t > at - WINDOW_S + CLOSE_S]
        assert priority is CASHIER or len(recent) < limit - kept


@pytest.mark.parametrize(("limit", "reserve"), [(-1, 0), (1, -1)])
def test_negative_numbers_are_a_mistake(limit: int, reserve: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        Pacer(limit, reserve_for_cashier=reserve)
