"""What every test of the window has: one application, Qt's event loop, a server; no warnings."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QtMsgType, qInstallMessageHandler

from giftill.ui.theme import Theme, apply
from tests.helpers.desk import sandbox
from tests.helpers.front import front_of
from tests.helpers.qt import HARMLESS, application, qt_event_loop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from PySide6.QtCore import QMessageLogContext
    from PySide6.QtWidgets import QApplication

    from giftill.sandbox import SandboxServer
    from tests.helpers.front import Front


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


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    """A sandbox of the test's own."""
    with sandbox() as running:
        yield running


@pytest.fixture
async def front(server: SandboxServer, anyio_backend: str) -> AsyncIterator[Front]:
    """A way to that sandbox on which a test can see what is asked, and answer in its place."""
    async with front_of(server.url) as opened:
        yield opened


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
