"""The event loop: asyncio's order, and Qt's turn in between."""

from __future__ import annotations

import asyncio
import contextvars
import threading
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


async def test_a_callback_asked_for_in_another_thread_runs_and_the_loop_goes_on() -> None:
    loop = asyncio.get_running_loop()
    ran_in: list[int] = []
    done = asyncio.Event()

    def ask() -> None:
        loop.call_soon(lambda: ran_in.append(threading.get_ident()))
        loop.call_soon(done.set)

    def ask_elsewhere() -> None:
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()

    # From Qt, when nothing of asyncio's is due.
    QTimer.singleShot(0, ask_elsewhere)
    await done.wait()
    assert ran_in == [threading.get_ident()]


def raise_exit(request: BaseException) -> None:
    raise request


async def wait_until_cancelled(cleared_up: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)
        cleared_up.append("all")


@pytest.mark.parametrize("request_to_exit", [KeyboardInterrupt(), SystemExit(3)])
def test_a_request_to_exit_in_a_callback_ends_the_run_with_everything_cleared_up(
    app: object, request_to_exit: BaseException
) -> None:
    assert app is not None
    cleared_up: list[str] = []

    async def work() -> None:
        asyncio.get_running_loop().call_soon(raise_exit, request_to_exit)
        await wait_until_cancelled(cleared_up)

    with (
        pytest.raises(type(request_to_exit)),
        asyncio.Runner(loop_factory=qt_event_loop) as runner,
    ):
        runner.run(work())
    assert cleared_up == ["all"]


def test_a_request_to_exit_in_the_main_task_leaves_others_the_time_to_clear_up(app: object) -> None:
    assert app is not None
    cleared_up: list[str] = []

    async def work() -> None:
        other = asyncio.create_task(wait_until_cancelled(cleared_up))
        await asyncio.sleep(0)
        assert not other.done()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), asyncio.Runner(loop_factory=qt_event_loop) as runner:
        runner.run(work())
    assert cleared_up == ["all"]


async def test_a_generator_that_is_left_in_the_middle_gives_back_what_it_has() -> None:
    given_back = asyncio.Event()

    async def lines() -> AsyncIterator[str]:
        try:
            yield "first"
            yield "second"
        finally:
            await asyncio.sleep(0)
            given_back.set()

    async for line in lines():
        assert line == "first"
        break
    async with asyncio.timeout(_PATIENCE_S):
        await given_back.wait()
