"""The terminal as a process of its own, for tests of how it opens, breaks and closes.

Run as `python -m tests.ui.shell.child SCENARIO FOLDER URL`; what happens is told on stdout.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QWidget

from giftill.bootstrap import clear_practice, open_desk, open_practice
from giftill.config import Folders, Settings, settings_for_training
from giftill.logs import start_logging
from giftill.ui.app import run
from giftill.ui.window import Window
from tests.helpers.desk import code_of
from tests.helpers.patience import until
from tests.helpers.window import held

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from giftill.services.desk import Desk


def say(text: str) -> None:
    print(text, flush=True)


async def practise(desk: Desk) -> None:
    """Say what the till and a card hold, then the first time hold some more and start over."""
    holds = await desk.sales.open_holds()
    card = await desk.sales.look_up(code_of("full_50"))
    say(f"{len(holds)} holds, {card.balance_cents} cents, {desk.settings.current.language}")
    if desk.settings.current.language == "nl":
        return
    await held(desk)
    desk.settings.save(language="nl")
    (window,) = (each for each in QApplication.topLevelWidgets() if isinstance(each, Window))
    window.start_over()


async def play(scenario: str, begin: asyncio.Event) -> None:
    """Do what the scenario asks, once the window was painted."""
    await begin.wait()
    say("seen")
    if scenario == "crash":
        asyncio.get_running_loop().call_soon(crash)
        await until(lambda: QApplication.activeModalWidget() is not None)
        told = QApplication.activeModalWidget()
        say(told.windowTitle() if told else "nothing")
        os.kill(os.getpid(), signal.SIGTERM)


def crash() -> None:
    message = "a mistake of the program"
    raise RuntimeError(message)


async def close_notice() -> None:
    """Read the small window that explains why the till can't open, then close it."""

    def shown() -> list[QWidget]:
        return [each for each in QApplication.topLevelWidgets() if each.isVisible()]

    await until(shown)
    (notice,) = shown()
    say(type(notice).__name__)
    notice.close()


def main() -> int:
    scenario, folder, url = sys.argv[1:]
    folders = Folders.within(Path(folder))
    start_logging(folders.logs)
    settings = Settings(api_url=url)
    background: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def opened(begin: asyncio.Event) -> AsyncIterator[Desk]:
        background.add(asyncio.create_task(play(scenario, begin)))
        if scenario == "in_use":
            background.add(asyncio.create_task(close_notice()))
        if scenario == "broken":
            background.add(asyncio.create_task(close_notice()))
            crash()
        environ = {"GIFTILL_TOKEN": "test-token"}
        async with open_desk(settings, folders, environ, works=True, begin=begin) as desk:
            yield desk

    @asynccontextmanager
    async def practice(begin: asyncio.Event) -> AsyncIterator[Desk]:
        chosen = settings_for_training(settings, folders)
        async with open_practice(chosen, folders, begin) as desk:
            background.add(asyncio.create_task(practise(desk)))
            yield desk

    if scenario == "practice":
        return run(practice, settings, folders, clear=lambda: clear_practice(folders))
    return run(opened, settings, folders)


if __name__ == "__main__":
    sys.exit(main())
