"""The dialog in which a manager resolves what needs attention, with a reason and a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QLineEdit, QWidget

from giftill.domain.attention import Resolution
from giftill.services.attention import Ruling
from giftill.ui.dialogs import DecisionDialog, run_dialog
from giftill.ui.fitting import fit
from giftill.ui.scanner import FREE_TEXT
from giftill.ui.theme import Tone
from giftill.ui.widgets.button import ButtonRole
from giftill.ui.widgets.label import PlainLabel

from .presenter import LONGEST_REASON

if TYPE_CHECKING:
    from giftill.texts import Texts

    from .state import ResolveForm

_RESOLVED: Final = 2
_LONGEST_NAME: Final = 60


async def ask_resolution(parent: QWidget, form: ResolveForm, t: Texts) -> Ruling | None:
    """Ask a manager what was decided.

    Args:
        parent: The screen.
        form: What is being resolved, and how.
        t: The reader's language.

    Returns:
        The decision, or None to leave it open.
    """
    dialog = DecisionDialog(parent.window(), form.title, form.meaning)
    dialog.body.addWidget(PlainLabel(form.text, wrap=True))
    reason = QLineEdit()
    reason.setProperty(FREE_TEXT, True)
    reason.setMaxLength(LONGEST_REASON)
    reason.setAccessibleName(t("What was decided, and why"))
    # Empty, although somebody is signed in: that is the cashier, and a manager must answer for it.
    name = QLineEdit()
    name.setProperty(FREE_TEXT, True)
    name.setMaxLength(_LONGEST_NAME)
    name.setAccessibleName(t("Manager’s name"))
    missing = PlainLabel(wrap=True)
    missing.set_tone(Tone.DANGER)
    missing.hide()
    for label, field in ((reason.accessibleName(), reason), (name.accessibleName(), name)):
        dialog.body.addWidget(PlainLabel(label))
        dialog.body.addWidget(field)
    dialog.body.addWidget(missing)
    dialog.add_choice(t("Leave open"))
    gives_back = form.resolution is Resolution.RELEASE_HOLD
    role = ButtonRole.DANGER if gives_back else ButtonRole.PRIMARY
    close = dialog.add_choice(form.yes, role=role, is_default=True)
    reason.setFocus()

    def check() -> None:
        is_whole = bool(reason.text().strip() and name.text().strip())
        missing.setVisible(not is_whole)
        missing.show_text(t("Write the reason and the manager’s name first."))
        if is_whole:
            dialog.done(_RESOLVED)
            return
        # One line more needs its room, or the words above would lose theirs.
        fit(dialog)
        (name if reason.text().strip() else reason).setFocus()

    close.clicked.disconnect()
    close.clicked.connect(check)
    fit(dialog)
    if await run_dialog(dialog) != _RESOLVED:
        return None
    return Ruling(form.resolution, reason.text(), name.text())
