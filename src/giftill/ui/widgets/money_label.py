"""MoneyLabel: an amount that can be read from across the counter."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics

from giftill.ui.theme import current_theme

from .label import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget


class MoneySize(StrEnum):
    """How large an amount is written; the card's balance is the largest thing on screen."""

    AMOUNT = "amount"
    BALANCE = "balance"


class MoneyLabel(PlainLabel):
    """An amount in figures of one width; it shrinks before it would be cut."""

    def __init__(
        self,
        text: str = "",
        *,
        money_size: MoneySize = MoneySize.AMOUNT,
        muted: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Show an amount, already written the way of the reader's language."""
        self._wanted = int(getattr(current_theme().text, money_size))
        self._smallest = current_theme().text.small
        super().__init__(
            text,
            size=self._wanted,
            weight=QFont.Weight.DemiBold,
            muted=muted,
            tabular=True,
            parent=parent,
        )
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def show_text(self, text: str) -> None:
        super().show_text(text)
        self._fit_size()

    def minimumSizeHint(self) -> QSize:
        font = QFont(self.font())
        font.setPixelSize(self._smallest)
        width = QFontMetrics(font).horizontalAdvance(self.full_text)
        return QSize(width, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        font = QFont(self.font())
        font.setPixelSize(self._wanted)
        metrics = QFontMetrics(font)
        return QSize(metrics.horizontalAdvance(self.full_text) + 1, metrics.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_size()

    def _fit_size(self) -> None:
        font = QFont(self.font())
        size = self._wanted
        font.setPixelSize(size)
        room = max(self.contentsRect().width(), 1)
        needed = QFontMetrics(font).horizontalAdvance(self.full_text)
        if needed > room:
            size = max(self._smallest, size * room // needed)
        if self.font().pixelSize() != size:
            font.setPixelSize(size)
            self.setFont(font)
