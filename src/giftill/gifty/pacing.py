"""Pacing: an exact sliding window over everything one till sends, with room for the cashier."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

WINDOW_S: Final = 60.0

# Two clocks never agree to the last bit: a wait shorter than this could end before it began.
_SHORTEST_SLEEP_S: Final = 0.001


class Priority(IntEnum):
    """Who waits for a request."""

    CASHIER = 0
    OUTBOX = 1


class Pacer:
    """Hands out turns to send: never more than the limit within any 60 seconds.

    A cashier's request goes before everything of the outbox; the outbox leaves the last turns of
    a window to the cashier, and gets none while a cashier waits. Within one priority, first come,
    first served. A turn that was waited for in vain (the task was cancelled) is not used up.
    """

    def __init__(
        self,
        limit_per_minute: int,
        *,
        now: Callable[[], float] = time.time,
        steady: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        reserve_for_cashier: int = 20,
        history: Iterable[int] = (),
    ) -> None:
        """Start with the turns that were used before.

        Args:
            limit_per_minute: Turns in any 60 seconds; 0 for no limit (the API allows 120).
            now: This PC's Unix time in seconds; `history` is told in it.
            steady: A clock in seconds that never jumps; by default the system's, or `now` where
                that is not the system's clock either.
            sleep: Waits so many seconds; it may wake early.
            reserve_for_cashier: Turns of a window that the outbox never uses; at most half of the
                limit, so that a small limit still drains the outbox.
            history: An earlier pacer's `history`, so that a restart gives no second helping.
        """
        if limit_per_minute < 0 or reserve_for_cashier < 0:
            msg = "neither the limit nor the reserve can be negative"
            raise ValueError(msg)
        self._now = now
        self._steady = steady or (time.monotonic if now is time.time else now)
        self._sleep = sleep
        self._limit = limit_per_minute
        self._limits = {
            Priority.CASHIER: limit_per_minute,
            Priority.OUTBOX: limit_per_minute - min(reserve_for_cashier, limit_per_minute // 2),
        }
        # By the steady clock, oldest first: the wall clock may jump while the till is running.
        self._used: deque[float] = deque(self._remember(history))
        self._waiting = dict.fromkeys(Priority, 0)
        self._queues = {priority: asyncio.Lock() for priority in Priority}
        self._no_cashier_waits = asyncio.Event()
        self._no_cashier_waits.set()

    @property
    def history(self) -> tuple[int, ...]:
        """When the turns of the last 60 seconds were used: Unix time in ms, oldest first."""
        self._forget_old()
        offset = self._now() - self._steady()
        return tuple(math.ceil((used + offset) * 1000) for used in self._used)

    async def turn(self, priority: Priority = Priority.CASHIER) -> None:
        """Wait until a request may be sent, and count it as sent."""
        self._waiting[priority] += 1
        self._tell_whether_cashiers_wait()
        try:
            # The lock is a queue: it lets in one after another, in the order they came.
            async with self._queues[priority]:
                await self._wait_for_room(priority)
                self._used.append(self._steady())
        finally:
            self._waiting[priority] -= 1
            self._tell_whether_cashiers_wait()

    async def _wait_for_room(self, priority: Priority) -> None:
        while True:
            # Asked again after each waking, as the next cashier may have come meanwhile.
            while priority is not Priority.CASHIER and self._waiting[Priority.CASHIER]:
                await self._no_cashier_waits.wait()
            wait_s = self._wait_s(priority)
            if wait_s <= 0:
                return
            await self._sleep(max(wait_s, _SHORTEST_SLEEP_S))

    def _wait_s(self, priority: Priority) -> float:
        """Return how long until a turn is free, in seconds; 0 for now."""
        self._forget_old()
        to_expire = len(self._used) - self._limits[priority]
        if not self._limit or to_expire < 0:
            return 0.0
        return self._used[to_expire] + WINDOW_S - self._steady()

    def _forget_old(self) -> None:
        oldest = self._steady() - WINDOW_S
        while self._used and self._used[0] <= oldest:
            self._used.popleft()

    def _remember(self, history: Iterable[int]) -> list[float]:
        now, steady = self._now(), self._steady()
        # A time to come means that the clock was set back: count it as used just now.
        ages = (max(0.0, now - used_ms / 1000) for used_ms in history)
        return sorted(steady - age for age in ages if age < WINDOW_S)

    def _tell_whether_cashiers_wait(self) -> None:
        if self._waiting[Priority.CASHIER]:
            self._no_cashier_waits.clear()
        else:
            self._no_cashier_waits.set()
