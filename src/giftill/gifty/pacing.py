"""Pacing: an exact sliding window over everything one till sends, with room for the cashier."""

from __future__ import annotations

import asyncio
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from .turns import TurnsInMemory

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .turns import Turns

# Of the 120 a minute that the API allows (page section “Rate Limiting”), with room for a clock
# that ticks a little differently at the other end.
USUAL_LIMIT_PER_MINUTE: Final = 100
USUAL_RESERVE: Final = 20

# Two clocks never agree to the last bit: a wait shorter than this could end before it began.
_SHORTEST_SLEEP_S: Final = 0.001


class Priority(IntEnum):
    """Who waits for a request."""

    CASHIER = 0
    OUTBOX = 1


class Urgency:
    """Who waits for a request that the outbox begins: a cashier may come to wait for it as well."""

    def __init__(self, priority: Priority) -> None:
        """Begin with who waits for it now."""
        self._is_cashiers = asyncio.Event()
        if priority is Priority.CASHIER:
            self.hurry()

    @property
    def priority(self) -> Priority:
        """Who waits for it now."""
        return Priority.CASHIER if self._is_cashiers.is_set() else Priority.OUTBOX

    def hurry(self) -> None:
        """Make it a cashier's request from now on, also while it waits for its turn."""
        self._is_cashiers.set()

    async def hurried(self) -> None:
        """Wait until it is a cashier's."""
        await self._is_cashiers.wait()


Who = Priority | Urgency


def priority_of(who: Who) -> Priority:
    """Return who waits for a request in this instant."""
    return who.priority if isinstance(who, Urgency) else who


def outbox_share(limit_per_minute: int, reserve_for_cashier: int = USUAL_RESERVE) -> int:
    """Return how many turns of a window the outbox may use: half of a small limit at least."""
    return limit_per_minute - min(reserve_for_cashier, limit_per_minute // 2)


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
        turns: Turns | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        reserve_for_cashier: int = USUAL_RESERVE,
    ) -> None:
        """Start with the turns that were used before.

        Args:
            limit_per_minute: Turns in any 60 seconds; 0 for no limit (the API allows 120).
            turns: Remembers them; by default this pacer's own memory.
            sleep: Waits so many seconds; it may wake early.
            reserve_for_cashier: Turns of a window that the outbox never uses; at most half of the
                limit, so that a small limit still drains the outbox.
        """
        if limit_per_minute < 0 or reserve_for_cashier < 0:
            msg = "neither the limit nor the reserve can be negative"
            raise ValueError(msg)
        self._turns: Turns = TurnsInMemory() if turns is None else turns
        self._sleep = sleep
        self._limits = {
            Priority.CASHIER: limit_per_minute,
            Priority.OUTBOX: outbox_share(limit_per_minute, reserve_for_cashier),
        }
        self._waiting = dict.fromkeys(Priority, 0)
        self._queues = {priority: asyncio.Lock() for priority in Priority}
        self._no_cashier_waits = asyncio.Event()
        self._no_cashier_waits.set()

    async def turn(self, who: Who = Priority.CASHIER) -> None:
        """Wait until a request may be sent, and count it as sent."""
        if not isinstance(who, Urgency):
            await self._turn(who)
        elif who.priority is Priority.CASHIER or not await self._turn_unless_hurried(who):
            await self._turn(Priority.CASHIER)

    async def _turn_unless_hurried(self, urgency: Urgency) -> bool:
        """Wait for a turn of the outbox; give it up and return False once a cashier waits."""
        turn = asyncio.ensure_future(self._turn(Priority.OUTBOX))
        hurried = asyncio.ensure_future(urgency.hurried())
        both = (turn, hurried)
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            return turn.done()
        finally:
            for each in both:
                each.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _turn(self, priority: Priority) -> None:
        self._waiting[priority] += 1
        self._tell_whether_cashiers_wait()
        try:
            # The lock is a queue: it lets in one after another, in the order they came.
            async with self._queues[priority]:
                await self._take(priority)
        finally:
            self._waiting[priority] -= 1
            self._tell_whether_cashiers_wait()

    async def _take(self, priority: Priority) -> None:
        while True:
            # Asked again after each waking, as the next cashier may have come meanwhile.
            while priority is not Priority.CASHIER and self._waiting[Priority.CASHIER]:
                await self._no_cashier_waits.wait()
            wait_s = self._turns.take(self._limits[priority])
            if wait_s <= 0:
                return
            await self._sleep(max(wait_s, _SHORTEST_SLEEP_S))

    def _tell_whether_cashiers_wait(self) -> None:
        if self._waiting[Priority.CASHIER]:
            self._no_cashier_waits.clear()
        else:
            self._no_cashier_waits.set()
