"""One customer at the till: a total, the holds made towards it, and what is still due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message
from giftill.domain.money import Money

if TYPE_CHECKING:
    from giftill.domain.cards import CardId
    from giftill.domain.operations import Hold, OperationId, SaleId
    from giftill.domain.transactions import TransactionId

# The API page, “Currencies”: the euro is the only one.
SALE_CURRENCY = "EUR"


class OverBalanceError(GiftillError):
    """More is asked of a card than there is on it."""

    def __init__(self, balance: Money) -> None:
        """Say how much there is."""
        super().__init__(
            Message(N_("More than the balance")),
            Message(N_("There is only {balance} on this card."), {"balance": balance}),
            Message(N_("Take that, and let another card or the customer pay the rest.")),
        )


class OverDueError(GiftillError):
    """More is asked of a card than is still due in the sale."""

    def __init__(self, due: Money) -> None:
        """Say how much is due."""
        super().__init__(
            Message(N_("More than is due")),
            Message(N_("Only {due} is still due in this sale."), {"due": due}),
            Message(N_("Take that, or correct the sale’s total first.")),
        )


class NothingDueError(GiftillError):
    """A card is asked for money though the sale's total is covered."""

    def __init__(self) -> None:
        """Say that the sale can be completed."""
        super().__init__(
            Message(N_("More than is due")),
            Message(N_("Nothing is due any more in this sale.")),
            Message(N_("Complete the sale, or correct its total first.")),
        )


class NoAmountError(GiftillError):
    """A hold is asked for without an amount."""

    def __init__(self) -> None:
        """Say what is missing."""
        super().__init__(
            Message(N_("No amount yet")),
            Message(N_("There is no amount yet.")),
            Message(N_("Type what to take from the card, or choose the whole of it.")),
        )


class TotalBelowHoldsError(GiftillError):
    """A total is less than what the cards have already put towards it."""

    def __init__(self, held: Money) -> None:
        """Say how much is held."""
        super().__init__(
            Message(N_("Less than is held")),
            Message(N_("{held} is already held for this sale."), {"held": held}),
            Message(N_("Type a total of at least that, or remove a hold first.")),
        )


@dataclass(frozen=True)
class Checking:
    """Money that may or may not have been reserved: a hold under way, or one without an answer.

    Attributes:
        card: Whose money.
        card_masked: How the card is shown.
        amount: How much.
        operation: The redeem that is being checked, or None while its request is still running.
    """

    card: CardId
    card_masked: str
    amount: Money
    operation: OperationId | None = None


@dataclass(frozen=True)
class Sale:
    """What one customer pays with gift cards.

    Attributes:
        id: This till's own id of the sale.
        total_cents: What the customer has to pay, or None if the cashier did not say.
        holds: The holds made for it, oldest first.
        checking: What may become a hold; counted as if it had, so that nobody is charged twice.
    """

    id: SaleId
    total_cents: int | None = None
    holds: tuple[Hold, ...] = ()
    checking: tuple[Checking, ...] = ()

    @property
    def is_started(self) -> bool:
        """Whether there is anything that a new sale would lose sight of."""
        return self.total_cents is not None or bool(self.holds or self.checking)

    @property
    def held(self) -> Money:
        """What is surely held."""
        return Money(sum(hold.amount.cents for hold in self.holds), SALE_CURRENCY)

    @property
    def reserved_cents(self) -> int:
        """What is held, or may be."""
        return self.held.cents + sum(each.amount.cents for each in self.checking)

    @property
    def due(self) -> Money | None:
        """What is still to be paid, never negative; None where no total is known."""
        if self.total_cents is None:
            return None
        return Money(max(0, self.total_cents - self.reserved_cents), SALE_CURRENCY)

    @property
    def is_covered(self) -> bool:
        """Whether the cards hold the whole total."""
        return self.due is not None and self.due.cents == 0

    def most_from(self, balance: Money) -> int:
        """Return the most that a card can give: the smaller of its balance and what is due."""
        return balance.cents if self.due is None else min(balance.cents, self.due.cents)

    def check_amount(self, cents: int, balance: Money) -> None:
        """Let an amount pass that can be held on a card of that balance.

        Raises:
            NothingDueError: The total is covered already.
            OverBalanceError: It is more than there is on the card.
            OverDueError: It is more than is still due.
        """
        if self.is_covered:
            raise NothingDueError
        if cents > balance.cents:
            raise OverBalanceError(balance)
        if self.due is not None and cents > self.due.cents:
            raise OverDueError(self.due)

    def with_total(self, cents: int | None) -> Sale:
        """Return the sale with another total, or without one.

        Raises:
            TotalBelowHoldsError: More than that is held or may be.
        """
        if cents is not None and cents < self.reserved_cents:
            raise TotalBelowHoldsError(Money(self.reserved_cents, SALE_CURRENCY))
        return replace(self, total_cents=cents)

    def with_hold(self, hold: Hold) -> Sale:
        """Return the sale with one more hold; the same hold twice is one."""
        if self.find(hold.transaction) is not None:
            return self
        return replace(self, holds=(*self.holds, hold))

    def without(self, transactions: frozenset[TransactionId]) -> Sale:
        """Return the sale without these holds."""
        kept = tuple(hold for hold in self.holds if hold.transaction not in transactions)
        return replace(self, holds=kept)

    def find(self, transaction: TransactionId) -> Hold | None:
        """Return the hold of that transaction, or None."""
        return next((hold for hold in self.holds if hold.transaction == transaction), None)

    def with_checking(self, checking: Checking) -> Sale:
        """Return the sale with something that may become a hold."""
        return replace(self, checking=(*self.checking, checking))

    def without_checking(self, operation: OperationId | None) -> Sale:
        """Return the sale with that check over; None is the request that was running."""
        kept = tuple(each for each in self.checking if each.operation != operation)
        return replace(self, checking=kept)

    def is_checking(self, card: CardId) -> bool:
        """Whether no answer came to a hold on this card and the till is finding out about it."""
        return any(each.card == card and each.operation is not None for each in self.checking)
