"""Closing in order: what was begun may come to its end, but not keep the shop waiting."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


async def finish(tasks: Iterable[asyncio.Task[Any]], patience_s: float) -> None:
    """Wait for tasks, at most `patience_s`, and cancel those that take longer.

    A cancelled request stays *sending* on disk; the next start finds out what became of it.
    """
    running = tuple(tasks)
    if not running:
        return
    _, late = await asyncio.wait(running, timeout=patience_s)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)
