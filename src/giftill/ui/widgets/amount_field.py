"""AmountField: an amount, typed on the keyboard or the keypad; it never guesses what was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from giftill.ui.theme import current_theme

from .announce import announce
from .field_error import FieldError
from .keycap import KeyCap
from .keypad import KeypadKey
from .label import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent


class AmountField(QWidget):
    """A field for an amount, with what is wrong with it beside it.

    Signals:
        edited: A person changed the text; carries it.
        submitted: Enter was pressed; carries the text.
        focused: The field got the focus, so that the keypad can follow.
    """

    edited = Signal(str)
    submitted = Signal(str)
    focused = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, sign: str = "€", error_above: bool = False
    ) -> None:
        """Make an empty field.

        Args:
            parent: The widget it lies in.
            sign: The currency's, which stands before the amount.
            error_above: Whether an error stands above the label and not beneath the field: at the
                foot of a screen, where what is beneath would push the field up.
        """
        super().__init__(parent)
        theme = current_theme()
        self._label = PlainLabel(size=theme.text.small, muted=True)
        self._edit = _AmountEdit(sign, self)
        self._label.setBuddy(self._edit)
        self._edit.textEdited.connect(self._edited)
        self._edit.returnPressed.connect(lambda: self.submitted.emit(self._edit.text()))
        self._edit.focused.connect(self.focused)
        self._error = FieldError(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space.xs)
        self._key = KeyCap()
        top = QHBoxLayout()
        top.addWidget(self._label, 1)
        top.addWidget(self._key)
        layout.addLayout(top)
        layout.addWidget(self._edit)
        layout.insertWidget(0 if error_above else layout.count(), self._error)
        if error_above:
            self._error.leave_room_beneath(theme.space.s)
        self.setFocusProxy(self._edit)

    def set_label(self, label: str, key: str = "") -> None:
        """Say what amount it is, and which key leads here, such as `F3`."""
        self._label.show_text(label)
        self._key.show_key(key)
        self._edit.setAccessibleName(label)

    def text(self) -> str:
        """What the field shows."""
        return self._edit.text()

    def show_text(self, text: str) -> None:
        """Fill in an amount; the next digit replaces it."""
        if text != self._edit.text():
            self._edit.setText(text)
        self._edit.selectAll()
        self.clear_error()

    def start(self) -> None:
        """Put the cursor in the field; the next digit replaces what is there."""
        self._edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._edit.selectAll()

    def press(self, key: str) -> None:
        """Do what a key of the keypad says; see `KeypadKey`."""
        if key == KeypadKey.BACKSPACE:
            self._edit.backspace()
        elif key == KeypadKey.CLEAR:
            self._edit.clear()
        else:
            self._edit.insert(key)
        self._edited(self._edit.text())

    def show_error(self, message: str, hint: str = "") -> None:
        """Say what is wrong with the amount, where it stands."""
        self._error.show_error(message, hint)
        self._edit.show_problem(is_wrong=True)
        words = f"{message} {hint}".strip()
        self._edit.setAccessibleDescription(words)
        announce(self._edit, words, urgent=True)

    def clear_error(self) -> None:
        """Take the error away."""
        self._error.clear_error()
        self._edit.show_problem(is_wrong=False)
        self._edit.setAccessibleDescription("")

    def _edited(self, text: str) -> None:
        self.clear_error()
        self.edited.emit(text)


class _AmountEdit(QLineEdit):
    """The line itself: large, right-aligned, with the currency's sign on the left."""

    focused = Signal()

    def __init__(self, sign: str, parent: QWidget) -> None:
        super().__init__(parent)
        theme = current_theme()
        font = theme.font(theme.text.amount, weight=QFont.Weight.DemiBold, tabular=True)
        self.setFont(font)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setProperty("large", True)
        self.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        mark = PlainLabel(sign, size=theme.text.amount, muted=True)
        mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.space.m, 0, 0, 0)
        layout.addWidget(mark)
        layout.addStretch(1)
        self.setTextMargins(mark.sizeHint().width() + theme.space.s, 0, 0, 0)

    def show_problem(self, *, is_wrong: bool) -> None:
        if bool(self.property("problem")) != is_wrong:
            self.setProperty("problem", is_wrong)
            self.style().polish(self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()
