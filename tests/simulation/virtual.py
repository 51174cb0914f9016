"""Virtual time and foretold chance: what a seed did once, it does each time."""

from __future__ import annotations

import random
import secrets
import sys
import threading
import time
from contextlib import contextmanager
from contextvars import Context, ContextVar
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, TypeVar, TypeVarTuple, Unpack
from unittest.mock import patch

from giftill.services.clock import SystemClock
from tests.helpers.virtual_time import VirtualLoop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

# A Monday at nine: shops open.
EPOCH_S: Final = 1_767_603_600
# Nothing a thread does for a test takes so long.
_PATIENCE_S: Final = 60.0
_REPLACED: Final = (time, random, secrets)


class SimulatedLoop(VirtualLoop):
    """A virtual loop for which the work of other threads takes no time.

    Whoever gives a thread something to do does so through `wait_for_thread`; so the order in which
    things happen never depends on the system's scheduler.
    """

    def __init__(self) -> None:
        super().__init__()
        self._home = threading.get_ident()
        self._told = threading.Semaphore(0)

    def call_soon_threadsafe(
        self,
        callback: Callable[[Unpack[_Ts]], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        handle = super().call_soon_threadsafe(callback, *args, context=context)
        if not self.is_home:
            self._told.release()
        return handle

    @property
    def is_home(self) -> bool:
        """Whether this is the loop's own thread."""
        return threading.get_ident() == self._home

    def wait_for_thread(self, ask: Callable[[], _T]) -> _T:
        """Ask a thread for something and wait in real time until it has told this loop."""
        while self._told.acquire(blocking=False):
            pass
        asked = ask()
        if not self._told.acquire(timeout=_PATIENCE_S):
            msg = "a thread never told what it was asked"
            raise AssertionError(msg)
        return asked

    def run_in_executor(
        self, _executor: object, work: Callable[..., Any], *args: object
    ) -> asyncio.Future[Any]:
        future = self.create_future()
        try:
            future.set_result(work(*args))
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            future.set_exception(error)
        return future


class PcClock(SystemClock):
    """The clock of one PC, which people and batteries set.

    Attributes:
        ahead_ms: How far it is before the true time.
    """

    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop
        self.ahead_ms = 0

    def now_ms(self) -> int:
        return round((EPOCH_S + self._loop.time()) * 1000) + self.ahead_ms

    def now_s(self) -> float:
        return self.now_ms() / 1000

    def steady_s(self) -> float:
        return self._loop.time()

    def steady_ns(self) -> int:
        return round(self._loop.time() * 1e9)


PC: Final[ContextVar[PcClock]] = ContextVar("the clock of the PC that is at work")


@contextmanager
def foretold(seed: int) -> Iterator[random.Random]:
    """Let the till's modules draw chance from a seed and read the clock of their own PC.

    The services take their clock from whoever makes them, but the HTTP client reads the system's
    for what it tells about the server's.
    """
    dice = random.Random(seed)
    stand_ins: dict[ModuleType, object] = {
        time: SimpleNamespace(
            time=lambda: PC.get().now_s(),
            time_ns=lambda: PC.get().now_ms() * 1_000_000,
            monotonic=lambda: PC.get().steady_s(),
            perf_counter=lambda: PC.get().steady_s(),
        ),
        random: SimpleNamespace(
            Random=lambda: random.Random(dice.random()), uniform=dice.uniform, random=dice.random
        ),
        secrets: SimpleNamespace(token_hex=lambda size: dice.randbytes(size).hex()),
    }
    patches = [
        patch.object(module, name, stand_ins[value])
        for module in _at_work()
        for name, value in vars(module).copy().items()
        if isinstance(value, ModuleType) and value in _REPLACED
    ]
    for each in patches:
        each.start()
    try:
        yield dice
    finally:
        for each in patches:
            each.stop()


def _at_work() -> list[ModuleType]:
    # Loaded late by the program itself.
    import giftill.gifty.transport  # noqa: F401 - loaded to be patched as well

    return [
        module
        for name, module in sorted(sys.modules.items())
        if name.startswith(("giftill.services.", "giftill.gifty."))
    ]
