"""EmptyState: what will appear here, where there is nothing yet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from giftill.ui.icons import IconView
from giftill.ui.theme import Tone, current_theme

from .label import PlainLabel


class EmptyState(QWidget):
    """An icon, a few words and a sentence, in the middle of the empty place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Say nothing yet."""
        super().__init__(parent)
        theme = current_theme()
        self._icon = IconView(size=theme.size.icon_large)
        self._title = PlainLabel(size=theme.text.title, weight=QFont.Weight.DemiBold, wrap=True)
        self._sentence = PlainLabel(muted=True, wrap=True)
        layout = QVBoxLayout(self)
        margin = theme.space.xl
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(theme.space.s)
        layout.addStretch(2)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(theme.space.s)
        for label in (self._title, self._sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            layout.addWidget(label)
        layout.addStretch(3)

    def say(self, icon: str, title: str, sentence: str) -> None:
        """Say what will appear here."""
        self._icon.show_icon(icon, Tone.NEUTRAL)
        self._title.show_text(title)
        self._sentence.show_text(sentence)
        self._sentence.setVisible(bool(sentence))
        self.setAccessibleName(f"{title}. {sentence}")
