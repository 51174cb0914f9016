"""Transactions, as the page describes them: list, retrieve, capture, release; and the refund."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.kit import Till, data, error, rows

if TYPE_CHECKING:
    from giftill.sandbox import SandboxServer

LOCATION = "lc_Wn4TgVr8PzKb2YxQmHs6JdLa"


def test_a_captured_hold_becomes_final_under_the_same_id(till: Till) -> None:
    hold = till.hold("full_50", 1250)
    captured = data(till.capture(hold))
    assert captured["id"] == hold
    assert (captured["status"], captured["is_capturable"]) == ("success", False)
    assert captured["captured_at"] is not None
    assert till.balance("full_50") == 3750


def test_a_released_hold_gives_the_money_back_under_an_id_of_its_own(till: Till) -> None:
    hold = till.hold("full_50", 1250)
    release = data(till.release(hold))
    assert release["id"] != hold
    assert (release["type"], release["status"], release["amount"]) == ("release", "success", 1250)
    assert release["description"] == f"Release amount of '€ 12,50' for cancellation of '{hold}'"
    cancelled = till.transaction(hold)
    assert (cancelled["status"], cancelled["is_capturable"]) == ("cancelled", False)
    assert cancelled["captured_at"] is None
    assert till.balance("full_50") == 5000


@pytest.mark.parametrize("first", ["capture", "release"])
@pytest.mark.parametrize("second", ["capture", "release"])
def test_a_settled_hold_cannot_be_settled_again(till: Till, first: str, second: str) -> None:
    hold = till.hold("full_50", 1250)
    data(getattr(till, first)(hold))
    balance = till.balance("full_50")
    refusal = error(getattr(till, second)(hold), 422)
    assert refusal["type"] == "giftcard_transaction_error"
    assert refusal["detail"] == f"The transaction {hold} has been captured or released already."
    assert len(refusal["id"]) == 32
    assert till.balance("full_50") == balance


def test_only_a_redeem_can_be_captured_or_released(till: Till) -> None:
    issue = data(till.card("full_50"))["transactions"][0]["id"]
    error(till.capture(issue), 422)
    error(till.release(issue), 422)


def test_a_captured_redeem_is_refunded_in_part_and_then_whole_but_never_more(till: Till) -> None:
    redeem = data(till.redeem("full_50", 3000, capture=True))["id"]
    part = data(till.refund(redeem, amount=1000, currency="EUR", reason="CUSTOMER_REQUEST"))
    assert (part["type"], part["status"], part["amount"]) == ("refund", "success", 1000)
    assert part["refund_details"]["transaction"] == redeem
    error(till.refund(redeem, amount=2001, currency="EUR"), 422)
    data(till.refund(redeem, amount=2000, currency="EUR"))
    error(till.refund(redeem, amount=1, currency="EUR"), 422)
    assert till.balance("full_50") == 5000


def test_a_hold_cannot_be_refunded(till: Till) -> None:
    hold = till.hold("full_50", 1000)
    refusal = error(till.refund(hold, amount=1000, currency="EUR"), 422)
    assert refusal["type"] == "giftcard_transaction_error"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", 0),
        ("currency", "USD"),
        ("reason", "BECAUSE"),
        ("reason_description", 5),
        ("reason_description", "x" * 1001),
        ("reason_description", "\ud800"),
    ],
)
def test_a_refund_with_a_wrong_field_is_refused(till: Till, field: str, value: object) -> None:
    redeem = data(till.redeem("full_50", 3000, capture=True))["id"]
    body = {"amount": 100, "currency": "EUR", field: value}
    assert error(till.refund(redeem, **body), 422)["title"] == field


def test_transactions_are_listed_newest_first_ten_at_a_time(till: Till) -> None:
    hold = till.hold("full_50", 100)
    listed = rows(till.client.get("transactions"))
    assert len(listed) == 10
    assert listed[0]["id"] == hold
    assert listed[0]["giftcard"]["balance"] == 4900
    assert "transactions" not in listed[0]["giftcard"]
    times = [each["created_at"] for each in listed]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_the_cursor_leads_past_every_transaction_exactly_once(
    till: Till, server: SandboxServer, limit: int
) -> None:
    everything = [row.id for row in reversed(server.ledger.transactions())]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _page in range(len(everything) // limit + 1):
        answer = till.client.get("transactions", params={"limit": limit, **cursor})
        seen += [each["id"] for each in rows(answer)]
        cursor = {"cursor_before": seen[-1]}
    assert seen == everything
    assert rows(till.client.get("transactions", params=cursor)) == []


def test_a_new_transaction_does_not_shift_the_next_page(till: Till) -> None:
    first = rows(till.client.get("transactions", params={"limit": 2}))
    expected = rows(till.client.get("transactions", params={"limit": 4}))[2:]
    till.hold("full_50", 100)
    cursor = {"limit": 2, "cursor_before": first[-1]["id"]}
    assert rows(till.client.get("transactions", params=cursor)) == expected


def test_transactions_can_be_listed_for_one_card(till: Till) -> None:
    card = data(till.card("long_history"))
    listed = rows(till.client.get("transactions", params={"giftcard": card["id"], "limit": 100}))
    assert len(listed) > 40
    assert {each["giftcard"]["id"] for each in listed} == {card["id"]}
    assert [each["id"] for each in listed] == [each["id"] for each in card["transactions"]]


def test_an_unknown_card_has_no_transactions(till: Till) -> None:
    assert rows(till.client.get("transactions", params={"giftcard": "gc_unknown"})) == []


@pytest.mark.parametrize("path", ["transactions", "locations", "packages"])
@pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", "", "1.5", "9999"])
def test_a_limit_outside_1_to_100_is_refused(till: Till, path: str, limit: str) -> None:
    assert error(till.client.get(path, params={"limit": limit}), 422)["title"] == "limit"


@pytest.mark.parametrize("path", ["transactions", "locations", "packages"])
def test_an_unknown_cursor_is_refused(till: Till, path: str) -> None:
    answer = till.client.get(path, params={"cursor_before": "tr_unknown"})
    assert error(answer, 422)["title"] == "cursor_before"


@pytest.mark.parametrize(("path", "count"), [("locations", 12), ("packages", 6)])
def test_locations_and_packages_are_paged_as_well(till: Till, path: str, count: int) -> None:
    everything = rows(till.client.get(path, params={"limit": 100}))
    assert len(everything) == count
    assert rows(till.client.get(path)) == everything[:10]
    rest = {"limit": 100, "cursor_before": everything[3]["id"]}
    assert rows(till.client.get(path, params=rest)) == everything[4:]


def test_a_package_can_be_retrieved(till: Till) -> None:
    for package in rows(till.client.get("packages")):
        assert data(till.client.get(f"packages/{package['id']}")) == package


def test_packages_include_one_that_is_not_sold_and_one_that_hides_its_amount(till: Till) -> None:
    packages = rows(till.client.get("packages"))
    assert [each["active"] for each in packages].count(False) == 1
    assert [each["amount_visible"] for each in packages].count(False) == 1


def test_the_location_is_recorded_but_never_answered(till: Till, server: SandboxServer) -> None:
    till.client.headers["X-Gifty-Location"] = LOCATION
    answer = till.redeem("full_50", 100)
    row = server.ledger.transaction(data(answer)["id"])
    assert row is not None
    assert row.location_id == LOCATION
    assert LOCATION not in answer.text


def test_an_unknown_location_moves_no_money_but_locations_can_still_be_listed(till: Till) -> None:
    till.client.headers["X-Gifty-Location"] = "lc_unknown"
    assert error(till.redeem("full_50", 100), 422)["title"] == "X-Gifty-Location"
    locations = rows(till.client.get("locations"))
    till.client.headers["X-Gifty-Location"] = locations[0]["id"]
    assert till.balance("full_50") == 5000
