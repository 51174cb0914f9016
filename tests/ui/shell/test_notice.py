"""The small window that says why there is no till: keys that were meant for the till leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QPushButton

from giftill.domain.errors import GiftillError
from giftill.domain.message import Message
from giftill.texts import Texts
from giftill.ui.notice import Notice
from tests.helpers.patience import until
from tests.helpers.till import FakeClock
from tests.helpers.window import press

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

LONG_MS: Final = 5_000
SHORT_MS: Final = 300
CLOSING: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Escape)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def notice(anyio_backend: str, app: object, clock: FakeClock) -> AsyncIterator[Notice]:
    problem = GiftillError(Message("No till"), Message("The disk is full."), Message("Make room."))
    shown = Notice(problem, Texts("en"), now_ms=clock.now_ms)
    # As long as the till took to find out.
    clock.ms += LONG_MS
    shown.show()
    shown.activateWindow()
    await until(shown.isActiveWindow)
    yield shown
    shown.deleteLater()


@pytest.mark.parametrize("key", CLOSING)
async def test_a_key_that_was_pressed_for_the_till_does_not_close_it_unread(
    notice: Notice, key: Qt.Key
) -> None:
    await press(key)
    assert notice.isVisible()


@pytest.mark.parametrize("key", CLOSING)
async def test_a_key_closes_it_for_who_has_read_it(
    notice: Notice, clock: FakeClock, key: Qt.Key
) -> None:
    clock.ms += LONG_MS
    await press(key)
    await until(notice.closed.is_set)


async def test_a_scan_does_not_close_it_however_late_it_comes(
    notice: Notice, clock: FakeClock
) -> None:
    clock.ms += LONG_MS
    for key in (Qt.Key.Key_A, Qt.Key.Key_7, Qt.Key.Key_Return):
        await press(key)
    assert notice.isVisible()


async def test_enter_struck_again_and_again_does_not_close_it_before_a_pause(
    notice: Notice, clock: FakeClock
) -> None:
    for _ in range(10):
        clock.ms += SHORT_MS
        await press(Qt.Key.Key_Return)
    assert notice.isVisible()
    clock.ms += LONG_MS
    await press(Qt.Key.Key_Return)
    await until(notice.closed.is_set)


async def test_enter_that_is_held_down_does_not_close_it(notice: Notice, clock: FakeClock) -> None:
    (button,) = notice.findChildren(QPushButton)
    clock.ms += LONG_MS
    held = QKeyEvent(
        QKeyEvent.Type.KeyPress,
        Qt.Key.Key_Return,
        Qt.KeyboardModifier.NoModifier,
        "\r",
        autorep=True,
    )
    QApplication.sendEvent(button, held)
    assert notice.isVisible()
