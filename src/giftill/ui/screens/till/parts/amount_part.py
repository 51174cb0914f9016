"""AmountPart: how much to take from the card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from giftill.ui.theme import current_theme
from giftill.ui.widgets.amount_field import AmountField
from giftill.ui.widgets.button import Button

from .action import render_action

if TYPE_CHECKING:
    from giftill.texts import Texts
    from giftill.ui.screens.till.state import Action, FieldState


class AmountPart(QWidget):
    """The amount's field, with the two ways to do without typing.

    Signals:
        edited: The amount was changed; carries the text.
        submitted: Enter was pressed in the field.
        full: The most the card can give is wanted.
        redeem: Hold and complete in one go.
    """

    edited = Signal(str)
    submitted = Signal()
    full = Signal()
    redeem = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty; `retranslate` gives it its words."""
        super().__init__(parent)
        theme = current_theme()
        self.field = AmountField(error_above=True)
        self.field.edited.connect(self.edited)
        self.field.submitted.connect(lambda _text: self.submitted.emit())
        self._full = Button()
        self._full.clicked.connect(self.full)
        self._redeem = Button()
        self._redeem.clicked.connect(self.redeem)
        buttons = QVBoxLayout()
        buttons.setSpacing(theme.space.s)
        for each in (self._full, self._redeem):
            each.setAutoDefault(True)
            buttons.addWidget(each)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space.l)
        # Whatever is said above it, the field keeps its place: it may be touched just then.
        layout.addWidget(self.field, 1, Qt.AlignmentFlag.AlignBottom)
        layout.addLayout(buttons)
        layout.setAlignment(buttons, Qt.AlignmentFlag.AlignBottom)

    def retranslate(self, t: Texts) -> None:
        """Write the words in another language."""
        self.field.set_label(t("Amount to hold"))

    def render_state(
        self, state: FieldState | None, full: Action | None, redeem: Action | None
    ) -> None:
        """Show this, or nothing where there is no card to take money from."""
        self.setVisible(state is not None)
        if state is None:
            return
        show_field(self.field, state)
        render_action(self._full, full)
        render_action(self._redeem, redeem)


def show_field(field: AmountField, state: FieldState) -> None:
    """Show a field of amounts; what stands in it already is left alone, cursor and all."""
    if field.text() != state.text:
        field.show_text(state.text)
    line = field.focusProxy()
    if isinstance(line, QLineEdit):
        # Not disabled: that would send the cursor elsewhere.
        line.setReadOnly(not state.is_enabled)
        if not line.hasFocus():
            line.deselect()
    shown = field.property("shownProblem") or ""
    problem = f"{state.problem} {state.hint}".strip()
    if problem == shown:
        return
    field.setProperty("shownProblem", problem)
    if problem:
        field.show_error(state.problem, state.hint)
    else:
        field.clear_error()
