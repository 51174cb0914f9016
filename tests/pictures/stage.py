"""A terminal to take pictures of: a real sandbox, a real till, a real window, drawn offscreen."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from PySide6.QtGui import QCursor, QKeySequence, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from giftill.bootstrap import open_desk, open_training_desk
from giftill.config import Folders, Settings
from giftill.domain.places import LocationId
from giftill.sandbox import SHOWCASE, Fault, FaultKind, SandboxConfig, SandboxServer
from giftill.services.connectivity import Link
from giftill.texts import Texts
from giftill.training import Training
from giftill.ui.app import open_window
from giftill.ui.screens.till.view import TillScreen
from giftill.ui.theme import Scheme, Theme, apply
from tests.helpers.desk import TOKEN
from tests.helpers.patience import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from PySide6.QtCore import QKeyCombination
    from PySide6.QtGui import QWindow

    from giftill.services.desk import Desk
    from giftill.ui.screens.till.presenter import TillPresenter
    from giftill.ui.window import Window

Size = tuple[int, int]

NORM: Final[Size] = (1280, 800)
FLOOR: Final[Size] = (1024, 768)
SHOP: Final = LocationId("lc_Wn4TgVr8PzKb2YxQmHs6JdLa")
CAPTURES: Final = "/v1/transactions/*/capture"
REDEEMS: Final = "/v1/giftcards/*/redeem"

# A toast and the fade of a message are over, and a card's picture has arrived, within this.
_CALM_S: Final = 0.35


@dataclass(frozen=True)
class Look:
    """How a picture looks.

    Attributes:
        language: `en` or `nl`.
        scheme: Light or dark.
        size: Width and height of the window, in pixels.
    """

    language: str = "en"
    scheme: Scheme = "light"
    size: Size = NORM

    @property
    def name(self) -> str:
        """The folder its pictures go to."""
        return f"{self.language}-{self.scheme}-{self.size[0]}"


@dataclass(frozen=True)
class Setting:
    """What a picture needs to be there before the window opens.

    Attributes:
        token: The till's token; empty for none.
        has_location: Whether a location was chosen.
        is_training: Whether it is training mode.
        faults: What goes wrong from the start.
    """

    token: str = TOKEN
    has_location: bool = True
    is_training: bool = False
    faults: tuple[Fault, ...] = ()


class Stage:
    """The open terminal, and a person's hands on it.

    Attributes:
        desk: The till.
        window: Its window.
        server: The sandbox behind it.
        t: Its language.
    """

    def __init__(self, desk: Desk, window: Window, server: SandboxServer, t: Texts) -> None:
        """Act on a window that is shown."""
        self.desk = desk
        self.window = window
        self.server = server
        self.t = t
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def till(self) -> TillPresenter:
        """The Till's presenter, to look at what it knows."""
        screen = self.window.screen_named("till")
        assert isinstance(screen, TillScreen)
        return screen.presenter

    async def press(self, *keys: str) -> None:
        """Press keys, each by Qt's portable name or as the character it types."""
        for key in keys:
            combination = QKeySequence(key)[0]  # type: ignore[index] # the stubs leave it out
            pressed = asyncio.Event()

            def press(wanted: QKeyCombination = combination, told: asyncio.Event = pressed) -> None:
                QTest.keyClick(_target(self.window), wanted.key(), wanted.keyboardModifiers())
                told.set()

            # Outside of any task: a key makes Qt work at once, and that may start other tasks.
            asyncio.get_running_loop().call_soon(press)
            await pressed.wait()

    async def type(self, text: str) -> None:
        """Type a text with a press for each character, then Enter."""
        await self.press(*text, "Return")

    async def start_scan(self, card: str) -> None:
        """Scan a card of the showcase, by its name, or whatever else is given."""
        code = SHOWCASE[card].code if card in SHOWCASE else card
        self.window.go_to("till")
        self.window.current.scanned(code)
        await asyncio.sleep(0)

    async def scan(self, card: str) -> None:
        """Scan a card and wait until it is shown, or until it is said why it can't be."""
        await self.start_scan(card)
        await self.until(
            lambda: (
                self.till.facts.looking_up is None
                and bool(
                    self.till.facts.shown
                    or self.till.facts.look_up_error
                    or self.till.facts.code_error
                )
            )
        )

    async def total(self, amount: str) -> None:
        """Enter the sale's total."""
        await self.press("F3")
        await self.type(amount)

    async def hold(self, card: str, amount: str = "") -> None:
        """Hold what is proposed, or an amount, on a card, and wait until it is held."""
        before = len(self.till.facts.sale.holds)
        await self.scan(card)
        if amount:
            self.till.type_amount(amount)
        await self.press("F8")
        await self.until(lambda: len(self.till.facts.sale.holds) > before)

    async def finish(self, key: str = "F9") -> None:
        """Complete the sale, or cancel it, and wait until that is over."""
        await self.press(key)
        await self.until(lambda: self.till.facts.done is not None)

    async def go_offline(self) -> None:
        """Pull the cable, and let the till notice."""
        self.break_with(Fault(FaultKind.OFFLINE))
        await self.desk.outbox.send_now()
        await self.scan("full_25")
        await self.until(lambda: self.desk.connectivity.link.value is Link.OFFLINE)

    def break_with(self, *faults: Fault) -> None:
        """Let exactly these faults happen from now on."""
        self.server.faults.set(*faults)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let the program go on until a condition holds.

        Raises:
            AssertionError: It did not come true.
        """
        await until(condition)

    async def calm_down(self) -> None:
        """Let what was just asked for arrive on screen: pictures, counts, fades."""
        await asyncio.sleep(_CALM_S)

    async def show(self, look: Look) -> None:
        """Show everything as `look` says; the language is the one the stage was opened in."""
        wear(look.scheme)
        self.window.resize(*look.size)
        await self.calm_down()

    def grab(self) -> QPixmap:
        """Return the window as it is seen, with the dialog that is open on it."""
        picture = self.window.grab()
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            painter = QPainter(picture)
            inside = self.window.rect()
            place = dialog.rect()
            place.moveCenter(inside.center())
            painter.drawPixmap(place.topLeft(), dialog.grab())
            painter.end()
        return picture

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on beside, for as long as the stage is open."""
        self._tasks.append(asyncio.create_task(work))

    async def clear_away(self) -> None:
        """Answer whatever is asked with “back”, and end what goes on beside."""
        for each in self._tasks:
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.reject()


