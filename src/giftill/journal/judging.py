"""Tells which entries of a damaged journal are as they were written."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final, TypeAlias

from . import chain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from . import rows

_HASH_LENGTH: Final = 32


class Verdict(Enum):
    """What the chain says of an entry.

    Attributes:
        FITS: It is as it was written.
        UNSURE: The entry before it is lost, so that nothing vouches for it.
        CHANGED: It is not what was written.
    """

    FITS = auto()
    UNSURE = auto()
    CHANGED = auto()


Judged: TypeAlias = "tuple[int, chain.Content, Verdict]"


def judged(entries: Iterable[rows.Row]) -> Iterator[Judged]:
    """Judge entries in their order, which may have gaps, by the hash before each of them.

    Where an entry does not fit its own hash, it is the entry that was changed, or the hash: the
    next one tells, as it was chained to the right one.
    """
    before = chain.EMPTY
    doubted: tuple[chain.Content, chain.Tip] | None = None
    for row in entries:
        seq, content, digest = row[0], chain.Content(*row[1:7]), row[7]
        if not isinstance(digest, bytes) or len(digest) != _HASH_LENGTH:
            continue
        tip = chain.Tip(seq, digest)
        if doubted is not None:
            its_content, right = doubted
            is_right = seq == right.seq + 1 and chain.next_tip(right, content) == tip
            yield right.seq, its_content, Verdict.FITS if is_right else Verdict.CHANGED
            before, doubted = right if is_right else before, None
        if seq != before.seq + 1:
            yield seq, content, Verdict.UNSURE
        elif (expected := chain.next_tip(before, content)) == tip:
            yield seq, content, Verdict.FITS
        else:
            doubted = content, expected
        before = tip
    if doubted is not None:
        yield doubted[1].seq, doubted[0], Verdict.CHANGED
