"""NoticePart: a few sentences about the card or the last step, right beside what they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from giftill.ui.icons import IconView
from giftill.ui.theme import Tone, current_theme
from giftill.ui.widgets.button import Button
from giftill.ui.widgets.label import PlainLabel
from giftill.ui.widgets.panel import Panel

if TYPE_CHECKING:
    from giftill.ui.screens.till.state import NoticeState


class NoticePart(Panel):
    """Says what happened, what it means and what to do; hidden when there is nothing to say.

    Signals:
        leads: Its button was pressed; carries the name of a screen.
    """

    leads = Signal(str)

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
        words = QVBoxLayout()
        words.setSpacing(theme.space.xs)
        words.addWidget(self._title)
        words.addWidget(self._text)
        words.addWidget(self._action, 0, Qt.AlignmentFlag.AlignLeft)
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
        self.setAccessibleName(f"{state.title}. {state.text}")
        self.show()
