"""A sale that plays itself on the real screens: what the program can do, on a PC without a display.

Every key goes through the window like a cashier's or a scanner's; the network is cut in the middle
and the terminal is closed and opened again. At the end the sandbox's ledger is held against the
journal.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from giftill.config import Folders
from giftill.domain.money import Money
from giftill.domain.operations import HoldState
from giftill.texts import Texts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from giftill.config import Settings
    from giftill.services.desk import Desk
    from giftill.training import Training
    from giftill.ui.window import Window

    OpenDesk = Callable[[Settings, Folders, Training], AbstractAsyncContextManager[Desk]]

_PATIENCE_S: Final = 30.0
_TOTAL: Final = "65,00"
_TOTAL_CENTS: Final = 65_00


class DemoFailed(Exception):
    """The sale did not go as it should; the message says at which step."""


@dataclass(frozen=True)
class _Stage:
    """The terminal as it stands: one till with its window."""

    desk: Desk
    window: Window


def play(open_desk: OpenDesk, settings: Settings, out: Path) -> int:
    """Play the main flow and leave pictures in `out`.

    Args:
        open_desk: Opens a till on a training sandbox that is running.
        settings: The language; everything else is the demonstration's own.
        out: A folder; it is made if it is missing.

    Returns:
        0 if the sandbox's ledger and the journal agree at the end, else 1.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from giftill.ui.app import make_application
    from giftill.ui.loop import event_loop
    from giftill.ui.theme import Appearance

    out.mkdir(parents=True, exist_ok=True)
    app = make_application()
    appearance = Appearance(app, "light")
    chosen = msgspec.structs.replace(settings, sound=False, theme="light", location=None)
    with (
        tempfile.TemporaryDirectory(prefix="giftill-demo-") as folder,
        asyncio.Runner(loop_factory=lambda: event_loop(app)) as runner,
    ):
        demo = Demo(open_desk, chosen, Folders.within(Path(folder)), out)
        try:
            runner.run(demo.run())
        except DemoFailed as failure:
            told = demo.t("FAILED: {why}", why=str(failure))
            print(told, file=sys.stderr)  # noqa: T201 - a command: its failure is told on stderr
            return 1
        finally:
            del appearance
    return 0


