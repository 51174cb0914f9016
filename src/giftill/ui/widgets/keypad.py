"""Keypad: digits large enough for a thumb; it types into whatever field it serves."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from giftill.ui.icons import draw_icon
from giftill.ui.theme import current_theme

from .panel import fill_rounded

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from giftill.texts import Texts


class KeypadKey(StrEnum):
    """The keys that are not digits, as `Keypad.pressed` tells them."""

    DECIMAL = ","
    BACKSPACE = "backspace"
    CLEAR = "clear"


# As on the numeric block of a keyboard, which the hand knows. Row, column, rows.
_DIGITS: Final = (
    ("7", "8", "9"),
    ("4", "5", "6"),
    ("1", "2", "3"),
    ("0", "00", KeypadKey.DECIMAL),
)


class Keypad(QWidget):
    """A block of keys that never takes the focus from the field it types into.

    Signals:
        pressed: A key was pressed; carries `0`-`9`, `00` or a `KeypadKey`.
    """

    pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the keypad; `retranslate` gives it its words."""
        super().__init__(parent)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(current_theme().space.s)
        self._keys: dict[str, _Key] = {}
        for row, keys in enumerate(_DIGITS):
            for column, key in enumerate(keys):
                layout.addWidget(self._key(key, key), row, column)
        layout.addWidget(self._key(KeypadKey.BACKSPACE, "", icon="backspace"), 0, 3, 2, 1)
        layout.addWidget(self._key(KeypadKey.CLEAR, "C"), 2, 3, 2, 1)
        self._keys[KeypadKey.BACKSPACE].setAutoRepeat(True)

    def retranslate(self, t: Texts) -> None:
        """Name the keys in another language, and show its decimal sign."""
        self._keys[KeypadKey.BACKSPACE].setAccessibleName(t("Backspace"))
        self._keys[KeypadKey.BACKSPACE].setToolTip(t("Backspace"))
        self._keys[KeypadKey.CLEAR].setAccessibleName(t("Clear"))
        self._keys[KeypadKey.CLEAR].setToolTip(t("Clear"))
        decimal = self._keys[KeypadKey.DECIMAL]
        decimal.setText("." if t.language == "en" else ",")
        decimal.setAccessibleName(t("Decimal separator"))

    def _key(self, key: str, text: str, *, icon: str = "") -> QPushButton:
        button = _Key(text, icon)
        button.clicked.connect(lambda: self.pressed.emit(str(key)))
        self._keys[key] = button
        return button


class _Key(QPushButton):
    """One key."""

    def __init__(self, text: str, icon: str) -> None:
        super().__init__(text)
        self._icon = icon
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        # The style would let a layout make a button smaller than its hint.
        self.setMinimumSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        side = current_theme().size.key
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        is_digit = self.text().isdigit()
        fill = QColor(theme.colors.raised if is_digit else theme.colors.sunken)
        if self.isDown():
            fill = QColor(theme.colors.selection)
        edge = QColor(theme.colors.control)
        ink = QColor(theme.colors.text if self.isEnabled() else theme.colors.disabled)
        area = QRectF(self.rect())
        fill_rounded(painter, area, theme.size.radius, fill, edge)
        if self._icon:
            side = theme.text.amount
            place = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
            draw_icon(painter, self._icon, ink, place)
            return
        painter.setPen(ink)
        painter.setFont(theme.font(theme.text.amount, weight=QFont.Weight.Medium, tabular=True))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.text())
