"""What a doctor's check found: one line, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from giftill.domain.message import N_, Message

if TYPE_CHECKING:
    from giftill.domain.errors import GiftillError


class Level(StrEnum):
    """How bad it is.

    Attributes:
        OK: As it should be.
        WARN: The till works, but somebody should look.
        FAIL: The till can't do its work like this.
    """

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


LEVEL_WORDS = {Level.OK: N_("ok"), Level.WARN: N_("warn"), Level.FAIL: N_("fail")}


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        check: The check's name for machines.
        label: Its name for people.
        level: How bad it is.
        message: What was found and what it means.
        hint: What to do, or None.
    """

    check: str
    label: Message
    level: Level
    message: Message
    hint: Message | None = None


@dataclass(frozen=True)
class Check:
    """A check's two names, from which its findings are made."""

    name: str
    label: Message

    def ok(self, message: Message) -> Finding:
        """Return that all is as it should be."""
        return Finding(self.name, self.label, Level.OK, message)

    def warn(self, message: Message, hint: Message) -> Finding:
        """Return that somebody should look."""
        return Finding(self.name, self.label, Level.WARN, message, hint)

    def fail(self, message: Message, hint: Message) -> Finding:
        """Return that the till can't work like this."""
        return Finding(self.name, self.label, Level.FAIL, message, hint)

    def fail_with(self, error: GiftillError) -> Finding:
        """Return that an error stands in the way."""
        return Finding(self.name, self.label, Level.FAIL, error.message, error.hint)