class Demo:
    """The play: one method an act.

    Attributes:
        t: The language it is told in.
    """

    def __init__(
        self, open_desk: OpenDesk, settings: Settings, folders: Folders, out: Path
    ) -> None:
        """Play with files in `folders` and leave pictures in `out`."""
        self._open_desk = open_desk
        self._settings = settings
        self._folders = folders
        self._out = out
        self._step = 0
        self._pictures = 0
        self.t = Texts(settings.language)

    async def run(self) -> None:
        """Play it all.

        Raises:
            DemoFailed: A step did not end as it should, or ledger and journal differ.
        """
        from giftill.training import Training

        t = self.t
        self._folders.prepare()
        training = await Training.start(self._folders.data / "sandbox.sqlite3")
        try:
            self._say(t("The practice server runs on this PC: {url}", url=training.url))
            async with self._terminal(training) as stage:
                await self._sell(stage)
                await training.switch("offline")
                self._say(t("The network cable is pulled out"))
                await self._complete_offline(stage)
            self._say(t("The terminal is closed with two captures queued, and opened again"))
            async with self._terminal(training) as stage:
                await self._look_at_outbox(stage)
                await training.switch(None)
                self._say(t("The network cable is plugged in again"))
                await self._confirm(stage)
                await self._compare(stage.desk, training)
        finally:
            await training.stop()
        self._say(t("Done. The pictures are in {folder}", folder=str(self._out)))

    @asynccontextmanager
    async def _terminal(self, training: Training) -> AsyncIterator[_Stage]:
        from giftill.ui.app import open_window

        async with AsyncExitStack() as stack:
            desk = await stack.enter_async_context(
                self._open_desk(self._settings, self._folders, training)
            )
            window = await stack.enter_async_context(open_window(desk, self.t, play_sounds=False))
            window.show()
            window.activateWindow()
            yield _Stage(desk, window)

    async def _sell(self, stage: _Stage) -> None:
        t = self.t
        await self._picture(stage, "ready")
        await self._press(stage, "F3")
        await self._type(stage, _TOTAL)
        await self._press(stage, "Return")
        self._say(t("F3: the sale’s total is {total}", total=t.money(Money(_TOTAL_CENTS))))
        for name, says in (
            ("full_50", t("A card is scanned: it has less than the total")),
            ("full_25", t("A second card is scanned: it pays the rest")),
        ):
            await self._scan(stage, name)
            self._say(says)
            await self._picture(stage, f"card-{name}")
            await self._hold(stage)
            self._say(t("F8: the amount is held on the card"))
        await self._picture(stage, "two-holds")

    async def _hold(self, stage: _Stage) -> None:
        count = len(await stage.desk.sales.open_holds()) + 1
        await self._press(stage, "F8")
        await self._until(self.t("the hold is made"), lambda: self._holds_are(stage.desk, count))

    async def _complete_offline(self, stage: _Stage) -> None:
        t = self.t
        await self._press(stage, "F9")
        await self._until(t("both captures are queued"), lambda: self._waiting_are(stage.desk, 2))
        await self._until(t("the Till says so"), lambda: self._is_done(stage))
        self._say(t("F9: both captures are recorded on disk and queued; the customer may go"))
        await self._picture(stage, "queued")

    async def _look_at_outbox(self, stage: _Stage) -> None:
        t = self.t
        await self._until(t("the outbox is found again"), lambda: self._waiting_are(stage.desk, 2))
        await self._press(stage, "Ctrl+3")
        self._say(t("Ctrl+3: the Outbox still has both"))
        await self._settle_down()
        await self._picture(stage, "outbox-after-restart")

    async def _confirm(self, stage: _Stage) -> None:
        t = self.t
        await self._until(t("both captures are sent"), lambda: self._waiting_are(stage.desk, 0))
        self._say(t("Both captures were sent by themselves and confirmed"))
        await self._settle_down()
        await self._picture(stage, "outbox-empty")
        await self._scan(stage, "full_50")
        self._say(t("The first card is scanned again: it is empty now"))
        await self._picture(stage, "card-after")

    async def _compare(self, desk: Desk, training: Training) -> None:
        """Hold the sandbox's ledger against the journal.

        Raises:
            DemoFailed: They differ.
        """
        t, ledger = self.t, training.server.ledger
        captured = await desk.journal.holds(state=HoldState.CAPTURED)
        for hold in captured:
            there = ledger.transaction(hold.transaction)
            if (
                there is None
                or there.status != "success"
                or there.amount_cents != -hold.amount.cents
            ):
                raise DemoFailed(t("the ledger differs from the journal"))
        report = await desk.journal.verify()
        is_whole = report.is_intact and not ledger.balance_errors()
        if len(captured) != 2 or await desk.sales.open_holds() or not is_whole:  # noqa: PLR2004 - two cards
            raise DemoFailed(t("the ledger differs from the journal"))
        self._say(
            t(
                "The ledger and the journal agree: {n} captures, {entries} entries, chain intact",
                n=len(captured),
                entries=report.count,
            )
        )

    async def _scan(self, stage: _Stage, name: str) -> None:
        """Scan a card's code as a scanner does, and wait for the card."""
        from giftill.sandbox import SHOWCASE
        from giftill.ui.scanner import monotonic_ms
        from giftill.ui.wedge import ENTER, strike

        code = SHOWCASE[name].code
        await self._press(stage, "Ctrl+1")
        strike(stage.window.windowHandle(), code + ENTER, at_ms=monotonic_ms())
        await self._until(self.t("the card is shown"), lambda: self._shows(stage, code))
        await self._settle_down()

    async def _shows(self, stage: _Stage, code: str) -> bool:
        from giftill.ui.screens.till.view import TillScreen

        screen = stage.window.current
        if not isinstance(screen, TillScreen):
            return False
        shown = screen.presenter.facts.shown
        return shown is not None and shown.code.secret == code

    async def _is_done(self, stage: _Stage) -> bool:
        from giftill.ui.screens.till.view import TillScreen

        screen = stage.window.current
        return isinstance(screen, TillScreen) and screen.presenter.facts.done is not None

    async def _holds_are(self, desk: Desk, count: int) -> bool:
        return len(await desk.sales.open_holds()) == count

    async def _waiting_are(self, desk: Desk, count: int) -> bool:
        return desk.outbox.summary.value.waiting == count

    async def _type(self, stage: _Stage, text: str) -> None:
        for character in text:
            await self._press(stage, character)

    async def _press(self, stage: _Stage, key: str) -> None:
        """Press a key, in Qt's portable name, outside of any task: it makes Qt work at once."""
        from PySide6.QtGui import QKeySequence
        from PySide6.QtTest import QTest

        combination = QKeySequence(key)[0]  # type: ignore[index] # the stubs leave it out
        handle = stage.window.windowHandle()
        pressed = asyncio.Event()

        def press() -> None:
            QTest.keyClick(handle, combination.key(), combination.keyboardModifiers())
            pressed.set()

        asyncio.get_running_loop().call_soon(press)
        await pressed.wait()

    async def _until(self, what: str, condition: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while not await condition():
            if time.monotonic() > deadline:
                raise DemoFailed(self.t("waited in vain until {what}", what=what))
            await asyncio.sleep(0.02)

    async def _settle_down(self) -> None:
        """Let what was just asked for arrive on screen: pictures of cards, counts."""
        await asyncio.sleep(0.4)

    async def _picture(self, stage: _Stage, name: str) -> None:
        await asyncio.sleep(0.1)
        self._pictures += 1
        path = self._out / f"{self._pictures:02d}-{name}.png"
        stage.window.grab().save(str(path))

    def _say(self, text: str) -> None:
        self._step += 1
        print(f"{self._step:2d}. {text}", flush=True)  # noqa: T201 - a command: its steps are told on stdout
