"""The program around the window: paints it first, then loads all else and lets it work."""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from giftill.texts import Texts

from .screens.registry import screens
from .theme import Appearance
from .window import UNSEEN_MS, Window

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from giftill.config import Settings
    from giftill.services.desk import Desk

    from .session import Opening

DONE: Final = 0
NOT_SET_UP: Final = 8
IN_USE: Final = 9

_SIZE: Final = (1280, 800)
_SMALLEST: Final = (1024, 720)
# How long running actions may take to end when the window closes.
CLOSING_S: Final = 8.0


def run(
    load: Callable[[], Opening],
    settings: Settings,
    logs: Path,
    *,
    is_training: bool = False,
    tell: Callable[[str], None] | None = None,
) -> int:
    """Show the terminal until it is closed.

    The window is painted before most of the program is loaded and before the disk is asked: what
    is pressed or scanned from then on is kept by the system until the event loop runs.

    Args:
        load: Loads what opens the till; called once the window can be seen.
        settings: The look and the language.
        logs: Where the log is, for the message about a crash.
        is_training: Whether no real money moves.
        tell: Told `painted` once the window was, with the cursor where the first code goes, and
            `open` once the till works.

    Returns:
        The exit status: 0, 9 if the data folder is in use, 8 if the till can't be opened.
    """
    app = make_application()
    appearance = Appearance(app, settings.theme)
    try:
        t = Texts(settings.language)
        window = make_window(settings, t, logs, is_training=is_training)
        window.show()
        _wait_until_seen(app, window)
        if tell is not None and window.is_seen and window.is_usable:
            tell("painted")
        from .session import work

        return work(app, window, load(), t, logs, tell)
    except KeyboardInterrupt:
        return DONE
    finally:
        del appearance


def make_application() -> QApplication:
    """Make the one application, which lives until its last window was closed in order."""
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    app = QApplication(sys.argv[:1])
    app.setApplicationName("giftill")
    app.setDesktopFileName("giftill")
    app.setQuitOnLastWindowClosed(False)
    return app


def make_window(
    settings: Settings, t: Texts, logs: Path, *, is_training: bool, play_sounds: bool = True
) -> Window:
    """Make the terminal's window, without a till as yet.

    Args:
        settings: What is in force until the till is open and knows it.
        t: The language.
        logs: Where the log is.
        is_training: Whether no real money moves.
        play_sounds: Whether sounds can be heard, when the settings allow them.
    """

    def play(name: str) -> None:
        from .sounds import Sound, Sounds

        Sounds(is_on=play_sounds).play(Sound(name))

    window = Window(screens(), settings, t, logs, play, is_training=is_training)
    window.setMinimumSize(*_SMALLEST)
    window.resize(*_SIZE)
    return window


@asynccontextmanager
async def open_window(desk: Desk, t: Texts, *, play_sounds: bool = True) -> AsyncIterator[Window]:
    """Open a window on a till that is open already, and close it in order.

    Args:
        desk: The till; it stays open.
        t: The language.
        play_sounds: Whether sounds can be heard, when the settings allow them.
    """
    window = make_window(
        desk.settings.current,
        t,
        desk.folders.logs,
        is_training=desk.training is not None,
        play_sounds=play_sounds,
    )
    try:
        window.prepare()
        window.work_on(desk)
        yield window
    finally:
        await window.close_down(CLOSING_S)


def _wait_until_seen(app: QApplication, window: Window) -> None:
    """Let Qt paint the window, and nothing else: what people do waits for those who hear it."""
    patience = QTimer(singleShot=True, interval=UNSEEN_MS)
    patience.start()
    only_paint = QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents
    while not window.is_seen and patience.isActive():
        app.processEvents(only_paint | QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
