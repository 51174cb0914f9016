"""Gift cards, as the API tells them, and the one word a cashier needs about each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

from .money import Money
from .transactions import Transaction, TransactionType

if TYPE_CHECKING:
    from datetime import datetime

CardId = NewType("CardId", str)
PackageId = NewType("PackageId", str)


class CardState(StrEnum):
    """What can be done with a card now."""

    REDEEMABLE = "redeemable"
    EXPIRED = "expired"
    EMPTY = "empty"
    NOT_ACTIVATED = "not_activated"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class CardImage:
    """A picture of the card: its kind (such as `FRONT_SMALL`) and where to get it."""

    type: str
    url: str


@dataclass(frozen=True)
class Card:
    """A gift card (API page, “The Gift Card object”); its code is never part of it.

    Attributes:
        id: `gc_…`.
        balance_cents: What can still be spent, holds already taken off.
        currency: ISO 4217 code.
        is_promotional: Given away rather than sold.
        is_redeemable: Whether a new redeem can be made.
        is_issuable: Whether it can be sold: no transactions were made on it yet.
        is_extendable: Whether it has expired and may be re-activated.
        expires_at: When it expires, or None if it does not (or the server leaves it out).
        created_at: When the card was made; None where the server leaves it out.
        package_id: `gp_…` of the package it was sold as, or None.
        transactions: Newest first, as far as the server tells.
        images: Pictures of the card.
    """

    id: CardId
    balance_cents: int
    currency: str
    is_promotional: bool = False
    is_redeemable: bool = False
    is_issuable: bool = False
    is_extendable: bool = False
    expires_at: datetime | None = None
    created_at: datetime | None = None
    package_id: PackageId | None = None
    transactions: tuple[Transaction, ...] = ()
    images: tuple[CardImage, ...] = ()

    @property
    def balance(self) -> Money:
        """The balance with its currency."""
        return Money(self.balance_cents, self.currency)

    def state(self, now: datetime) -> CardState:
        """Tell what can be done with the card.

        Args:
            now: The server's time, as this till knows it; with a time zone.
        """
        if self.is_issuable:
            return CardState.NOT_ACTIVATED
        if self.is_redeemable:
            return CardState.REDEEMABLE
        if self.is_extendable or (self.expires_at is not None and self.expires_at <= now):
            return CardState.EXPIRED
        if any(each.type is TransactionType.BLOCK for each in self.transactions):
            return CardState.BLOCKED
        return CardState.EMPTY
