"""The arithmetic of a sale."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giftill.domain.cards import CardId
from giftill.domain.money import Money
from giftill.domain.operations import OperationId, SaleId
from giftill.domain.transactions import TransactionId
from giftill.ui.screens.till.sale import (
    Checking,
    NothingDueError,
    OverBalanceError,
    OverDueError,
    Sale,
    TotalBelowHoldsError,
)
from tests.helpers.journal import a_hold

CENTS = st.integers(min_value=1, max_value=100_000)
EMPTY = Sale(SaleId("sale_1"))


def test_a_sale_without_a_total_takes_the_whole_balance() -> None:
    assert EMPTY.most_from(Money(4_000)) == 4_000
    assert EMPTY.due is None


def test_what_is_held_is_no_longer_due() -> None:
    sale = EMPTY.with_total(4_000).with_hold(a_hold(1, amount=Money(1_500)))
    assert sale.due == Money(2_500)
    assert not sale.is_covered


def test_what_may_be_held_counts_as_held_so_that_nobody_is_charged_twice() -> None:
    checking = Checking(CardId("gc_1"), "•••• 7K9Q", Money(1_500), OperationId("op_1"))
    sale = EMPTY.with_total(4_000).with_checking(checking)
    assert sale.due == Money(2_500)
    assert sale.without_checking(OperationId("op_1")).due == Money(4_000)


def test_a_hold_whose_request_still_runs_is_not_called_checking() -> None:
    sale = EMPTY.with_checking(Checking(CardId("gc_1"), "•••• 7K9Q", Money(1_500)))
    assert not sale.is_checking(CardId("gc_1"))
    assert sale.reserved_cents == 1_500


def test_the_same_hold_twice_is_one() -> None:
    hold = a_hold(1, amount=Money(1_500))
    assert EMPTY.with_hold(hold).with_hold(hold).held == Money(1_500)


def test_a_hold_can_be_taken_out_again() -> None:
    sale = EMPTY.with_hold(a_hold(1)).with_hold(a_hold(2))
    assert [
        each.transaction for each in sale.without(frozenset({TransactionId("tr_1")})).holds
    ] == ["tr_2"]


def test_more_than_the_balance_is_refused() -> None:
    with pytest.raises(OverBalanceError):
        EMPTY.check_amount(4_001, Money(4_000))


def test_more_than_is_due_is_refused() -> None:
    with pytest.raises(OverDueError):
        EMPTY.with_total(3_000).check_amount(3_001, Money(4_000))


def test_a_covered_sale_takes_nothing_more() -> None:
    sale = EMPTY.with_total(1_250).with_hold(a_hold(1))
    with pytest.raises(NothingDueError):
        sale.check_amount(1, Money(4_000))


def test_a_total_below_what_is_held_is_refused() -> None:
    with pytest.raises(TotalBelowHoldsError):
        EMPTY.with_hold(a_hold(1)).with_total(1_249)


@given(total=CENTS, balances=st.lists(CENTS, max_size=6))
def test_cards_one_after_the_other_never_give_more_than_the_total(
    total: int, balances: list[int]
) -> None:
    sale = EMPTY.with_total(total)
    for number, balance in enumerate(balances):
        most = sale.most_from(Money(balance))
        if most:
            sale.check_amount(most, Money(balance))
            sale = sale.with_hold(a_hold(number, amount=Money(most)))
    assert sale.held.cents == min(total, sum(balances))
