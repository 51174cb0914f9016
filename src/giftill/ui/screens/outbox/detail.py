"""The detail of one operation: what it means, what to do, and the facts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from giftill.domain.attention import Resolution
from giftill.ui.theme import Tone, current_theme
from giftill.ui.widgets.button import Button, ButtonRole
from giftill.ui.widgets.label import PlainLabel
from giftill.ui.widgets.panel import Panel
from giftill.ui.widgets.status_pill import StatusPill

from .words import RESOLUTIONS

if TYPE_CHECKING:
    from giftill.texts import Texts

    from .state import Detail

# The first column has the transaction, whose letters are wider than the digits of other ids.
_COLUMNS: Final = (9, 8, 8)

# What a manager can decide, with its key, in the order of the buttons.
KEYS: Final = {
    Resolution.USE_HOLD: "F5",
    Resolution.RELEASE_HOLD: "Shift+F5",
    Resolution.TRY_AGAIN: "F6",
    Resolution.CLOSE: "F8",
}
_ROLES: Final = {Resolution.RELEASE_HOLD: ButtonRole.DANGER}


class DetailPanel(Panel):
    """Shows one operation of the outbox.

    Attributes:
        resolve_asked: A button to resolve it was pressed; carries the `Resolution`.
    """

    resolve_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty panel."""
        super().__init__(parent)
        theme = current_theme()
        self._title = PlainLabel(size=theme.text.title, weight=QFont.Weight.DemiBold, tabular=True)
        self._status = StatusPill()
        self._meaning = PlainLabel(weight=QFont.Weight.DemiBold, wrap=True)
        self._advice = PlainLabel(wrap=True)
        self._buttons = {
            each: Button(role=_ROLES.get(each, ButtonRole.SECONDARY), key=key)
            for each, key in KEYS.items()
        }
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.space.xl)
        self._grid.setVerticalSpacing(theme.space.s)
        self._cells: list[_FactLabel] = []
        self._problem_label = ""
        self._problem = _FactLabel(is_wrapped=True)

        top = QHBoxLayout()
        top.setSpacing(theme.space.m)
        top.addWidget(self._title)
        top.addWidget(self._status)
        top.addStretch(1)
        decisions = QHBoxLayout()
        decisions.setSpacing(theme.space.m)
        for resolution, button in self._buttons.items():
            button.clicked.connect(partial(self._press, resolution))
            decisions.addWidget(button)
        decisions.addStretch(1)
        layout = QVBoxLayout(self)
        margin = theme.space.l
        layout.setContentsMargins(margin, theme.space.m, margin, theme.space.m)
        layout.setSpacing(theme.space.s)
        layout.addLayout(top)
        layout.addWidget(self._meaning)
        layout.addWidget(self._advice)
        layout.addLayout(decisions)
        layout.addSpacing(theme.space.xs)
        layout.addLayout(self._grid)
        layout.addWidget(self._problem)

    def retranslate(self, t: Texts) -> None:
        """Show the buttons in another language."""
        for resolution, button in self._buttons.items():
            button.show_text(f"{t(RESOLUTIONS[resolution][0])}…")
        self._problem_label = t("Last problem")

    def show_state(self, detail: Detail, *, is_busy: bool) -> None:
        """Show an operation; while `is_busy` it is being closed."""
        self.setAccessibleName(f"{detail.title}. {detail.meaning} {detail.advice}")
        self._title.show_text(detail.title)
        self._status.say(detail.status.text, detail.status.icon, Tone(detail.status.tone))
        self._meaning.show_text(detail.meaning)
        self._meaning.set_tone(Tone.DANGER if detail.resolutions else None)
        self._advice.show_text(detail.advice)
        for resolution, button in self._buttons.items():
            if resolution is Resolution.CLOSE:
                # The way out where there is no other, else only the last one.
                is_only = len(detail.resolutions) == 1
                button.set_role(ButtonRole.PRIMARY if is_only else ButtonRole.SECONDARY)
            button.setVisible(resolution in detail.resolutions)
            button.setEnabled(not is_busy)
        self._problem.setVisible(bool(detail.problem))
        self._problem.show_fact(self._problem_label, detail.problem)
        while len(self._cells) < len(detail.facts):
            number = len(self._cells)
            self._cells.append(_FactLabel())
            row, column = divmod(number, len(_COLUMNS))
            self._grid.addWidget(self._cells[-1], row, column)
            self._grid.setColumnStretch(column, _COLUMNS[column])
        for cell in self._cells[len(detail.facts) :]:
            cell.hide()
        for cell, fact in zip(self._cells, detail.facts, strict=False):
            cell.show_fact(fact.label, fact.value)
            cell.show()

    def _press(self, resolution: Resolution) -> None:
        self.resolve_asked.emit(resolution)


class _FactLabel(QWidget):
    """A fact: what it is called, then what it is; an id can be selected and copied."""

    def __init__(self, *, is_wrapped: bool = False) -> None:
        super().__init__()
        theme = current_theme()
        self._label = PlainLabel(size=theme.text.small, muted=True)
        elide = None if is_wrapped else Qt.TextElideMode.ElideRight
        self._value = PlainLabel(size=theme.text.small, wrap=is_wrapped, elide=elide)
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._label)
        layout.addWidget(self._value)

    def show_fact(self, label: str, value: str) -> None:
        self._label.show_text(label)
        self._value.show_text(value)
        self._value.setAccessibleName(f"{label}: {value}")
