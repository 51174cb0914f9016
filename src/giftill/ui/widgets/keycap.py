"""KeyCap: which key does something, drawn as the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from giftill.ui.theme import Theme, current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class KeyCap(QWidget):
    """A key such as F2, beside what it does; hidden while there is none to show."""

    def __init__(self, key: str = "", parent: QWidget | None = None) -> None:
        """Draw `key`."""
        super().__init__(parent)
        self._key = key
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # It appears with what it is put into; shown before that it would be a window of its own.
        if not key:
            self.hide()

    def show_key(self, key: str) -> None:
        """Draw another key."""
        self._key = key
        self.setVisible(bool(key))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return key_size(current_theme(), self._key)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        draw_key(QPainter(self), theme, self._key, QPointF(0, 0), QColor(theme.colors.muted))


def key_size(theme: Theme, key: str) -> QSize:
    """How large a key is drawn; at least as wide as it is high."""
    metrics = QFontMetricsF(_font(theme))
    width = metrics.horizontalAdvance(_printed(key)) + 2 * theme.space.s
    height = metrics.height() + theme.space.xs
    return QSize(round(max(width, height)), round(height))


def draw_key(painter: QPainter, theme: Theme, key: str, corner: QPointF, ink: QColor) -> None:
    """Draw a key with its top left at `corner`, in the colour of the text beside it."""
    size = key_size(theme, key)
    area = QRectF(corner.x(), corner.y(), size.width(), size.height())
    edge = QColor(ink)
    edge.setAlphaF(0.45)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(edge, theme.size.line))
    radius = theme.size.radius / 2
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.setPen(ink)
    painter.setFont(_font(theme))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, _printed(key))


def _printed(key: str) -> str:
    """Write a key so that it fits its cap: the signs are those that keyboards print."""
    return key.replace("Shift+", "⇧").replace("Return", "↵")


def _font(theme: Theme) -> QFont:
    return theme.font(theme.text.small, weight=QFont.Weight.Medium)
