"""Band: a lasting state across the window, such as being offline or in training mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from giftill.ui.icons import IconView
from giftill.ui.theme import Tone, current_theme

from .announce import announce
from .button import Button
from .label import PlainLabel
from .panel import fill_rounded

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

# Strong enough to be seen from the corner of an eye, weak enough to read the words on it.
STRIPE_OPACITY: Final = 0.09


class Band(QWidget):
    """One line that stays as long as what it says is true; hidden when it says nothing.

    Signals:
        acted: The band's button was pressed.
    """

    acted = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, striped: bool = False, rounded: bool = False
    ) -> None:
        """Make a band that says nothing.

        Args:
            parent: The widget it lies in.
            striped: For training mode.
            rounded: Inside a page or a dialog, as all that lies there.
        """
        super().__init__(parent)
        theme = current_theme()
        self._is_striped = striped
        self._is_rounded = rounded
        self._tone = Tone.NEUTRAL
        self._icon = IconView()
        self._words = PlainLabel(weight=QFont.Weight.DemiBold, wrap=True)
        self._action = Button()
        self._action.clicked.connect(self.acted)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(
            theme.space.l, theme.space.xs, theme.space.l, theme.space.xs
        )
        self._layout.setSpacing(theme.space.s)
        self._layout.addWidget(self._icon)
        self._layout.addWidget(self._words, 1)
        self._layout.addWidget(self._action)
        self.setMinimumHeight(theme.size.touch)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while hidden."""
        return self._words.full_text

    def add_widget(self, widget: QWidget) -> None:
        """Put something more at the right end, such as the choice of a fault in training."""
        self._layout.addWidget(widget)

    def say(self, text: str, icon: str, tone: Tone, action: str = "") -> None:
        """Say a state, with a button where `action` names one; a new state is announced."""
        is_new = text != self._words.full_text
        self._tone = tone
        self._words.show_text(text)
        self._words.set_tone(tone)
        self._icon.show_icon(icon, tone)
        self._action.setVisible(bool(action))
        self._action.show_text(action)
        self.setAccessibleName(text)
        self.show()
        self.update()
        if is_new:
            announce(self, text, urgent=tone is Tone.DANGER)

    def clear(self) -> None:
        """Say nothing."""
        self._words.show_text("")
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        if self._is_rounded:
            area, radius = QRectF(self.rect()), float(theme.size.radius)
            fill_rounded(painter, area, radius, theme.tint(self._tone))
            return
        painter.fillRect(self.rect(), theme.tint(self._tone))
        ink = theme.strong(self._tone)
        if self._is_striped:
            self._paint_stripes(painter, ink)
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(theme.colors.line))

    def _paint_stripes(self, painter: QPainter, ink: QColor) -> None:
        """Slanted stripes, so faint that the words on them stay easy to read."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        quiet = QColor(ink)
        quiet.setAlphaF(STRIPE_OPACITY)
        painter.setPen(QColor(0, 0, 0, 0))
        painter.setBrush(quiet)
        step, slant = float(current_theme().space.l), float(self.height())
        left = -slant
        while left < self.width():
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(left, slant),
                        QPointF(left + slant, 0),
                        QPointF(left + slant + step, 0),
                        QPointF(left + step, slant),
                    ]
                )
            )
            left += 2 * step
