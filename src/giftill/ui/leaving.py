"""What is asked and told when the terminal is about to close, or should have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .dialogs import Choice, ask, inform

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from giftill.texts import Texts


async def ask_to_quit(parent: QWidget, waiting: int, t: Texts) -> bool:
    """Ask whether to close although `waiting` captures and releases are queued."""
    answer = await ask(
        parent,
        t("Close Giftill?"),
        t.plural(
            "One capture or release is queued. It is safe on this PC and is sent when Giftill "
            "is started again.",
            "{n} captures and releases are queued. They are safe on this PC and are sent when "
            "Giftill is started again.",
            waiting,
        ),
        (Choice(value=False, label=t("Stay")), Choice(value=True, label=t("Close"))),
        default=True,
    )
    return bool(answer)


async def tell_of_crash(parent: QWidget, logs: Path, t: Texts) -> None:
    """Say that the program made a mistake, and where the log of it is."""
    text = t(
        "Giftill made a mistake. What you did is recorded: see Holds and Outbox for how far "
        "it is. Details for support are in the log: {folder}",
        folder=str(logs),
    )
    await inform(parent, t("Something broke; nothing was lost"), text, t("Close"))
