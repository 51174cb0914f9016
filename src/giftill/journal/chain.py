"""The hash chain: every entry vouches for all that were written before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    import apsw

_APPEND: Final = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_TIP: Final = "SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1"


@dataclass(frozen=True)
class Tip:
    """The end of the chain.

    Attributes:
        seq: The place of the newest entry; 0 while there is none.
        hash: Its SHA-256.
    """

    seq: int
    hash: bytes


EMPTY: Final = Tip(0, hashlib.sha256(b"giftill journal").digest())
"""What the first entry is chained to."""


@dataclass(frozen=True)
class Content:
    """What an entry says, as text: exactly this is hashed and stored.

    Attributes:
        at_ms: When, this PC's Unix time in ms.
        event: The event's word.
        operation_id: The operation it is about, or None.
        operation: That operation's whole state as JSON, or None.
        hold: A hold's whole state as JSON, or None.
        facts: The details as a JSON object.
    """

    at_ms: int
    event: str
    operation_id: str | None
    operation: str | None
    hold: str | None
    facts: str


def next_tip(tip: Tip, content: Content) -> Tip:
    """Chain an entry to the end: SHA-256 over the hash before it and the entry.

    The entry is framed as a JSON array, so that no two entries have the same bytes.
    """
    seq = tip.seq + 1
    framed = msgspec.json.encode(
        (
            seq,
            content.at_ms,
            content.event,
            content.operation_id,
            content.operation,
            content.hold,
            content.facts,
        )
    )
    return Tip(seq, hashlib.sha256(tip.hash + framed).digest())


def append(connection: apsw.Connection, tip: Tip, content: Content) -> Tip:
    """Write an entry behind `tip`, inside the open transaction, and return the new end."""
    after = next_tip(tip, content)
    values = (
        after.seq,
        content.at_ms,
        content.event,
        content.operation_id,
        content.operation,
        content.hold,
        content.facts,
        after.hash,
    )
    connection.execute(_APPEND, values)
    return after


def read_tip(connection: apsw.Connection) -> Tip:
    """Return the end of the chain as it is in the file."""
    row = connection.execute(_TIP).fetchone()
    return EMPTY if row is None else Tip(*row)
