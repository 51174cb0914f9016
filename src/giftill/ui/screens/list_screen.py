"""What the screens that are a table have in common: reading anew, paging, and their frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from giftill.ui.refresher import Refresher
from giftill.ui.tasks import TaskScope
from giftill.ui.theme import Tone, current_theme
from giftill.ui.widgets.band import Band
from giftill.ui.widgets.data_table import DataTable
from giftill.ui.widgets.label import PlainLabel

from .screen import Screen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from PySide6.QtGui import QHideEvent

    from giftill.services.observable import Signal

    from .screen import ScreenParts

_PAGE: Final = 200


class ListScreen(Screen):
    """A title, a band for what went wrong, and a table whose rows come page by page.

    Attributes:
        t: The language.
        tasks: Where every action of the screen runs.
        table: The table.
        title: The screen's name above it.
        shown_rows: How many rows the table may show now.
        is_rendering: Whether a state is being shown, so that what the table tells is an echo.
    """

    def __init__(self, parts: ScreenParts, *, is_checkable: bool = False) -> None:
        """Make the parts; the screen lays them out with `frame`."""
        super().__init__()
        self.t = parts.t
        self.tasks = TaskScope(self, parts.shell.report)
        self.shown_rows = _PAGE
        self.is_rendering = False
        self.title = PlainLabel(size=current_theme().text.title, weight=QFont.Weight.DemiBold)
        self.table = DataTable(is_checkable=is_checkable)
        self.table.end_reached.connect(self._show_more)
        self._band = Band(rounded=True)

    def watch(self, refresh: Callable[[], Awaitable[None]], *changes: Signal[Any]) -> None:
        """Refresh when the screen is shown, and after changes while it is in front."""
        self._refresher = Refresher(self.tasks, "refresh", refresh)
        for each in changes:
            self.destroyed.connect(each.subscribe(lambda _: self._wake()))

    def frame(self, top: QHBoxLayout, below: QHBoxLayout | QWidget) -> None:
        """Lay the screen out: `top`, the band, the table, and what is `below` it."""
        theme = current_theme()
        layout = QVBoxLayout(self)
        margin = theme.space.xl
        layout.setContentsMargins(margin, theme.space.l, margin, theme.space.l)
        layout.setSpacing(theme.space.m)
        layout.addLayout(top)
        layout.addWidget(self._band)
        layout.addWidget(self.table, 1)
        if isinstance(below, QWidget):
            layout.addWidget(below)
        else:
            layout.addLayout(below)

    def show_again(self) -> None:
        """Show the last state once more, now with `shown_rows` of its rows."""
        raise NotImplementedError

    def row_count(self) -> int:
        """Return how many rows the last state has."""
        raise NotImplementedError

    def say_problem(self, problem: str) -> None:
        """Show in the band what went wrong; nothing if it is empty."""
        if problem:
            self._band.say(problem, "warning", Tone.DANGER)
        else:
            self._band.clear()

    def shown(self) -> None:
        """Read anew, and go to the first row."""
        self._refresher.wake()
        self.table.setFocus()

    async def drain(self, timeout_s: float) -> None:
        """Let what is under way end."""
        await self.tasks.drain(timeout_s)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown_rows = _PAGE

    def _wake(self) -> None:
        if self.isVisible():
            self._refresher.wake()

    def _show_more(self) -> None:
        if self.shown_rows < self.row_count():
            self.shown_rows += _PAGE
            self.show_again()
