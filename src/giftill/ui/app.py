"""The program around the window: application, event loop, opening and closing in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message
from giftill.journal import JournalInUse
from giftill.logs import catch_crashes, loop_crash_handler
from giftill.texts import Texts

from .icons import app_icon
from .loop import event_loop
from .repairs import tell_of_repairs
from .theme import Appearance
from .window import Window

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from giftill.config import Folders, Settings
    from giftill.services.desk import Desk

_log = logging.getLogger(__name__)

DONE: Final = 0
NOT_SET_UP: Final = 8
IN_USE: Final = 9

_SIZE: Final = (1280, 800)
_SMALLEST: Final = (1024, 720)
_PATIENCE_S: Final = 8.0


def run(
    open_desk: Callable[[asyncio.Event], AbstractAsyncContextManager[Desk]],
    settings: Settings,
    folders: Folders,
    clear: Callable[[], None] | None = None,
) -> int:
    """Show the terminal until it is closed.

    Args:
        open_desk: Opens the till, whose workers begin with the event it is given: once the
            window can be seen. It is closed again before this returns.
        settings: The look and the language.
        folders: Where the log is, for the message about a crash.
        clear: Clears away what was practised, while no till is open; given in training only.

    Returns:
        The exit status: 0, 9 if the data folder is in use, 8 if the till can't be opened.
    """
    app = make_application()
    appearance = Appearance(app, settings.theme)
    try:
        with asyncio.Runner(loop_factory=lambda: event_loop(app)) as runner:
            t = Texts(settings.language)
            return runner.run(_main(app, open_desk, t, folders.logs, clear))
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
    app.setWindowIcon(app_icon())
    app.setQuitOnLastWindowClosed(False)
    return app


@asynccontextmanager
async def open_window(desk: Desk, t: Texts, *, play_sounds: bool = True) -> AsyncIterator[Window]:
    """Open the terminal's window on a till, and close it in order.

    Args:
        desk: The till; it stays open.
        t: The language.
        play_sounds: Whether sounds can be heard, when the settings allow them.
    """
    from .screens.registry import screens
    from .sounds import Sound, Sounds

    app = QApplication.instance()
    assert app is not None
    sounds = Sounds(is_on=play_sounds)
    window = Window(desk, t, screens(), lambda name: sounds.play(Sound(name)))
    window.setMinimumSize(*_SMALLEST)
    window.resize(*_SIZE)
    try:
        window.start()
        yield window
    finally:
        await window.close_down(_PATIENCE_S)


class Broken(GiftillError):
    """The program made a mistake that it can't go on after."""

    def __init__(self, logs: Path) -> None:
        """Point at the log in `logs`."""
        super().__init__(
            Message(N_("Something broke; nothing was lost")),
            Message(N_("Giftill made a mistake and has to close. What you did is recorded.")),
            Message(
                N_("Start it again. Details for support are in the log: {folder}"),
                {"folder": str(logs)},
            ),
        )


async def _main(
    app: QApplication,
    open_desk: Callable[[asyncio.Event], AbstractAsyncContextManager[Desk]],
    t: Texts,
    logs: Path,
    clear: Callable[[], None] | None,
) -> int:
    told = asyncio.Event()
    try:
        while await _show(app, open_desk, told):
            assert clear is not None, "only training starts over"
            await asyncio.to_thread(clear)
    except GiftillError as problem:
        await _explain(problem, t)
        return IN_USE if isinstance(problem, JournalInUse) else NOT_SET_UP
    except Exception:  # noqa: BLE001 - a bug, of any kind, is told before the program ends
        _log.critical("The terminal broke", exc_info=True)
        await _explain(Broken(logs), t)
        return NOT_SET_UP
    return DONE


async def _show(
    app: QApplication,
    open_desk: Callable[[asyncio.Event], AbstractAsyncContextManager[Desk]],
    told: asyncio.Event,
) -> bool:
    """Open a till with its window until that is closed; tell whether training starts over.

    Args:
        app: The application.
        open_desk: Opens the till.
        told: Set when the system or a terminal says that the program shall end.
    """
    loop = asyncio.get_running_loop()
    begin = asyncio.Event()
    async with open_desk(begin) as desk:
        t = Texts(desk.settings.current.language)
        async with open_window(desk, t) as window:

            def tell() -> None:
                loop.call_soon_threadsafe(window.tell_crash)

            def stop() -> None:
                told.set()
                window.stop.set()

            catch_crashes(tell)
            loop.set_exception_handler(loop_crash_handler(tell))
            app.commitDataRequest.connect(lambda _: stop())
            _stop_on_signals(loop, stop)
            if told.is_set():
                # It was said while one window was closed and the next not yet open.
                stop()
            window.seen.connect(begin.set)
            window.seen.connect(_settle)
            window.show()
            telling = asyncio.create_task(tell_of_repairs(desk.journal, window, t))
            await window.stop.wait()
            telling.cancel()
    return window.starts_over and not told.is_set()


def _stop_on_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Close in order when the system or a terminal says so; Windows tells it through Qt."""
    for each in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(each, stop)


def _settle() -> None:
    """Collect garbage from now on, but not among what start-up has left for good."""
    gc.freeze()
    gc.enable()


async def _explain(problem: GiftillError, t: Texts) -> None:
    """Show why the till can't be opened, until that was read; a terminal is told at once."""
    from .notice import Notice

    # There is none behind a program that was started from a menu on Windows.
    if sys.stderr is not None:
        sys.stderr.write(f"giftill: {t.message(problem.title)}. {t.message(problem.message)}\n")
        sys.stderr.flush()
    notice = Notice(problem, t)
    notice.show()
    await notice.closed.wait()
    notice.deleteLater()
