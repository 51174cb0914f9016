"""Completing and cancelling a sale."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import OperationKind, OperationState
from giftill.gifty.errors import Offline
from giftill.gifty.exchange import Purpose, Request
from giftill.services.connectivity import Link
from giftill.services.results import Placed, Result
from giftill.texts import Texts
from giftill.ui.screens.till.state import Focus, MainAction
from tests.helpers.till import CODE, OTHER_CODE, Till

pytestmark = pytest.mark.anyio

CAPTURE = Request("POST", "/transactions/tr_1/capture", Purpose.CAPTURE)


async def test_several_cards_pay_one_sale(till: Till) -> None:
    till.total("60")
    await till.hold("50")
    await till.hold("10", OTHER_CODE)
    assert till.state.sale.is_covered
    assert till.state.focus is Focus.MAIN
    assert [each.card for each in till.state.sale.holds] == ["•••• 7K9Q", "•••• 2X4Y"]
    await till.presenter.complete()
    assert till.sales.log[-1] == "capture 5000 1000"
    done = till.state.done
    assert done is not None
    assert (done.title, done.amount) == ("Paid", "€60.00")
    assert [each.remaining for each in done.lines] == ["€0.00 left on it", "€40.00 left on it"]
    assert done.rest == ""


async def test_what_the_cards_did_not_pay_is_said(till: Till) -> None:
    till.total("60")
    await till.hold("50")
    await till.presenter.complete()
    assert till.state.done is not None
    assert till.state.done.rest == "€10.00 still to pay another way"
    assert till.state.done.title == "Partly paid"


async def test_a_cancelled_sale_that_waits_does_not_look_like_one_that_was_paid(
    till: Till,
) -> None:
    till.sales.settle_result = Result.QUEUED
    await till.hold("10")
    till.face.answer = True
    await till.presenter.cancel()
    done = till.state.done
    assert done is not None
    assert (done.title, done.icon) == ("Sale cancelled, queued", "undo")


async def test_no_balance_is_told_of_a_card_whose_hold_met_something_else(till: Till) -> None:
    till.sales.settle_result = Result.ATTENTION
    await till.hold("10")
    await till.presenter.complete()
    assert till.state.done is not None
    assert [each.remaining for each in till.state.done.lines] == [""]


async def test_queued_is_said_as_queued_and_that_the_customer_may_go(till: Till) -> None:
    till.sales.settle_result = Result.QUEUED
    await till.hold("10")
    await till.presenter.complete()
    done = till.state.done
    assert done is not None
    assert done.title == "Queued"
    assert "The customer may go." in done.text


async def test_a_queue_that_waits_for_the_token_does_not_blame_the_network(till: Till) -> None:
    till.sales.settle_result = Result.QUEUED
    await till.hold("10")
    till.connectivity.link.set(Link.TOKEN_REFUSED)
    await till.presenter.complete()
    assert till.state.done is not None
    assert "token works again" in till.state.done.text


async def test_a_queued_sale_turns_paid_on_screen_when_the_api_confirms(till: Till) -> None:
    till.sales.settle_result = Result.QUEUED
    await till.hold("10")
    await till.presenter.complete()
    done = till.facts.done
    assert done is not None
    confirmed = replace(done.settled[0].operation, state=OperationState.CONFIRMED)
    till.settlements.tell(confirmed)
    assert till.state.done is not None
    assert till.state.done.title == "Paid"


async def test_attention_leads_to_the_outbox(till: Till) -> None:
    till.sales.settle_result = Result.ATTENTION
    await till.hold("10")
    await till.presenter.complete()
    done = till.state.done
    assert done is not None
    assert (done.title, done.leads_to) == ("Needs attention", "outbox")
    assert till.sounds[-1] == "attention"


async def test_a_sale_that_could_not_be_recorded_stays_open(till: Till) -> None:
    await till.hold("10")
    till.sales.error = Offline(CAPTURE)
    await till.presenter.complete()
    assert till.state.done is None
    assert till.facts.sale.held == Money(1_000)
    assert till.state.notice is not None
    assert till.state.main_action is MainAction.COMPLETE
    assert till.state.main.is_enabled


async def test_while_it_completes_the_button_says_so_and_nothing_else_can_be_done(
    till: Till,
) -> None:
    await till.hold("10")
    till.sales.gate.shut()
    completing = asyncio.ensure_future(till.presenter.complete())
    await asyncio.sleep(0)
    assert till.state.main.text == "Completing €10.00…"
    assert not till.state.main.is_enabled
    await till.presenter.complete()
    await till.presenter.cancel()
    await till.presenter.settle_later()
    till.presenter.go_to_total()
    till.presenter.back()
    till.sales.gate.open()
    await completing
    assert till.sales.log[-1] == "capture 1000"
    assert till.face.questions == []


async def test_a_scan_after_the_sale_starts_the_next_one(till: Till) -> None:
    await till.hold("10")
    first = till.facts.sale.id
    await till.presenter.complete()
    await till.presenter.look_up(OTHER_CODE)
    assert till.state.done is None
    assert till.facts.sale.id != first
    assert till.state.sale.total.text == ""
    assert till.state.card is not None


async def test_a_scan_during_an_unfinished_sale_adds_a_card_to_it(till: Till) -> None:
    await till.hold("10")
    sale = till.facts.sale.id
    await till.presenter.look_up(OTHER_CODE)
    assert till.facts.sale.id == sale
    assert len(till.state.sale.holds) == 1


async def test_completing_nothing_says_that_nothing_is_held(till: Till) -> None:
    await till.presenter.complete()
    assert till.state.notice is not None
    assert till.state.notice.title == "Nothing is held yet"


async def test_cancelling_asks_once_with_the_amount(till: Till) -> None:
    await till.hold("10")
    await till.presenter.cancel()
    assert [each.text for each in till.face.questions] == ["€10.00 goes back to the card."]
    assert till.sales.log[-1] == "release 1000"
    assert till.state.done is not None
    assert till.state.done.title == "Sale cancelled"
    assert [each.remaining for each in till.state.done.lines] == ["€50.00 left on it"]


async def test_cancelling_tells_of_all_cards_that_get_their_money_back(till: Till) -> None:
    await till.hold("10")
    await till.hold("20", OTHER_CODE)
    await till.presenter.cancel()
    (question,) = till.face.questions
    assert question.text == "€30.00 goes back to the cards: 2 holds are released."


async def test_nothing_is_due_for_a_cancelled_sale(till: Till) -> None:
    till.total("20")
    await till.hold("10")
    await till.presenter.cancel()
    assert (till.state.sale.due_caption, till.state.sale.due) == ("Taken from cards", "€0.00")
    assert not till.state.sale.is_covered


async def test_a_release_that_waits_is_told_as_queued_and_not_as_trouble(till: Till) -> None:
    till.sales.settle_result = Result.QUEUED
    await till.hold("10")
    await till.presenter.remove(till.facts.sale.holds[0].transaction)
    assert till.state.notice is not None
    assert till.state.notice.tone == "info"


async def test_a_release_that_waits_puts_nothing_back_on_the_card_yet(till: Till) -> None:
    till.sales.settle_result = Result.QUEUED
    await till.hold("10")
    await till.presenter.cancel()
    assert till.state.done is not None
    assert [each.remaining for each in till.state.done.lines] == ["€40.00 left on it"]


async def test_no_means_that_the_sale_stays(till: Till) -> None:
    till.face.answer = False
    await till.hold("10")
    await till.presenter.cancel()
    assert till.facts.sale.held == Money(1_000)
    assert "release 1000" not in till.sales.log


async def test_a_screen_without_holds_is_cleared_and_a_sale_with_holds_cancelled(
    till: Till,
) -> None:
    await till.presenter.look_up(CODE)
    assert till.state.cancel is not None
    assert till.state.cancel.text == "Clear"
    await till.hold("10")
    assert till.state.cancel.text == "Cancel sale"


async def test_cancelling_without_holds_clears_the_screen_without_asking(till: Till) -> None:
    till.total("20")
    await till.presenter.look_up(CODE)
    await till.presenter.cancel()
    assert till.face.questions == []
    assert till.state.card is None
    assert till.state.sale.total.text == ""


async def test_one_hold_can_be_released_alone(till: Till) -> None:
    await till.hold("10")
    await till.hold("20", OTHER_CODE)
    await till.presenter.remove(till.facts.sale.holds[0].transaction)
    assert till.sales.log[-1] == "release 1000"
    assert till.facts.sale.held == Money(2_000)
    assert till.state.notice is not None
    assert till.state.notice.title == "€10.00 given back to card 7K9Q"


async def test_a_released_hold_is_back_on_the_card_on_screen(till: Till) -> None:
    await till.hold("10")
    await till.presenter.remove(till.facts.sale.holds[0].transaction)
    assert till.state.card is not None
    assert till.state.card.balance == "€50.00"


async def test_settling_later_keeps_the_hold_and_starts_the_next_sale(till: Till) -> None:
    await till.hold("10")
    await till.presenter.settle_later()
    assert till.state.sale.holds == ()
    assert till.state.card is None
    assert till.state.sale.earlier == "Show 1 open hold"
    assert len(till.sales.open) == 1


async def test_holds_of_before_the_restart_are_hinted_at(till: Till) -> None:
    other = Till()
    await other.hold("10")
    await other.hold("20", OTHER_CODE)
    till.sales.open = {
        key: replace(hold, sale=till.sales.new_sale()) for key, hold in other.sales.open.items()
    }
    await till.presenter.arrive()
    assert till.state.sale.earlier == "Show 2 open holds"


async def test_a_hold_settled_on_another_screen_leaves_the_sale(till: Till) -> None:
    await till.hold("10")
    till.sales.open.clear()
    await till.presenter.arrive()
    assert till.facts.sale.holds == ()


async def test_f6_and_f7_go_round_the_holds(till: Till) -> None:
    await till.hold("10")
    await till.hold("20", OTHER_CODE)
    chosen = []
    for step in (1, 1, 1, -1):
        till.presenter.choose(step)
        chosen.append([each.is_selected for each in till.state.sale.holds].index(True))
    assert chosen == [0, 1, 0, 1]
    assert till.state.focus is Focus.HOLDS


async def test_escape_never_loses_a_sale(till: Till) -> None:
    till.total("20")
    await till.hold("10")
    till.presenter.back()
    assert till.facts.sale.held == Money(1_000)
    assert till.state.sale.total.text == "20.00"


async def test_a_redeem_whose_hold_is_lost_in_another_sale_only_counts_as_earlier(
    till: Till,
) -> None:
    other = Till()
    await other.hold("10")
    operation = other.sales.operation(
        OperationKind.REDEEM, Money(1_000), other.facts.sale.holds[0].card
    )
    till.sales.resolved.tell(Placed(Result.DONE, operation, hold=other.facts.sale.holds[0]))
    assert till.facts.sale.holds == ()
    assert till.state.sale.earlier == "Show 1 open hold"


async def test_another_language_rewrites_the_screen_and_the_amounts_it_proposed(
    till: Till,
) -> None:
    till.total("20.50")
    await till.presenter.look_up(CODE)
    till.presenter.retranslate(Texts("nl"))
    assert till.state.sale.total.text == "20,50"
    assert till.state.amount is not None
    assert till.state.amount.text == "20,50"
    assert till.state.card is not None
    assert till.state.card.balance == "€\xa050,00"


async def test_a_closed_till_shows_and_says_nothing_more(till: Till) -> None:
    await till.hold("10")
    shown, said = len(till.face.states), len(till.face.news)
    till.presenter.close()
    await till.presenter.complete()
    assert (len(till.face.states), len(till.face.news)) == (shown, said)
