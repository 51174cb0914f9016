"""A small window of its own, for when the terminal can't be opened at all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from .icons import IconView
from .scanner import monotonic_ms
from .theme import Tone, current_theme
from .widgets.announce import announce
from .widgets.button import Button, ButtonRole
from .widgets.label import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent, QShowEvent

    from giftill.domain.errors import GiftillError
    from giftill.texts import Texts

# A pause this long ends what was typed or scanned for the till that did not open.
_PAUSE_MS: Final = 1_000


class Notice(QWidget):
    """Says what went wrong and what to do.

    It takes the place of a window that people type and scan into already: it is closed by a key
    only after a pause in the keys, so that none of those closes it unread.

    Attributes:
        closed: Set when it was closed.
    """

    def __init__(
        self, problem: GiftillError, t: Texts, *, now_ms: Callable[[], int] = monotonic_ms
    ) -> None:
        """Explain `problem`, with pauses told by the clock `now_ms`."""
        super().__init__()
        self._now_ms = now_ms
        self._last_key_ms = now_ms()
        theme = current_theme()
        self.closed = asyncio.Event()
        self.setWindowTitle("Giftill")
        self.setMinimumWidth(theme.size.dialog)
        icon = IconView(size=theme.text.amount)
        icon.show_icon("warning", Tone.HOLD)
        title = PlainLabel(
            t.message(problem.title),
            size=theme.text.title,
            weight=QFont.Weight.DemiBold,
            wrap=True,
        )
        close = Button(t("Close"), role=ButtonRole.PRIMARY)
        close.clicked.connect(self.close)
        close.installEventFilter(self)
        top = QHBoxLayout()
        top.setSpacing(theme.space.m)
        top.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(title, 1)
        layout = QVBoxLayout(self)
        margin = theme.space.xl
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(theme.space.m)
        layout.addLayout(top)
        layout.addWidget(PlainLabel(t.message(problem.message), wrap=True))
        layout.addWidget(PlainLabel(t.message(problem.hint), wrap=True))
        layout.addSpacing(theme.space.s)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        close.setFocus()
        announce(self, f"{title.full_text}. {t.message(problem.message)}", urgent=True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep from the button each key that was meant for the till."""
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        pause_ms = self._now_ms() - self._last_key_ms
        self._last_key_ms += pause_ms
        return event.isAutoRepeat() or pause_ms < _PAUSE_MS

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._last_key_ms = self._now_ms()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.set()
