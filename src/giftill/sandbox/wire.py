"""The page's objects as JSON: an encoding of the sandbox's own, shared with no client."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, TypeAlias

from giftill.sandbox import texts
from giftill.sandbox.clock import iso
from giftill.sandbox.model import TransactionType
from giftill.sandbox.problems import ErrorType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giftill.sandbox.ledger import Ledger
    from giftill.sandbox.model import Card, Location, Package, Transaction
    from giftill.sandbox.problems import ErrorItem

Json: TypeAlias = "bool | int | str | Sequence[Json] | dict[str, Json] | None"

_IMAGES = (("FRONT_SMALL", "small"), ("FRONT_LARGE", "large"))


def encode(value: Json) -> bytes:
    """Write a value as compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


class Encoder:
    """Turns rows into the page's objects, as they are at one moment.

    Args:
        ledger: Where nested objects are read.
        now: The moment, for what depends on expiry.
        image_base: Address of the card pictures.
    """

    def __init__(self, ledger: Ledger, now: int, image_base: str) -> None:
        self._ledger = ledger
        self._now = now
        self._image_base = image_base
        self._nested: dict[str, Json] = {}

    def card(self, card: Card) -> Json:
        """A Gift Card object with its transactions, newest first, which lack `giftcard`."""
        rows = reversed(self._ledger.transactions(card.id))
        return {
            **self._card_fields(card),
            "transactions": [self._transaction_fields(row) for row in rows],
        }

    def transaction(self, row: Transaction) -> Json:
        """A Transaction object with its card, which lacks `transactions`."""
        if row.card_id not in self._nested:
            card = self._ledger.card(row.card_id)
            self._nested[row.card_id] = None if card is None else self._card_fields(card)
        return {**self._transaction_fields(row), "giftcard": self._nested[row.card_id]}

    def _card_fields(self, card: Card) -> dict[str, Json]:
        return {
            "id": card.id,
            "balance": card.balance_cents,
            "currency": card.currency,
            "promotional": card.promotional,
            "is_redeemable": card.is_redeemable(self._now),
            "is_issuable": card.is_issuable(),
            "is_extendable": card.is_extendable(self._now),
            "expires_at": None if card.expires_at is None else iso(card.expires_at),
            "created_at": iso(card.created_at),
            "package": card.package_id,
            "images": [
                {"type": kind, "url": f"{self._image_base}{card.design}/{size}.png"}
                for kind, size in _IMAGES
            ],
        }

    @staticmethod
    def _transaction_fields(row: Transaction) -> dict[str, Json]:
        fields: dict[str, Json] = {
            "id": row.id,
            "amount": row.amount_cents,
            "currency": row.currency,
            "status": row.status,
            "type": row.type,
            "description": row.description,
            "is_capturable": row.is_capturable,
            "captured_at": None if row.captured_at is None else iso(row.captured_at),
            "created_at": iso(row.created_at),
        }
        if row.type is TransactionType.REFUND:
            fields["refund_details"] = {
                "transaction": row.parent_id,
                "reason": row.reason,
                "reason_description": row.reason_description,
            }
        return fields


def location(row: Location) -> Json:
    """A Location object; without `country_code` where none is known."""
    fields: dict[str, Json] = {
        "id": row.id,
        "street": row.street,
        "house_number": row.house_number,
        "addition": row.addition,
        "postal_code": row.postal_code,
        "city": row.city,
    }
    if row.country_code is not None:
        fields["country_code"] = row.country_code
    return fields


def package(row: Package) -> Json:
    """A Package object."""
    return {
        "id": row.id,
        "title": row.title,
        "description": row.description,
        "amount": row.amount_cents,
        "amount_visible": row.amount_visible,
        "currency": row.currency,
        "active": row.active,
    }


def errors(language: texts.Language, status: int, items: Sequence[ErrorItem]) -> Json:
    """The page's error body; its message is the first error's detail."""
    entries: list[Json] = []
    for item in items:
        validation = item.type is ErrorType.VALIDATION
        entries.append(
            {
                "id": None if validation else secrets.token_hex(16),
                "status": str(status),
                "type": item.type,
                "title": item.field or texts.title(language, item.type),
                "detail": texts.say(language, item.text, *item.values),
            }
        )
    return {"message": texts.say(language, items[0].text, *items[0].values), "errors": entries}
