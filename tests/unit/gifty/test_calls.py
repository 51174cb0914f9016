"""What is sent for each endpoint, and what is never sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from giftill.domain.cards import CardId, PackageId
from giftill.domain.codes import CardCode, read_code
from giftill.domain.money import Money
from giftill.domain.transactions import TransactionId
from giftill.gifty import UnusableId, calls

CODE = read_code("AAAA BBBB CCCC DDDD")
HOLD = TransactionId("tr_1")


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [
        (calls.card(CODE), "GET", "giftcards/AAAABBBBCCCCDDDD"),
        (
            calls.redeem(CODE, Money(1), capture=False),
            "POST",
            "giftcards/AAAABBBBCCCCDDDD/redeem",
        ),
        (calls.transaction(HOLD), "GET", "transactions/tr_1"),
        (calls.capture(HOLD), "POST", "transactions/tr_1/capture"),
        (calls.release(HOLD), "DELETE", "transactions/tr_1"),
        (
            calls.refund(HOLD, Money(1), reason="CUSTOMER_REQUEST", description=""),
            "POST",
            "transactions/tr_1/refund",
        ),
        (
            calls.transactions(CardId("gc_1"), 10, "tr_9"),
            "GET",
            "transactions?giftcard=gc_1&limit=10&cursor_before=tr_9",
        ),
        (calls.locations(100, None), "GET", "locations?limit=100"),
        (calls.packages(1, None), "GET", "packages?limit=1"),
        (calls.package(PackageId("gp_1")), "GET", "packages/gp_1"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_each_endpoint_has_its_method_and_path(call: calls.Call, method: str, path: str) -> None:
    assert (call.request.method, call.path) == (method, path)


def test_a_call_shows_its_code_to_nobody() -> None:
    call = calls.redeem(CODE, Money(1250), capture=False)
    shown = f"{call!r} {call} {call.request!r} {call.request}"
    assert "AAAABBBBCCCCDDDD" not in shown
    assert "DDDD/redeem" in shown


def test_a_package_is_issued_without_an_amount() -> None:
    call = calls.issue(CODE, None, PackageId("gp_1"), promotional=True)
    assert json.loads(call.body) == {"package": "gp_1", "promotional": True}


@pytest.mark.parametrize(("amount", "package"), [(None, None), (Money(1), PackageId("gp_1"))])
def test_a_card_is_issued_with_one_of_amount_and_package(
    amount: Money | None, package: PackageId | None
) -> None:
    with pytest.raises(ValueError, match="amount or with a package"):
        calls.issue(CODE, amount, package, promotional=False)


def test_a_date_of_expiry_is_sent_as_on_the_page() -> None:
    amsterdam = timezone(timedelta(hours=2))
    call = calls.extend(CODE, datetime(2027, 4, 30, 18, 36, 49, 5, tzinfo=amsterdam))
    assert json.loads(call.body) == {"expires_at": "2027-04-30T16:36:49+00:00"}


def test_a_date_of_expiry_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        calls.extend(CODE, datetime(2027, 4, 30, tzinfo=UTC).replace(tzinfo=None))


@pytest.mark.parametrize("cents", [0, -1])
def test_no_amount_but_a_positive_one_is_sent(cents: int) -> None:
    with pytest.raises(ValueError, match="more than zero"):
        calls.redeem(CODE, Money(cents), capture=False)


@pytest.mark.parametrize(
    "text", ["", "tr_1/capture", "../tr_1", "tr_1?x=1", "tr 1", "tr_1\n", "AAAABBBBCCCCDDDD", "é"]
)
def test_what_is_no_id_is_not_sent_and_not_repeated(text: str) -> None:
    with pytest.raises(UnusableId) as caught:
        calls.transaction(TransactionId(text))
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize("text", ["", "AAAA/BBBB/CCCC/D", "aaaabbbbccccdddd", "AAAABBBBCCCCDDDDE"])
def test_a_code_that_was_not_read_by_the_domain_is_not_sent(text: str) -> None:
    with pytest.raises(ValueError, match="16 letters and digits"):
        calls.card(CardCode(text))


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_a_page_has_1_to_100_objects(limit: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        calls.locations(limit, None)