@asynccontextmanager
async def open_stage(look: Look, setting: Setting, folder: Path) -> AsyncIterator[Stage]:
    """Open a terminal with a sandbox of its own, and close both.

    Args:
        look: How it looks at first.
        setting: What is there before the window opens.
        folder: An empty folder for its files.
    """
    settings = Settings(
        language="nl" if look.language == "nl" else "en",
        cashier="Sanne",
        sound=False,
        location=SHOP if setting.has_location else None,
    )
    folders = Folders.within(folder)
    t = Texts(look.language)
    wear(look.scheme)
    async with AsyncExitStack() as stack:
        server, desk = await _open_desk(stack, setting, settings, folders)
        window = await stack.enter_async_context(open_window(desk, t, play_sounds=False))
        stage = Stage(desk, window, server, t)
        stack.push_async_callback(stage.clear_away)
        window.show()
        window.activateWindow()
        # Nothing is to look as if the mouse were on it.
        QCursor.setPos(window.mapToGlobal(window.rect().bottomRight()))
        await stage.show(look)
        await stage.until(
            lambda: not setting.token or desk.connectivity.link.value is not Link.UNKNOWN
        )
        yield stage


async def _open_desk(
    stack: AsyncExitStack, setting: Setting, settings: Settings, folders: Folders
) -> tuple[SandboxServer, Desk]:
    if setting.is_training:
        folders.prepare()
        training = await Training.start(None)
        stack.push_async_callback(training.stop)
        desk = await stack.enter_async_context(open_training_desk(settings, folders, training))
        return training.server, desk
    server = SandboxServer(SandboxConfig(token=TOKEN, rate_per_minute=0))
    await asyncio.to_thread(server.start)
    stack.push_async_callback(asyncio.to_thread, server.stop)
    server.faults.set(*setting.faults)
    here = msgspec.structs.replace(settings, api_url=server.url)
    environ = {"GIFTILL_TOKEN": setting.token} if setting.token else {}
    return server, await stack.enter_async_context(open_desk(here, folders, environ, works=True))


def wear(scheme: Scheme) -> None:
    """Show the whole program in a scheme."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme = Theme.load(scheme)
    if app.property("giftillTheme") != theme:
        apply(app, theme)


def _target(window: Window) -> QWindow:
    dialog = QApplication.activeModalWidget()
    return (dialog or window).windowHandle()
