"""The audit of the soak finds each thing that can be wrong with the money, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

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
from giftill.domain.transactions import TransactionId
from giftill.sandbox.model import Transaction, TransactionStatus, TransactionType
from tests.soak.books import Accounts, Books, Wrong, audit
from tests.soak.driver import Told

ID = TransactionId("tr_1")
REDEEM = Operation(
    id=OperationId("op_1"),
    kind=OperationKind.REDEEM,
    state=OperationState.CONFIRMED,
    account=AccountId("a"),
    amount=Money(500),
    created_at_ms=0,
    updated_at_ms=0,
    card=CardId("gc_1"),
    result=ID,
)
CAPTURE = replace(
    REDEEM, id=OperationId("op_2"), kind=OperationKind.CAPTURE, transaction=ID, result=ID
)
HOLD = Hold(
    transaction=ID,
    account=AccountId("a"),
    card=CardId("gc_1"),
    card_masked="",
    amount=Money(500),
    state=HoldState.CAPTURED,
    sale=SaleId("s"),
    created_at_ms=0,
)
OPEN_HOLD = replace(HOLD, state=HoldState.OPEN)
CHARGED = Transaction(
    seq=1,
    id=ID,
    card_id="gc_1",
    amount_cents=-500,
    currency="EUR",
    status=TransactionStatus.SUCCESS,
    type=TransactionType.REDEEM,
    description="",
    captured_at=0,
    created_at=0,
    parent_id=None,
    location_id=None,
    reason=None,
    reason_description=None,
)
HELD = replace(CHARGED, status=TransactionStatus.PENDING)
CANCELLED = replace(CHARGED, status=TransactionStatus.CANCELLED)
TOLD = Told("done", "capture", "gc_1", 500, ID)
SOLD = Books((REDEEM, CAPTURE), {ID: HOLD}, told=(TOLD,))


def ledger(*transactions: Transaction) -> Accounts:
    return Accounts({each.id: each for each in transactions}, ())


def found(books: Books, server: Accounts, *, is_settled: bool = True) -> set[Wrong]:
    return {each.wrong for each in audit([books], server, is_settled=is_settled)}


def test_a_sale_that_went_well_is_well() -> None:
    assert found(SOLD, ledger(CHARGED)) == set()


@pytest.mark.parametrize(
    ("books", "server"),
    [
        (SOLD, ledger()),
        (SOLD, ledger(HELD)),
        (SOLD, ledger(CANCELLED)),
        (SOLD, ledger(replace(CHARGED, amount_cents=-499))),
        (replace(SOLD, operations=(REDEEM,)), ledger(CHARGED)),
        (replace(SOLD, operations=(REDEEM,), told=()), ledger(CHARGED)),
        (replace(SOLD, holds={}), ledger(CHARGED)),
        (Books(), ledger(HELD)),
        (Books((REDEEM,), {ID: OPEN_HOLD}), ledger(CANCELLED)),
        (Books((replace(REDEEM, state=OperationState.NOT_DONE),)), ledger(HELD)),
    ],
)
def test_what_was_promised_or_taken_and_is_not_in_both_books_is_lost(
    books: Books, server: Accounts
) -> None:
    assert Wrong.LOST in found(books, server)


def test_two_live_holds_of_one_sale_are_one_too_many() -> None:
    twice = ledger(CHARGED, replace(HELD, id="tr_2"))
    assert Wrong.DOUBLED in found(SOLD, twice, is_settled=False)


def test_one_hold_for_two_sales_is_one_too_few() -> None:
    again = replace(REDEEM, id=OperationId("op_3"))
    books = replace(SOLD, operations=(REDEEM, again, CAPTURE))
    assert Wrong.DOUBLED in found(books, ledger(CHARGED))


def test_one_hold_for_sales_at_two_tills_is_one_too_few() -> None:
    other = Books((replace(REDEEM, id=OperationId("op_3")),), {ID: HOLD})
    wrong = audit([SOLD, other], ledger(CHARGED), is_settled=True)
    assert {each.wrong for each in wrong} == {Wrong.DOUBLED}


def test_a_balance_that_is_not_the_sum_is_wrong() -> None:
    assert found(SOLD, Accounts({ID: CHARGED}, ("gc_1",))) == {Wrong.DOUBLED}


@pytest.mark.parametrize("state", [OperationState.QUEUED, OperationState.UNKNOWN])
def test_what_has_no_end_is_stuck_only_after_all_had_time_to_end(state: OperationState) -> None:
    books = Books((REDEEM, replace(CAPTURE, state=state)), {ID: OPEN_HOLD})
    assert found(books, ledger(HELD), is_settled=False) == set()
    assert found(books, ledger(HELD)) == {Wrong.STUCK}


def test_a_hold_that_a_manager_is_asked_about_is_known() -> None:
    asked = replace(REDEEM, state=OperationState.ATTENTION, result=None)
    assert found(Books((asked,)), ledger(HELD, replace(HELD, id="tr_2"))) == set()


def test_a_journal_that_is_not_as_it_was_written_is_found() -> None:
    assert found(replace(SOLD, is_intact=False), ledger(CHARGED)) == {Wrong.CHAIN}
