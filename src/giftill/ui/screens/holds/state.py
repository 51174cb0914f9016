"""What the Holds screen shows: plain values in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giftill.domain.transactions import TransactionId
    from giftill.ui.screens.common import Pill, ToneName


@dataclass(frozen=True)
class HoldRow:
    """One open hold.

    Attributes:
        transaction: Which one.
        age: How long it is open.
        age_tone: Amber from a day on, red from three: someone must look after it.
        amount: What is reserved.
        card: The masked code, its last half.
        sale: The time of its sale and what that came to; the day alone if that is not today.
        location: The shop it was made in.
        cashier: Who made it.
        status: How far it is.
        can_settle: Whether it can be captured or released, or already waits for that.
    """

    transaction: TransactionId
    age: str
    age_tone: ToneName
    amount: str
    card: str
    sale: str
    location: str
    cashier: str
    status: Pill
    can_settle: bool


@dataclass(frozen=True)
class HoldsState:
    """The whole screen.

    Attributes:
        is_loading: Whether the holds were not read yet.
        rows: The open holds, oldest first.
        selected: Those that are chosen, by transaction.
        summary: How many there are and what they come to.
        selection: How many are chosen and what they come to, or how to choose.
        can_choose: Whether there is any hold that can be chosen.
        can_settle: Whether Capture and Release do anything now.
        is_busy: Whether a capture or release is under way.
        problem: Why the holds could not be read, or what went wrong, and what to do.
    """

    is_loading: bool = True
    rows: Sequence[HoldRow] = field(default=())
    selected: frozenset[TransactionId] = frozenset()
    summary: str = ""
    selection: str = ""
    can_choose: bool = False
    can_settle: bool = False
    is_busy: bool = False
    problem: str = ""
