"""The detail of one operation: what it means, what to do, and the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from giftill.ui.theme import Tone, current_theme
from giftill.ui.widgets.button import Button, ButtonRole
from giftill.ui.widgets.label import PlainLabel
from giftill.ui.widgets.panel import Panel
from giftill.ui.widgets.status_pill import StatusPill

if TYPE_CHECKING:
    from giftill.texts import Texts

    from .state import Detail

_COLUMNS = 3


class DetailPanel(Panel):
    """Shows one operation of the outbox.

    Attributes:
        resolve_asked: The button to resolve it was pressed.
        use_asked: The button to use the hold that was found was pressed.
        release_asked: The button to release that hold was pressed.
    """

    resolve_asked = Signal()
    use_asked = Signal()
    release_asked = Signal()

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        """Make an empty panel; `key` does what its button does."""
        super().__init__(parent)
        theme = current_theme()
        self._title = PlainLabel(size=theme.text.title, weight=QFont.Weight.DemiBold, tabular=True)
        self._status = StatusPill()
        self._meaning = PlainLabel(weight=QFont.Weight.DemiBold, wrap=True)
        self._advice = PlainLabel(wrap=True)
        self._resolve = Button(role=ButtonRole.PRIMARY, key=key)
        self._resolve.clicked.connect(self.resolve_asked)
        self._use = Button()
        self._use.clicked.connect(self.use_asked)
        self._release = Button(role=ButtonRole.DANGER)
        self._release.clicked.connect(self.release_asked)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.space.xl)
        self._grid.setVerticalSpacing(theme.space.s)
        self._cells: list[_FactLabel] = []
        self._problem_label = ""
        self._problem = _FactLabel()

        top = QHBoxLayout()
        top.setSpacing(theme.space.m)
        top.addWidget(self._title)
        top.addWidget(self._status)
        top.addStretch(1)
        top.addWidget(self._resolve)
        middle = QHBoxLayout()
        middle.setSpacing(theme.space.m)
        middle.addWidget(self._advice, 1)
        middle.addWidget(self._use)
        middle.addWidget(self._release)
        layout = QVBoxLayout(self)
        margin = theme.space.l
        layout.setContentsMargins(margin, theme.space.m, margin, theme.space.m)
        layout.setSpacing(theme.space.s)
        layout.addLayout(top)
        layout.addWidget(self._meaning)
        layout.addLayout(middle)
        layout.addSpacing(theme.space.xs)
        layout.addLayout(self._grid)
        layout.addWidget(self._problem)

    def retranslate(self, t: Texts) -> None:
        """Show the button in another language."""
        self._resolve.show_text(t("Resolve…"))
        self._use.show_text(t("Use the hold"))
        self._release.show_text(t("Release it"))
        self._problem_label = t("Last problem")

    def show_state(self, detail: Detail, *, is_busy: bool) -> None:
        """Show an operation; while `is_busy` it is being closed."""
        self.setAccessibleName(f"{detail.title}. {detail.meaning} {detail.advice}")
        self._title.show_text(detail.title)
        self._status.say(detail.status.text, detail.status.icon, Tone(detail.status.tone))
        self._meaning.show_text(detail.meaning)
        self._meaning.set_tone(Tone.DANGER if detail.can_resolve else None)
        self._advice.show_text(detail.advice)
        self._resolve.setVisible(detail.can_resolve)
        for button in (self._use, self._release, self._resolve):
            button.setEnabled(not is_busy)
        self._use.setVisible(detail.can_adopt)
        self._release.setVisible(detail.can_adopt)
        self._problem.setVisible(bool(detail.problem))
        self._problem.show_fact(self._problem_label, detail.problem)
        while len(self._cells) < len(detail.facts):
            number = len(self._cells)
            self._cells.append(_FactLabel())
            self._grid.addWidget(self._cells[-1], number // _COLUMNS, number % _COLUMNS)
            self._grid.setColumnStretch(number % _COLUMNS, 1)
        for cell in self._cells[len(detail.facts) :]:
            cell.hide()
        for cell, fact in zip(self._cells, detail.facts, strict=False):
            cell.show_fact(fact.label, fact.value)
            cell.show()


class _FactLabel(QWidget):
    """A fact: what it is called, then what it is; an id can be selected and copied."""

    def __init__(self) -> None:
        super().__init__()
        theme = current_theme()
        self._label = PlainLabel(size=theme.text.small, muted=True)
        self._value = PlainLabel(size=theme.text.small, elide=Qt.TextElideMode.ElideRight)
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
