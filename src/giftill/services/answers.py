"""Reading what a redeem, issue, extend or refund brought about out of a transaction."""

from __future__ import annotations

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
    if answer.type is not _TYPE_OF[operation.kind]:
        return False
    if operation.kind is OperationKind.EXTEND:
        return True
    if answer.currency != operation.amount.currency:
        return False
    if operation.kind is OperationKind.REDEEM:
        is_hold = answer.status is TransactionStatus.PENDING and answer.is_capturable
        return is_hold and answer.amount_cents == -operation.amount.cents
    if operation.kind is OperationKind.ISSUE and operation.package is not None:
        return answer.amount_cents > 0
    return abs(answer.amount_cents) == operation.amount.cents


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
