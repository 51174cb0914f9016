"""Toast: a few words about what is done, that go away by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QPropertyAnimation, QRect, Qt, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGraphicsOpacityEffect, QHBoxLayout, QWidget

from giftill.ui.icons import IconView
from giftill.ui.theme import Tone, current_theme, motion_ms

from .announce import announce
from .label import PlainLabel
from .panel import Panel

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

TOAST_ICONS: Final = {
    Tone.SUCCESS: "check",
    Tone.INFO: "info",
    Tone.HOLD: "queue",
    Tone.DANGER: "warning",
    Tone.TRAINING: "training",
    Tone.NEUTRAL: "info",
}

_READING_MS: Final = 2500
_READING_MS_A_CHARACTER: Final = 45


class Toast(Panel):
    """A message over the lower edge of its host, or of a part of it."""

    def __init__(self, host: QWidget, over: QWidget | None = None) -> None:
        """Make a hidden toast in `host`, over what lies there as `over`, or over all of it."""
        super().__init__(host, tone=Tone.SUCCESS)
        theme = current_theme()
        self._host = host
        self._over = over or host
        self._over.installEventFilter(self)
        self._icon = IconView()
        self._words = PlainLabel(weight=QFont.Weight.DemiBold, wrap=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.space.l, theme.space.m, theme.space.xl, theme.space.m)
        layout.setSpacing(theme.space.m)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._words, 1)
        self._reading = QTimer(self)
        self._reading.setSingleShot(True)
        self._reading.timeout.connect(self._fade_out)
        self._opacity = QGraphicsOpacityEffect(self)
        self._opacity.setEnabled(False)
        self.setGraphicsEffect(self._opacity)
        self._fade = QPropertyAnimation(self._opacity, b"opacity", self)
        self._fade.finished.connect(self._faded)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._words.full_text

    def say(self, text: str, icon: str = "check", tone: Tone = Tone.SUCCESS) -> None:
        """Say something, instead of what is being said."""
        self.set_tone(tone)
        self._words.set_tone(tone)
        self._words.show_text(text)
        self._icon.show_icon(icon, tone)
        self.setAccessibleName(text)
        self.place()
        self.show()
        self.raise_()
        self._fade_to(1.0)
        self._reading.start(_READING_MS + _READING_MS_A_CHARACTER * len(text))
        announce(self, text, urgent=tone is Tone.DANGER)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay where it belongs when what is beneath gets another size."""
        if event.type() is QEvent.Type.Resize:
            self.place()
        return False

    def place(self) -> None:
        """Lie centred near the lower edge of what is beneath, as wide as the words need."""
        theme = current_theme()
        margin = theme.space.xl
        area = QRect(self._over.mapTo(self._host, QPoint()), self._over.size())
        room = max(area.width() - 2 * margin, 1)
        # A wrapping label would rather be narrow and tall; a toast is one line where it can be.
        line = self._words.fontMetrics().horizontalAdvance(self._words.full_text)
        extra = self._icon.sizeHint().width() + 2 * theme.space.xl + theme.space.m
        width = min(room, line + extra)
        height = max(self.heightForWidth(width), theme.size.touch)
        # The screens have their buttons along the lower edge: it stays clear of those.
        lift = theme.size.touch + 2 * theme.space.xl
        top = max(area.bottom() + 1 - height - lift, 0)
        self.setGeometry(area.left() + (area.width() - width) // 2, top, width, height)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A touch on it sends it away."""
        self._reading.stop()
        self._fade_out()

    def _fade_out(self) -> None:
        self._fade_to(0.0)

    def _fade_to(self, opacity: float) -> None:
        self._fade.stop()
        duration = motion_ms(current_theme(), self.style())
        start = 0.0 if opacity else 1.0
        self._fade.setDuration(duration)
        self._fade.setStartValue(start)
        self._fade.setEndValue(opacity)
        self._opacity.setEnabled(bool(duration))
        self._fade.start()

    def _faded(self) -> None:
        # An effect costs a copy of the picture at each paint: only while something moves.
        self._opacity.setEnabled(False)
        if not self._fade.endValue():
            self.hide()
