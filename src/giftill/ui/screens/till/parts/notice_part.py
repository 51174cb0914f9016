"""NoticePart: a few sentences about the card or the last step, right beside what they are about."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from giftill.ui.icons import IconView
from giftill.ui.theme import Tone, current_theme
from giftill.ui.widgets.button import Button
from giftill.ui.widgets.label import PlainLabel
from giftill.ui.widgets.panel import Panel

from .action import render_action

if TYPE_CHECKING:
    from giftill.ui.screens.till.state import NoticeState


_MOST_CHOICES: Final = 2


class NoticePart(Panel):
    """Says what happened, what it means and what to do; hidden when there is nothing to say.

    Signals:
        leads: Its button was pressed; carries the name of a screen.
        chosen: A button that answers was pressed; carries its place in the state.
    """

    leads = Signal(str)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start with nothing to say."""
        super().__init__(parent, tone=Tone.NEUTRAL)
        theme = current_theme()
        self._leads_to = ""
        self._icon = IconView(size=theme.text.amount)
        self._title = PlainLabel(weight=QFont.Weight.DemiBold, wrap=True)
        self._text = PlainLabel(size=theme.text.small, wrap=True)
        self._action = Button()
        self._action.setAutoDefault(True)
        self._action.clicked.connect(lambda: self.leads.emit(self._leads_to))
        self._choices = tuple(Button() for _ in range(_MOST_CHOICES))
        row = QHBoxLayout()
        row.setSpacing(theme.space.s)
        row.addWidget(self._action)
        for number, button in enumerate(self._choices):
            button.clicked.connect(partial(self._choose, number))
            row.addWidget(button)
        row.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(theme.space.xs)
        words.addWidget(self._title)
        words.addWidget(self._text)
        row.setContentsMargins(0, theme.space.s, 0, 0)
        words.addLayout(row)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.space.l, theme.space.m, theme.space.l, theme.space.m)
        layout.setSpacing(theme.space.m)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.hide()

    def render_state(self, state: NoticeState | None) -> None:
        """Say this, or nothing."""
        if state is None:
            self.hide()
            return
        tone = Tone(state.tone)
        self.set_tone(tone)
        self._leads_to = state.leads_to
        self._icon.show_icon(state.icon, tone)
        self._title.set_tone(tone)
        self._title.show_text(state.title)
        self._text.show_text(state.text)
        self._text.setVisible(bool(state.text))
        self._action.show_text(state.action)
        self._action.setVisible(bool(state.action))
        for number, button in enumerate(self._choices):
            render_action(button, state.choices[number] if number < len(state.choices) else None)
        self.setAccessibleName(f"{state.title}. {state.text}")
        self.show()

    def _choose(self, number: int) -> None:
        self.chosen.emit(number)
