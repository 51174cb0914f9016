"""The window from outside: a second one, what a screen reader finds, and bad input."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.desktop import Terminal, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.desktop import Desktop
    from tests.helpers.processes import Server, Till

pytestmark = pytest.mark.serial

FULL = SHOWCASE["full_50"].code


@pytest.fixture
def window(desktop: Desktop, till: Till) -> Iterator[Terminal]:
    with terminal(desktop, till) as running:
        yield running


def test_a_second_window_on_the_same_till_says_so_and_ends_with_9(
    desktop: Desktop, till: Till, window: Terminal
) -> None:
    with closing(Terminal(desktop, till)) as second:
        second.until_shows("Giftill is already open")
        desktop.picture("second-window")
        assert second.confirm() == 9
    assert window.process.poll() is None
    assert window.shows("Scan a gift card")


def test_a_screen_reader_finds_every_control_of_the_till_by_name(
    desktop: Desktop, window: Terminal
) -> None:
    desktop.scan(FULL)
    window.until_focus_on("Amount to hold")
    desktop.type("5.00")
    window.until_shows("Hold €5.00")
    found = {(each.role, each.name) for each in window.controls()}
    expected = {
        ("frame", "Giftill"),
        ("text", "Card code"),
        ("text", "Amount to hold"),
        ("text", "Sale total"),
        ("push button", "Hold €5.00"),
        ("push button", "Full balance"),
        ("push button", "Redeem now"),
        ("push button", "Clear"),
        ("push button", "Location: Choose a location"),
        ("label", "Connection: Online"),
        ("check box", "Till"),
        ("check box", "Holds"),
        ("check box", "Outbox"),
        *(("push button", str(digit)) for digit in range(10)),
    }
    assert expected <= found, sorted(found)


def test_a_sale_can_be_done_through_a_screen_reader(
    desktop: Desktop, window: Terminal, server: Server
) -> None:
    desktop.scan(FULL)
    window.press("Full balance", then="Hold €50.00")
    window.press("Hold €50.00", then="Complete sale €50.00")
    window.press("Complete sale €50.00", then="The sale is complete and confirmed.")
    assert [each["status"] for each in server.redeems("full_50", 5000)] == ["success"]


def test_training_mode_sells_without_a_token_and_without_the_api(
    desktop: Desktop, till: Till, server: Server
) -> None:
    server.kill()
    newcomer = till.with_environ(GIFTILL_TOKEN="")
    with terminal(desktop, newcomer, "--training") as window:
        window.until_shows("Connection: Online")
        desktop.scan(FULL)
        window.until_focus_on("Amount to hold")
        desktop.press("F4")
        window.until_shows("Hold €50.00")
        desktop.press("F8")
        window.until_shows("Complete sale €50.00")
        desktop.press("F9")
        window.until_shows("The sale is complete and confirmed.")
        assert "Giftill (training)" in window.texts()
        desktop.picture("training")
    assert not (till.data / "journal.sqlite3").exists()


BAD_CODES = {
    "ABCD2456EFGH7": "A card code has 16 characters; this has 13.",
    "ABCD2456EFGH7K9QXX": "A card code has 16 characters; this has 18.",
    "8711327538481": "This is the barcode of a product, not of a gift card.",
    "https://example.com/ABCD2456EFGH7K9Q": "This link does not belong to a Gifty card.",
    "ABCD2456EFGH7K9QZZZZ2456EFGH7K9Q": "Two scans ran together, so no card was chosen.",
    "ABCD2456EFGH7K!Q": "A card code has only the letters A–Z and digits.",
    "ABCD2456EFGH7K9Q": "The shop has no gift card with this code.",
}


def test_what_is_no_card_is_a_sentence_and_the_next_scan_works(
    desktop: Desktop, window: Terminal
) -> None:
    for code, sentence in BAD_CODES.items():
        desktop.scan(code)
        window.until_shows(sentence)
    desktop.picture("bad-code")
    desktop.scan(FULL)
    window.until_focus_on("Amount to hold")
    assert window.shows("€50.00")


CARDS_THAT_CAN_T_PAY = {
    "expired_extendable": "Expired",
    "empty": "Empty",
    "new": "Not sold yet",
    "dollars": "this till takes euros",
}


def test_a_card_that_can_t_pay_says_why_and_offers_no_hold(
    desktop: Desktop, window: Terminal
) -> None:
    for name, sentence in CARDS_THAT_CAN_T_PAY.items():
        desktop.scan(SHOWCASE[name].code)
        window.until_shows(sentence)
        assert not window.shows("Amount to hold"), name


def test_an_amount_that_can_t_be_taken_is_refused_where_it_stands(
    desktop: Desktop, window: Terminal, server: Server
) -> None:
    desktop.scan(FULL)
    window.until_focus_on("Amount to hold")
    for amount, sentence in {
        "0": "The amount must be more than zero.",
        "12,345": "has more than two decimals",
        "50.01": "€50.00",
        "9999999": "is more than any gift card can hold",
    }.items():
        desktop.press("ctrl+a", "Delete")
        desktop.type(amount)
        desktop.press("F8")
        window.until_shows(sentence)
    desktop.picture("bad-amount")
    assert server.card("full_50")["balance"] == 5000
