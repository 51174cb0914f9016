"""The terminal at work: the event loop, opening and closing in order, and what prevents it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import shiboken6

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message
from giftill.journal import JournalInUse
from giftill.logs import catch_crashes, loop_crash_handler
from giftill.texts import Texts

from .app import CLOSING_S, DONE, IN_USE, NOT_SET_UP, make_window
from .icons import app_icon
from .loop import event_loop
from .repairs import tell_of_repairs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from giftill.config import Settings
    from giftill.services.desk import Desk

    from .window import Window

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opening:
    """How the till is opened.

    Attributes:
        open_desk: Opens the till, whose workers begin with the event it is given: once the
            window can be seen. It is closed again before the program ends.
        settings: Reads what is in force now.
        clear: Clears away what was practised, while no till is open; given in training only.
    """

    open_desk: Callable[[asyncio.Event], AbstractAsyncContextManager[Desk]]
    settings: Callable[[], Settings]
    clear: Callable[[], None] | None = None


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


def work(
    app: QApplication,
    window: Window,
    opening: Opening,
    t: Texts,
    logs: Path,
    tell: Callable[[str], None] | None = None,
) -> int:
    """Open the till behind a window that is seen already, and work until it is closed.

    Args:
        app: The application.
        window: The window; it goes away before this returns.
        opening: How the till is opened.
        t: The language, to say why it can't be.
        logs: Where the log is, for the message about a crash.
        tell: Told `open` once the till works.

    Returns:
        The exit status: 0, 9 if the data folder is in use, 8 if the till can't be opened.
    """
    app.setWindowIcon(app_icon())
    opened = partial(tell, "open") if tell is not None else None
    with asyncio.Runner(loop_factory=lambda: event_loop(app)) as runner:
        return runner.run(_main(app, window, opening, t, logs, opened))


async def _main(
    app: QApplication,
    window: Window,
    opening: Opening,
    t: Texts,
    logs: Path,
    opened: Callable[[], None] | None,
) -> int:
    told = asyncio.Event()
    is_training = opening.clear is not None
    try:
        while await _show(app, window, opening, told, opened):
            assert opening.clear is not None, "only training starts over"
            await asyncio.to_thread(opening.clear)
            settings = opening.settings()
            words = Texts(settings.language)
            window = make_window(settings, words, logs, is_training=is_training)
            window.show()
    except GiftillError as problem:
        await _explain(problem, t, told)
        return IN_USE if isinstance(problem, JournalInUse) else NOT_SET_UP
    except Exception:  # noqa: BLE001 - a bug, of any kind, is told before the program ends
        _log.critical("The terminal broke", exc_info=True)
        await _explain(Broken(logs), t, told)
        return NOT_SET_UP
    return DONE


async def _show(
    app: QApplication,
    window: Window,
    opening: Opening,
    told: asyncio.Event,
    opened: Callable[[], None] | None,
) -> bool:
    """Open the till behind a window until that is closed; tell whether training starts over.

    Args:
        app: The application.
        window: The window. It goes away first of all, also where it or the till can't be opened.
        opening: Opens the till.
        told: Set when the system or a terminal says that the program shall end.
        opened: Called once the till works.
    """
    loop = asyncio.get_running_loop()
    begin = asyncio.Event()

    def tell() -> None:
        loop.call_soon_threadsafe(window.tell_crash)

    def stop() -> None:
        told.set()
        # It may be gone already, and a message stand in its place.
        if shiboken6.isValid(window):
            window.leave()

    catch_crashes(tell)
    loop.set_exception_handler(loop_crash_handler(tell))
    app.commitDataRequest.connect(lambda _: stop())
    _stop_on_signals(loop, stop)
    async with AsyncExitStack() as stack:
        desk = None
        try:
            window.prepare()
            if told.is_set():
                # It was said while one window was closed and the next not yet open.
                stop()
            entering = stack.enter_async_context(opening.open_desk(begin))
            desk = await _unless_left(window, entering)
        finally:
            if desk is None:
                await window.close_down(0)
        if desk is None:
            return False
        stack.push_async_callback(window.close_down, CLOSING_S)
        if not window.stop.is_set():
            window.work_on(desk)
            begin.set()
            _collect_garbage()
            if opened is not None:
                opened()
            t = Texts(desk.settings.current.language)
            telling = asyncio.create_task(tell_of_repairs(desk.journal, window, t))
            await window.stop.wait()
            telling.cancel()
    return window.starts_over and not told.is_set()


async def _unless_left(window: Window, entering: Awaitable[Desk]) -> Desk | None:
    """Wait for the till to be open; once the window is closed give that up, and return None.

    What the opening waits for is cancelled then, and clears up. A thread that waits for the
    keyring, which may take a minute, is left to itself: it holds neither journal nor process.
    """
    patience = asyncio.timeout(None)

    async def give_up() -> None:
        await window.stop.wait()
        patience.reschedule(asyncio.get_running_loop().time())

    giving_up = asyncio.create_task(give_up())
    try:
        async with patience:
            return await entering
    except TimeoutError:
        if not patience.expired():
            raise
        return None
    finally:
        giving_up.cancel()


def _stop_on_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Close in order when the system or a terminal says so; Windows tells it through Qt."""
    for each in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(each, stop)


def _collect_garbage() -> None:
    """Collect garbage from now on, but not among what start-up has left for good."""
    gc.freeze()
    gc.enable()


async def _explain(problem: GiftillError, t: Texts, told: asyncio.Event) -> None:
    """Show why the till can't be opened, until that was read; a terminal is told at once.

    Args:
        problem: Why.
        t: The language.
        told: Set when the system or a terminal says that the program shall end.
    """
    from .notice import Notice

    # There is none behind a program that was started from a menu on Windows.
    if sys.stderr is not None:
        sys.stderr.write(f"giftill: {t.message(problem.title)}. {t.message(problem.message)}\n")
        sys.stderr.flush()
    notice = Notice(problem, t)
    notice.show()
    waiting = [asyncio.create_task(each.wait()) for each in (notice.closed, told)]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()
    notice.deleteLater()
