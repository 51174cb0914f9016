"""A cashier who reads the whole window, in a language of hers, and what the server was asked."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel

from giftill.texts import Texts

from .counter import at_the_till
from .desk import TOKEN, code_of
from .patience import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from .counter import Counter
    from .front import Front


class Cashier:
    """What is on screen, told by the English source texts.

    Attributes:
        till: What she works with.
        front: The way to the server.
    """

    def __init__(self, till: Counter, front: Front, language: str) -> None:
        self.till = till
        self.front = front
        self._t = Texts(language)
        self._asked = 0

    def words(self, source: str, **values: object) -> str:
        """Return a text in her language; in Dutch it must be another one than in English."""
        words = self._t(source, **values)
        english = Texts("en")(source, **values)
        assert self._t.language == "en" or words != english, f"not translated: {english}"
        return words

    def has(self, source: str, **values: object) -> bool:
        """Tell whether a text can be read anywhere in the window."""
        words = self.words(source, **values)
        window = self.till.window
        labels = [each.text() for each in window.findChildren(QLabel) if each.isVisible()]
        buttons = [
            each.accessibleName()
            for each in window.findChildren(QAbstractButton)
            if each.isVisible()
        ]
        return any(words in each for each in (*labels, *buttons))

    async def reads(self, *sources: str, **values: object) -> None:
        """Wait until all of these can be read at once."""
        try:
            await until(lambda: all(self.has(each, **values) for each in sources))
        except AssertionError:
            shown = [
                each.text()
                for each in self.till.window.findChildren(QLabel)
                if each.isVisible() and each.text()
            ]
            missing = [each for each in sources if not self.has(each, **values)]
            raise AssertionError(f"{missing} not in {shown}") from None

    async def scans(self, card: str) -> None:
        """Scan a card of the sandbox, and wait until the till is done with it."""
        self.till.scan(card)
        code = code_of(card)

        def is_told() -> bool:
            facts = self.till.screen.presenter.facts
            shown = facts.shown.code if facts.shown else None
            return facts.looking_up is None and code in {shown, facts.failed}

        await until(is_told)

    async def holds(self, card: str, amount: str) -> None:
        """Scan a card, type an amount and press the key that holds it."""
        await self.scans(card)
        await self.till.type(amount)
        await self.till.press(Qt.Key.Key_F8)

    def new_requests(self, method: str = "") -> list[str]:
        """Return what the server was asked since this was last called."""
        new = self.front.requests[self._asked :]
        self._asked = len(self.front.requests)
        return [each for each in new if each.startswith(method)]


@asynccontextmanager
async def a_cashier(
    front: Front,
    folder: Path,
    language: str,
    *,
    token: str = TOKEN,
    location: str | None = None,
) -> AsyncIterator[Cashier]:
    """Open the window on the way to a server, and wait until it has said hello to it."""
    way = at_the_till(front.url, folder, language=language, token=token, location=location)
    async with way as till:
        cashier = Cashier(till, front, language)
        if token == TOKEN:
            await until(till.desk.catalogue.stored_locations)
        cashier.new_requests()
        yield cashier
