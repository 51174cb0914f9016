"""Transactions: changes of a card's balance, as the API tells them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from datetime import datetime

    from .cards import Card

TransactionId = NewType("TransactionId", str)


class TransactionStatus(StrEnum):
    """How far a transaction is (API page, “The Transaction object”)."""

    SUCCESS = "success"
    PENDING = "pending"
    CANCELLED = "cancelled"
    OTHER = "other"


class TransactionType(StrEnum):
    """Why a transaction was made (API page, “The Transaction object”)."""

    ISSUE = "issue"
    REDEEM = "redeem"
    RELEASE = "release"
    REFUND = "refund"
    BLOCK = "block"
    EXPIRE = "expire"
    REVERSE_ISSUE = "reverse_issue"
    REVERSE_REDEEM = "reverse_redeem"
    REVERSE_EXPIRE = "reverse_expire"
    OTHER = "other"


@dataclass(frozen=True)
class Transaction:
    """One change of one card.

    Attributes:
        id: `tr_…`.
        amount_cents: Negative for a debit, positive for a credit.
        currency: ISO 4217 code.
        status: How far it is; `OTHER` for a word this till does not know.
        type: Why it was made; `OTHER` for a word this till does not know.
        description: The server's words, to be shown as plain text.
        is_capturable: Whether it is a hold that is still open.
        captured_at: When it became final, or None.
        created_at: When it was made, by the server's clock; None where the server leaves it out.
        card: The card, as far as the server tells; None inside a card.
    """

    id: TransactionId
    amount_cents: int
    currency: str
    status: TransactionStatus
    type: TransactionType
    description: str = ""
    is_capturable: bool = False
    captured_at: datetime | None = None
    created_at: datetime | None = None
    card: Card | None = None

    @property
    def is_open_hold(self) -> bool:
        """Whether this is money reserved and neither captured nor released."""
        return (
            self.type is TransactionType.REDEEM
            and self.status is TransactionStatus.PENDING
            and self.is_capturable
        )
