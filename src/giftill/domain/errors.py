"""Errors of the world, as opposed to bugs: each tells a person what happened and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .message import Message


class GiftillError(Exception):
    """Something outside the program went wrong, and a person can be told what to do about it.

    Attributes:
        title: What happened, in a few words.
        message: What happened and what it means for the customer, as one or two sentences.
        hint: What to do now.
    """

    def __init__(self, title: Message, message: Message, hint: Message) -> None:
        """Keep the three texts; `str()` gives them in English for logs."""
        super().__init__(f"{title}: {message} {hint}".strip())
        self.title = title
        self.message = message
        self.hint = hint
