"""An event loop whose clock jumps to the next timer instead of waiting for it."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_T = TypeVar("_T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs timers in their order, an hour of them in no time."""

    def __init__(self) -> None:
        """Start at second 1,000: a clock that starts at zero hides mistakes."""
        self._virtual_s = 1_000.0
        super().__init__(_JumpingSelector(self._advance))

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._virtual_s

    def _advance(self, seconds: float) -> None:
        self._virtual_s += seconds


class _JumpingSelector(selectors.SelectSelector):
    def __init__(self, advance: Callable[[float], None]) -> None:
        super().__init__()
        self._advance = advance

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        # Without a timer the loop waits for a file, which no test of pure timing has.
        assert timeout is not None, "everything waits, and nothing is due"
        self._advance(max(timeout, 0.0))
        return super().select(0)


def run_virtually(main: Callable[[], Coroutine[object, object, _T]]) -> _T:
    """Run a coroutine function in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main())
