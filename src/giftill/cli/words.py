"""The words for states and kinds, as the command line writes them."""

from __future__ import annotations

from typing import Final

from giftill.domain.cards import CardState
from giftill.domain.message import N_
from giftill.domain.operations import OperationKind, OperationState
from giftill.domain.transactions import TransactionStatus, TransactionType

CARD_STATES: Final = {
    CardState.REDEEMABLE: N_("Can be used"),
    CardState.EXPIRED: N_("Expired"),
    CardState.EMPTY: N_("Empty"),
    CardState.NOT_ACTIVATED: N_("Not activated"),
    CardState.BLOCKED: N_("Blocked"),
}

TRANSACTION_TYPES: Final = {
    TransactionType.ISSUE: N_("Issue"),
    TransactionType.REDEEM: N_("Redeem"),
    TransactionType.RELEASE: N_("Release"),
    TransactionType.REFUND: N_("Refund"),
    TransactionType.BLOCK: N_("Block"),
    TransactionType.EXPIRE: N_("Expiry"),
    TransactionType.REVERSE_ISSUE: N_("Issue taken back"),
    TransactionType.REVERSE_REDEEM: N_("Redeem taken back"),
    TransactionType.REVERSE_EXPIRE: N_("Expiry taken back"),
    TransactionType.OTHER: N_("Other"),
}

TRANSACTION_STATUSES: Final = {
    TransactionStatus.SUCCESS: N_("final"),
    TransactionStatus.PENDING: N_("on hold"),
    TransactionStatus.CANCELLED: N_("cancelled"),
    TransactionStatus.OTHER: N_("unknown"),
}

OPERATION_KINDS: Final = {
    OperationKind.REDEEM: N_("Redeem"),
    OperationKind.CAPTURE: N_("Capture"),
    OperationKind.RELEASE: N_("Release"),
    OperationKind.ISSUE: N_("Issue"),
    OperationKind.EXTEND: N_("Extend"),
    OperationKind.REFUND: N_("Refund"),
}

OPERATION_STATES: Final = {
    OperationState.INTENDED: N_("not sent yet"),
    OperationState.SENDING: N_("being sent"),
    OperationState.QUEUED: N_("queued"),
    OperationState.UNKNOWN: N_("being checked"),
    OperationState.CONFIRMED: N_("confirmed"),
    OperationState.REFUSED: N_("refused"),
    OperationState.NOT_DONE: N_("not done"),
    OperationState.ATTENTION: N_("needs attention"),
    OperationState.CLOSED: N_("closed by a manager"),
}
