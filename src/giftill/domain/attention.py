"""What needs attention: why, what it means for customer and shop, and what can be decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from .message import N_
from .operations import AttentionKind, Operation, OperationState

if TYPE_CHECKING:
    from collections.abc import Mapping


class Resolution(StrEnum):
    """What a manager can decide about an operation that the till can't decide about.

    Attributes:
        USE_HOLD: The hold that was found or made is this till's: it goes to Holds.
        RELEASE_HOLD: That hold is given back to its card.
        TRY_AGAIN: The till looks once more, and does what is left to be done.
        CLOSE: Nothing moves: the matter was settled elsewhere, and the reason says how.
    """

    USE_HOLD = "use-hold"
    RELEASE_HOLD = "release-hold"
    TRY_AGAIN = "try-again"
    CLOSE = "close"


@dataclass(frozen=True)
class Case:
    """One kind of what needs attention, in source texts.

    Attributes:
        what: What happened.
        meaning: What that means for the customer and the shop.
        advice: What to do now.
        resolutions: What can be decided, the likeliest first.
    """

    what: str
    meaning: str
    advice: str
    resolutions: tuple[Resolution, ...]


_ONLY_CLOSE: Final = (Resolution.CLOSE,)
_AGAIN: Final = (Resolution.TRY_AGAIN, Resolution.CLOSE)
_USE: Final = (Resolution.USE_HOLD, Resolution.RELEASE_HOLD, Resolution.CLOSE)
_RELEASE: Final = (Resolution.RELEASE_HOLD, Resolution.USE_HOLD, Resolution.CLOSE)

CASES: Final[Mapping[AttentionKind, Case]] = MappingProxyType(
    {
        AttentionKind.RELEASED_BUT_CAPTURE_WANTED: Case(
            N_("The money was given back to the card; the goods are gone."),
            N_("The customer was not charged, and the shop is short of this amount."),
            N_("Ask the customer to pay again, or write the loss off, and say here what was done."),
            _ONLY_CLOSE,
        ),
        AttentionKind.CAPTURED_BUT_RELEASE_WANTED: Case(
            N_("The customer was charged."),
            N_("The sale was cancelled here, but its hold was captured elsewhere."),
            N_("Refund the amount to the card, and say here that it was done."),
            _ONLY_CLOSE,
        ),
        AttentionKind.TRANSACTION_MISSING: Case(
            N_("Gifty does not know this hold: wrong account?"),
            N_("The customer’s money may still be held in the account that the hold was made in."),
            N_(
                "Set the token of that account and try again, or settle it in Gifty’s dashboard"
                " and say here what was done."
            ),
            _AGAIN,
        ),
        AttentionKind.FORBIDDEN: Case(
            N_("Gifty does not allow this till to settle the hold."),
            N_("The customer’s money stays reserved, and the shop does not have it yet."),
            N_(
                "Give the token the right to do it and try again, or settle it in Gifty’s"
                " dashboard and say here what was done."
            ),
            _AGAIN,
        ),
        AttentionKind.KEEPS_BEING_REFUSED: Case(
            N_("Gifty refused this five times, though the hold is still open."),
            N_("The customer’s money stays reserved, and the shop does not have it yet."),
            N_("Try again later, or settle it in Gifty’s dashboard and say here what was done."),
            _AGAIN,
        ),
        AttentionKind.AMOUNT_DIFFERS: Case(
            N_("Another amount was held than was asked for."),
            N_("The customer’s money is reserved, but not as much as the sale said."),
            N_("Use the hold as it is, or release it and hold the right amount."),
            _USE,
        ),
        AttentionKind.POSSIBLE_HOLD: Case(
            N_("A hold on this card may be this sale’s, and this till can’t tell for sure."),
            N_(
                "If it is this sale’s, charging again would charge the customer twice; if it is"
                " not, it belongs to another sale."
            ),
            N_(
                "Ask who made it. If it is this sale’s, use it or release it; else leave it alone, "
                "and let a manager close it in Outbox."
            ),
            _USE,
        ),
        AttentionKind.ORPHANED_HOLD: Case(
            N_("A hold turned up after the cashier was told that the card was not charged."),
            N_("The customer’s money is reserved for a sale that may have been paid since."),
            N_("Release it if the sale was paid another way or dropped; use it if it was not."),
            _RELEASE,
        ),
        AttentionKind.POSSIBLY_DONE: Case(
            N_("This was done on the card, but maybe not by this till or not as asked."),
            N_("Doing it again could do it twice."),
            N_("Compare the card in Gifty’s dashboard, and say here what was found."),
            _AGAIN,
        ),
        AttentionKind.DONE_AFTER_ALL: Case(
            N_("This was done after all, though the cashier was told that it was not."),
            N_("If it was done once more since, the customer has it twice."),
            N_("Compare the card in Gifty’s dashboard, and say here what was found."),
            _ONLY_CLOSE,
        ),
        AttentionKind.UNCLEAR: Case(
            N_("It is not clear what became of this request."),
            N_("The customer’s money may or may not have moved."),
            N_("Look the card up in Gifty’s dashboard, and say here what was found."),
            _AGAIN,
        ),
    }
)


def case_of(operation: Operation) -> Case:
    """Return why an operation needs attention."""
    return CASES[operation.attention or AttentionKind.UNCLEAR]


def resolutions_of(operation: Operation) -> tuple[Resolution, ...]:
    """Return what a manager can decide about an operation; nothing if it needs nobody."""
    if operation.state is not OperationState.ATTENTION:
        return ()
    missing = set()
    if operation.result is None:
        missing |= {Resolution.USE_HOLD, Resolution.RELEASE_HOLD}
    if operation.card is None and not operation.kind.is_settlement:
        # Without a card there is nothing to look at.
        missing.add(Resolution.TRY_AGAIN)
    return tuple(each for each in case_of(operation).resolutions if each not in missing)
