"""A small window of its own, for when the terminal can't be opened at all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from .icons import IconView
from .theme import Tone, current_theme
from .widgets.announce import announce
from .widgets.button import Button, ButtonRole
from .widgets.label import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QKeyEvent

    from giftill.domain.errors import GiftillError
    from giftill.texts import Texts


class Notice(QWidget):
    """Says what went wrong and what to do.

    Attributes:
        closed: Set when it was closed.
    """

    def __init__(self, problem: GiftillError, t: Texts) -> None:
        """Explain `problem`."""
        super().__init__()
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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.set()
