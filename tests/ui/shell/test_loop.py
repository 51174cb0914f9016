"""The event loop: asyncio's order, and Qt's turn in between."""

from __future__ import annotations

import asyncio
import contextvars
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer

from tests.helpers.qt import qt_event_loop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

_PATIENCE_S = 10.0


async def test_what_is_due_runs_in_the_order_in_which_it_was_asked_for() -> None:
    loop = asyncio.get_running_loop()
    ran: list[int] = []
    done = asyncio.Event()

    def first() -> None:
        ran.append(1)
        loop.call_soon(lambda: ran.append(4))
        loop.call_soon(done.set)

    loop.call_soon(first)
    loop.call_soon(ran.append, 2)
    loop.call_soon(ran.append, 3)
    await done.wait()
    assert ran == [1, 2, 3, 4]


async def test_what_was_taken_back_does_not_run() -> None:
    ran: list[int] = []
    asyncio.get_running_loop().call_soon(ran.append, 1).cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not ran


async def test_what_is_due_sees_the_context_it_was_asked_for_in() -> None:
    said = contextvars.ContextVar("said", default="nothing")
    context = contextvars.copy_context()
    context.run(said.set, "this")
    seen: list[str] = []
    asyncio.get_running_loop().call_soon(lambda: seen.append(said.get()), context=context)
    await asyncio.sleep(0)
    assert seen == ["this"]


@pytest.fixture
async def _without_end() -> AsyncIterator[None]:
    """Have something due at every moment of a test."""
    loop = asyncio.get_running_loop()
    is_over = False

    def spin() -> None:
        if not is_over:
            loop.call_soon(spin)

    spin()
    yield
    is_over = True


@pytest.mark.usefixtures("_without_end")
async def test_callbacks_without_end_leave_qt_its_turn() -> None:
    had_turn = asyncio.Event()
    QTimer.singleShot(0, had_turn.set)
    await asyncio.wait_for(had_turn.wait(), _PATIENCE_S)


@pytest.mark.usefixtures("_without_end")
async def test_callbacks_without_end_leave_a_thread_its_answer() -> None:
    assert await asyncio.wait_for(asyncio.to_thread(lambda: 42), _PATIENCE_S) == 42


async def test_a_callback_that_fails_does_not_keep_the_next_from_running() -> None:
    loop = asyncio.get_running_loop()
    told: list[object] = []
    ran = asyncio.Event()
    loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
    problem = ValueError("no")

    def fail() -> None:
        raise problem

    loop.call_soon(fail)
    loop.call_soon(ran.set)
    await ran.wait()
    loop.set_exception_handler(None)
    assert told == [problem]


def test_what_is_due_when_a_run_ends_runs_in_the_next(app: object) -> None:
    assert app is not None
    ran: list[int] = []
    with asyncio.Runner(loop_factory=qt_event_loop) as runner:

        async def leave_something() -> None:
            asyncio.get_running_loop().call_later(0, ran.append, 1)

        runner.run(leave_something())
        runner.run(asyncio.sleep(0.05))
    assert ran == [1]
