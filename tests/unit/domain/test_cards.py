"""The one word a cashier needs about a card."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from giftill.domain.cards import Card, CardId, CardState
from giftill.domain.transactions import (
    Transaction,
    TransactionId,
    TransactionStatus,
    TransactionType,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BLOCK = Transaction(
    TransactionId("tr_1"), -500, "EUR", TransactionStatus.SUCCESS, TransactionType.BLOCK
)


@pytest.mark.parametrize(
    ("card", "state"),
    [
        (Card(CardId("gc_1"), 500, "EUR", is_redeemable=True), CardState.REDEEMABLE),
        (Card(CardId("gc_1"), 0, "EUR", is_issuable=True), CardState.NOT_ACTIVATED),
        (Card(CardId("gc_1"), 0, "EUR"), CardState.EMPTY),
        (Card(CardId("gc_1"), 0, "EUR", is_extendable=True), CardState.EXPIRED),
        (Card(CardId("gc_1"), 0, "EUR", expires_at=NOW - timedelta(days=1)), CardState.EXPIRED),
        (Card(CardId("gc_1"), 0, "EUR", expires_at=NOW + timedelta(days=1)), CardState.EMPTY),
        (Card(CardId("gc_1"), 0, "EUR", transactions=(BLOCK,)), CardState.BLOCKED),
    ],
)
def test_a_card_is(card: Card, state: CardState) -> None:
    assert card.state(NOW) is state


@pytest.mark.parametrize(
    ("status", "kind", "is_capturable", "is_open"),
    [
        (TransactionStatus.PENDING, TransactionType.REDEEM, True, True),
        (TransactionStatus.PENDING, TransactionType.REDEEM, False, False),
        (TransactionStatus.SUCCESS, TransactionType.REDEEM, False, False),
        (TransactionStatus.SUCCESS, TransactionType.REVERSE_EXPIRE, True, False),
        (TransactionStatus.CANCELLED, TransactionType.REDEEM, False, False),
    ],
)
def test_only_a_pending_capturable_redeem_is_an_open_hold(
    status: TransactionStatus, kind: TransactionType, is_capturable: bool, is_open: bool
) -> None:
    transaction = Transaction(
        TransactionId("tr_1"), -500, "EUR", status, kind, is_capturable=is_capturable
    )
    assert transaction.is_open_hold is is_open
