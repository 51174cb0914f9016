"""What the screens and the command line are told about what they asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message
from giftill.domain.operations import Hold, Operation, OperationKind, OperationState

if TYPE_CHECKING:
    from datetime import datetime

    from giftill.domain.money import Money
    from giftill.domain.transactions import Transaction


class Result(StrEnum):
    """How a request ended, for now.

    Attributes:
        DONE: The API did it.
        REFUSED: The API said no; nothing happened.
        NOT_DONE: It was surely not done; it may be tried again.
        QUEUED: Recorded durably; it is sent by itself when that is possible.
        CHECKING: It may or may not have been done; the till is finding out.
        ATTENTION: A manager must decide.
    """

    DONE = "done"
    REFUSED = "refused"
    NOT_DONE = "not_done"
    QUEUED = "queued"
    CHECKING = "checking"
    ATTENTION = "attention"


_RESULTS = {
    OperationState.CONFIRMED: Result.DONE,
    OperationState.REFUSED: Result.REFUSED,
    OperationState.NOT_DONE: Result.NOT_DONE,
    OperationState.CLOSED: Result.ATTENTION,
    OperationState.ATTENTION: Result.ATTENTION,
    OperationState.UNKNOWN: Result.CHECKING,
    OperationState.SENDING: Result.CHECKING,
    OperationState.INTENDED: Result.CHECKING,
    OperationState.QUEUED: Result.QUEUED,
}


def result_of(operation: Operation) -> Result:
    """Tell how an operation stands, in the words of a result.

    A capture or release whose answer is missing counts as queued: it is on disk, and the outbox
    finds out and finishes it.
    """
    result = _RESULTS[operation.state]
    if result is Result.CHECKING and operation.kind.is_settlement:
        return Result.QUEUED
    return result


@dataclass(frozen=True)
class Placed:
    """What became of a redeem, issue, extend or refund.

    Attributes:
        result: Never QUEUED: these can't wait.
        operation: The operation as it stands, or None if it was refused before it became one.
        hold: For a redeem that worked, the hold.
        transaction: What the API answered, where it did.
        error: Why it was refused or not done.
    """

    result: Result
    operation: Operation | None = None
    hold: Hold | None = None
    transaction: Transaction | None = None
    error: GiftillError | None = None


@dataclass(frozen=True)
class Settled:
    """What became of a capture or release.

    Attributes:
        result: DONE, QUEUED or ATTENTION.
        hold: The hold it is about.
        operation: The operation as it stands.
    """

    result: Result
    hold: Hold
    operation: Operation


class AlreadySettling(GiftillError):
    """A hold is to be captured though its release is under way or done, or the reverse."""

    def __init__(self, existing: Operation) -> None:
        """Explain that the two exclude each other, and how far the `existing` one is."""
        if existing.state is not OperationState.CONFIRMED:
            super().__init__(
                Message(N_("Already being settled")),
                Message(N_("This hold is already being completed or cancelled at this till.")),
                Message(N_("See Outbox for how far it is.")),
            )
        elif existing.kind is OperationKind.CAPTURE:
            super().__init__(
                Message(N_("Already completed")),
                Message(N_("This hold was completed: its money was taken from the card.")),
                Message(
                    N_("To give money back, refund it: giftill refund {id} AMOUNT"),
                    {"id": existing.transaction or ""},
                ),
            )
        else:
            super().__init__(
                Message(N_("Already given back")),
                Message(N_("This hold was released: its money is back on the card.")),
                Message(N_("Scan the card again to charge it.")),
            )


class HoldNotKnown(GiftillError):
    """A hold of another till is to be settled here, and the API can't be asked about it.

    Attributes:
        reason: Why it can't.
    """

    def __init__(self, reason: GiftillError) -> None:
        """Tell that this one does not wait in the outbox, as those of this till do."""
        super().__init__(
            reason.title,
            Message(
                N_(
                    "This till does not know the hold, and Gifty can’t be asked about it now. "
                    "Nothing was queued."
                )
            ),
            Message(N_("Do it again once Gifty answers, or at the till that made the hold.")),
        )
        self.reason = reason


class NotAHold(GiftillError):
    """A transaction can't be captured or released, because it is no open hold."""

    def __init__(self) -> None:
        """Explain what to look at."""
        super().__init__(
            Message(N_("Not an open hold")),
            Message(
                N_("This transaction is not an open hold: nothing can be captured or released.")
            ),
            Message(N_("Look at the card’s transactions to see what became of it.")),
        )


