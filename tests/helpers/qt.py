"""Qt for tests: one application, its event loop, and what fits on screen."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QLabel

from giftill.ui.loop import event_loop
from giftill.ui.theme import Theme, apply

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

# What Qt's offscreen platform says about things that it can't do and a test does not need.
HARMLESS = (
    "This plugin does not support propagateSizeHints()",
    "This plugin does not support raise()",
)


def application() -> QApplication:
    """The one QApplication of the process, in the light theme."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(["giftill-tests"])
        app.setQuitOnLastWindowClosed(False)
        apply(app, Theme.load("light"))
    return app


def qt_event_loop() -> asyncio.AbstractEventLoop:
    """An asyncio loop that runs on Qt's, as the terminal's does."""
    return event_loop(application())


async def outside_tasks(act: Callable[[], object]) -> None:
    """Do something that lets Qt work off its events, such as a key of QTest.

    Inside a task that would step other tasks, which asyncio forbids; a callback may.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def run() -> None:
        try:
            act()
        finally:
            done.set_result(None)

    loop.call_soon(run)
    await done


def cut_labels(window: QWidget) -> list[str]:
    """The visible labels of a window whose text does not fit where they are shown.

    A label that elides on purpose asks for hardly any width, and is never told.
    """
    # Whatever was shown a moment ago gets its place first.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    return [
        f"{label.text()!r} needs {_needed(label)}, has {(label.width(), label.height())}"
        for label in window.findChildren(QLabel)
        if label.isVisibleTo(window)
        and label.text()
        and (label.width() < _needed(label)[0] or label.height() < _needed(label)[1])
    ]


def _needed(label: QLabel) -> tuple[int, int]:
    if label.wordWrap():
        longest = max(label.text().split(), key=len)
        width = label.fontMetrics().horizontalAdvance(longest)
        return width, label.heightForWidth(label.width())
    hint = label.minimumSizeHint()
    return hint.width(), hint.height()
