"""Reads anew after changes, once for many of them: a burst of a thousand costs a few readings."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .tasks import TaskScope

_PAUSE_S: Final = 0.25


class Refresher:
    """Runs a refresh soon after `wake`, and never misses the last change."""

    def __init__(self, tasks: TaskScope, key: str, refresh: Callable[[], Awaitable[None]]) -> None:
        """Run `refresh` in `tasks`, under `key`."""
        self._tasks = tasks
        self._key = key
        self._refresh = refresh
        self._is_due = False

    def wake(self) -> None:
        """Something changed."""
        self._is_due = True
        self._tasks.start(self._key, self._run)

    async def _run(self) -> None:
        while self._is_due:
            self._is_due = False
            await self._refresh()
            if self._is_due:
                await asyncio.sleep(_PAUSE_S)
