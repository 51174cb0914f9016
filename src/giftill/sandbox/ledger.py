"""The rules of the money: what each request does to a card, atomically, and what an audit finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from giftill.sandbox import texts
from giftill.sandbox.clock import DAY_S
from giftill.sandbox.model import Card, Transaction, TransactionStatus, TransactionType
from giftill.sandbox.problems import Problem, invalid, not_found, refused
from giftill.sandbox.records import Records

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Caller:
    """When a request is made and for which store.

    Attributes:
        now: Seconds since 1970.
        location_id: The `X-Gifty-Location` header, already known to exist.
    """

    now: int
    location_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """What distinguishes one kind of transaction from another."""

    type: TransactionType
    amount_cents: int
    description: str
    pending: bool = False
    parent_id: str | None = None
    reason: str | None = None
    reason_description: str | None = None


class Ledger(Records):
    """The records, and every way in which money moves in them.

    A card's balance is at all times the sum of its transactions' amounts, where a hold counts from
    the moment it is made and its release counts beside it.
    """

    def redeem(
        self, code: str, amount_cents: int, currency: str, *, capture: bool, caller: Caller
    ) -> Transaction:
        """Take money off a card: for good, or as a hold that is captured or released later.

        Raises:
            Problem: Unknown card (404); not activated, expired, not enough balance, another
                currency (422).
        """
        with self.atomically():
            card = self._card(code)
            _require_currency(card, currency)
            if card.is_issuable():
                raise refused("card_not_activated")
            if card.is_expired(caller.now):
                raise refused("card_expired")
            if amount_cents > card.balance_cents:
                raise refused(
                    "insufficient_balance", texts.amount(card.balance_cents, card.currency)
                )
            return self._write(
                card,
                caller,
                _Entry(
                    TransactionType.REDEEM,
                    -amount_cents,
                    f"Redeem amount of '{texts.amount(amount_cents, currency)}'",
                    pending=not capture,
                ),
            )

    def issue(
        self,
        code: str,
        *,
        amount_cents: int,
        currency: str,
        package_id: str | None = None,
        promotional: bool = False,
        caller: Caller,
    ) -> Transaction:
        """Activate a card with money; possible once, and final at once.

        Raises:
            Problem: Unknown card (404); issued already or another currency (422).
        """
        with self.atomically():
            card = self._card(code)
            if not card.is_issuable():
                raise refused("issued_already")
            if package_id is None:
                _require_currency(card, currency)
            elif currency != card.currency:
                raise Problem(422, invalid("package", "package_currency", "package"))
            days = card.validity_days
            self._store.rows(
                "UPDATE card SET promotional = ?, package_id = ?, expires_at = ? WHERE id = ?",
                promotional,
                package_id,
                None if days is None else caller.now + days * DAY_S,
                card.id,
            )
            return self._write(
                card,
                caller,
                _Entry(
                    TransactionType.ISSUE,
                    amount_cents,
                    f"Issue amount of '{texts.amount(amount_cents, currency)}'",
                ),
            )

    def extend(self, code: str, expires_at: int, *, caller: Caller) -> Transaction:
        """Re-activate an expired card and give back what its expiry took.

        Raises:
            Problem: Unknown card (404); not expired, or not allowed for this card (422).
        """
        with self.atomically():
            card = self._card(code)
            if not card.is_expired(caller.now):
                raise refused("not_expired")
            if not card.extendable:
                raise refused("not_extendable")
            restored = -sum(
                row.amount_cents
                for row in self.transactions(card.id)
                if row.type in {TransactionType.EXPIRE, TransactionType.REVERSE_EXPIRE}
            )
            self._store.rows("UPDATE card SET expires_at = ? WHERE id = ?", expires_at, card.id)
            return self._write(
                card,
                caller,
                _Entry(
                    TransactionType.REVERSE_EXPIRE,
                    restored,
                    f"Reverse expire with amount of '{texts.amount(restored, card.currency)}'",
                ),
            )

    def capture(self, transaction_id: str, *, caller: Caller) -> Transaction:
        """Make a hold final.

        Raises:
            Problem: Unknown transaction (404); not an open hold (422).
        """
        with self.atomically():
            hold = self._open_hold(transaction_id)
            self._settle(hold, TransactionStatus.SUCCESS, captured_at=caller.now)
            return self._transaction(hold.id)

    def release(self, transaction_id: str, *, caller: Caller) -> Transaction:
        """Give a hold's money back to its card, as a transaction of its own.

        Raises:
            Problem: Unknown transaction (404); not an open hold (422).
        """
        with self.atomically():
            hold = self._open_hold(transaction_id)
            self._settle(hold, TransactionStatus.CANCELLED, captured_at=None)
            money = texts.amount(hold.amount_cents, hold.currency)
            return self._give_back(
                hold,
                caller,
                _Entry(
                    TransactionType.RELEASE,
                    -hold.amount_cents,
                    f"Release amount of '{money}' for cancellation of '{hold.id}'",
                    parent_id=hold.id,
                ),
            )

    def refund(
        self,
        transaction_id: str,
        amount_cents: int,
        currency: str,
        *,
        reason: str | None = None,
        reason_description: str | None = None,
        caller: Caller,
    ) -> Transaction:
        """Give captured money back to its card, whole or in part.

        Raises:
            Problem: Unknown transaction (404); not a captured redeem, more than is left of it, or
                another currency (422).
        """
        with self.atomically():
            redeemed = self._transaction(transaction_id)
            if (redeemed.type, redeemed.status) != (
                TransactionType.REDEEM,
                TransactionStatus.SUCCESS,
            ):
                raise refused("not_refundable", transaction_id)
            _require_currency(redeemed, currency)
            left = -redeemed.amount_cents - self.refunded_cents(transaction_id)
            if amount_cents > left:
                raise refused("refund_too_large", texts.amount(left, currency))
            return self._give_back(
                redeemed,
                caller,
                _Entry(
                    TransactionType.REFUND,
                    amount_cents,
                    f"Refund amount of '{texts.amount(amount_cents, currency)}'",
                    parent_id=transaction_id,
                    reason=reason,
                    reason_description=reason_description,
                ),
            )

    def expire_due(self, now: int) -> None:
        """Write the expiry of every card whose time is up and that still holds money.

        Runs before each request, so that no answer ever shows money on an expired card.
        """
        due = "WHERE balance_cents > 0 AND expires_at <= ? ORDER BY expires_at"
        if not self._store.rows(f"SELECT 1 FROM card {due} LIMIT 1", now):
            return
        with self.atomically():
            for card in self._store.cards(due, now):
                self._expire(card, now)

    # Helpers.

    def _card(self, code: str) -> Card:
        return _found(self.card_by_code(code), "card_not_found")

    def _transaction(self, transaction_id: str) -> Transaction:
        return _found(self.transaction(transaction_id), "transaction_not_found")

    def _open_hold(self, transaction_id: str) -> Transaction:
        row = self._transaction(transaction_id)
        if row.type is not TransactionType.REDEEM:
            raise refused("not_capturable", transaction_id)
        if not row.is_capturable:
            raise refused("settled_already", transaction_id)
        return row

    def _settle(
        self, hold: Transaction, status: TransactionStatus, *, captured_at: int | None
    ) -> None:
        self._store.rows(
            "UPDATE txn SET status = ?, captured_at = ? WHERE id = ?", status, captured_at, hold.id
        )

    def _give_back(self, source: Transaction, caller: Caller, entry: _Entry) -> Transaction:
        card = _found(self.card(source.card_id), "card_not_found")
        given = self._write(card, caller, entry)
        # Money that comes back to an expired card expires at once, or it would be spendable.
        self.expire_due(caller.now)
        return given

    def _expire(self, card: Card, now: int) -> None:
        money = texts.amount(card.balance_cents, card.currency)
        self._write(
            card,
            Caller(now),
            _Entry(TransactionType.EXPIRE, -card.balance_cents, f"Expire with amount of '{money}'"),
        )

    def _write(self, card: Card, caller: Caller, entry: _Entry) -> Transaction:
        status = TransactionStatus.PENDING if entry.pending else TransactionStatus.SUCCESS
        return self._store.add_transaction(
            Transaction(
                seq=0,
                id=self.ids.identifier("tr"),
                card_id=card.id,
                amount_cents=entry.amount_cents,
                currency=card.currency,
                status=status,
                type=entry.type,
                description=entry.description,
                captured_at=None if entry.pending else caller.now,
                created_at=caller.now,
                parent_id=entry.parent_id,
                location_id=caller.location_id,
                reason=entry.reason,
                reason_description=entry.reason_description,
            )
        )


def _found(value: _T | None, text: str) -> _T:
    if value is None:
        raise not_found(text)
    return value


def _require_currency(holder: Card | Transaction, currency: str) -> None:
    if currency != holder.currency:
        raise Problem(422, invalid("currency", "currency_differs", "currency", holder.currency))
