"""The sandbox's values: what the ledger keeps, whole, including what the API never shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TransactionType(StrEnum):
    """Why a balance changed (page: The Transaction object)."""

    ISSUE = "issue"
    REDEEM = "redeem"
    RELEASE = "release"
    REFUND = "refund"
    EXPIRE = "expire"
    REVERSE_EXPIRE = "reverse_expire"


class TransactionStatus(StrEnum):
    """How far a transaction is (page: The Transaction object)."""

    SUCCESS = "success"
    PENDING = "pending"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Card:
    """A gift card.

    Attributes:
        seq: Position in the ledger; a later card has a larger one.
        id: Public identifier, `gc_…`.
        code: The 16 characters on the card; never sent to a client.
        balance_cents: Sum of all its transactions, holds included.
        currency: ISO 4217 code.
        promotional: Kept out of financial reports.
        extendable: Whether the brand allows the card to be re-activated after it expired.
        validity_days: How long the card is valid from its issue; None for ever.
        expires_at: When it expires; None for never or not issued yet.
        created_at: When it was made.
        package_id: The package that it was issued with.
        design: Name of its picture.
        has_transactions: Whether anything ever happened on it.
    """

    seq: int
    id: str
    code: str
    balance_cents: int
    currency: str
    promotional: bool
    extendable: bool
    validity_days: int | None
    expires_at: int | None
    created_at: int
    package_id: str | None
    design: str
    has_transactions: bool

    def is_expired(self, now: int) -> bool:
        """Whether the card's time is up."""
        return self.expires_at is not None and self.expires_at <= now

    def is_redeemable(self, now: int) -> bool:
        """Whether a new redeem can be made: money left and not expired."""
        return self.balance_cents > 0 and not self.is_expired(now)

    def is_issuable(self) -> bool:
        """Whether the card can be issued: nothing ever happened on it."""
        return not self.has_transactions

    def is_extendable(self, now: int) -> bool:
        """Whether the card expired and may be re-activated."""
        return self.extendable and self.is_expired(now)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One change of a card's balance.

    Attributes:
        seq: Position in the ledger; a later transaction has a larger one.
        id: Public identifier, `tr_…`.
        card_id: The card it changed.
        amount_cents: Positive is money onto the card.
        currency: ISO 4217 code.
        status: How far it is.
        type: Why it happened.
        description: The page's English sentence.
        captured_at: When it became final.
        created_at: When it was made.
        parent_id: The hold that a release undoes, the redeem that a refund pays back.
        location_id: The `X-Gifty-Location` it was asked with; never sent to a client.
        reason: A refund's reason code.
        reason_description: A refund's reason in words.
    """

    seq: int
    id: str
    card_id: str
    amount_cents: int
    currency: str
    status: TransactionStatus
    type: TransactionType
    description: str
    captured_at: int | None
    created_at: int
    parent_id: str | None
    location_id: str | None
    reason: str | None
    reason_description: str | None

    @property
    def is_capturable(self) -> bool:
        """Whether it is a hold that is still open."""
        return self.type is TransactionType.REDEEM and self.status is TransactionStatus.PENDING


@dataclass(frozen=True, slots=True)
class Location:
    """A store; `country_code` is None where the API leaves the field out."""

    seq: int
    id: str
    street: str
    house_number: str
    addition: str | None
    postal_code: str
    city: str
    country_code: str | None


@dataclass(frozen=True, slots=True)
class Package:
    """Something that a card can be sold as instead of an amount."""

    seq: int
    id: str
    title: str
    description: str
    amount_cents: int
    amount_visible: bool
    currency: str
    active: bool


@dataclass(frozen=True, slots=True)
class BalanceError:
    """A card whose balance is not the sum of its transactions; there should never be one."""

    card_id: str
    balance_cents: int
    transactions_cents: int
