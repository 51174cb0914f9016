from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtWidgets import QWidget

from giftill.domain.errors import GiftillError
from giftill.domain.message import Message
from giftill.ui.tasks import TaskScope
from tests.helpers.patience import until

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

pytestmark = pytest.mark.anyio


def refused() -> GiftillError:
    return GiftillError(Message("Refused"), Message("The server said no."), Message("Try later."))


@pytest.fixture
def errors() -> list[GiftillError]:
    return []


@pytest.fixture
def scope(errors: list[GiftillError]) -> TaskScope:
    return TaskScope(None, errors.append)


async def test_a_second_press_is_ignored_while_the_first_runs(scope: TaskScope) -> None:
    gate, runs = asyncio.Event(), []

    async def hold() -> None:
        runs.append(1)
        await gate.wait()

    assert scope.start("hold", hold)
    assert not scope.start("hold", hold)
    assert not scope.start("hold", hold())
    gate.set()
    await until(lambda: not scope.is_running("hold"))
    assert runs == [1]


async def test_the_same_action_can_start_again_once_it_ended(scope: TaskScope) -> None:
    async def nothing() -> None: ...

    assert scope.start("hold", nothing)
    await until(lambda: not scope.is_running("hold"))
    assert scope.start("hold", nothing)
    assert await scope.drain(1)


async def test_a_refusal_by_the_world_is_told(scope: TaskScope, errors: list[GiftillError]) -> None:
    problem = refused()

    async def fail() -> None:
        raise problem

    scope.start("hold", fail)
    await until(lambda: errors)
    assert errors == [problem]


async def test_a_bug_goes_to_the_crash_hook_and_not_to_the_cashier(
    scope: TaskScope, errors: list[GiftillError]
) -> None:
    loop = asyncio.get_running_loop()
    crashes: list[dict[str, Any]] = []
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: crashes.append(context))

    async def fail() -> None:
        raise KeyError("a bug")

    try:
        scope.start("hold", fail)
        await until(lambda: crashes)
    finally:
        loop.set_exception_handler(before)
    assert isinstance(crashes[0]["exception"], KeyError)
    assert errors == []


async def test_actions_are_cancelled_when_their_widget_is_deleted(
    app: QApplication, errors: list[GiftillError]
) -> None:
    screen = QWidget()
    scope = TaskScope(screen, errors.append)
    ended: list[str] = []

    async def wait_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    scope.start("look up", wait_for_ever)
    await asyncio.sleep(0)
    screen.deleteLater()
    await until(lambda: ended)
    await until(lambda: not scope.is_running("look up"))
    assert not scope.start("look up", wait_for_ever), "a dead screen starts nothing"
    assert errors == []


async def test_an_error_that_comes_after_the_widget_is_gone_is_not_shown(
    app: QApplication, errors: list[GiftillError]
) -> None:
    screen = QWidget()
    scope = TaskScope(screen, errors.append)

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise refused() from None

    scope.start("hold", stubborn)
    await asyncio.sleep(0)
    screen.deleteLater()
    await until(lambda: not scope.is_running("hold"))
    assert errors == []


async def test_draining_lets_an_action_finish(scope: TaskScope) -> None:
    gate, done = asyncio.Event(), []

    async def slow() -> None:
        await gate.wait()
        done.append(1)

    scope.start("complete", slow)
    asyncio.get_running_loop().call_soon(gate.set)
    assert await scope.drain(5)
    assert done == [1]


async def test_draining_cancels_what_takes_too_long(scope: TaskScope) -> None:
    ended: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    scope.start("complete", endless)
    await asyncio.sleep(0)
    assert not await scope.drain(0.02)
    assert ended == ["cancelled"]


async def test_one_action_can_be_stopped_and_started_again(scope: TaskScope) -> None:
    async def endless() -> None:
        await asyncio.Event().wait()

    scope.start("look up", endless)
    await asyncio.sleep(0)
    scope.stop("look up")
    await until(lambda: not scope.is_running("look up"))
    assert scope.start("look up", endless)
    scope.cancel()
    await until(lambda: not scope.is_running("look up"))
