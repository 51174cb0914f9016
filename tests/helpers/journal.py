"""Operations and holds as they come up at a till, for tests that need some."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from giftill.domain.cards import CardId
from giftill.domain.money import Money
from giftill.domain.operations import (
    AccountId,
    Hold,
    HoldState,
    Operation,
    OperationId,
    OperationKind,
    OperationState,
    SaleId,
)
from giftill.domain.places import LocationId
from giftill.domain.transactions import TransactionId
from giftill.journal import EventKind, Record

if TYPE_CHECKING:
    from giftill.journal import Journal

NOW_MS = 1_795_000_000_000
ACCOUNT = AccountId("api.gifty.nl/7f3a")


def an_operation(number: int = 1, **changes: Any) -> Operation:  # noqa: ANN401 - each field has a type of its own
    """Return a queued capture, each number of a hold of its own, a second later each."""
    capture = Operation(
        id=OperationId(f"op_{number:08d}"),
        kind=OperationKind.CAPTURE,
        state=OperationState.QUEUED,
        account=ACCOUNT,
        amount=Money(1250),
        created_at_ms=NOW_MS + number * 1000,
        updated_at_ms=NOW_MS + number * 1000,
        location=LocationId("lc_RVyje31w8pmKwwmqlZW096M7"),
        cashier="Noor",
        sale=SaleId(f"sale_{number}"),
        card=CardId("gc_ABPWamdxwE43YzYE8Z7rRnl0"),
        card_masked="•••• •••• •••• 7K9Q",
        transaction=TransactionId(f"tr_{number}"),
        known_transactions=(TransactionId("tr_b"), TransactionId("tr_a")),
        server_offset_ms=-120,
    )
    return replace(capture, **changes)


def a_hold(number: int = 1, **changes: Any) -> Hold:  # noqa: ANN401 - as above
    """Return an open hold, each number of a sale of its own, a second later each."""
    hold = Hold(
        transaction=TransactionId(f"tr_{number}"),
        account=ACCOUNT,
        card=CardId("gc_ABPWamdxwE43YzYE8Z7rRnl0"),
        card_masked="•••• •••• •••• 7K9Q",
        amount=Money(1250),
        state=HoldState.OPEN,
        sale=SaleId(f"sale_{number}"),
        created_at_ms=NOW_MS + number * 1000,
        sale_total_cents=2000,
        location=LocationId("lc_RVyje31w8pmKwwmqlZW096M7"),
        cashier="Noor",
        card_balance_cents=3750,
    )
    return replace(hold, **changes)


async def commit(journal: Journal, *operations: Operation) -> None:
    """Commit operations in one transaction, under the event that suits a queued one."""
    await journal.commit(*(Record(EventKind.QUEUED, operation) for operation in operations))
