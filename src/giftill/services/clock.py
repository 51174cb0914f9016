"""The time, as the services see it: one object, so that tests can own it."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Where services get the time and wait."""

    def now_ms(self) -> int:
        """Return this PC's Unix time in milliseconds."""

    async def wait(self, event: asyncio.Event, timeout_s: float) -> bool:
        """Wait until `event` is set, at most `timeout_s`; tell whether it was."""


class SystemClock:
    """The PC's own clock."""

    def now_ms(self) -> int:
        """Return this PC's Unix time in milliseconds."""
        return time.time_ns() // 1_000_000

    async def wait(self, event: asyncio.Event, timeout_s: float) -> bool:
        """Wait until `event` is set, at most `timeout_s`; tell whether it was."""
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            return False
        return True
