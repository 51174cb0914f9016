"""PlainLabel: the one way to show text that may be the server's: never as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from giftill.ui.theme import Tone, current_theme

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QResizeEvent


class PlainLabel(QLabel):
    """Text as it is: markup shows as markup, long text is elided or wrapped as asked."""

    def __init__(
        self,
        text: str = "",
        *,
        size: int | None = None,
        weight: QFont.Weight = QFont.Weight.Normal,
        muted: bool = False,
        wrap: bool = False,
        elide: Qt.TextElideMode | None = None,
        tabular: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Show `text`.

        Args:
            text: What to show, as plain text.
            size: One of the theme's text sizes, in pixels; the body's if left out.
            weight: How bold.
            muted: Whether it is secondary.
            wrap: Whether it may take several lines.
            elide: Where to leave characters out when it does not fit; the tooltip has them all.
            tabular: See `Theme.font`.
            parent: The widget it lies in.
        """
        super().__init__(parent)
        self._full = ""
        self._elide = elide
        self._is_muted = muted
        self._tone: Tone | None = None
        self.setTextFormat(Qt.TextFormat.PlainText)
        # Inside a button or a field a label would take that one's colour.
        self.setForegroundRole(QPalette.ColorRole.WindowText)
        self.setFont(current_theme().font(size, weight=weight, tabular=tabular))
        self.setWordWrap(wrap)
        if elide is not None:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._color_text()
        self.show_text(text)

    @property
    def full_text(self) -> str:
        """The text as it was given, also where it is shown elided."""
        return self._full

    def show_text(self, text: str) -> None:
        """Show another text."""
        if text == self._full and self.text():
            return
        self._full = text
        if self._elide is None:
            self.setText(text)
        else:
            self.setAccessibleName(text)
            self._fit()

    def set_tone(self, tone: Tone | None) -> None:
        """Write in the colour of `tone`, or as before for None."""
        if tone is not self._tone:
            self._tone = tone
            self._color_text()

    def minimumSizeHint(self) -> QSize:
        if self._elide is None:
            return super().minimumSizeHint()
        return QSize(QFontMetrics(self.font()).horizontalAdvance("…"), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._elide is not None:
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # Another theme reaches what lies in a window as these two, the second after the style
        # sheet has put the old colour back.
        if event.type() in {event.Type.PaletteChange, event.Type.StyleChange}:
            self._color_text()

    def _fit(self) -> None:
        mode = self._elide or Qt.TextElideMode.ElideRight
        shown = QFontMetrics(self.font()).elidedText(self._full, mode, self.width())
        self.setText(shown)
        # Qt guesses whether a tooltip is HTML, and this text must never be taken for it.
        is_whole = shown == self._full
        if is_whole:
            self.setToolTip("")
            return
        import html

        self.setToolTip(f"<span>{html.escape(self._full)}</span>")

    def _color_text(self) -> None:
        theme = current_theme()
        if self._tone is not None:
            color = theme.strong(self._tone)
        else:
            color = QColor(theme.colors.muted if self._is_muted else theme.colors.text)
        changed = self.palette()
        if changed.color(QPalette.ColorRole.WindowText) != color:
            changed.setColor(QPalette.ColorRole.WindowText, color)
            self.setPalette(changed)
