"""Holding money on a card."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import OperationKind, OperationState
from giftill.gifty import StateRefused
from giftill.gifty.errors import ErrorDetail, Offline
from giftill.gifty.exchange import Purpose, Request
from giftill.services.results import NotDoneAfterAll, Placed, Result
from giftill.ui.screens.till.state import Focus, MainAction
from tests.helpers.till import CODE, OTHER_CODE, Till, a_card

pytestmark = pytest.mark.anyio

NOT_DONE = NotDoneAfterAll(OperationKind.REDEEM, datetime(2026, 11, 21, 14, 3, tzinfo=UTC))
REDEEM = Request("POST", "/giftcards/****/redeem", Purpose.REDEEM)


async def test_the_main_button_says_what_it_will_hold(till: Till) -> None:
    await till.presenter.look_up(CODE)
    till.presenter.type_amount("12,50")
    assert till.state.main.text == "Hold €12.50"
    await till.presenter.press_main()
    assert till.sales.log[-1] == f"hold 1250 on {CODE}"


async def test_after_a_hold_the_main_button_completes(till: Till) -> None:
    await till.hold("12.50")
    assert till.state.main.text == "Complete sale €12.50"
    assert till.state.focus is Focus.MAIN
    assert till.state.card is not None
    assert till.state.card.balance == "€37.50"
    assert till.sounds == ["accepted", "accepted"]


async def test_a_trained_cashier_needs_four_keys_after_the_scan(till: Till) -> None:
    await till.presenter.look_up(CODE)
    till.presenter.type_amount("1")
    till.presenter.type_amount("12")
    await till.presenter.hold()
    await till.presenter.complete()
    assert till.state.done is not None
    assert till.state.done.title == "Paid"


async def test_with_a_total_the_amount_is_the_smaller_of_balance_and_due(till: Till) -> None:
    till.total("60")
    await till.presenter.look_up(CODE)
    assert till.state.amount is not None
    assert till.state.amount.text == "50.00"
    await till.presenter.hold()
    await till.presenter.look_up(OTHER_CODE)
    assert till.state.amount is not None
    assert till.state.amount.text == "10.00"


async def test_without_a_total_nothing_is_proposed(till: Till) -> None:
    await till.presenter.look_up(CODE)
    assert till.state.amount is not None
    assert till.state.amount.text == ""
    assert not till.state.main.is_enabled


async def test_a_new_total_changes_a_proposal_but_not_what_was_typed(till: Till) -> None:
    await till.presenter.look_up(CODE)
    till.total("20")
    assert till.facts.amount_text == "20.00"
    till.total("30")
    assert till.facts.amount_text == "30.00"
    till.presenter.type_amount("5")
    till.total("40")
    assert till.facts.amount_text == "5"


async def test_f4_fills_in_the_full_balance_or_the_rest_of_the_sale(till: Till) -> None:
    await till.presenter.look_up(CODE)
    assert till.state.full is not None
    assert till.state.full.text == "Full balance"
    till.presenter.fill_in()
    assert till.facts.amount_text == "50.00"
    till.presenter.type_total("20")
    till.presenter.fill_in()
    assert till.facts.amount_text == "20.00"
    assert till.state.full is not None
    assert till.state.full.text == "Rest of the sale"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is no amount yet."),
        ("0", "The amount must be more than zero."),
        ("-5", "The amount must be more than zero."),
        ("1e9", "“1e9” is not an amount."),
        ("12,345", "“12,345” has more than two decimals."),
        ("50.01", "There is only €50.00 on this card."),
    ],
)
async def test_a_wrong_amount_is_explained_beside_the_field_and_never_sent(
    till: Till, text: str, sentence: str
) -> None:
    await till.hold(text)
    assert till.state.amount is not None
    assert till.state.amount.problem == sentence
    assert till.state.focus is Focus.AMOUNT
    assert not any(each.startswith("hold") for each in till.sales.log)


async def test_more_than_is_due_is_refused_with_a_sentence(till: Till) -> None:
    till.total("20")
    await till.hold("30")
    assert till.state.amount is not None
    assert till.state.amount.problem == "Only €20.00 is still due in this sale."


def buttons(till: Till) -> tuple[bool, bool]:
    """Tell whether the wide button and the one that redeems at once can be pressed."""
    redeem = till.state.redeem
    return till.state.main.is_enabled, redeem is not None and redeem.is_enabled


async def test_an_amount_that_was_just_refused_can_not_be_held_before_it_is_corrected(
    till: Till,
) -> None:
    await till.hold("80")
    assert buttons(till) == (False, False)
    till.presenter.type_amount("40")
    assert buttons(till) == (True, True)


async def test_a_corrected_total_lets_an_amount_pass_that_was_more_than_is_due(till: Till) -> None:
    till.total("20")
    await till.hold("30")
    assert buttons(till)[0] is False
    till.presenter.type_total("30")
    assert buttons(till)[0] is True
    assert till.state.amount is not None
    assert not till.state.amount.problem


async def test_a_total_typed_but_not_entered_counts_at_the_hold(till: Till) -> None:
    await till.presenter.look_up(CODE)
    till.presenter.type_amount("30")
    till.presenter.type_total("20")
    await till.presenter.hold()
    assert till.state.amount is not None
    assert till.state.amount.problem == "Only €20.00 is still due in this sale."


async def test_a_wrong_total_stops_the_hold_where_it_stands(till: Till) -> None:
    await till.presenter.look_up(CODE)
    till.presenter.type_amount("30")
    till.presenter.type_total("abc")
    await till.presenter.hold()
    assert till.state.sale.total.problem == "“abc” is not an amount."
    assert till.state.focus is Focus.TOTAL


async def test_a_wrong_total_that_was_left_does_not_pull_the_cursor_back(till: Till) -> None:
    till.presenter.type_total("abc")
    await till.presenter.look_up(CODE)
    till.presenter.leave_total()
    assert till.state.sale.total.problem == "“abc” is not an amount."
    assert till.state.focus is Focus.AMOUNT
    till.presenter.leave_total()
    assert till.sounds == ["accepted", "refused"]


async def test_a_card_that_a_covered_sale_does_not_need_says_so(till: Till) -> None:
    till.total("10")
    await till.hold("10")
    await till.presenter.look_up(OTHER_CODE)
    assert till.state.notice is not None
    assert till.state.notice.title == "The sale’s total is covered"
    assert till.state.amount is None
    assert till.state.main.text == "Complete sale €10.00"


async def test_a_total_below_what_is_held_is_refused(till: Till) -> None:
    await till.hold("30")
    till.total("20")
    assert till.state.sale.total.problem == "€30.00 is already held for this sale."


async def test_cents_first_reads_digits_as_cents(till: Till) -> None:
    till.cents_first = True
    await till.presenter.look_up(CODE)
    till.presenter.type_amount("1250")
    assert till.state.main.text == "Hold €12.50"


async def test_while_it_holds_the_button_says_so_and_a_second_press_does_nothing(
    till: Till,
) -> None:
    await till.presenter.look_up(CODE)
    till.presenter.type_amount("10")
    till.sales.gate.shut()
    holding = asyncio.ensure_future(till.presenter.hold())
    await asyncio.sleep(0)
    assert till.state.main.text == "Holding €10.00…"
    assert till.state.main.is_busy
    assert not till.state.main.is_enabled
    await till.presenter.hold()
    await till.presenter.press_main()
    till.presenter.type_amount("20")
    till.sales.gate.open()
    await holding
    assert sum(each.startswith("hold") for each in till.sales.log) == 1
    assert till.facts.sale.held == Money(1_000)


async def test_a_double_tap_on_hold_does_not_complete(till: Till) -> None:
    await till.presenter.look_up(CODE)
    till.presenter.type_amount("10")
    till.clock.ms += 1_000
    await till.presenter.press_main()
    till.clock.ms += 300
    await till.presenter.press_main()
    assert till.state.done is None
    till.clock.ms += 300
    await till.presenter.press_main()
    assert till.state.done is not None


async def test_a_scan_while_a_hold_runs_shows_the_next_card_and_keeps_the_hold(till: Till) -> None:
    await till.presenter.look_up(CODE)
    till.presenter.type_amount("10")
    till.sales.gate.shut()
    holding = asyncio.ensure_future(till.presenter.hold())
    await asyncio.sleep(0)
    till.sales.gate.open()
    await till.presenter.look_up(OTHER_CODE)
    await holding
    assert till.facts.sale.held == Money(1_000)
    assert till.state.card is not None
    assert till.state.card.masked.endswith("2X4Y")
    assert till.state.focus is Focus.AMOUNT


async def test_a_refusal_is_told_in_the_servers_words_and_nothing_is_held(till: Till) -> None:
    till.sales.hold_result = Result.REFUSED
    till.sales.hold_error = StateRefused(
        REDEEM, 422, (ErrorDetail(detail="<b>Niet genoeg</b> saldo"),)
    )
    await till.hold("10")
    assert till.state.notice is not None
    assert till.state.notice.title == "Card 7K9Q was not charged"
    assert "<b>Niet genoeg</b> saldo" in till.state.notice.text
    assert till.facts.sale.holds == ()
    assert till.state.focus is Focus.AMOUNT
    assert till.state.main_action is MainAction.HOLD


async def test_after_a_refusal_the_card_is_read_again(till: Till) -> None:
    await till.presenter.look_up(CODE)
    till.sales.cards[CODE] = a_card(cents=0)
    till.sales.hold_result = Result.REFUSED
    till.presenter.type_amount("10")
    await till.presenter.hold()
    assert till.state.card is not None
    assert till.state.card.balance == "€0.00"
    assert till.state.notice is not None
    assert till.state.notice.title == "Card 7K9Q was not charged"


async def test_a_hold_that_could_not_be_recorded_was_not_sent(till: Till) -> None:
    await till.presenter.look_up(CODE)
    till.presenter.type_amount("10")
    till.sales.error = Offline(REDEEM)
    await till.presenter.hold()
    assert till.state.notice is not None
    assert till.state.notice.title == "Can’t reach Gifty"
    assert till.state.main.text == "Hold €10.00"
    assert till.facts.sale.checking == ()


async def test_a_lost_answer_says_checking_and_blocks_this_card(till: Till) -> None:
    till.sales.hold_result = Result.CHECKING
    await till.hold("10")
    assert till.state.notice is not None
    assert till.state.notice.title == "Checking, do not charge again"
    assert till.state.amount is None
    await till.presenter.hold()
    await till.presenter.complete()
    assert [each for each in till.sales.log if not each.startswith("look")] == [
        f"hold 1000 on {CODE}"
    ]
    assert till.sounds[-2:] == ["attention", "refused"]


async def checking(till: Till) -> Placed:
    """Bring a till to where a hold of € 10,00 is being checked, and return its operation."""
    till.sales.hold_result = Result.CHECKING
    await till.hold("10")
    operation = till.sales.operation(OperationKind.REDEEM, Money(1_000), a_card().id)
    known = till.facts.sale.checking[0].operation
    assert known is not None
    return Placed(Result.CHECKING, replace(operation, id=known, state=OperationState.UNKNOWN))


async def test_a_hold_found_later_joins_the_sale_by_itself(till: Till) -> None:
    unknown = await checking(till)
    till.sales.hold_result = Result.DONE
    other = Till()
    await other.hold("10")
    hold = other.facts.sale.holds[0]
    till.sales.resolved.tell(replace(unknown, result=Result.DONE, hold=hold))
    assert till.facts.sale.held == Money(1_000)
    assert till.state.main.text == "Complete sale €10.00"
    assert till.state.notice is not None
    assert till.state.notice.title == "€10.00 is held"


async def test_a_hold_found_not_done_says_so_and_frees_the_card(till: Till) -> None:
    unknown = await checking(till)
    till.sales.resolved.tell(replace(unknown, result=Result.NOT_DONE, error=NOT_DONE))
    assert till.facts.sale.checking == ()
    assert till.state.notice is not None
    assert till.state.notice.title == "Card 7K9Q was not charged"
    assert "checked at" in till.state.notice.text
    assert till.state.amount is not None


async def test_a_hold_that_a_manager_must_judge_leads_to_the_outbox(till: Till) -> None:
    unknown = await checking(till)
    till.sales.resolved.tell(replace(unknown, result=Result.ATTENTION))
    assert till.state.notice is not None
    assert till.state.notice.leads_to == "outbox"
    assert till.sounds[-1] == "attention"


async def test_another_card_is_not_asked_for_what_may_be_held_already(till: Till) -> None:
    till.total("15")
    till.sales.hold_result = Result.CHECKING
    await till.hold("10")
    await till.presenter.look_up(OTHER_CODE)
    assert till.state.amount is not None
    assert till.state.amount.text == "5.00"


async def test_redeem_now_holds_and_completes(till: Till) -> None:
    await till.presenter.look_up(CODE)
    till.presenter.type_amount("10")
    await till.presenter.redeem_now()
    assert till.sales.log[-2:] == [f"hold 1000 on {CODE}", "capture 1000"]
    assert till.state.done is not None


async def test_redeem_now_completes_nothing_when_the_hold_fails(till: Till) -> None:
    till.sales.hold_result = Result.NOT_DONE
    await till.presenter.look_up(CODE)
    till.presenter.type_amount("10")
    await till.presenter.redeem_now()
    assert till.sales.log[-1] == f"hold 1000 on {CODE}"
    assert till.state.done is None
