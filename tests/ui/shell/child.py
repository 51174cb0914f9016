"""The terminal as a process of its own, for tests of how it opens, breaks and closes.

Run as `python -m tests.ui.shell.child SCENARIO FOLDER URL`; what happens is told on stdout.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import apsw
from PySide6.QtWidgets import QApplication, QWidget

from giftill.bootstrap import clear_practice, open_desk, open_practice
from giftill.config import Folders, Settings, settings_for_training
from giftill.logs import start_logging
from giftill.ui.app import run
from giftill.ui.notice import Notice
from giftill.ui.session import Opening
from giftill.ui.window import Window
from tests.helpers.desk import code_of
from tests.helpers.faulty_disk import FaultyDisk
from tests.helpers.patience import until
from tests.helpers.window import held

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from giftill.services.desk import Desk
    from tests.helpers.faulty_disk import Action


_disks: list[FaultyDisk] = []


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


async def read_notice(*, closes: bool) -> None:
    """Read the small window that explains why the till can't open, then close it or do not."""

    def shown() -> list[QWidget]:
        return [each for each in QApplication.topLevelWidgets() if each.isVisible()]

    await until(lambda: any(isinstance(each, Notice) for each in shown()))
    # It stands alone: the window that was painted before has gone.
    say(" ".join(type(each).__name__ for each in shown()))
    for each in shown() if closes else ():
        each.close()


def make_a_mistake_in_preparing() -> None:
    """Let the window break before the till is even begun to be opened."""
    reading: list[asyncio.Task[None]] = []

    def fail(_window: Window) -> None:
        reading.append(asyncio.create_task(read_notice(closes=True)))
        crash()

    setattr(Window, "prepare", fail)  # noqa: B010 - mypy knows no other way to change a method


def let_the_disk_wait(folder: Path) -> None:
    """Let the disk give no file before `folder` has one named `go`."""
    disk = FaultyDisk()

    def wait(action: Action, suffix: str) -> None:
        while action == "open" and not (folder / "go").exists():
            time.sleep(0.01)

    disk.trouble = wait
    apsw.set_default_vfs(disk.name)
    # It must live as long as the connections that go through it.
    _disks.append(disk)


async def wait_for_disk(*, closes: bool) -> None:
    """Say when the disk was asked for the journal; close the window then or do not."""
    (disk,) = _disks
    (window,) = (each for each in QApplication.topLevelWidgets() if each.isVisible())
    await until(lambda: bool(disk.actions))
    if closes:
        window.close()
        assert not window.isVisible()
    say("opening")


def main() -> int:
    scenario, folder, url = sys.argv[1:]
    folders = Folders.within(Path(folder))
    start_logging(folders.logs)
    settings = Settings(api_url=url)
    background: set[asyncio.Task[None]] = set()
    if scenario.startswith("slow"):
        let_the_disk_wait(folders.data)
    elif scenario == "unprepared":
        make_a_mistake_in_preparing()

    @asynccontextmanager
    async def opened(begin: asyncio.Event) -> AsyncIterator[Desk]:
        background.add(asyncio.create_task(play(scenario, begin)))
        if scenario == "in_use":
            background.add(asyncio.create_task(read_notice(closes=True)))
        if scenario.startswith("slow"):
            background.add(asyncio.create_task(wait_for_disk(closes=scenario == "slow_closed")))
        if scenario in {"broken", "unread"}:
            background.add(asyncio.create_task(read_notice(closes=scenario == "broken")))
            crash()
        environ = {"GIFTILL_TOKEN": "test-token"}
        async with open_desk(settings, folders, environ, works=True, begin=begin) as desk:
            yield desk

    @asynccontextmanager
    async def practice(begin: asyncio.Event) -> AsyncIterator[Desk]:
        async with open_practice(practised(), folders, begin) as desk:
            background.add(asyncio.create_task(practise(desk)))
            yield desk

    def practised() -> Settings:
        return settings_for_training(settings, folders)

    if scenario == "practice":
        opening = Opening(practice, practised, clear=lambda: clear_practice(folders))
        return run(lambda: opening, practised(), folders.logs, is_training=True)
    return run(lambda: Opening(opened, lambda: settings), settings, folders.logs)


if __name__ == "__main__":
    sys.exit(main())
