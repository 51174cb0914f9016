"""What holds for every test of the window: one application, Qt's event loop, no warnings."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QtMsgType, qInstallMessageHandler

from giftill.ui.theme import Theme, apply
from tests.helpers.qt import HARMLESS, application, qt_event_loop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QMessageLogContext
    from PySide6.QtWidgets import QApplication


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Run async tests on the event loop that the terminal runs on."""
    return "asyncio", {"loop_factory": qt_event_loop}


@pytest.fixture
def app() -> QApplication:
    """The application, in the light theme whatever the last test chose."""
    made = application()
    light = Theme.load("light")
    if made.property("giftillTheme") != light:
        apply(made, light)
    return made


@pytest.fixture(autouse=True)
def _nothing_left_open(app: QApplication) -> Iterator[None]:
    """Delete the windows that a test leaves behind, before the next one counts or clicks them."""
    yield
    for window in app.topLevelWidgets():
        window.hide()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def _no_warnings(_nothing_left_open: None, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test on whatever Qt or the program warns of; `caplog.clear()` forgives it."""
    said: list[str] = []

    def listen(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if kind not in {QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg} and message not in HARMLESS:
            said.append(f"{kind.name}: {message}")

    before = qInstallMessageHandler(listen)
    yield
    qInstallMessageHandler(before)
    logged = [
        f"{record.name}: {record.getMessage()}"
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING
    ]
    assert said + logged == [], "warnings that the test does not expect"
