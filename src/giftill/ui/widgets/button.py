"""Button: says what it will do, and which key does the same."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from giftill.ui.icons import draw_icon
from giftill.ui.theme import Theme, Tone, current_theme

from .keycap import draw_key, key_size
from .panel import draw_focus, fill_rounded

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QEnterEvent, QPaintEvent


class ButtonRole(StrEnum):
    """How much a button asks for attention: one primary a screen, the rest below it."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    DANGER = "danger"
    QUIET = "quiet"


class Button(QPushButton):
    """A button with a word, optionally an icon before it and its key behind it."""

    def __init__(
        self,
        text: str = "",
        *,
        role: ButtonRole = ButtonRole.SECONDARY,
        icon: str = "",
        key: str = "",
        large: bool = False,
        elide: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Make a button.

        Args:
            text: What it will do, translated.
            role: How much it asks for attention.
            icon: Name of an icon, or empty.
            key: What to press instead, such as `F8`, shown as a keycap; the shortcut itself
                belongs to the screen.
            large: For the one main action of a screen.
            elide: Whether a long text is cut off at its end rather than wrapped.
            parent: The widget it lies in.
        """
        super().__init__(parent)
        self._role = role
        self._icon = icon
        self._key = key
        self._is_large = large
        self._is_elided = elide
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(
            QSizePolicy.Policy.Preferred if large else QSizePolicy.Policy.Minimum,
            QSizePolicy.Policy.Fixed,
        )
        # A touch must not take the cursor out of the field that the next scan or digit goes to.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # Enter presses the button that has the focus, not only in dialogs.
        self.setAutoDefault(True)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Say something else; `&` is an ampersand, not a mnemonic."""
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(text)
        self.setAccessibleDescription(self._key)
        self.updateGeometry()

    def set_role(self, role: ButtonRole) -> None:
        """Ask for another measure of attention."""
        if role is not self._role:
            self._role = role
            self.update()

    def set_key(self, key: str) -> None:
        """Show another key."""
        self._key = key
        self.show_text(self._words())

    def sizeHint(self) -> QSize:
        theme = current_theme()
        gap = theme.space.s
        width = QFontMetricsF(self._font(theme)).horizontalAdvance(self._words())
        if self._icon:
            width += theme.size.icon + (gap if self.text() else 0)
        if self._key:
            width += gap + key_size(theme, self._key).width()
        padding = theme.space.l if self.text() else (theme.size.touch - theme.size.icon) / 2
        height = theme.size.key if self._is_large else theme.size.touch
        return QSize(round(width + 2 * padding + 1), height)

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        if self._is_large:
            # Its words change with every amount, and nothing may jump: they adapt instead.
            hint.setWidth(current_theme().size.key * 2)
        return hint

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        ink, fill, edge = self._colors(theme)
        ring = theme.size.focus + 1
        body = QRectF(self.rect())
        radius = float(theme.size.radius)
        if self.hasFocus():
            draw_focus(painter, body, radius + ring - 1)
            body = body.adjusted(ring, ring, -ring, -ring)
        if fill is not None:
            fill_rounded(painter, body, radius, fill, edge)
        self._paint_words(painter, theme, ink)

    def _paint_words(self, painter: QPainter, theme: Theme, ink: QColor) -> None:
        gap, side = float(theme.space.s), float(theme.size.icon)
        padding = theme.space.l if self.text() else (self.width() - side) / 2
        key_width = key_size(theme, self._key).width() + gap if self._key else 0.0
        icon_width = side + (gap if self.text() else 0.0) if self._icon else 0.0
        room = self.width() - 2 * padding - key_width
        font = self._font(theme)
        needed = QFontMetricsF(font).horizontalAdvance(self._words())
        if needed > room - icon_width:
            font = theme.font(theme.text.body, weight=QFont.Weight.DemiBold, tabular=True)
            needed = QFontMetricsF(font).horizontalAdvance(self._words())
        words = self._words()
        if self._is_elided:
            mode = Qt.TextElideMode.ElideRight
            words = QFontMetricsF(font).elidedText(words, mode, room - icon_width + 1)
        used = min(icon_width + needed, room)
        # The words stay in the middle of the button as long as the keycap leaves them room; under
        # one another, each with its key, they begin at one edge.
        left = max(padding, min((self.width() - used) / 2, padding + room - used))
        if self._key and not self._is_large:
            left = padding
        if self._icon:
            top = (self.height() - side) / 2
            draw_icon(painter, self._icon, ink, QRectF(left, top, side, side))
        painter.setFont(font)
        painter.setPen(ink)
        area = QRectF(left + icon_width, 0, used - icon_width + 1, self.height())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignHCenter
        painter.drawText(area, flags | Qt.TextFlag.TextWordWrap, words)
        if self._key:
            self._paint_key(painter, theme, ink)

    def _paint_key(self, painter: QPainter, theme: Theme, ink: QColor) -> None:
        size = key_size(theme, self._key)
        left = self.width() - theme.space.m - size.width()
        draw_key(painter, theme, self._key, QPointF(left, (self.height() - size.height()) / 2), ink)

    def _colors(self, theme: Theme) -> tuple[QColor, QColor | None, QColor | None]:
        """Text, surface and edge, by role and by what the pointer does."""
        colors = theme.colors
        if not self.isEnabled():
            if self._role is ButtonRole.QUIET:
                return QColor(colors.disabled), None, None
            return QColor(colors.disabled), QColor(colors.sunken), QColor(colors.sunken)
        is_over, is_down = self.underMouse(), self.isDown()
        if self._role is ButtonRole.PRIMARY:
            fill = colors.primary_hover if is_over else colors.primary
            fill = colors.primary_pressed if is_down else fill
            return QColor(colors.on_primary), QColor(fill), QColor(fill)
        if self._role is ButtonRole.QUIET:
            ink = QColor(colors.primary)
            return ink, QColor(colors.sunken) if is_over or is_down else None, None
        fill = colors.sunken if is_over or is_down else colors.raised
        if self._role is ButtonRole.DANGER:
            ink = theme.strong(Tone.DANGER)
            return ink, theme.tint(Tone.DANGER) if is_over or is_down else QColor(fill), ink
        return QColor(colors.text), QColor(fill), QColor(colors.control)

    def _words(self) -> str:
        return self.text().replace("&&", "&")

    def _font(self, theme: Theme) -> QFont:
        size = theme.text.title if self._is_large else theme.text.body
        return theme.font(size, weight=QFont.Weight.DemiBold, tabular=True)
