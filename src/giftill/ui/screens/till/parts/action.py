"""Buttons that show an `Action` of the state, and the wide one at the bottom right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.ui.widgets.button import Button, ButtonRole

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

    from giftill.ui.screens.till.state import Action


def render_action(button: Button, action: Action | None) -> None:
    """Show an action on a button, or hide the button where there is none."""
    button.setVisible(action is not None)
    if action is None:
        return
    button.set_key(action.key)
    if button.accessibleName() != action.text:
        button.show_text(action.text)
    button.setEnabled(action.is_enabled)


class MainButton(Button):
    """The wide button; a key that is held down presses it only once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make it without words."""
        super().__init__(role=ButtonRole.PRIMARY, large=True, parent=parent)
        self.setAutoDefault(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.isAutoRepeat():
            event.accept()
            return
        super().keyPressEvent(event)
