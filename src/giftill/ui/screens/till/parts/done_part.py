"""DonePart: the sale is over; what became of it can be read from across the counter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from giftill.ui.icons import draw_icon
from giftill.ui.theme import Tone, current_theme
from giftill.ui.widgets.button import Button, ButtonRole
from giftill.ui.widgets.label import PlainLabel
from giftill.ui.widgets.money_label import MoneyLabel, MoneySize
from giftill.ui.widgets.panel import Panel
from giftill.ui.widgets.status_pill import StatusPill

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from giftill.ui.screens.till.state import DoneLine, DoneState

# The sign is twice as high as a balance, so that a glance is enough.
_SIGNS: Final = 2


class DonePart(Panel):
    """Shows how a sale ended.

    Signals:
        leads: Its button was pressed; carries the name of a screen.
    """

    leads = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it without a sale."""
        super().__init__(parent)
        theme = current_theme()
        self._leads_to = ""
        self._sign = _Sign()
        self._title = PlainLabel(size=theme.text.amount, weight=QFont.Weight.DemiBold)
        self._amount = MoneyLabel(money_size=MoneySize.BALANCE)
        self._amount.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._text = PlainLabel(wrap=True)
        self._rest = PlainLabel(size=theme.text.amount, weight=QFont.Weight.DemiBold, wrap=True)
        self._rest.set_tone(Tone.HOLD)
        self._action = Button(role=ButtonRole.PRIMARY)
        self._action.setAutoDefault(True)
        self._action.clicked.connect(lambda: self.leads.emit(self._leads_to))
        self._rows: list[_Row] = []
        body = QWidget()
        self._cards = QVBoxLayout(body)
        self._cards.setContentsMargins(0, 0, theme.space.s, 0)
        self._cards.setSpacing(0)
        self._cards.addStretch(1)
        self._list = QScrollArea()
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setWidgetResizable(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setWidget(body)
        self._next = PlainLabel(muted=True, wrap=True)
        self._lay_out()

    def render_state(self, state: DoneState) -> None:
        """Show this."""
        tone = Tone(state.tone)
        self._sign.show_sign(state.icon, tone)
        self._title.set_tone(tone)
        self._title.show_text(state.title)
        self._amount.show_text(state.amount)
        self._text.show_text(state.text)
        self._rest.show_text(state.rest)
        self._rest.setVisible(bool(state.rest))
        self._leads_to = state.leads_to
        self._action.show_text(state.action)
        self._action.setVisible(bool(state.action))
        self._next.show_text(state.next)
        while len(self._rows) < len(state.lines):
            row = _Row()
            self._cards.insertWidget(len(self._rows), row)
            self._rows.append(row)
        for index, each in enumerate(self._rows):
            each.setVisible(index < len(state.lines))
            if index < len(state.lines):
                each.render_state(state.lines[index])
        self.setAccessibleName(f"{state.title}. {state.amount}. {state.rest} {state.text}")

    def _lay_out(self) -> None:
        theme = current_theme()
        words = QVBoxLayout()
        words.setSpacing(theme.space.hair)
        words.addWidget(self._title)
        words.addWidget(self._amount)
        top = QHBoxLayout()
        top.setSpacing(theme.space.xl)
        top.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addLayout(words, 1)
        layout = QVBoxLayout(self)
        margin = theme.space.xxl
        layout.setContentsMargins(margin, margin, margin, theme.space.xl)
        layout.setSpacing(theme.space.l)
        layout.addLayout(top)
        layout.addWidget(self._rest)
        layout.addWidget(self._text)
        layout.addWidget(self._action, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._next)


class _Sign(QWidget):
    """The big sign in a circle of its colour."""

    def __init__(self) -> None:
        super().__init__()
        self._icon, self._tone = "", Tone.NEUTRAL

    def show_sign(self, icon: str, tone: Tone) -> None:
        self._icon, self._tone = icon, tone
        self.update()

    def sizeHint(self) -> QSize:
        side = current_theme().text.balance * _SIGNS
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._icon:
            return
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = float(min(self.width(), self.height()))
        left, top = (self.width() - side) / 2, (self.height() - side) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tint(self._tone))
        painter.drawEllipse(QRectF(left, top, side, side))
        inner = side / _SIGNS
        place = QRectF(left + (side - inner) / 2, top + (side - inner) / 2, inner, inner)
        draw_icon(painter, self._icon, theme.strong(self._tone), place)


class _Row(QWidget):
    """One card: what it gave, what is left, and how far it is."""

    def __init__(self) -> None:
        super().__init__()
        theme = current_theme()
        self._card = PlainLabel(tabular=True)
        self._remaining = PlainLabel(
            size=theme.text.small, muted=True, elide=Qt.TextElideMode.ElideRight
        )
        self._pill = StatusPill()
        self._amount = PlainLabel(weight=QFont.Weight.DemiBold, tabular=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, theme.space.xs, 0, theme.space.xs)
        layout.setSpacing(theme.space.m)
        layout.addWidget(self._card)
        layout.addWidget(self._remaining, 1)
        layout.addWidget(self._pill)
        layout.addWidget(self._amount)

    def render_state(self, line: DoneLine) -> None:
        self._card.show_text(line.card)
        self._remaining.show_text(line.remaining)
        self._pill.say(line.pill.text, line.pill.icon, Tone(line.pill.tone))
        self._amount.show_text(line.amount)
        self.setAccessibleName(f"{line.card}, {line.amount}, {line.pill.text}, {line.remaining}")
