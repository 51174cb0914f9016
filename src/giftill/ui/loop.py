"""The event loop: asyncio on Qt's own, with what qasync by itself leaves behind put away."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

import qasync
import shiboken6

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextvars import Context

    from PySide6.QtWidgets import QApplication

_T = TypeVar("_T")

# Keyring and files; the journal has a thread of its own.
_THREADS: Final = 4
# A quarter of a frame.
_LONGEST_TURN_S: Final = 0.004


def event_loop(app: QApplication) -> asyncio.AbstractEventLoop:
    """Make the loop that the terminal runs on, for `asyncio.Runner(loop_factory=…)`."""
    loop = _Loop(app)
    loop.set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="giftill"))
    return loop


class _Loop(qasync.QEventLoop):  # type: ignore[misc] # qasync carries no type information
    """Qt's loop for asyncio, which runs callbacks one after the other as asyncio does.

    By itself qasync starts and ends a timer of Qt for each callback, and that costs more than most
    steps of a request.
    """

    def __init__(self, app: QApplication) -> None:
        """Run on `app`."""
        self._due: deque[asyncio.Handle] = deque()
        self._is_coming = False
        self._home = threading.get_ident()
        self._exit: BaseException | None = None
        super().__init__(app)

    def run_forever(self) -> None:
        """Run until `stop` is called.

        Raises:
            KeyboardInterrupt, SystemExit: A callback raised it.
        """
        # As asyncio's own loop does and qasync does not: a generator that is left in the middle, as
        # by an answer that is too large to be read on, has its connection to give back.
        before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(
            firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook
        )
        try:
            super().run_forever()
        finally:
            sys.set_asyncgen_hooks(*before)
        if self._exit is not None:
            request, self._exit = self._exit, None
            raise request

    def run_until_complete(self, future: Awaitable[_T]) -> _T:
        """Run until `future` is done, and return its result.

        asyncio's own: qasync's asks for a stop also where an exit has stopped the loop already, and
        then stops the run that clears up.
        """
        return asyncio.BaseEventLoop.run_until_complete(self, future)

    def call_soon(
        self, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> asyncio.Handle:
        """Have `callback` run after everything that was asked for before."""
        handle = asyncio.Handle(callback, args, self, context=context)
        self._due.append(handle)
        self._come()
        return handle

    def _come(self) -> None:
        if self._is_coming:
            return
        if threading.get_ident() != self._home:
            # Python may clear up a forgotten coroutine in any thread; Qt's timers begin here only.
            self.call_soon_threadsafe(self._come)
            return
        super().call_soon(self._run_due)
        self._is_coming = True

    def _run_due(self) -> None:
        """Run what is due, but let Qt have its turn in between: keys, painting, sockets."""
        until = time.perf_counter() + _LONGEST_TURN_S
        try:
            while self._due and time.perf_counter() < until:
                handle = self._due.popleft()
                if not handle.cancelled():
                    handle._run()  # noqa: SLF001 - what a loop does with a handle
        except (KeyboardInterrupt, SystemExit) as request:
            # Qt would print it and go on, with a timer of qasync's that fails without end.
            self._exit = request
            self.stop()
        finally:
            # Also after a request to exit: whoever clears up needs the rest.
            self._is_coming = False
            if self._due:
                self._come()

    def close(self) -> None:
        """Close the loop and destroy its timers here and now.

        A closed loop is garbage that refers to itself. Were Python to collect it in another
        thread, Qt's timers would outlive their owner, and the next one that is due would take the
        process down.
        """
        super().close()
        if shiboken6.isValid(self._timer):
            shiboken6.delete(self._timer)
