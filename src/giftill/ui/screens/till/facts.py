"""What the Till knows, in no particular language; every change makes a new value."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from giftill.domain.message import Message
from giftill.domain.money import Money
from giftill.domain.operations import OperationState
from giftill.services.connectivity import Link

from .sale import SALE_CURRENCY, Sale
from .state import Focus

if TYPE_CHECKING:
    from giftill.domain.cards import Card
    from giftill.domain.codes import CardCode
    from giftill.domain.errors import GiftillError
    from giftill.domain.operations import Operation, OperationKind
    from giftill.domain.places import Package
    from giftill.domain.transactions import TransactionId
    from giftill.services.results import Placed, Settled
    from giftill.ui.screens.common import ToneName


@dataclass(frozen=True)
class ShownCard:
    """The card on screen.

    Attributes:
        code: Its code; gone from memory with the card.
        card: What the API last said about it, later holds of this till taken off.
        package: The package it was sold as, once read.
        picture: The bytes of a PNG or JPEG of it, once fetched.
        doubt: A redeem of it that is being checked, or that a manager must decide about, or None.
    """

    code: CardCode
    card: Card
    package: Package | None = None
    picture: bytes | None = None
    doubt: Operation | None = None

    @property
    def is_usable(self) -> bool:
        """Whether money can be taken from it here."""
        return self.card.is_redeemable and self.card.currency == SALE_CURRENCY


@dataclass(frozen=True)
class Notice:
    """Something to tell about the card or the sale, in its place until the next step.

    Attributes:
        tone: How serious it is.
        title: What happened.
        message: What it means for the customer.
        hint: What to do now; may be empty.
        leads_to: The screen that tells more, or empty.
    """

    tone: ToneName
    title: Message
    message: Message
    hint: Message = field(default_factory=lambda: Message(""))
    leads_to: str = ""

    @classmethod
    def of(cls, error: GiftillError, tone: ToneName = "danger") -> Notice:
        """Tell about an error in its own words."""
        return cls(tone, error.title, error.message, error.hint)


class Ending(StrEnum):
    """How a sale ended."""

    CONFIRMED = "confirmed"
    QUEUED = "queued"
    ATTENTION = "attention"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Done:
    """A sale that is over.

    Attributes:
        kind: CAPTURE if it was completed, RELEASE if it was cancelled.
        settled: What became of each hold.
        sale: The sale as it was.
        link: The connection when it ended.
    """

    kind: OperationKind
    settled: tuple[Settled, ...]
    sale: Sale
    link: Link = Link.UNKNOWN

    @property
    def total(self) -> Money:
        """What all cards together gave, or got back."""
        return Money(sum(each.hold.amount.cents for each in self.settled), SALE_CURRENCY)


@dataclass(frozen=True)
class Facts:
    """Everything the Till shows is computed from this.

    Attributes:
        sale: The sale at the till.
        looking_up: The code whose card is being read, or None.
        code_error: Why the last input is not a card code.
        look_up_error: Why the card of `failed` can't be shown.
        failed: The code whose look-up failed; can be tried again.
        shown: The card on screen.
        amount_text: What stands in the amount field.
        is_amount_proposed: Whether the till put it there, and so may change it.
        amount_error: What is wrong with it.
        total_text: What stands in the sale total's field.
        total_error: What is wrong with it.
        holding: The amount whose hold is being asked for, or None.
        settling: The kind of the settlement under way, or None.
        question: A redeem of this sale that found a hold which may be its own, or None.
        is_deciding: Whether the answer to that question is being carried out.
        notice: What to tell beside the card.
        done: How the last sale ended, until the next begins.
        earlier_holds: How many open holds there are of other sales.
        selected: The hold that F6 and F7 chose.
        focus: Where the cursor belongs.
        focus_count: Goes up each time the cursor is to move there.
        input_count: Goes up each time the code field is to be emptied.
    """

    sale: Sale
    looking_up: CardCode | None = None
    code_error: GiftillError | None = None
    look_up_error: GiftillError | None = None
    failed: CardCode | None = None
    shown: ShownCard | None = None
    amount_text: str = ""
    is_amount_proposed: bool = False
    amount_error: GiftillError | None = None
    total_text: str = ""
    total_error: GiftillError | None = None
    holding: Money | None = None
    settling: OperationKind | None = None
    question: Placed | None = None
    is_deciding: bool = False
    notice: Notice | None = None
    done: Done | None = None
    earlier_holds: int = 0
    selected: TransactionId | None = None
    focus: Focus = Focus.CODE
    focus_count: int = 0
    input_count: int = 0

    @property
    def is_shown_checking(self) -> bool:
        """Whether the till is finding out if the card on screen was charged a moment ago."""
        if self.shown is None:
            return False
        doubt = self.shown.doubt
        is_from_before = doubt is not None and doubt.state is not OperationState.ATTENTION
        return is_from_before or self.sale.is_checking(self.shown.card.id)

    @property
    def is_shown_asked_about(self) -> bool:
        """Whether the question is about the card on screen."""
        asked = self.question.operation if self.question else None
        return asked is not None and self.shown is not None and asked.card == self.shown.card.id

    @property
    def is_started(self) -> bool:
        """Whether there is anything on screen that cancelling the sale would clear away."""
        return self.sale.is_started or self.shown is not None or self.look_up_error is not None

    @property
    def is_busy(self) -> bool:
        """Whether a request that moves money is under way."""
        return self.holding is not None or self.settling is not None or self.is_deciding

    @property
    def can_take_more(self) -> bool:
        """Whether money can be held on the card on screen now."""
        return (
            self.shown is not None
            and self.shown.is_usable
            and not self.is_shown_checking
            and not self.is_shown_asked_about
            and (self.holding is not None or not self.sale.is_covered)
        )

    @property
    def can_settle(self) -> bool:
        """Whether the sale can be completed or cancelled now."""
        return bool(self.sale.holds) and not self.sale.checking
