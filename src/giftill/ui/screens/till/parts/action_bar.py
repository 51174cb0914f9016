"""ActionBar: what can be done with the sale, the main thing wide and at the bottom right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from giftill.ui.theme import current_theme
from giftill.ui.widgets.button import Button, ButtonRole

from .action import render_action

if TYPE_CHECKING:
    from giftill.ui.screens.till.state import TillState


class ActionBar(QWidget):
    """The buttons that end a sale.

    Signals:
        cancel: Release everything.
        later: Leave the holds for later.
        complete: Capture everything.
        earlier: Show the holds of other sales.
    """

    cancel = Signal()
    later = Signal()
    complete = Signal()
    earlier = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it without words."""
        super().__init__(parent)
        theme = current_theme()
        self._cancel = Button(role=ButtonRole.QUIET)
        self._later = Button(role=ButtonRole.QUIET)
        self._earlier = Button(role=ButtonRole.QUIET, icon="holds")
        self._complete = Button()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space.s)
        # As high as the wide button beside it, so that both stand on one line.
        self.setFixedHeight(theme.size.key)
        for button, signal in (
            (self._earlier, self.earlier),
            (self._cancel, self.cancel),
            (self._later, self.later),
            (self._complete, self.complete),
        ):
            button.setAutoDefault(True)
            button.clicked.connect(signal)
            if button is self._complete:
                layout.addStretch(1)
            layout.addWidget(button)

    def render_state(self, state: TillState) -> None:
        """Show this."""
        render_action(self._cancel, state.cancel)
        render_action(self._later, state.later)
        render_action(self._complete, state.complete)
        is_idle = state.cancel is None and bool(state.sale.earlier)
        self._earlier.setVisible(is_idle)
        self._earlier.show_text(state.sale.earlier)
        self.setVisible(is_idle or state.cancel is not None)
