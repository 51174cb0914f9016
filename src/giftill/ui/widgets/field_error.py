"""FieldError: what is wrong with a field and what to do, right beneath it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from giftill.ui.icons import IconView
from giftill.ui.theme import Tone, current_theme

from .label import PlainLabel


class FieldError(QWidget):
    """A sentence that says what is wrong, and one that says what to do; hidden when all is well."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start without an error."""
        super().__init__(parent)
        theme = current_theme()
        self._icon = IconView("warning")
        self._message = PlainLabel(size=theme.text.small, weight=QFont.Weight.Medium, wrap=True)
        self._message.set_tone(Tone.DANGER)
        self._hint = PlainLabel(size=theme.text.small, wrap=True, muted=True)
        words = QVBoxLayout()
        words.setSpacing(theme.space.hair)
        words.addWidget(self._message)
        words.addWidget(self._hint)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.space.xs, 0, theme.space.xs, 0)
        layout.setSpacing(theme.space.s)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        self.hide()

    @property
    def message(self) -> str:
        """What is said to be wrong; empty when all is well."""
        return self._message.full_text

    def show_error(self, message: str, hint: str = "") -> None:
        """Say what is wrong and what to do about it."""
        self._icon.show_icon("warning", Tone.DANGER)
        self._message.show_text(message)
        self._hint.show_text(hint)
        self._hint.setVisible(bool(hint))
        self.show()

    def leave_room_beneath(self, distance: int) -> None:
        """Keep `distance` pixels free beneath, for an error that stands above its field."""
        margins = self.contentsMargins()
        margins.setBottom(distance)
        self.setContentsMargins(margins)

    def clear_error(self) -> None:
        """Say that all is well, by saying nothing."""
        self._message.show_text("")
        self.hide()
