"""Whose is the hold that was found? What the Till asks, and what the answers do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from giftill.domain.attention import Resolution
from giftill.domain.money import Money
from giftill.domain.operations import AttentionKind, OperationKind, OperationState
from giftill.domain.transactions import (
    Transaction,
    TransactionId,
    TransactionStatus,
    TransactionType,
)
from giftill.services.results import NotAHold, NotDoneAfterAll, Placed, Result
from giftill.ui.screens.till.sale import Checking
from tests.helpers.journal import a_hold
from tests.helpers.till import CODE, OTHER_CODE, Till, a_card

if TYPE_CHECKING:
    from giftill.domain.operations import Operation

pytestmark = pytest.mark.anyio

FOUND = Transaction(
    TransactionId("tr_9"), -1250, "EUR", TransactionStatus.PENDING, TransactionType.REDEEM
)


def a_redeem(till: Till, **changes: object) -> Operation:
    redeem = till.sales.operation(OperationKind.REDEEM, Money(1250), a_card().id)
    return replace(redeem, card_masked="•••• •••• •••• 7K9Q", **changes)  # type: ignore[arg-type] # its fields


async def asked(
    till: Till, attention: AttentionKind = AttentionKind.POSSIBLE_HOLD, **changes: object
) -> Operation:
    """Bring the question about a hold of the sale on screen up."""
    till.sales.hold_result = Result.CHECKING
    await till.hold("12.50")
    (checking,) = till.facts.sale.checking
    operation = a_redeem(
        till,
        id=checking.operation,
        state=OperationState.ATTENTION,
        attention=attention,
        result=FOUND.id,
        **changes,
    )
    till.sales.resolved.tell(Placed(Result.ATTENTION, operation, transaction=FOUND))
    return operation


def can_charge(till: Till) -> bool:
    """Tell whether an amount can be entered for the card on screen."""
    return till.state.amount is not None


async def test_a_hold_that_may_be_this_sales_is_asked_about_with_two_buttons() -> None:
    till = Till()
    await asked(till)
    notice = till.state.notice
    assert notice is not None
    assert notice.title == "Is this hold this sale’s?"
    assert "€12.50 on card 7K9Q" in notice.text
    assert [(each.text, each.key) for each in notice.choices] == [
        ("Use it for this sale", "F5"),
        ("Release it", "Shift+F5"),
    ]
    assert till.sounds[-1] == "attention"
    assert till.state.card is not None
    assert till.state.card.pills[0].text == "Needs an answer"
    assert "else leave it alone" in notice.text, "there is a third way out, which has no button"


async def test_until_it_is_answered_the_card_can_not_be_charged_again() -> None:
    till = Till()
    await asked(till)
    assert not can_charge(till)
    await till.presenter.look_up(OTHER_CODE)
    assert can_charge(till), "another card can"
    assert till.state.notice is not None
    assert till.state.notice.choices, "the question stays while its sale is on screen"


async def test_the_hold_is_used_for_the_sale_on_screen() -> None:
    till = Till()
    operation = await asked(till)
    await till.presenter.answer(Resolution.USE_HOLD)
    ((which, ruling),) = till.doubts.rulings
    assert (which, ruling.resolution, ruling.manager) == (
        operation.id,
        Resolution.USE_HOLD,
        "Noor",
    )
    assert [each.amount for each in till.facts.sale.holds] == [Money(1250)]
    assert till.facts.question is None
    assert till.facts.shown is not None
    assert till.facts.shown.card.balance_cents == 3_750
    assert till.sounds[-1] == "accepted"


async def test_the_hold_is_released() -> None:
    till = Till()
    await asked(till)
    await till.presenter.answer(Resolution.RELEASE_HOLD)
    assert till.facts.question is None
    assert till.facts.sale.holds == ()
    assert till.state.notice is not None
    assert till.state.notice.title == "€12.50 given back to card 7K9Q"
    assert can_charge(till), "the card can be charged again"
    assert till.facts.shown is not None
    assert till.facts.shown.card.balance_cents == 5_000, "nothing was taken off it here"


async def test_a_card_read_with_the_hold_on_it_has_it_back_after_the_release() -> None:
    till = Till()
    await asked(till)
    held = replace(FOUND, id=a_hold(1).transaction)
    till.sales.cards[CODE] = a_card(cents=3_750, transactions=(held,))
    await till.presenter.look_up(CODE)
    await till.presenter.answer(Resolution.RELEASE_HOLD)
    assert till.facts.shown is not None
    assert till.facts.shown.card.balance_cents == 5_000


async def test_a_release_with_another_card_on_screen_leaves_that_card_alone() -> None:
    till = Till()
    await asked(till)
    await till.presenter.look_up(OTHER_CODE)
    await till.presenter.answer(Resolution.RELEASE_HOLD)
    assert till.facts.shown is not None
    assert till.facts.shown.card.balance_cents == 5_000


async def test_an_answer_that_can_not_be_carried_out_says_why_and_asks_again() -> None:
    till = Till()
    await asked(till)
    till.doubts.error = NotAHold()
    await till.presenter.answer(Resolution.USE_HOLD)
    assert till.state.notice is not None
    assert (till.state.notice.title, till.state.notice.choices) == ("Not an open hold", ())
    assert not till.facts.is_busy
    till.presenter.back()
    assert len(till.state.notice.choices) == 2


async def test_without_a_question_there_is_nothing_to_answer() -> None:
    till = Till()
    await till.presenter.look_up(CODE)
    await till.presenter.answer(Resolution.USE_HOLD)
    assert till.doubts.rulings == []


async def test_what_was_decided_elsewhere_is_asked_no_longer() -> None:
    till = Till()
    operation = await asked(till)
    till.settlements.tell(a_redeem(till))
    till.settlements.tell(replace(operation, attempts=2))
    assert till.facts.question is not None
    till.settlements.tell(replace(operation, state=OperationState.CLOSED))
    assert till.facts.question is None


async def test_another_amount_than_asked_for_is_a_question_too() -> None:
    till = Till()
    await asked(till, AttentionKind.AMOUNT_DIFFERS)
    assert till.state.notice is not None
    assert till.state.notice.title == "Another amount was held"
    assert len(till.state.notice.choices) == 2


async def test_a_question_without_the_transaction_tells_what_was_asked_for() -> None:
    till = Till()
    operation = await asked(till)
    till.presenter.back()
    facts = till.facts
    assert facts.question is not None
    till.presenter._board.change(question=Placed(Result.ATTENTION, operation))
    assert till.state.notice is not None
    assert "€12.50" in till.state.notice.text


async def test_what_only_a_manager_can_decide_is_no_question() -> None:
    till = Till()
    await asked(till, AttentionKind.UNCLEAR)
    assert till.facts.question is None
    assert till.state.notice is not None
    assert till.state.notice.leads_to == "outbox"


async def test_the_question_leaves_with_its_sale() -> None:
    till = Till()
    await asked(till)
    await till.presenter.settle_later()
    assert till.facts.question is None


# A card of which an earlier sale's hold is not known yet: after a restart, or of another sale.


async def test_a_card_that_is_still_being_checked_says_so_and_can_not_be_charged() -> None:
    till = Till()
    till.doubts.doubt = a_redeem(till, state=OperationState.UNKNOWN)
    await till.presenter.look_up(CODE)
    assert till.state.notice is not None
    assert till.state.notice.title == "Checking, do not charge again"
    assert "€12.50" in till.state.notice.text
    assert not can_charge(till)
    assert till.state.card is not None
    assert till.state.card.pills[0].text == "Checking"


async def test_when_that_check_ends_without_a_hold_the_card_can_be_charged() -> None:
    till = Till()
    doubt = till.doubts.doubt = a_redeem(till, state=OperationState.UNKNOWN)
    await till.presenter.look_up(CODE)
    till.sales.resolved.tell(Placed(Result.NOT_DONE, a_redeem(till)))
    assert not can_charge(till), "that was another one"
    till.sales.resolved.tell(Placed(Result.NOT_DONE, replace(doubt, state=OperationState.NOT_DONE)))
    assert can_charge(till)


async def test_when_that_check_finds_the_hold_the_card_on_screen_has_it_taken_off() -> None:
    till = Till()
    doubt = till.doubts.doubt = a_redeem(till, state=OperationState.UNKNOWN)
    await till.presenter.look_up(CODE)
    hold = a_hold(1, card=a_card().id)
    done = replace(doubt, state=OperationState.CONFIRMED)
    till.sales.resolved.tell(Placed(Result.DONE, done, hold=hold))
    assert till.facts.earlier_holds == 1
    assert till.facts.sale.holds == ()
    assert till.facts.shown is not None
    assert till.facts.shown.card.balance_cents == 3_750
    assert can_charge(till)


async def test_a_card_that_waits_for_a_manager_says_so() -> None:
    till = Till()
    doubt = till.doubts.doubt = a_redeem(till, state=OperationState.UNKNOWN)
    await till.presenter.look_up(CODE)
    needy = replace(doubt, state=OperationState.ATTENTION, attention=AttentionKind.ORPHANED_HOLD)
    till.sales.resolved.tell(Placed(Result.ATTENTION, needy))
    assert till.state.notice is not None
    assert till.state.notice.title == "A manager must decide about this card first"
    assert till.state.notice.leads_to == "outbox"


async def test_a_card_read_again_with_the_hold_on_it_has_it_taken_off_once() -> None:
    till = Till()
    till.sales.hold_result = Result.CHECKING
    await till.hold("12.50")
    (checking,) = till.facts.sale.checking
    assert isinstance(checking, Checking)
    hold = a_hold(1, card=a_card().id, transaction=FOUND.id, card_balance_cents=None)
    till.sales.cards[CODE] = a_card(cents=3_750, transactions=(FOUND,))
    await till.presenter.look_up(CODE)
    done = a_redeem(till, id=checking.operation)
    till.sales.resolved.tell(Placed(Result.DONE, done, hold=hold))
    assert till.facts.shown is not None
    assert till.facts.shown.card.balance_cents == 3_750
    assert till.facts.sale.holds == (hold,)


async def test_a_check_that_found_nothing_says_when_it_looked() -> None:
    till = Till()
    till.sales.hold_result = Result.CHECKING
    await till.hold("12.50")
    (checking,) = till.facts.sale.checking
    ended = a_redeem(till, id=checking.operation, state=OperationState.NOT_DONE)
    error = NotDoneAfterAll(OperationKind.REDEEM, datetime(2026, 11, 21, 14, 3, tzinfo=UTC))
    till.sales.resolved.tell(Placed(Result.NOT_DONE, ended, error=error))
    assert till.state.notice is not None
    assert "was not charged; checked at" in till.state.notice.text
