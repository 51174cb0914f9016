"""The JSON that machines are answered in: the API's own words, amounts in whole cents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from giftill.domain.cards import Card
    from giftill.domain.operations import Hold, Operation
    from giftill.domain.places import Location, Package
    from giftill.domain.transactions import Transaction

    from .terminal import Json


def card_document(card: Card, masked: str, state: str) -> Json:
    """Describe a card; its code only masked.

    Args:
        card: The card.
        masked: Its masked code.
        state: What can be done with it, one of `CardState`.
    """
    return {
        "id": card.id,
        "code": masked,
        "state": state,
        "balance": card.balance_cents,
        "currency": card.currency,
        "promotional": card.is_promotional,
        "is_redeemable": card.is_redeemable,
        "is_issuable": card.is_issuable,
        "is_extendable": card.is_extendable,
        "expires_at": _moment(card.expires_at),
        "created_at": _moment(card.created_at),
        "package": card.package_id,
        "transactions": [transaction_document(each) for each in card.transactions],
    }


def transaction_document(transaction: Transaction) -> Json:
    """Describe a transaction."""
    return {
        "id": transaction.id,
        "amount": transaction.amount_cents,
        "currency": transaction.currency,
        "status": transaction.status.value,
        "type": transaction.type.value,
        "description": transaction.description,
        "is_capturable": transaction.is_capturable,
        "captured_at": _moment(transaction.captured_at),
        "created_at": _moment(transaction.created_at),
        "giftcard": transaction.card.id if transaction.card else None,
    }


def location_document(location: Location) -> Json:
    """Describe a location."""
    return {
        "id": location.id,
        "street": location.street,
        "house_number": location.house_number,
        "addition": location.addition,
        "postal_code": location.postal_code,
        "city": location.city,
        "country_code": location.country_code,
    }


def package_document(package: Package) -> Json:
    """Describe a package."""
    return {
        "id": package.id,
        "title": package.title,
        "description": package.description,
        "amount": package.amount_cents,
        "amount_visible": package.is_amount_visible,
        "currency": package.currency,
        "active": package.is_active,
    }


def operation_document(operation: Operation) -> Json:
    """Describe an operation of this till."""
    return {
        "id": operation.id,
        "kind": operation.kind.value,
        "state": operation.state.value,
        "amount": operation.amount.cents,
        "currency": operation.amount.currency,
        "card": operation.card,
        "code": operation.card_masked or None,
        "transaction": operation.transaction,
        "result": operation.result,
        "location": operation.location,
        "cashier": operation.cashier or None,
        "sale": operation.sale,
        "attention": operation.attention.value if operation.attention else None,
        "attempts": operation.attempts,
        "last_problem": operation.last_problem or None,
        "created_at_ms": operation.created_at_ms,
        "next_at_ms": operation.next_at_ms or None,
    }


def hold_document(hold: Hold) -> Json:
    """Describe a hold that this till made or took over."""
    return {
        "transaction": hold.transaction,
        "state": hold.state.value,
        "settlement": hold.settlement.value if hold.settlement else None,
        "amount": hold.amount.cents,
        "currency": hold.amount.currency,
        "card": hold.card,
        "code": hold.card_masked or None,
        "sale": hold.sale,
        "sale_total": hold.sale_total_cents,
        "location": hold.location,
        "cashier": hold.cashier or None,
        "created_at_ms": hold.created_at_ms,
    }


def _moment(when: datetime | None) -> str | None:
    return when.isoformat() if when else None
