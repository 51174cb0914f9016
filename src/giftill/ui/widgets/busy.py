"""Busy: something is on its way; it shows only when that takes long enough to wonder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QLabel, QWidget

from giftill.ui.theme import current_theme, motion_ms

from .announce import announce

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QPaintEvent

_PATIENCE_MS: Final = 150
_STEP_MS: Final = 60
_STEP_DEGREES: Final = 24


class Busy(QLabel):
    """A turning arc with a word beside it; a still one where the system asks for less motion."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an idle indicator; it keeps its place and takes no time while idle."""
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._angle = 0
        self._is_shown = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self._appear)
        self._turning = QTimer(self)
        self._turning.setInterval(_STEP_MS)
        self._turning.timeout.connect(self._turn)

    def start(self, word: str) -> None:
        """Say that `word`, such as “Looking up the card…”, is going on."""
        if word == self.text():
            return
        # A label tells screen readers its text and that it is text; only the paint differs.
        self.setText(word)
        self.updateGeometry()
        self.update()
        self._patience.start(_PATIENCE_MS)

    def stop(self) -> None:
        """Say that it is over."""
        self.setText("")
        self._is_shown = False
        self._patience.stop()
        self._turning.stop()
        self.update()

    def sizeHint(self) -> QSize:
        theme = current_theme()
        metrics = QFontMetricsF(theme.font())
        width = theme.size.icon + theme.space.s + metrics.horizontalAdvance(self.text()) + 1
        return QSize(round(width), max(theme.size.icon + theme.space.xs, round(metrics.height())))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._turning.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_shown:
            return
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = float(theme.size.icon)
        circle = QRectF(2, (self.height() - side) / 2 + 2, side - 4, side - 4)
        pen = QPen(QColor(theme.colors.line), 2.5)
        painter.setPen(pen)
        painter.drawEllipse(circle)
        pen.setColor(QColor(theme.colors.primary))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(circle, -self._angle * 16, 100 * 16)
        painter.setPen(QColor(theme.colors.muted))
        painter.setFont(theme.font())
        words = QRectF(self.rect()).adjusted(side + theme.space.s, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())

    def _appear(self) -> None:
        self._is_shown = True
        announce(self, self.text())
        if motion_ms(current_theme(), self.style()):
            self._turning.start()
        self.update()

    def _turn(self) -> None:
        self._angle = (self._angle + _STEP_DEGREES) % 360
        self.update()
