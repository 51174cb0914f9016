"""Rail: the screens, one beneath the other, with what waits in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from giftill.ui.icons import draw_icon
from giftill.ui.theme import Tone, current_theme

from .panel import draw_focus, fill_plain, fill_rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QPaintEvent

# In a window that is narrower than this many rails with words, the screens need the room more.
# The rail grows with the text, so that large words leave a screen no less than small ones.
_RAILS_IN_A_WINDOW: Final = 4
_MOST_ON_A_BADGE: Final = 99


class RailItem(Struct, frozen=True):
    """A place to go to.

    Attributes:
        name: What `Rail.chosen` says.
        word: Translated.
        icon: Name of its icon.
        key: Its shortcut, for the tooltip.
    """

    name: str
    word: str
    icon: str
    key: str = ""


class Rail(QWidget):
    """The screens to choose from; the current one is marked.

    Signals:
        chosen: A screen was chosen; carries its name.
        foot_pressed: The button at the foot was pressed.
    """

    chosen = Signal(str)
    foot_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty rail."""
        super().__init__(parent)
        theme = current_theme()
        self._buttons: dict[str, _RailButton] = {}
        self._is_narrow = False
        self._layout = QVBoxLayout(self)
        margin = theme.space.s
        self._layout.setContentsMargins(margin, margin, margin, margin)
        self._layout.setSpacing(theme.space.xs)
        self._layout.addStretch(1)
        self._foot: _RailButton | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def set_items(self, items: Sequence[RailItem]) -> None:
        """Show these places, in this order; ones that are there already keep their badge."""
        for name in [name for name in self._buttons if name not in {each.name for each in items}]:
            self._buttons.pop(name).deleteLater()
        for index, item in enumerate(items):
            button = self._buttons.get(item.name)
            if button is None:
                button = self._buttons[item.name] = _RailButton(item)
                button.clicked.connect(lambda *_, name=item.name: self.chosen.emit(name))
                self._layout.insertWidget(index, button)
            button.show_item(item)

    def set_foot(self, item: RailItem) -> None:
        """Show a button at the foot, for what is no place."""
        if self._foot is None:
            self._foot = _RailButton(item)
            self._foot.setCheckable(False)
            self._foot.set_narrow(is_narrow=self._is_narrow)
            self._foot.clicked.connect(lambda *_: self.foot_pressed.emit())
            self._layout.addWidget(self._foot)
        self._foot.show_item(item)

    def set_current(self, name: str) -> None:
        """Mark a place as the one that is shown."""
        for each, button in self._buttons.items():
            button.setChecked(each == name)

    def set_badge(self, name: str, count: int, tone: Tone = Tone.INFO, said: str = "") -> None:
        """Show how much waits in a place, nothing for 0; `said` is that for screen readers."""
        self._buttons[name].set_badge(count, tone, said)

    def fit(self, window_width: int) -> None:
        """Show words where the window has room for them, else only icons."""
        is_narrow = window_width < _RAILS_IN_A_WINDOW * current_theme().size.rail
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            for button in (*self._buttons.values(), *filter(None, [self._foot])):
                button.set_narrow(is_narrow=is_narrow)
            self.updateGeometry()

    @property
    def is_narrow(self) -> bool:
        """Whether it shows only icons."""
        return self._is_narrow

    def sizeHint(self) -> QSize:
        size = current_theme().size
        return QSize(
            size.rail_narrow if self._is_narrow else size.rail, super().sizeHint().height()
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width(), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = current_theme().colors
        painter = QPainter(self)
        fill_plain(painter, self.rect(), QColor(colors.raised))
        edge = QRect(self.width() - 1, 0, 1, self.height())
        fill_plain(painter, edge, QColor(colors.line))


class _RailButton(QAbstractButton):
    """One place."""

    def __init__(self, item: RailItem) -> None:
        super().__init__()
        self._item = item
        self._badge = 0
        self._badge_tone = Tone.INFO
        self._is_narrow = False
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def nextCheckState(self) -> None:
        """The window decides which place is current, not the press."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def show_item(self, item: RailItem) -> None:
        self._item = item
        self.setText(item.word)
        self.setAccessibleName(item.word)
        self.setToolTip(f"{item.word}  {item.key}".strip())
        self.update()

    def set_badge(self, count: int, tone: Tone, said: str) -> None:
        self._badge, self._badge_tone = count, tone
        self.setAccessibleDescription(said)
        self.update()

    def set_narrow(self, *, is_narrow: bool) -> None:
        self._is_narrow = is_narrow
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(current_theme().size.touch, current_theme().size.touch)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        colors = theme.colors
        painter = QPainter(self)
        area = QRectF(self.rect())
        is_current = self.isChecked()
        if is_current or self.underMouse():
            fill = QColor(colors.selection if is_current else colors.sunken)
            fill_rounded(painter, area, theme.size.radius, fill)
        ink = QColor(colors.primary if is_current else colors.text)
        side = theme.size.icon + theme.space.xs
        left = (self.width() - side) / 2 if self._is_narrow else float(theme.space.m)
        draw_icon(
            painter, self._item.icon, ink, QRectF(left, (self.height() - side) / 2, side, side)
        )
        if not self._is_narrow:
            weight = QFont.Weight.DemiBold if is_current else QFont.Weight.Medium
            painter.setFont(theme.font(weight=weight))
            painter.setPen(ink)
            words = area.adjusted(left + side + theme.space.m, 0, -theme.space.s, 0)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._item.word)
        if self._badge:
            self._paint_badge(painter)
        if self.hasFocus():
            draw_focus(painter, area, theme.size.radius)

    def _paint_badge(self, painter: QPainter) -> None:
        theme = current_theme()
        words = str(self._badge) if self._badge <= _MOST_ON_A_BADGE else f"{_MOST_ON_A_BADGE}+"
        font = theme.font(theme.text.small, weight=QFont.Weight.Bold, tabular=True)
        metrics = QFontMetricsF(font)
        height = metrics.height() + theme.space.hair
        width = max(height, metrics.horizontalAdvance(words) + theme.space.m)
        right = self.width() - (0 if self._is_narrow else theme.space.s)
        top = 0.0 if self._is_narrow else (self.height() - height) / 2
        area = QRectF(right - width, top, width, height)
        if self._is_narrow:
            # A rim in the rail's colour keeps the number apart from the icon that it overlaps.
            rim = float(theme.space.hair)
            around = area.adjusted(-rim, -rim, rim, rim)
            fill_rounded(painter, around, height / 2 + rim, QColor(theme.colors.raised))
        fill_rounded(painter, area, height / 2, theme.strong(self._badge_tone))
        painter.setPen(QColor(theme.colors.on_strong))
        painter.setFont(font)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
