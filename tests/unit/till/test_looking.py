"""Looking a card up."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from giftill.domain.cards import CardImage, PackageId
from giftill.domain.codes import CodeError, CodeProblem
from giftill.domain.operations import OperationKind
from giftill.domain.transactions import (
    Transaction,
    TransactionId,
    TransactionStatus,
    TransactionType,
)
from giftill.gifty import MaybeSentError, NotFound, RateLimited, ServerFault, TokenRefused
from giftill.gifty.errors import Offline
from giftill.gifty.exchange import Purpose, Request
from giftill.ui.screens.till.state import Focus, MainAction
from tests.helpers.till import CODE, OTHER_CODE, Till, a_card

pytestmark = pytest.mark.anyio

READ = Request("GET", "/giftcards/****", Purpose.READ_CARD)


async def test_a_scan_shows_the_card_and_puts_the_cursor_into_the_amount(till: Till) -> None:
    await till.presenter.look_up(CODE)
    card = till.state.card
    assert card is not None
    assert (card.masked, card.balance) == ("•••• •••• •••• 7K9Q", "€50.00")
    assert till.state.focus is Focus.AMOUNT
    assert till.sounds == ["accepted"]


async def test_no_state_ever_shows_the_code(till: Till) -> None:
    await till.hold("10")
    await till.presenter.complete()
    assert CODE not in repr(till.face.states)
    assert CODE[:12] not in repr(till.face.states)


async def test_while_the_card_is_looked_up_the_till_says_so(till: Till) -> None:
    till.sales.gate.shut()
    looking = asyncio.ensure_future(till.presenter.look_up(CODE))
    await asyncio.sleep(0)
    assert till.state.busy == "Looking up •••• •••• •••• 7K9Q"
    assert till.state.card is None
    till.sales.gate.open()
    await looking
    assert not till.state.busy


@pytest.mark.parametrize("answers_the_cancelled", [False, True])
async def test_the_newest_scan_wins_and_the_older_answer_is_dropped(
    till: Till, answers_the_cancelled: bool
) -> None:
    till.sales.answers_the_cancelled = answers_the_cancelled
    till.sales.gate.shut()
    older = asyncio.ensure_future(till.presenter.look_up(CODE))
    await asyncio.sleep(0)
    newer = asyncio.ensure_future(till.presenter.look_up(OTHER_CODE))
    await asyncio.wait([older])
    till.sales.gate.open()
    await newer
    card = till.state.card
    assert card is not None
    assert card.masked.endswith("2X4Y")
    assert not any(each.card and each.card.masked.endswith("7K9Q") for each in till.face.states)


async def test_the_same_card_scanned_twice_while_it_is_looked_up_is_asked_for_once(
    till: Till,
) -> None:
    till.sales.gate.shut()
    first = asyncio.ensure_future(till.presenter.look_up(CODE))
    await asyncio.sleep(0)
    await till.presenter.look_up(CODE)
    till.sales.gate.open()
    await first
    assert till.sales.log == [f"look up {CODE}"]


async def test_a_look_up_that_is_cancelled_leaves_nothing_busy(till: Till) -> None:
    till.sales.gate.shut()
    looking = asyncio.ensure_future(till.presenter.look_up(CODE))
    await asyncio.sleep(0)
    looking.cancel()
    await asyncio.wait([looking])
    till.presenter.show()
    assert not till.state.busy


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ABC", CodeProblem.TOO_SHORT),
        ("A" * 20, CodeProblem.TOO_LONG),
        ("ÄÖÜ" * 5, CodeProblem.FOREIGN_CHARACTERS),
        ("8712345678906", CodeProblem.PRODUCT_BARCODE),
        ("https://example.com/AAAABBBBCCCCDDDD", CodeProblem.OTHER_LINK),
        (CODE + OTHER_CODE, CodeProblem.TWO_SCANS),
        ("", CodeProblem.EMPTY),
    ],
)
async def test_what_is_not_a_code_is_explained_beside_the_field_and_never_sent(
    till: Till, text: str, problem: CodeProblem
) -> None:
    await till.presenter.look_up(text)
    error = till.facts.code_error
    assert isinstance(error, CodeError)
    assert error.problem is problem
    assert till.state.code.problem
    assert till.state.code.hint
    assert till.sales.log == []
    assert till.sounds == ["refused"]


async def test_a_slip_leaves_the_card_on_screen(till: Till) -> None:
    await till.presenter.look_up(CODE)
    await till.presenter.look_up("ABC")
    assert till.state.card is not None


async def test_an_unknown_card_is_called_unknown(till: Till) -> None:
    till.sales.error = NotFound(READ, 404)
    await till.presenter.look_up(CODE)
    assert till.state.trouble is not None
    assert till.state.trouble.title == "Unknown card"
    assert till.state.main_action is not MainAction.CHECK_AGAIN


async def test_an_unknown_code_with_unusual_characters_hints_at_a_slip(till: Till) -> None:
    till.sales.error = NotFound(READ, 404)
    await till.presenter.look_up("0000111122223333")
    assert till.state.trouble is not None
    assert "0 for O" in till.state.trouble.text


@pytest.mark.parametrize(
    ("error", "icon"),
    [
        (Offline(READ), "offline"),
        (MaybeSentError(READ), "offline"),
        (ServerFault(READ, 503), "warning"),
        (TokenRefused(READ, 401), "token"),
        (RateLimited(READ, 429), "limited"),
    ],
)
async def test_a_card_that_cant_be_checked_is_never_called_unknown(
    till: Till, error: Offline | MaybeSentError | ServerFault, icon: str
) -> None:
    till.sales.error = error
    await till.presenter.look_up(CODE)
    trouble = till.state.trouble
    assert trouble is not None
    assert trouble.title == "Can’t check this card now"
    assert trouble.icon == icon
    assert till.state.main.text == "Check again"


async def test_check_again_looks_the_same_card_up(till: Till) -> None:
    till.sales.error = Offline(READ)
    await till.presenter.look_up(CODE)
    till.clock.ms += 1_000
    await till.presenter.press_main()
    assert till.sales.log == [f"look up {CODE}"] * 2
    assert till.state.card is not None
    assert till.state.trouble is None


async def test_enter_in_the_empty_field_checks_again_too(till: Till) -> None:
    till.sales.error = Offline(READ)
    await till.presenter.look_up(CODE)
    await till.presenter.look_up("")
    assert till.state.card is not None


YESTERDAY = datetime.now(UTC) - timedelta(days=400)


@pytest.mark.parametrize(
    ("card", "pill", "title"),
    [
        (
            a_card(cents=0, is_extendable=True, expires_at=YESTERDAY),
            "Expired",
            "This card has expired",
        ),
        (a_card(cents=0), "Empty", "This card is empty"),
        (a_card(cents=0, is_issuable=True), "Not sold yet", "This card has not been sold yet"),
        (
            a_card(
                cents=0,
                transactions=(
                    Transaction(
                        TransactionId("tr_1"),
                        -100,
                        "EUR",
                        TransactionStatus.SUCCESS,
                        TransactionType.BLOCK,
                    ),
                ),
            ),
            "Blocked",
            "This card is blocked",
        ),
        (a_card(currency="USD"), "Other currency", "This card is not in euros"),
    ],
    ids=["expired", "empty", "new", "blocked", "dollars"],
)
async def test_a_card_that_gives_nothing_says_why_and_offers_nothing(
    till: Till, card: object, pill: str, title: str
) -> None:
    till.sales.cards[CODE] = card  # type: ignore[assignment] # parametrize knows no types
    await till.presenter.look_up(CODE)
    assert till.state.card is not None
    assert till.state.card.pills[0].text == pill
    assert till.state.notice is not None
    assert till.state.notice.title == title
    assert till.state.amount is None
    assert not till.state.main.is_enabled
    assert till.sounds == ["refused"]


async def test_a_promotional_card_says_so_beside_its_state(till: Till) -> None:
    till.sales.cards[CODE] = a_card(is_promotional=True)
    await till.presenter.look_up(CODE)
    assert till.state.card is not None
    assert [each.text for each in till.state.card.pills] == ["Redeemable", "Promotional"]


@pytest.mark.parametrize(
    ("days", "says"),
    [(0, "Last day"), (1, "1 day left"), (5, "5 days left"), (30, "30 days left"), (31, None)],
)
async def test_a_card_that_expires_soon_says_so_beside_its_date(
    till: Till, days: int, says: str | None
) -> None:
    # The last moment of a day in the till's own time zone.
    today = datetime.fromtimestamp(till.clock.now_ms() / 1000, UTC).astimezone()
    end = today.replace(hour=23, minute=59, second=59)
    till.sales.cards[CODE] = a_card(expires_at=end + timedelta(days=days))
    await till.presenter.look_up(CODE)
    assert till.state.card is not None
    assert (till.state.card.soon.text if till.state.card.soon else None) == says


async def test_package_and_picture_follow_the_balance(till: Till) -> None:
    till.sales.cards[CODE] = a_card(
        package_id=PackageId("gp_1"), images=(CardImage("FRONT_SMALL", "http://127.0.0.1/x.png"),)
    )
    await till.presenter.look_up(CODE)
    assert till.state.card is not None
    assert (till.state.card.package, till.state.card.picture) == ("Tapas for two", b"a picture")
    balance_first = next(each for each in till.face.states if each.card)
    assert balance_first.card is not None
    assert balance_first.card.picture is None


async def test_a_picture_that_cant_be_had_disturbs_nothing(till: Till) -> None:
    till.adornments.error = Offline(READ)
    till.sales.cards[CODE] = a_card(
        package_id=PackageId("gp_1"), images=(CardImage("FRONT_SMALL", "http://127.0.0.1/x.png"),)
    )
    await till.presenter.look_up(CODE)
    assert till.state.card is not None
    assert till.state.trouble is None
    assert till.state.notice is None


async def test_a_scan_during_settlement_is_refused_with_a_sentence(till: Till) -> None:
    await till.hold("10")
    till.sales.gate.shut()
    completing = asyncio.ensure_future(till.presenter.complete())
    await asyncio.sleep(0)
    await till.presenter.look_up(OTHER_CODE)
    assert till.state.code.problem == "The sale is still being settled."
    till.sales.gate.open()
    await completing
    assert till.sales.log[-1] == f"{OperationKind.CAPTURE} 1000"
