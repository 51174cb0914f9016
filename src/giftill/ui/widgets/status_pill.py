"""StatusPill: a state as an icon, a word and a colour, in that order of importance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from giftill.ui.icons import draw_icon
from giftill.ui.theme import Theme, Tone, current_theme

from .panel import fill_rounded

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class StatusPill(QLabel):
    """A rounded label for a state."""

    def __init__(
        self,
        word: str = "",
        icon: str = "",
        tone: Tone = Tone.NEUTRAL,
        parent: QWidget | None = None,
    ) -> None:
        """Say `word`, with `icon` before it, in the colour of `tone`."""
        super().__init__(parent)
        self._icon, self._tone = "", Tone.NEUTRAL
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say(word, icon, tone)

    @property
    def word(self) -> str:
        """What it says."""
        return self.text()

    def say(self, word: str, icon: str, tone: Tone) -> None:
        """Say another state."""
        if (word, icon, tone) == (self.text(), self._icon, self._tone):
            return
        self._icon, self._tone = icon, tone
        # A label tells screen readers its text and that it is text; only the paint differs.
        self.setText(word)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        theme = current_theme()
        metrics = QFontMetricsF(self._font(theme))
        width = metrics.horizontalAdvance(self.text()) + 2 * theme.space.m
        if self._icon:
            width += theme.size.icon + theme.space.s
        return QSize(round(width + 1), round(metrics.height()) + theme.space.s + theme.space.xs)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        area = QRectF(self.rect())
        fill_rounded(painter, area, self.height() / 2, theme.tint(self._tone))
        ink = theme.strong(self._tone)
        left = float(theme.space.m)
        if self._icon:
            side = theme.size.icon
            place = QRectF(left, (self.height() - side) / 2, side, side)
            draw_icon(painter, self._icon, ink, place)
            left += side + theme.space.s
        painter.setPen(ink)
        painter.setFont(self._font(theme))
        painter.drawText(area.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())

    def _font(self, theme: Theme) -> QFont:
        return theme.font(theme.text.small, weight=QFont.Weight.DemiBold)
