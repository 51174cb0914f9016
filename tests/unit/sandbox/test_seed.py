"""The demonstration data: the same each time, consistent, and with every state to look at."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from giftill.sandbox import SHOWCASE, Ledger
from giftill.sandbox.ids import CODE_ALPHABET, CODE_LENGTH
from giftill.sandbox.images import designs, picture
from giftill.sandbox.seed import fill
from giftill.sandbox.sheet import state_of

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = 1_795_270_000
DAY_S = 86_400


def filled(now: int) -> Ledger:
    ledger = Ledger()
    fill(ledger, now)
    return ledger


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    made = filled(NOW)
    yield made
    made.close()


def test_the_data_is_the_same_each_time(ledger: Ledger) -> None:
    again = filled(NOW)
    assert again.cards() == ledger.cards()
    assert again.transactions() == ledger.transactions()
    again.close()


@pytest.mark.parametrize("hours", range(0, 24, 3))
def test_the_named_cards_show_the_same_at_every_hour_of_the_day(ledger: Ledger, hours: int) -> None:
    later = filled(NOW + hours * 3_600)
    for card in SHOWCASE.values():
        one, other = ledger.card_by_code(card.code), later.card_by_code(card.code)
        assert one is not None
        assert other is not None
        assert state_of(one, NOW) == state_of(other, NOW + hours * 3_600)
        assert one.balance_cents == other.balance_cents
    assert later.balance_errors() == []
    later.close()


def test_there_are_about_60_cards_in_every_state(ledger: Ledger) -> None:
    assert 55 <= len(ledger.cards()) <= 65
    states = Counter(state_of(card, NOW) for card in ledger.cards())
    assert set(states) >= {
        "redeemable",
        "redeemable, promotional",
        "redeemable, package",
        "empty",
        "not activated",
        "expired",
        "expired, can be extended",
    }
    assert {card.currency for card in ledger.cards()} == {"EUR", "USD"}


def test_the_transactions_cover_months_and_end_today(ledger: Ledger) -> None:
    times = [row.created_at for row in ledger.transactions()]
    assert times == sorted(times)
    assert times[0] < NOW - 150 * DAY_S
    assert NOW - 5 * DAY_S < times[-1] <= NOW
    assert len(times) > 150


def test_every_type_and_status_of_transaction_is_there(ledger: Ledger) -> None:
    rows = ledger.transactions()
    assert {row.type for row in rows} == {
        "issue",
        "redeem",
        "release",
        "refund",
        "expire",
        "reverse_expire",
    }
    assert {row.status for row in rows} == {"success", "pending", "cancelled"}
    assert sum(row.is_capturable for row in rows) == 2


def test_locations_include_one_with_an_addition_and_one_without_a_country(ledger: Ledger) -> None:
    locations = ledger.locations()
    assert len(locations) == 12
    assert any(location.addition for location in locations)
    assert [location.country_code for location in locations].count(None) == 1


@pytest.mark.parametrize("card", SHOWCASE.values(), ids=SHOWCASE.keys())
def test_named_codes_are_made_of_the_default_alphabet(card: object) -> None:
    code = getattr(card, "code", "")
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(CODE_ALPHABET)


def test_every_card_has_a_design_that_can_be_drawn(ledger: Ledger) -> None:
    used = {card.design for card in ledger.cards()}
    assert used <= set(designs())
    assert all(picture(name, "small").startswith(b"\x89PNG") for name in used)


def test_live_identifiers_are_unpredictable_after_the_seed(ledger: Ledger) -> None:
    again = filled(NOW)
    assert again.ids.identifier("tr") != ledger.ids.identifier("tr")
    again.close()
