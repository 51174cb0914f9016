"""Panel: a raised, rounded surface that holds one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from giftill.ui.theme import Tone, current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class Panel(QWidget):
    """A surface on the window: raised and edged, or tinted by what it says."""

    def __init__(self, parent: QWidget | None = None, *, tone: Tone | None = None) -> None:
        """Make a raised panel, or one tinted by `tone`."""
        super().__init__(parent)
        self._tone = tone

    def set_tone(self, tone: Tone | None) -> None:
        """Tint the panel, or raise it for None."""
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        fill = QColor(theme.colors.raised) if self._tone is None else theme.tint(self._tone)
        edge = QColor(theme.colors.line) if self._tone is None else fill
        painter = QPainter(self)
        fill_rounded(painter, QRectF(self.rect()), theme.size.radius, fill, edge)


def fill_rounded(
    painter: QPainter, area: QRectF, radius: float, fill: QColor, edge: QColor | None = None
) -> None:
    """Paint a rounded rectangle whose edge, one pixel wide, lies within `area`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(fill)
    painter.setPen(QPen(edge if edge is not None else fill, 1))
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def fill_plain(painter: QPainter, area: QRect, fill: QColor) -> None:
    """Paint a rectangle without an edge, as `QPainter.fillRect` does.

    That one takes the names of gradients too, of which Qt's binding makes 180 at the first call:
    two milliseconds that the first window does not wait for.
    """
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawRect(area)


def draw_focus(painter: QPainter, area: QRectF, radius: float) -> None:
    """Paint the focus ring just inside `area`."""
    theme = current_theme()
    width = theme.size.focus
    inset = width / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(0, 0, 0, 0))
    painter.setPen(QPen(QColor(theme.colors.focus), width))
    painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), radius, radius)
