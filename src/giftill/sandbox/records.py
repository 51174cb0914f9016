"""What the ledger holds, to read, to audit and to fill; the rules of the money are in `ledger`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.sandbox.ids import IdSource
from giftill.sandbox.model import (
    BalanceError,
    Card,
    Location,
    Package,
    Transaction,
    TransactionType,
)
from giftill.sandbox.store import Store

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

DEFAULT_VALIDITY_DAYS = 5 * 365


class Records:
    """Every card, transaction, location and package of the sandbox.

    All methods may be called from any thread; each is one transaction.

    Args:
        path: The file to keep everything in; None keeps it in memory.
        ids: Where identifiers come from; None draws unpredictable ones.

    Raises:
        SandboxError: The file can't be opened or is not a ledger.
    """

    def __init__(self, path: Path | None = None, *, ids: IdSource | None = None) -> None:
        self._store = Store(path)
        self.ids = ids or IdSource()

    def close(self) -> None:
        """Close the file; the ledger can't be used after this."""
        self._store.close()

    def atomically(self) -> AbstractContextManager[None]:
        """Make several calls one transaction; an exception undoes all of them."""
        return self._store.atomically()

    def is_empty(self) -> bool:
        """Whether there is not a single card yet."""
        return not self._store.cards("LIMIT 1")

    def cards(self) -> list[Card]:
        """Every card, oldest first."""
        return self._store.cards()

    def card(self, card_id: str) -> Card | None:
        """The card with an id, or None."""
        return next(iter(self._store.cards("WHERE id = ?", card_id)), None)

    def card_by_code(self, code: str) -> Card | None:
        """The card with a code, or None."""
        return next(iter(self._store.cards("WHERE code = ?", code)), None)

    def transactions(self, card_id: str | None = None) -> list[Transaction]:
        """Every transaction, or every one of a card, oldest first."""
        if card_id is None:
            return self._store.transactions()
        return self._store.transactions("WHERE card_id = ? ORDER BY seq", card_id)

    def transaction(self, transaction_id: str) -> Transaction | None:
        """The transaction with an id, or None."""
        return next(iter(self._store.transactions("WHERE id = ?", transaction_id)), None)

    def latest_transactions(
        self, limit: int, *, before_seq: int | None = None, card_id: str | None = None
    ) -> list[Transaction]:
        """A page of transactions, newest first, older than `before_seq`."""
        return self._store.transactions(
            "WHERE (? IS NULL OR seq < ?) AND (? IS NULL OR card_id = ?) ORDER BY seq DESC LIMIT ?",
            before_seq,
            before_seq,
            card_id,
            card_id,
            limit,
        )

    def locations(self) -> list[Location]:
        """Every location, newest first."""
        return self._store.locations("ORDER BY seq DESC")

    def location(self, location_id: str) -> Location | None:
        """The location with an id, or None."""
        return next(iter(self._store.locations("WHERE id = ?", location_id)), None)

    def packages(self) -> list[Package]:
        """Every package, newest first."""
        return self._store.packages("ORDER BY seq DESC")

    def package(self, package_id: str) -> Package | None:
        """The package with an id, or None."""
        return next(iter(self._store.packages("WHERE id = ?", package_id)), None)

    def refunded_cents(self, transaction_id: str) -> int:
        """How much of a redeem has been paid back to its card."""
        rows = self._store.transactions(
            "WHERE parent_id = ? AND type = ?", transaction_id, TransactionType.REFUND
        )
        return sum(row.amount_cents for row in rows)

    def balance_errors(self) -> list[BalanceError]:
        """Every card whose balance is not the sum of its transactions; empty when all is well."""
        rows = self._store.rows(
            "SELECT card.id, balance_cents, coalesce(sum(amount_cents), 0) AS total"
            " FROM card LEFT JOIN txn ON txn.card_id = card.id"
            " GROUP BY card.id HAVING balance_cents <> total"
        )
        return [BalanceError(*row) for row in rows]

    def add_location(self, location: Location) -> None:
        """Add a store."""
        self._store.add_location(location)

    def add_package(self, package: Package) -> None:
        """Add a package."""
        self._store.add_package(package)

    def add_card(
        self,
        code: str | None = None,
        *,
        now: int,
        currency: str = "EUR",
        extendable: bool = True,
        validity_days: int | None = DEFAULT_VALIDITY_DAYS,
        design: str = "house",
    ) -> Card:
        """Make a new card that is not activated yet.

        Args:
            code: Its 16 characters; None draws them.
            now: When it is made.
            currency: ISO 4217 code.
            extendable: Whether it may be re-activated after it expired.
            validity_days: How long it is valid from its issue; None for ever.
            design: Name of its picture.
        """
        card = Card(
            seq=0,
            id=self.ids.identifier("gc"),
            code=code or self.ids.card_code(),
            balance_cents=0,
            currency=currency,
            promotional=False,
            extendable=extendable,
            validity_days=validity_days,
            expires_at=None,
            created_at=now,
            package_id=None,
            design=design,
            has_transactions=False,
        )
        self._store.add_card(card)
        (stored,) = self._store.cards("WHERE id = ?", card.id)
        return stored
