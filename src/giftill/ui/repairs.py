"""Tells the person at the till that the journal is damaged, or that it was and what was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.journal import JournalError

from .dialogs import Choice, ask, inform
from .theme import Tone

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from giftill.journal import Journal
    from giftill.texts import Texts


async def tell_of_repairs(journal: Journal, parent: QWidget, t: Texts) -> None:
    """Tell of a repair until a manager has read of it, and at once of damage that turns up.

    Args:
        journal: The till's.
        parent: The window.
        t: The reader's language.
    """
    try:
        report = await journal.salvage()
        if report is not None:
            choices = (
                Choice(value=False, label=t("Later")),
                Choice(value=True, label=t("A manager has read this")),
            )
            text = t.message(report.told)
            title = t("The journal was repaired")
            if await ask(parent, title, text, choices, default=False, tone=Tone.HOLD):
                await journal.forget_salvage()
    except JournalError as error:
        await _tell(error, parent, t)
    await _tell(await journal.damage(), parent, t)


async def _tell(error: JournalError, parent: QWidget, t: Texts) -> None:
    text = f"{t.message(error.message)} {t.message(error.hint)}"
    await inform(parent, t.message(error.title), text, t("Close"), Tone.DANGER)
