"""The event loop: asyncio on Qt's own, with what qasync by itself leaves behind put away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import qasync
import shiboken6

if TYPE_CHECKING:
    import asyncio

    from PySide6.QtWidgets import QApplication

# Keyring and files; the journal has a thread of its own.
_THREADS: Final = 4


def event_loop(app: QApplication) -> asyncio.AbstractEventLoop:
    """Make the loop that the terminal runs on, for `asyncio.Runner(loop_factory=…)`."""
    loop = _Loop(app)
    loop.set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="giftill"))
    return loop


class _Loop(qasync.QEventLoop):  # type: ignore[misc] # qasync carries no type information
    """Qt's loop for asyncio."""

    def close(self) -> None:
        """Close the loop and destroy its timers here and now.

        A closed loop is garbage that refers to itself. Were Python to collect it in another
        thread, Qt's timers would outlive their owner, and the next one that is due would take the
        process down.
        """
        super().close()
        if shiboken6.isValid(self._timer):
            shiboken6.delete(self._timer)
