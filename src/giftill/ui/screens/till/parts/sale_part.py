"""SalePart: the sale in the right third: its total, the holds that pay it, what is still due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from giftill.ui.icons import IconView
from giftill.ui.theme import Tone, current_theme
from giftill.ui.widgets.amount_field import AmountField
from giftill.ui.widgets.hold_list import HoldItem, HoldList
from giftill.ui.widgets.label import PlainLabel
from giftill.ui.widgets.money_label import MoneyLabel
from giftill.ui.widgets.panel import Panel

from .amount_part import show_field

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from giftill.texts import Texts
    from giftill.ui.screens.till.state import HoldLine, SaleState


class SalePart(Panel):
    """Shows the sale.

    Signals:
        edited: The total was changed; carries the text.
        submitted: Enter was pressed in the total's field.
        left: The total's field was left after a change.
        chosen: A hold was touched; carries its key.
        remove: A hold is to be released; carries its key.
    """

    edited = Signal(str)
    submitted = Signal()
    left = Signal()
    chosen = Signal(str)
    remove = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it empty; `retranslate` gives it its words."""
        super().__init__(parent)
        theme = current_theme()
        self._lines: tuple[HoldLine, ...] = ()
        self.total = AmountField()
        self.total.edited.connect(self.edited)
        self.total.submitted.connect(lambda _text: self.submitted.emit())
        line = self.total.focusProxy()
        if isinstance(line, QLineEdit):
            line.editingFinished.connect(self.left)
        self._holds = HoldList()
        self._holds.chosen.connect(self.chosen)
        self._holds.release_wanted.connect(self.remove)
        self._empty = PlainLabel(size=theme.text.small, muted=True, wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        # Where there is little room, this gives way before the keypad does.
        self._empty.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._caption = PlainLabel(muted=True, wrap=True)
        self._covered = IconView()
        self._due = MoneyLabel()
        due = QHBoxLayout()
        due.setSpacing(theme.space.s)
        due.addWidget(self._caption, 1)
        due.addWidget(self._covered)
        due.addWidget(self._due)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.space.l, theme.space.s, theme.space.l, theme.space.s)
        layout.setSpacing(theme.space.xs)
        layout.addWidget(self.total)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self._holds, 1)
        layout.addLayout(due)

    def retranslate(self, t: Texts) -> None:
        """Write the words in another language."""
        self.total.set_label(t("Sale total"), "F3")
        self._holds.setAccessibleName(t("Holds of this sale"))

    def render_state(self, state: SaleState) -> None:
        """Show this."""
        show_field(self.total, state.total)
        self._lines = state.holds
        self._empty.setVisible(not state.holds)
        self._empty.show_text(state.empty)
        self._holds.setVisible(bool(state.holds))
        self._holds.show_holds([_item(each) for each in state.holds])
        self._caption.show_text(state.due_caption)
        self._due.show_text(state.due)
        self._due.setAccessibleName(f"{state.due_caption} {state.due}")
        tone = Tone.SUCCESS if state.is_covered else None
        self._due.set_tone(tone)
        self._covered.setVisible(state.is_covered)
        self._covered.show_icon("check", Tone.SUCCESS)

    def focus_chosen(self) -> None:
        """Put the cursor on the hold that F6 or F7 chose."""
        body = self._holds.widget()
        rows = body.layout() if body is not None else None
        if rows is None:
            return
        for index, line in enumerate(self._lines):
            item = rows.itemAt(index)
            row = item.widget() if item is not None else None
            if line.is_selected and row is not None:
                row.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """On a hold, Enter and Delete do what its button does."""
        chosen = next((each for each in self._lines if each.is_selected and each.remove), None)
        keys = {Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if chosen is not None and event.key() in keys and not event.isAutoRepeat():
            self.remove.emit(chosen.key)
            return
        super().keyPressEvent(event)


def _item(line: HoldLine) -> HoldItem:
    return HoldItem(
        key=line.key,
        card=line.card,
        amount=line.amount,
        state=line.pill.text,
        icon=line.pill.icon,
        tone=Tone(line.pill.tone),
        is_current=line.is_selected,
        release=line.remove,
    )
