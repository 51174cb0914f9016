"""A till that is being opened: its window is there already, and what is asked of it waits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from giftill.config import Settings
    from giftill.services.desk import Desk


class DeskToCome:
    """The till that will be there in a moment, or once a slow disk has given its journal.

    Attributes:
        settings: What is in force.
    """

    def __init__(self, settings: Settings) -> None:
        """Wait for a till with these settings."""
        self.settings = settings
        self._has_come = asyncio.Event()
        self._desk: Desk | None = None

    def come(self, desk: Desk) -> None:
        """Give the till to whoever waits for it, now or later."""
        self._desk = desk
        self._has_come.set()

    async def wait(self) -> Desk:
        """Return the till as soon as it is open.

        If it can't be opened this never returns: whoever waits is cancelled with the window.
        """
        await self._has_come.wait()
        assert self._desk is not None
        return self._desk