class OtherAccount(GiftillError):
    """A hold is to be used or released that is in another account than the token's."""

    def __init__(self) -> None:
        """Tell whose token is needed."""
        super().__init__(
            Message(N_("Another account")),
            Message(N_("This hold was made with the token of another account.")),
            Message(N_("Set the token of that account, then decide again.")),
        )


class NotResolvable(GiftillError):
    """Someone decides about an operation that needs nobody's attention, or not that."""

    def __init__(self) -> None:
        """Explain that only what needs attention is resolved by hand."""
        super().__init__(
            Message(N_("Nothing to resolve")),
            Message(
                N_("Only what needs attention is resolved by hand; the rest goes on by itself.")
            ),
            Message(N_("The outbox lists what needs attention, with its id.")),
        )


_CHECKING = {
    OperationKind.REDEEM: (
        N_("Checking, do not charge again"),
        N_("It is not known yet whether this card was charged a moment ago."),
        N_("Wait until the check is over, or let the customer pay another way."),
    ),
    OperationKind.ISSUE: (
        N_("Checking, do not sell it again"),
        N_("It is not known yet whether this card was activated a moment ago."),
        N_("Wait until the check is over, or sell another card."),
    ),
    OperationKind.EXTEND: (
        N_("Checking, do not extend it again"),
        N_("It is not known yet whether this card was extended a moment ago."),
        N_("Wait until the check is over."),
    ),
    OperationKind.REFUND: (
        N_("Checking, do not refund again"),
        N_("It is not known yet whether money was given back to this card a moment ago."),
        N_("Wait until the check is over."),
    ),
}


class StillChecking(GiftillError):
    """The same is asked for again on a card of which an earlier request is being checked."""

    def __init__(self, kind: OperationKind) -> None:
        """Explain that doing it again could do it twice."""
        title, message, hint = _CHECKING[kind]
        super().__init__(Message(title), Message(message), Message(hint))


class BalanceTooLow(GiftillError):
    """More is asked of a card than is on it."""

    def __init__(self, balance: Money) -> None:
        """Tell what is on the card."""
        super().__init__(
            Message(N_("Not enough on this card")),
            Message(N_("This card has {balance}; nothing was taken."), {"balance": balance}),
            Message(N_("Take what is on it, and let the customer pay the rest another way.")),
        )


class OtherCurrency(GiftillError):
    """A card is in another currency than the sale."""

    def __init__(self, card: str, asked: str) -> None:
        """Name both currencies."""
        super().__init__(
            Message(N_("Another currency")),
            Message(
                N_("This card is in {card}, not in {asked}; nothing was taken."),
                {"card": card, "asked": asked},
            ),
            Message(N_("Let the customer pay another way.")),
        )


class TokenReplaced(GiftillError):
    """The token was replaced by another account's in the instant before a request."""

    def __init__(self) -> None:
        super().__init__(
            Message(N_("The token was replaced")),
            Message(N_("This till got the token of another account just now; nothing was done.")),
            Message(N_("Scan the card again.")),
        )


class ForeignLocation(GiftillError):
    """The administrator fixed a shop that turned out not to be one of the token's account."""

    def __init__(self) -> None:
        """Tell who can mend it."""
        super().__init__(
            Message(N_("Not a location of this account")),
            Message(
                N_(
                    "The administrator of this PC fixed a location that is not of this account; "
                    "nothing was done."
                )
            ),
            Message(
                N_(
                    "Take and sell no gift cards until the administrator has corrected the "
                    "location or the token. What is on hold can be completed or cancelled."
                )
            ),
        )


class LimitReached(GiftillError):
    """The API asked this till to wait, so a request was not made."""

    def __init__(self, until: datetime) -> None:
        """Tell until when."""
        super().__init__(
            Message(N_("Too many requests")),
            Message(
                N_("Gifty asked this till to wait until {until}. Nothing was charged."),
                {"until": until},
            ),
            Message(N_("Try again then; captures wait safely in the outbox.")),
        )


_NOT_DONE = {
    OperationKind.REDEEM: N_("The card was not charged; checked at {checked_at}."),
    OperationKind.ISSUE: N_("The card was not activated; checked at {checked_at}."),
    OperationKind.EXTEND: N_("The card was not extended; checked at {checked_at}."),
    OperationKind.REFUND: N_("Nothing was refunded; checked at {checked_at}."),
}


class NotDoneAfterAll(GiftillError):
    """The check of a request whose answer was lost ended: the API did not do it."""

    def __init__(self, kind: OperationKind, checked_at: datetime) -> None:
        """Tell what did not happen, and when that was found out."""
        super().__init__(
            Message(N_("Not done")),
            Message(_NOT_DONE[kind], {"checked_at": checked_at}),
            Message(N_("You can try again now.")),
        )
