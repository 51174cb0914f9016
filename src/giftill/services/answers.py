"""Reading what a redeem, issue, extend or refund brought about out of a transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from giftill.domain.operations import Hold, HoldState, Operation, OperationKind, SaleId
from giftill.domain.transactions import Transaction, TransactionStatus, TransactionType

_TYPE_OF: Final = {
    OperationKind.REDEEM: TransactionType.REDEEM,
    OperationKind.ISSUE: TransactionType.ISSUE,
    OperationKind.EXTEND: TransactionType.REVERSE_EXPIRE,
    OperationKind.REFUND: TransactionType.REFUND,
}


def fits(operation: Operation, answer: Transaction) -> bool:
    """Tell whether a transaction is what the operation asked for."""
    if not resembles(operation, answer):
        return False
    if operation.kind is OperationKind.EXTEND:
        return _has_expiry_of(operation, answer) is not False
    if answer.currency != operation.amount.currency:
        return False
    if operation.kind is OperationKind.REDEEM:
        is_hold = answer.status is TransactionStatus.PENDING and answer.is_capturable
        return is_hold and answer.amount_cents == -operation.amount.cents
    if operation.kind is OperationKind.ISSUE:
        if answer.card is not None and answer.card.is_issuable:
            return False
        if operation.package is not None:
            return answer.amount_cents > 0
    return abs(answer.amount_cents) == operation.amount.cents


def resembles(operation: Operation, answer: Transaction) -> bool:
    """Tell whether a transaction is of the type that the operation makes, whatever its details."""
    return answer.type is _TYPE_OF[operation.kind]


def is_proof(operation: Operation, answer: Transaction) -> bool:
    """Tell whether a transaction that fits can only be what was wanted, whoever asked for it.

    A card is issued only once, and after an extend it expires when that was asked for.
    """
    if operation.kind is OperationKind.EXTEND:
        return _has_expiry_of(operation, answer) is True
    return operation.kind is OperationKind.ISSUE


def _has_expiry_of(operation: Operation, answer: Transaction) -> bool | None:
    """Tell whether a card now expires when it was asked for; None if the server leaves it out."""
    expires_at = answer.card.expires_at if answer.card else None
    if expires_at is None or not operation.expires_at:
        return None
    # Servers keep whole seconds.
    asked_for = datetime.fromisoformat(operation.expires_at)
    return abs((expires_at - asked_for).total_seconds()) < 1


def hold_made_by(operation: Operation, answer: Transaction) -> Hold:
    """Return the hold that a redeem made."""
    if operation.card is None:
        msg = f"{operation.id} names no card"
        raise ValueError(msg)
    return Hold(
        transaction=answer.id,
        account=operation.account,
        card=operation.card,
        card_masked=operation.card_masked,
        amount=operation.amount,
        state=HoldState.OPEN,
        sale=operation.sale or SaleId(""),
        created_at_ms=operation.created_at_ms,
        sale_total_cents=operation.sale_total_cents,
        location=operation.location,
        cashier=operation.cashier,
        card_balance_cents=answer.card.balance_cents if answer.card else None,
    )
