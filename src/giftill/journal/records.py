"""What goes into the journal and what comes out: events, entries and the chain's report."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from giftill.domain.message import N_, Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from giftill.domain.operations import Hold, Operation

Fact: TypeAlias = str | int | bool | None
"""A detail of an event, small and never secret."""


SALVAGE_FACT: Final = "salvage"
"""The fact that tells of the last salvage, until somebody has read it."""


PURPOSE_FACT: Final = "purpose"
"""The fact that says what a journal is for, from when it is made."""


class Purpose(StrEnum):
    """What a journal is for; it can't be used for anything else.

    Attributes:
        REAL: A till's, also of one that is tried out with a sandbox: it is never deleted.
        PRACTICE: Training mode's, which deletes it when its cards are filled again.
    """

    REAL = "real"
    PRACTICE = "practice"


class EventKind(StrEnum):
    """What happened.

    Attributes:
        INTENDED: The till was asked to do it; not a byte was sent.
        SENDING: A request is about to leave.
        QUEUED: It waits in the outbox.
        UNKNOWN: The request may have reached the API; no answer did.
        LOOKED: The API was asked what became of it.
        CONFIRMED: The API did it.
        REFUSED: The API said no.
        NOT_DONE: Surely not done, and given up.
        ATTENTION: A manager must decide.
        CLOSED: A manager closed it.
        REOPENED: A manager let the till try again.
        HOLD_CAPTURED: A hold became final.
        HOLD_RELEASED: A hold was given back.
        HOLD_ADOPTED: A hold found on the card was taken as this till's own.
        ACCOUNT_ADDED: The till met an account for the first time.
        SALVAGED: It was brought over from a damaged journal.
    """

    INTENDED = "intended"
    SENDING = "sending"
    QUEUED = "queued"
    UNKNOWN = "unknown"
    LOOKED = "looked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    NOT_DONE = "not_done"
    ATTENTION = "attention"
    CLOSED = "closed"
    REOPENED = "reopened"
    HOLD_CAPTURED = "hold_captured"
    HOLD_RELEASED = "hold_released"
    HOLD_ADOPTED = "hold_adopted"
    ACCOUNT_ADDED = "account_added"
    SALVAGED = "salvaged"


@dataclass(frozen=True)
class Record:
    """One event to be written, with the state it leads to.

    Attributes:
        event: What happened.
        operation: The operation's new whole state, or None if the event changes none.
        hold: The hold's new whole state, likewise.
        facts: Details for people who read the journal later.
    """

    event: EventKind
    operation: Operation | None = None
    hold: Hold | None = None
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Entry:
    """One line of the journal, as it was written.

    Attributes:
        seq: Its place, counted from 1 without gaps.
        at_ms: When it was written, this PC's Unix time in ms.
        event: What happened.
        operation: The operation's state from then on, or None.
        hold: The hold's state from then on, or None.
        facts: Details of the event.
        hash: SHA-256 over this entry and the hash before it, in hexadecimal.
    """

    seq: int
    at_ms: int
    event: EventKind
    operation: Operation | None
    hold: Hold | None
    facts: Mapping[str, Fact]
    hash: str


@dataclass(frozen=True)
class ChainReport:
    """What a check of the whole journal found.

    Attributes:
        count: How many entries were read.
        is_intact: Whether every entry is as it was written and every state follows from them.
        first_broken: The place of the first entry that does not fit, or None.
        explanation: The finding, for people.
    """

    count: int
    is_intact: bool
    first_broken: int | None
    explanation: Message


@dataclass(frozen=True)
class SalvageReport:
    """What became of a damaged journal.

    Attributes:
        at_ms: When it was salvaged, this PC's Unix time in ms.
        folder: The folder of the quarantine that has the damaged file.
        finding: What was wrong with it.
        kept: How many entries were kept.
        lost: The places of entries that are lost or were changed, at most a thousand of them.
        unverified: Likewise, of those kept although the entry before them is lost.
        lost_count: How many are lost.
        states: How many states were kept whose entry is lost.
        checking: How many operations are looked up because of this.
    """

    at_ms: int
    folder: str
    finding: str
    kept: int
    lost: tuple[int, ...]
    unverified: tuple[int, ...]
    lost_count: int
    states: int
    checking: int

    @property
    def told(self) -> Message:
        """What happened, for people."""
        return Message(
            N_(
                "The file was damaged and put aside, whole, in quarantine/{folder} of the data"
                " folder. Entries kept: {kept}; lost: {lost}. Operations being looked up at Gifty:"
                " {checking}. Compare the last sales with Gifty’s dashboard. For support:"
                " “{finding}”."
            ),
            {
                "finding": self.finding,
                "folder": self.folder,
                "kept": self.kept,
                "lost": self.lost_count,
                "checking": self.checking,
            },
        )


def salvage_report(told: str) -> SalvageReport:
    """Read a report as `SALVAGE_FACT` keeps it."""
    return msgspec.json.decode(told, type=SalvageReport)
