"""Looks the journal through for damage while the till is open, without ever making it wait."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from giftill.journal import Journal, JournalClosed, JournalDamaged, JournalError

if TYPE_CHECKING:
    from .clock import Clock

_log = logging.getLogger(__name__)

_AFTER_START_S: Final = 60.0
_HOUR_S: Final = 3600.0
_DAY_MS: Final = 86_400_000
# The journal's fact: when all of it was last found to be whole.
_INSPECTED_FACT: Final = "inspected"


class Upkeep:
    """Has the pages looked at after each start, and once a day every index and entry too."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        """Look through `journal`; `run` begins."""
        self._journal = journal
        self._clock = clock

    async def run(self) -> None:
        """Look, until the journal is closed or damaged: then it tells so itself."""
        never = asyncio.Event()
        has_looked = False
        await self._clock.wait(never, _AFTER_START_S)
        while True:
            try:
                is_due = await self._is_due()
                if is_due or not has_looked:
                    await self._look(is_deep=is_due)
                    has_looked = True
            except (JournalClosed, JournalDamaged):
                _log.info("The journal is looked through no more", exc_info=True)
                return
            except JournalError:
                # A disk that is full or fails for a moment must not be the end of it.
                _log.exception("The journal could not be looked through")
            await self._clock.wait(never, _HOUR_S)

    async def _is_due(self) -> bool:
        last = await self._journal.fact(_INSPECTED_FACT)
        # A clock that was set back must not put it off for as long.
        return last is None or abs(self._clock.now_ms() - int(last)) >= _DAY_MS

    async def _look(self, *, is_deep: bool) -> None:
        await self._journal.inspect(is_deep=is_deep)
        if is_deep:
            await self._journal.set_fact(_INSPECTED_FACT, str(self._clock.now_ms()))
