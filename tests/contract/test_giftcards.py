"""Gift cards, as the page describes them: retrieve, redeem, issue, extend."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from giftill.sandbox import SHOWCASE, SandboxConfig, SandboxServer
from tests.contract.kit import NO_TLS, Till, connect, data, error

if TYPE_CHECKING:
    from collections.abc import Iterator

DINNER = "gp_N9kPzGh5TxVb7RcWqLm3JyDs"
INACTIVE = "gp_Zm8TxKq4VwLn2HsRyGj6PbDc"


class MovableClock:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def timed_server(clock: MovableClock) -> Iterator[SandboxServer]:
    """A sandbox whose time the test decides."""
    with SandboxServer(SandboxConfig(rate_per_minute=0, now=clock)) as server:
        yield server
        assert server.ledger.balance_errors() == []


@pytest.fixture
def timed(timed_server: SandboxServer) -> Iterator[Till]:
    """A client of it."""
    with connect(timed_server.url) as client:
        yield Till(client)


def test_a_card_has_every_field_of_the_page_and_never_its_code(till: Till) -> None:
    answer = till.card("partly_used")
    card = data(answer)
    assert set(card) == {
        "id",
        "balance",
        "currency",
        "promotional",
        "is_redeemable",
        "is_issuable",
        "is_extendable",
        "expires_at",
        "created_at",
        "package",
        "transactions",
        "images",
    }
    assert card["balance"] == 3245
    assert SHOWCASE["partly_used"].code not in answer.text


def test_transactions_in_a_card_are_newest_first_and_lack_the_card(till: Till) -> None:
    transactions = data(till.card("partly_used"))["transactions"]
    assert [each["amount"] for each in transactions] == [-1500, -2755, 7500]
    assert all("giftcard" not in each for each in transactions)


def test_a_card_in_a_transaction_is_whole_but_for_its_transactions(till: Till) -> None:
    whole = data(till.card("full_50"))
    nested = data(till.redeem("full_50", 100))["giftcard"]
    assert nested == {
        **{key: value for key, value in whole.items() if key != "transactions"},
        "balance": 4900,
        "is_redeemable": True,
    }


@pytest.mark.parametrize("size", ["FRONT_SMALL", "FRONT_LARGE"])
def test_the_pictures_of_a_card_are_served_without_a_token(till: Till, size: str) -> None:
    images = {each["type"]: each["url"] for each in data(till.card("package"))["images"]}
    picture = httpx.get(images[size], trust_env=False, verify=NO_TLS)
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")


def test_a_hold_reserves_the_money_at_once(till: Till) -> None:
    hold = data(till.redeem("full_50", 1250))
    assert hold["amount"] == -1250
    assert hold["status"] == "pending"
    assert hold["is_capturable"] is True
    assert hold["captured_at"] is None
    assert hold["description"] == "Redeem amount of '€ 12,50'"
    assert till.balance("full_50") == 3750


def test_a_captured_redeem_is_final(till: Till) -> None:
    redeem = data(till.redeem("full_50", 5000, capture=True))
    assert (redeem["status"], redeem["is_capturable"]) == ("success", False)
    assert redeem["captured_at"] == redeem["created_at"]
    assert data(till.card("full_50"))["is_redeemable"] is False


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("full_25", "The gift card does not have enough balance: € 25,00 is available."),
        ("empty", "The gift card does not have enough balance: € 0,00 is available."),
        ("expired", "The gift card has expired."),
        ("new", "The gift card has not been activated yet."),
    ],
)
def test_a_card_that_cannot_pay_refuses_and_says_why(till: Till, name: str, says: str) -> None:
    before = till.balance(name)
    refusal = error(till.redeem(name, 2501), 422)
    assert (refusal["type"], refusal["detail"]) == ("giftcard_transaction_error", says)
    assert till.balance(name) == before


@pytest.mark.parametrize("amount", [True, 12.5, 100.0, "100", 0, -5, 10**9, 10**400, None, [1], {}])
def test_an_amount_that_is_not_a_positive_number_of_cents_is_refused(
    till: Till, amount: object
) -> None:
    refusal = error(till.redeem("large", amount), 422)
    assert (refusal["type"], refusal["title"]) == ("validation_error", "amount")
    assert till.balance("large") == 150_000


@pytest.mark.parametrize("capture", ["true", 1, 0, None])
def test_capture_must_be_true_or_false(till: Till, capture: object) -> None:
    assert error(till.redeem("full_50", 100, capture=capture), 422)["title"] == "capture"


@pytest.mark.parametrize("currency", ["USD", "eur", "", None, 978, "\ud800"])
def test_another_currency_is_refused(till: Till, currency: object) -> None:
    assert error(till.redeem("full_50", 100, currency=currency), 422)["title"] == "currency"


def test_a_card_in_dollars_pays_in_dollars_only(till: Till) -> None:
    assert error(till.redeem("dollars", 100), 422)["title"] == "currency"
    assert data(till.redeem("dollars", 100, currency="USD"))["currency"] == "USD"


def test_all_wrong_fields_are_told_at_once(till: Till) -> None:
    answer = till.on_card("full_50", "redeem")
    error(answer, 422)
    assert [each["title"] for each in answer.json()["errors"]] == ["amount", "currency", "capture"]


def test_a_card_is_issued_once(till: Till) -> None:
    issue = data(till.on_card("new", "issue", amount=2500, currency="EUR", promotional=True))
    assert (issue["type"], issue["status"], issue["amount"]) == ("issue", "success", 2500)
    assert issue["captured_at"] is not None
    card = data(till.card("new"))
    assert card["promotional"] is True
    assert (card["is_issuable"], card["is_redeemable"]) == (False, True)
    again = till.on_card("new", "issue", amount=2500, currency="EUR", promotional=True)
    assert error(again, 422)["type"] == "giftcard_transaction_error"


def test_a_card_can_be_issued_with_a_package(till: Till) -> None:
    issue = data(till.on_card("new", "issue", package=DINNER, promotional=False))
    assert issue["amount"] == 4250
    assert data(till.card("new"))["package"] == DINNER


@pytest.mark.parametrize(
    "body",
    [
        {"package": INACTIVE},
        {"package": "gp_unknown"},
        {"package": "\ud800"},
        {"package": 5},
        {"package": DINNER, "amount": 4250, "currency": "EUR"},
    ],
)
def test_a_package_that_cannot_be_sold_is_refused(till: Till, body: dict[str, object]) -> None:
    assert error(till.on_card("new", "issue", **body), 422)["title"] == "package"
    assert data(till.card("new"))["is_issuable"] is True


def test_an_expired_card_loses_its_money_by_a_transaction_and_gets_it_back_by_another(
    timed: Till, clock: MovableClock
) -> None:
    before = data(timed.card("promotional"))
    clock.now += timedelta(days=100)
    expired = data(timed.card("promotional"))
    assert expired["balance"] == 0
    assert (expired["is_redeemable"], expired["is_extendable"]) == (False, True)
    assert expired["transactions"][0]["type"] == "expire"
    assert expired["transactions"][0]["amount"] == -before["balance"]
    until = (clock.now + timedelta(days=30)).isoformat()
    extension = data(timed.on_card("promotional", "extend", expires_at=until))
    assert (extension["type"], extension["amount"]) == ("reverse_expire", before["balance"])
    extended = data(timed.card("promotional"))
    assert extended["balance"] == before["balance"]
    assert extended["expires_at"] == until
    assert (extended["is_redeemable"], extended["is_extendable"]) == (True, False)


def test_an_expiry_stays_written_when_the_request_that_met_it_is_refused(
    timed: Till, timed_server: SandboxServer, clock: MovableClock
) -> None:
    clock.now += timedelta(days=100)
    error(timed.redeem("promotional", 100), 422)
    card = timed_server.ledger.card_by_code(SHOWCASE["promotional"].code)
    assert card is not None
    assert timed_server.ledger.transactions(card.id)[-1].type == "expire"


def test_a_hold_outlives_its_card_and_its_released_money_expires(
    timed: Till, clock: MovableClock
) -> None:
    hold = timed.hold("promotional", 400)
    clock.now += timedelta(days=100)
    assert data(timed.release(hold))["amount"] == 400
    card = data(timed.card("promotional"))
    assert card["balance"] == 0
    assert [each["type"] for each in card["transactions"]][:2] == ["expire", "release"]


def test_a_card_that_never_expires_never_does(timed: Till, clock: MovableClock) -> None:
    clock.now += timedelta(days=40_000)
    assert data(timed.card("never_expires"))["is_redeemable"] is True


@pytest.mark.parametrize("name", ["full_50", "expired", "new"])
def test_a_card_that_has_not_expired_or_may_not_be_extended_is_not(till: Till, name: str) -> None:
    refusal = error(till.on_card(name, "extend", expires_at="2099-01-01T00:00:00+00:00"), 422)
    assert refusal["type"] == "giftcard_transaction_error"


@pytest.mark.parametrize(
    "until",
    ["2020-01-01T00:00:00+00:00", "tomorrow", "", 5, None, "9999-12-31T23:59:59-12:00", "\ud800"],
)
def test_an_extension_needs_a_date_in_the_future(till: Till, until: object) -> None:
    refusal = error(till.on_card("expired_extendable", "extend", expires_at=until), 422)
    assert refusal["title"] == "expires_at"


def test_the_date_header_follows_the_sandbox_clock(timed: Till) -> None:
    assert timed.card("full_50").headers["date"] == "Sat, 21 Nov 2026 12:00:00 GMT"
