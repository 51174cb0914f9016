"""A person at the counter: sees what is on the Till, presses keys, touches buttons."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from giftill.texts import Texts
from giftill.ui.app import open_window
from giftill.ui.screens.till.view import TillScreen
from giftill.ui.widgets.code_field import CodeField

from .desk import TOKEN, code_of, desk_on
from .patience import until
from .qt import outside_tasks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from giftill.sandbox import SandboxServer
    from giftill.services.desk import Desk
    from giftill.ui.window import Window

SLOWER_THAN_A_SCANNER_S = 0.12


class Counter:
    """The Till as a person uses it."""

    def __init__(self, window: Window, desk: Desk) -> None:
        self.window = window
        self.desk = desk
        screen = window.screen_named("till")
        assert isinstance(screen, TillScreen)
        self.screen = screen

    def reads(self, text: str) -> bool:
        """Tell whether a text can be read on screen now."""
        labels = [label.text() for label in self.screen.findChildren(QLabel) if label.isVisible()]
        buttons = [
            button.accessibleName()
            for button in self.screen.findChildren(QAbstractButton)
            if button.isVisible()
        ]
        return any(text in each for each in (*labels, *buttons))

    async def sees(self, text: str) -> None:
        """Wait until a text can be read."""
        await until(lambda: self.reads(text))

    async def press(
        self,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        """Press a key wherever the cursor is."""
        focus = QApplication.focusWindow()
        assert focus is not None
        await outside_tasks(partial(QTest.keyClick, focus, key, modifier))

    async def type(self, text: str) -> None:
        """Type as a person does: slower than a scanner."""
        await type_slowly(text)

    @property
    def code_typed(self) -> str:
        """What stands in the code field, unless that is a masked code."""
        field = self.screen.findChild(CodeField)
        assert isinstance(field, CodeField)
        return field.text()

    def scan(self, card: str) -> None:
        """Scan a card of the sandbox, by its name."""
        assert self.screen.scanned(code_of(card).secret)

    def button(self, words: str) -> QAbstractButton:
        """Find a button by the beginning of what it says."""
        return next(
            button
            for button in self.window.findChildren(QAbstractButton)
            if button.isVisible() and button.accessibleName().startswith(words)
        )

    async def answer(self, words: str) -> None:
        """Choose an answer of the open dialog."""
        await until(lambda: QApplication.activeModalWidget() is not None)
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        button = next(
            each
            for each in dialog.findChildren(QAbstractButton)
            if each.accessibleName().startswith(words)
        )
        button.click()


async def type_slowly(text: str) -> None:
    """Type as a person does, slower than a scanner, wherever the cursor is."""
    focus = QApplication.focusWindow()
    for each in text:
        await asyncio.sleep(SLOWER_THAN_A_SCANNER_S)
        await outside_tasks(partial(QTest.keyClick, focus, each))
    await asyncio.sleep(SLOWER_THAN_A_SCANNER_S)


@asynccontextmanager
async def at_the_till(
    server: SandboxServer | str,
    folder: Path,
    *,
    language: str = "en",
    works: bool = False,
    token: str = TOKEN,
    **settings: object,
) -> AsyncIterator[Counter]:
    """Open the window on a server, on the smallest screen; `works` lets the outbox send."""
    async with (
        desk_on(server, folder, works=works, token=token, **settings) as desk,
        open_window(desk, Texts(language), play_sounds=False) as window,
    ):
        window.resize(1024, 768)
        window.show()
        window.activateWindow()
        await until(window.isActiveWindow)
        yield Counter(window, desk)
