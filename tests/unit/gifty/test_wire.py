"""Reading the API's JSON: the page's own samples, sparse objects, and what must not pass."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giftill.domain.money import Money
from giftill.domain.transactions import TransactionStatus, TransactionType
from giftill.gifty import wire

CARD: dict[str, Any] = {
    "id": "gc_e7V83D5N6An7OgnPJgKlqoyz",
    "balance": 4000,
    "currency": "EUR",
    "promotional": False,
    "is_redeemable": True,
    "is_issuable": False,
    "is_extendable": False,
    "expires_at": "2027-09-15T12:42:42+00:00",
    "created_at": "2022-09-15T12:41:31+00:00",
    "transactions": [],
    "images": [{"type": "FRONT_SMALL", "url": "https://dashboard.gifty.nl/small.png"}],
}

HOLD: dict[str, Any] = {
    "id": "tr_kOWB2x0QVvE8GYn6GX7p1oL9",
    "amount": -1250,
    "currency": "EUR",
    "status": "pending",
    "type": "redeem",
    "description": "Redeem amount of '€ 12,50'",
    "is_capturable": True,
    "captured_at": None,
    "created_at": "2019-01-06T19:10:49+00:00",
    "giftcard": CARD,
}

LOCATION: dict[str, Any] = {
    "id": "lc_RVyje31w8pmKwwmqlZW096M7",
    "street": "Floridalaan",
    "house_number": "8 bis",
    "addition": None,
    "postal_code": "3404WV",
    "city": "IJsselstein",
    "country_code": "NL",
}

PACKAGE: dict[str, Any] = {
    "id": "gp_rB4kAgGwOzdaQ5dMxN09q62y",
    "title": "Tapasmenu voor 2",
    "description": "Geef een heerlijk verzorgde avond cadeau.",
    "amount": 4250,
    "amount_visible": True,
    "currency": "EUR",
    "active": True,
}


def body(data: object) -> bytes:
    return json.dumps({"data": data}).encode()


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def test_the_cards_sample_of_the_page_is_read_whole() -> None:
    card = wire.card(body({**CARD, "transactions": [without(HOLD, "giftcard")]}))
    assert card.balance == Money(4000, "EUR")
    assert card.is_redeemable
    assert card.expires_at == datetime(2027, 9, 15, 12, 42, 42, tzinfo=UTC)
    assert [each.id for each in card.transactions] == [HOLD["id"]]
    assert card.images[0].url == "https://dashboard.gifty.nl/small.png"
    assert card.package_id is None


def test_the_holds_sample_of_the_page_is_an_open_hold() -> None:
    hold = wire.transaction(body(HOLD))
    assert hold.is_open_hold
    assert hold.amount_cents == -1250
    assert hold.card is not None
    assert hold.card.balance_cents == 4000


def test_a_location_is_read_as_on_an_envelope() -> None:
    (location,) = wire.locations(body([LOCATION]))
    assert location.street_line == "Floridalaan 8 bis"
    assert location.city_line == "3404WV IJsselstein"


def test_a_package_is_read_with_its_value() -> None:
    assert wire.package(body(PACKAGE)).value == Money(4250, "EUR")
    assert [each.title for each in wire.packages(body([PACKAGE]))] == ["Tapasmenu voor 2"]


def test_unknown_fields_are_ignored() -> None:
    assert wire.card(body({**CARD, "colour": {"of": ["the", "day"]}})).balance_cents == 4000


def test_a_sparse_card_has_defaults() -> None:
    card = wire.card(body({"id": "gc_1", "balance": 0}))
    assert (card.currency, card.transactions, card.images) == ("EUR", (), ())
    assert not card.is_redeemable
    assert card.expires_at is None


def test_nulls_where_nothing_depends_on_them_are_tolerated() -> None:
    nothing = dict.fromkeys(without(CARD, "id", "balance", "currency"))
    assert wire.card(body({**CARD, **nothing})).images == ()
    empty = dict.fromkeys(without(LOCATION, "id"))
    (location,) = wire.locations(body([{**empty, "id": "lc_1"}]))
    assert location.street_line == ""


def test_a_nested_transaction_takes_the_cards_currency() -> None:
    row = without(HOLD, "giftcard", "currency")
    card = wire.card(body({**CARD, "currency": "USD", "transactions": [row]}))
    assert card.transactions[0].currency == "USD"


def test_a_nested_card_that_can_not_be_read_does_not_spoil_the_transaction() -> None:
    for card in ("gc_1", {"id": "gc_1"}, {"id": "gc_1", "balance": "much"}, 7):
        assert wire.transaction(body({**HOLD, "giftcard": card})).card is None


def test_a_pending_redeem_without_the_flag_is_a_hold() -> None:
    assert wire.transaction(body(without(HOLD, "is_capturable"))).is_open_hold


def test_a_pending_redeem_that_is_not_capturable_is_no_hold() -> None:
    assert not wire.transaction(body({**HOLD, "is_capturable": False})).is_open_hold


def test_words_of_the_future_are_other() -> None:
    odd = wire.transaction(body({**HOLD, "type": "donate", "status": "frozen"}))
    assert odd.type is TransactionType.OTHER
    assert odd.status is TransactionStatus.OTHER


def test_a_package_named_by_its_id_or_not_at_all_is_told_by_the_id() -> None:
    assert wire.card(body({**CARD, "package": "gp_1"})).package_id == "gp_1"
    assert wire.card(body({**CARD, "package": {"id": "gp_1"}})).package_id is None
    assert wire.package(body({**PACKAGE, "title": None})).title == PACKAGE["id"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "1250"),
        ("amount", -1250.0),
        ("amount", True),
        ("amount", None),
        ("amount", 10**13),
        ("id", 7),
        ("id", "tr_1/../capture"),
        ("id", "tr_1\n"),
        ("id", "AAAABBBBCCCCDDDD"),
        ("status", None),
        ("type", 3),
        ("currency", "euro"),
        ("is_capturable", "yes"),
        ("captured_at", 1_700_000_000),
        ("captured_at", "yesterday"),
        ("created_at", "2019-13-06T19:10:49+00:00"),
    ],
)
def test_a_wrong_type_in_a_field_that_matters_is_not_read(field: str, value: object) -> None:
    with pytest.raises(wire.WireError):
        wire.transaction(body({**HOLD, field: value}))


@pytest.mark.parametrize("field", ["id", "amount", "status", "type"])
def test_a_transaction_without_a_field_that_matters_is_not_read(field: str) -> None:
    with pytest.raises(wire.WireError, match=field):
        wire.transaction(body(without(HOLD, field)))


def test_a_broken_row_in_a_cards_history_is_not_dropped_in_silence() -> None:
    with pytest.raises(wire.WireError):
        wire.card(body({**CARD, "transactions": [{"id": "tr_1"}]}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"data": null}',
        b'{"data": []}',
        b'{"data": {"id": "tr_1"',
        b"<html>Log in</html>",
        b'{"message": "ok"}',
        json.dumps({"data": HOLD}).encode() + b"x",
        json.dumps({"data": HOLD}).encode("utf-16"),
        b'{"data": {"id": "tr_1", "colour": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
        b'{"data": {"id": "tr_1", "amount": ' + b"9" * 5_000 + b"}}",
    ],
    ids=lambda data: data[:20].decode(errors="replace") + f" {len(data)}",
)
def test_a_body_of_another_shape_is_not_read(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.transaction(data)


def test_invalid_utf_8_is_not_read_even_in_a_field_that_nobody_needs() -> None:
    with pytest.raises(wire.WireError, match="UTF-8"):
        wire.card(body({**CARD, "colour": "x"}).replace(b'"x"', b'"\xff"'))


def test_half_a_surrogate_pair_is_not_read() -> None:
    with pytest.raises(wire.WireError):
        wire.transaction(body({**HOLD, "description": "\ud83d"}))


def test_a_byte_order_mark_is_read_over() -> None:
    assert wire.card(b"\xef\xbb\xbf" + body(CARD)).balance_cents == 4000


def test_the_last_of_two_equal_keys_counts() -> None:
    text = body(HOLD).replace(b'"amount": -1250', b'"amount": -1, "amount": -1250')
    assert wire.transaction(text).amount_cents == -1250


def test_a_time_without_a_zone_is_the_servers_utc() -> None:
    card = wire.card(body({**CARD, "expires_at": "2027-09-15 12:42:42"}))
    assert card.expires_at == datetime(2027, 9, 15, 12, 42, 42, tzinfo=UTC)


def test_server_text_is_one_line_of_a_readable_length() -> None:
    text = "Bad\x00\n\x1b[31m \u202enews " + "!" * 2_000
    shown = wire.transaction(body({**HOLD, "description": text})).description
    assert shown.startswith("Bad [31m news !!!")
    assert len(shown) == wire.LONGEST_TEXT
    assert shown.isprintable()


def test_the_pages_error_sample_is_read_whole() -> None:
    text = "The transaction tr_1 has been captured or released already."
    detail = {
        "id": "9fb1f6880a844a72b7fbd9bb5ee10d87",
        "status": "422",
        "type": "giftcard_transaction_error",
        "title": "Giftcard transaction error",
        "detail": text,
    }
    (error,) = wire.errors(json.dumps({"message": text, "errors": [detail]}).encode())
    assert error.id == detail["id"]
    assert error.type == "giftcard_transaction_error"
    assert error.detail == text


def test_an_error_with_a_null_id_or_only_a_message_is_read() -> None:
    (error,) = wire.errors(b'{"message": "No.", "errors": [{"id": null, "type": "x"}]}')
    assert (error.id, error.type, error.detail) == ("", "x", "No.")
    (error,) = wire.errors(b'{"message": "Unauthenticated."}')
    assert error.detail == "Unauthenticated."


def test_errors_by_field_are_read() -> None:
    (error,) = wire.errors(b'{"message": "Wrong.", "errors": {"amount": ["Too small."]}}')
    assert (error.type, error.title, error.detail) == ("validation_error", "amount", "Too small.")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_no_error_body_raises(value: object) -> None:
    wire.errors(json.dumps(value).encode())
    wire.errors(json.dumps({"message": value, "errors": value}).encode())
    wire.errors(json.dumps({"errors": [value, {"detail": value, "id": value}]}).encode())


@given(st.sampled_from(sorted(HOLD)), json_values)
def test_any_value_in_any_field_is_read_or_refused(field: str, value: object) -> None:
    try:
        transaction = wire.transaction(body({**HOLD, field: value}))
    except wire.WireError:
        return
    assert isinstance(transaction.amount_cents, int)
    assert isinstance(transaction.description, str)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.card(data)


def test_requests_are_written_as_on_the_page() -> None:
    redeem = wire.encode(wire.RedeemBody(1250, "EUR", capture=False))
    assert json.loads(redeem) == {"amount": 1250, "currency": "EUR", "capture": False}
    issue = wire.encode(wire.IssueAmountBody(1250, "EUR", promotional=False))
    assert json.loads(issue) == {"amount": 1250, "currency": "EUR", "promotional": False}
