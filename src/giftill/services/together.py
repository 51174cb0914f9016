"""Work whose result serves everybody who asked before it began."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Together:
    """Does one thing at a time, once for all who ask for it while it can't begin yet."""

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` when asked; all see what it raises."""
        self._work = work
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[None] | None = None

    async def __call__(self) -> None:
        """Return when the work was done, begun no earlier than now.

        A caller that is cancelled leaves it to the others.
        """
        if self._next is None or self._next.done():
            # One that is done without having begun was cancelled, as at the end of a run.
            self._next = asyncio.create_task(self._do())
            self._next.add_done_callback(_hear)
        await asyncio.shield(self._next)

    async def _do(self) -> None:
        async with self._turn:
            # What changes from now on might be missed: who asks from now on waits for another.
            self._next = None
            await self._work()


def _hear(done: asyncio.Task[None]) -> None:
    """Take note of what went wrong, in case nobody waits for it any more."""
    if not done.cancelled():
        done.exception()
