"""CodeField: where a card code is scanned or typed; once accepted it shows only the last four."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from giftill.ui.icons import IconView
from giftill.ui.theme import Tone, current_theme

from .announce import announce
from .field_error import FieldError
from .keycap import KeyCap

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent

    from giftill.texts import Texts

_GROUP: Final = 4
_MASK: Final = "•"
_LINK_SIGNS: Final = frozenset("/:.?#")


class CodeField(QWidget):
    """A field for card codes, with the error beneath it.

    Signals:
        submitted: Enter was pressed; carries the text as typed, groups and all.
        edited: The text was changed by a person.
    """

    submitted = Signal(str)
    edited = Signal()

    def __init__(self, parent: QWidget | None = None, *, key: str = "") -> None:
        """Make an empty field; `retranslate` gives it its words.

        Args:
            parent: The widget it lies in.
            key: The key that leads here, such as `F2`, shown in the field.
        """
        super().__init__(parent)
        self._edit = _CodeEdit(key, self)
        self._edit.textEdited.connect(self._tidy)
        self._edit.returnPressed.connect(self._submit)
        self._error = FieldError(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(current_theme().space.s)
        layout.addWidget(self._edit)
        layout.addWidget(self._error)
        self.setFocusProxy(self._edit)

    def retranslate(self, t: Texts) -> None:
        """Write the field's words in another language."""
        self._edit.setPlaceholderText(t("Scan or type a card code"))
        self._edit.setAccessibleName(t("Card code"))

    def text(self) -> str:
        """What was typed; empty once a code was accepted."""
        return "" if self._edit.is_masked else self._edit.text()

    def show_text(self, text: str) -> None:
        """Show what was scanned while it is being looked at; removes the error."""
        self._edit.is_masked = False
        self._edit.setText(grouped(text))
        self.clear_error()

    def accept(self, masked: str) -> None:
        """Forget the code and show it masked; the next key starts a new one.

        Args:
            masked: Such as `•••• •••• •••• 7K9Q`.
        """
        # Setting a text also clears the history of undo, in which the code would live on.
        self._edit.setText(masked)
        self._edit.is_masked = True
        self.clear_error()

    def start(self) -> None:
        """Empty the field and put the cursor in it."""
        self.show_text("")
        self._edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_error(self, message: str, hint: str = "") -> None:
        """Say what is wrong with the code, where it stands; the text stays to be corrected."""
        self._error.show_error(message, hint)
        self._edit.show_problem(is_wrong=True)
        self._edit.setAccessibleDescription(f"{message} {hint}".strip())
        announce(self._edit, f"{message} {hint}".strip(), urgent=True)

    def clear_error(self) -> None:
        """Take the error away."""
        self._error.clear_error()
        self._edit.show_problem(is_wrong=False)
        self._edit.setAccessibleDescription("")

    def _tidy(self, text: str) -> None:
        """Group the code while it is typed, with the cursor behind the same character."""
        if self._edit.is_masked:
            # Whatever is left of a masked code is no code: Backspace or a paste starts anew.
            self._edit.is_masked = False
            text = "" if _MASK in text else text
            self._edit.setText(text)
        before = sum(each.isalnum() for each in text[: self._edit.cursorPosition()])
        tidy = grouped(text)
        if tidy != text:
            self._edit.setText(tidy)
            self._edit.setCursorPosition(before + max(0, before - 1) // _GROUP)
        self.clear_error()
        self.edited.emit()

    def _submit(self) -> None:
        if not self._edit.is_masked:
            self.submitted.emit(self._edit.text())


def grouped(text: str) -> str:
    """Write a code in capitals and groups of four; a link or anything else stays as it is."""
    if _LINK_SIGNS.intersection(text):
        return text
    bare = "".join(each for each in text if each not in " -").upper()
    if not bare.isalnum():
        return text
    return " ".join(bare[i : i + _GROUP] for i in range(0, len(bare), _GROUP))


class _CodeEdit(QLineEdit):
    """The line itself: a masked code gives way to the first character of the next one."""

    def __init__(self, key: str, parent: QWidget) -> None:
        super().__init__(parent)
        theme = current_theme()
        self.is_masked = False
        icon = IconView(size=theme.text.amount)
        icon.show_icon("scan", Tone.NEUTRAL)
        cap = KeyCap(key)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.space.l, 0, theme.space.m, 0)
        layout.addWidget(icon)
        layout.addStretch(1)
        layout.addWidget(cap)
        right = cap.sizeHint().width() + theme.space.s if key else 0
        self.setTextMargins(theme.text.amount + theme.space.l, 0, right, 0)
        self.setFont(theme.font(theme.text.title, weight=QFont.Weight.Medium, tabular=True))
        self.setProperty("large", True)
        hints = Qt.InputMethodHint
        self.setInputMethodHints(
            hints.ImhUppercaseOnly | hints.ImhNoPredictiveText | hints.ImhSensitiveData
        )

    def show_problem(self, *, is_wrong: bool) -> None:
        if bool(self.property("problem")) != is_wrong:
            self.setProperty("problem", is_wrong)
            self.style().polish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.is_masked and (event.text().isprintable() and event.text()):
            self.is_masked = False
            self.clear()
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.is_masked:
            self.deselect()
