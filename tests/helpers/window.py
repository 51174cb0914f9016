"""The terminal's window in tests: keys as the system sends them, and what can be read in it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from giftill.domain.money import Money
from giftill.domain.operations import OperationKind
from giftill.texts import Texts
from giftill.ui import wedge
from giftill.ui.app import open_window
from giftill.ui.scanner import monotonic_ms
from giftill.ui.widgets.toast import Toast
from tests.helpers.desk import code_of
from tests.helpers.patience import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from giftill.domain.operations import Hold
    from giftill.services.desk import Desk
    from giftill.ui.window import Window


@asynccontextmanager
async def opened(desk: Desk) -> AsyncIterator[Window]:
    async with open_window(desk, Texts("en"), play_sounds=False) as window:
        window.show()
        window.activateWindow()
        await until(window.isActiveWindow)
        yield window


async def held(desk: Desk, card: str = "full_50", cents: int = 1250) -> Hold:
    code = code_of(card)
    placed = await desk.sales.hold(
        code, await desk.sales.look_up(code), Money(cents), desk.sales.new_sale()
    )
    assert placed.hold is not None
    return placed.hold


async def press(
    key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press and release a key in the window that has the focus."""
    await until(_hears_keys)
    await _outside_tasks(lambda: QTest.keyClick(QApplication.focusWindow(), key, modifier))


async def strike(text: str) -> None:
    """Type a text as a scanner does, however busy the PC is."""
    await until(_hears_keys)
    await _outside_tasks(
        lambda: wedge.strike(QApplication.focusWindow(), text, at_ms=monotonic_ms())
    )


async def scan(text: str) -> None:
    """Type a code as a scanner does, with its Enter."""
    await strike(text + wedge.ENTER)


def _hears_keys() -> bool:
    """Tell whether a window gets the keys: a dialog that comes or goes takes a moment."""
    asking = dialog()
    return QApplication.focusWindow() is not None and (asking is None or asking.isActiveWindow())


async def _outside_tasks(act: Callable[[], None]) -> None:
    """Run what lets Qt handle events: inside a task, that would strand every other task."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def run() -> None:
        act()
        done.set_result(None)

    loop.call_soon(run)
    await done


def reads(widget: QWidget, text: str) -> bool:
    """Tell whether a text can be read in a widget now."""
    return any(text in label.text() and label.isVisible() for label in widget.findChildren(QLabel))


def dialog() -> QWidget | None:
    return QApplication.activeModalWidget()


async def dialog_shown() -> QWidget:
    """Wait for a dialog, and return it."""
    await until(lambda: dialog() is not None)
    found = dialog()
    assert found is not None
    return found


async def close_dialog(key: Qt.Key) -> None:
    """Press a key that closes the dialog, and wait until it is gone."""
    await press(key)
    await until(lambda: dialog() is None)


def toast(window: Window) -> str:
    return next(iter(window.findChildren(Toast))).text


async def queued(desk: Desk) -> Hold:
    hold = await held(desk)
    await desk.outbox.record((hold,), OperationKind.CAPTURE)
    return hold
