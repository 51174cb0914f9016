"""HoldList: the cards that pay the sale, each with its amount and what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from giftill.ui.icons import IconView
from giftill.ui.theme import Tone, current_theme

from .button import Button, ButtonRole
from .label import PlainLabel
from .panel import draw_focus, fill_rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent


class HoldItem(Struct, frozen=True):
    """One hold of the sale; every text is translated already.

    Attributes:
        key: What the signals say.
        card: The masked code, short: `•••• 7K9Q`.
        amount: What is held.
        state: In a word, such as “Held” or “Queued”, with `icon` and `tone`.
        is_current: Whether F6 and F7 have gone to it.
        release: The words of the button that gives it back, for screen readers and the tooltip;
            empty where that can't be done.
    """

    key: str
    card: str
    amount: str
    state: str
    icon: str = "holds"
    tone: Tone = Tone.HOLD
    is_current: bool = False
    release: str = ""


class HoldList(QScrollArea):
    """The holds of the sale, first made first.

    Signals:
        chosen: A hold was touched; carries its key.
        release_wanted: Its button to give the money back was pressed; carries its key.
    """

    chosen = Signal(str)
    release_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty list."""
        super().__init__(parent)
        self._rows: dict[str, HoldRow] = {}
        body = QWidget()
        self._layout = QVBoxLayout(body)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(current_theme().space.xs)
        self._layout.addStretch(1)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(body)

    def show_holds(self, items: Sequence[HoldItem]) -> None:
        """Show these holds; the current one is brought into sight."""
        keys = [item.key for item in items]
        for gone in [key for key in self._rows if key not in keys]:
            removed = self._rows.pop(gone)
            removed.hide()
            removed.deleteLater()
        for index, item in enumerate(items):
            row = self._rows.get(item.key)
            if row is None:
                row = self._rows[item.key] = HoldRow()
                row.clicked.connect(lambda *_, key=item.key: self.chosen.emit(key))
                row.release_wanted.connect(lambda key=item.key: self.release_wanted.emit(key))
            if self._layout.indexOf(row) != index:
                self._layout.removeWidget(row)
                self._layout.insertWidget(index, row)
            row.show_hold(item)
            if item.is_current:
                self.ensureWidgetVisible(row)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, current_theme().size.key)


class HoldRow(QAbstractButton):
    """One hold: card and amount on the first line, its state beneath.

    Signals:
        release_wanted: Its button to give the money back was pressed.
    """

    release_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty row."""
        super().__init__(parent)
        theme = current_theme()
        self._is_current = False
        self._card = PlainLabel(weight=QFont.Weight.Medium, tabular=True)
        self._amount = PlainLabel(weight=QFont.Weight.DemiBold, tabular=True)
        self._icon = IconView()
        self._state = PlainLabel(
            size=theme.text.small, weight=QFont.Weight.Medium, elide=Qt.TextElideMode.ElideRight
        )
        self._release = Button(role=ButtonRole.QUIET, icon="undo")
        self._release.clicked.connect(self.release_wanted)
        # Its place stays free where it is hidden, so that the amounts stand beneath each other.
        kept = self._release.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self._release.setSizePolicy(kept)
        first = QHBoxLayout()
        first.addWidget(self._card, 1)
        first.addWidget(self._amount)
        second = QHBoxLayout()
        second.setSpacing(theme.space.xs)
        second.addWidget(self._icon)
        second.addWidget(self._state, 1)
        words = QVBoxLayout()
        words.setSpacing(theme.space.hair)
        words.addLayout(first)
        words.addLayout(second)
        layout = self._layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.space.m, theme.space.s, theme.space.xs, theme.space.s)
        layout.setSpacing(theme.space.xs)
        layout.addLayout(words, 1)
        layout.addWidget(self._release)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_hold(self, item: HoldItem) -> None:
        """Show a hold."""
        self._is_current = item.is_current
        self._card.show_text(item.card)
        self._amount.show_text(item.amount)
        self._state.show_text(item.state)
        self._release.setVisible(bool(item.release))
        self._release.setToolTip(item.release)
        self._release.setAccessibleName(f"{item.release} {item.card}".strip())
        self.setAccessibleName(f"{item.card}, {item.amount}, {item.state}")
        self._state.set_tone(item.tone)
        self._icon.show_icon(item.icon, item.tone)
        self.update()

    def sizeHint(self) -> QSize:
        return self._layout.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        area = QRectF(self.rect())
        fill = theme.colors.selection if self._is_current else theme.colors.raised
        edge = theme.colors.primary if self._is_current else theme.colors.line
        fill_rounded(painter, area, theme.size.radius, QColor(fill), QColor(edge))
        if self.hasFocus():
            draw_focus(painter, area, theme.size.radius)
