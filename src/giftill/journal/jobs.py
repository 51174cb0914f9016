"""What is asked of the journal's thread, and how the tasks that wait are told."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable

    from .store import Store
    from .writes import Write

T = TypeVar("T")


@dataclass(frozen=True)
class Read(Generic[T]):
    """A question, in its turn."""

    ask: Callable[[Store], T]
    future: asyncio.Future[T]


@dataclass(frozen=True)
class WriteJob:
    """Something to be saved."""

    write: Write
    future: asyncio.Future[None]


@dataclass(frozen=True)
class IdleJob(Generic[T]):
    """A question for when nothing else is to be done."""

    ask: Callable[[Store], T]
    future: asyncio.Future[T]


Job: TypeAlias = "Read[Any] | WriteJob | IdleJob[Any] | None"
"""What the thread is to do; None says that it is to end."""


@dataclass(frozen=True)
class Outcome:
    """What a task is told: an answer, or the error in its place."""

    future: asyncio.Future[Any]
    answer: object = None
    error: BaseException | None = None


def tell(outcomes: Iterable[Outcome]) -> None:
    """Wake the tasks that wait: once for all of an event loop, as waking a loop is dear."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome.future.get_loop(), []).append(outcome)
    for loop, its_outcomes in by_loop.items():
        # A loop that was closed in the meantime has nobody left to be told.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, its_outcomes)


def _settle(outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.future.done():
            # The task that waited was cancelled.
            continue
        if outcome.error is None:
            outcome.future.set_result(outcome.answer)
        else:
            outcome.future.set_exception(outcome.error)
