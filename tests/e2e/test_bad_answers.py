"""A server, network or token that misbehaves, as the cashier sees it in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.audit import audit
from tests.helpers.desktop import terminal
from tests.helpers.processes import TOKEN, kill

if TYPE_CHECKING:
    from tests.helpers.desktop import Desktop
    from tests.helpers.processes import Server, Till

pytestmark = pytest.mark.serial

FULL = SHOWCASE["full_50"].code
OTHER = SHOWCASE["full_25"].code
REDEEMS = "/v1/giftcards/*/redeem"

UNUSABLE = ("html_200", "empty_body", "redirect_302", "huge_body", "wrong_type", "half_body")


def test_an_answer_that_is_none_is_never_called_an_unknown_card(
    desktop: Desktop, till: Till, server: Server
) -> None:
    with terminal(desktop, till) as window:
        for kind in UNUSABLE:
            with server.fault(kind, path="/v1/giftcards/*"):
                desktop.scan(FULL)
                window.until_shows("Can’t check this card now")
            desktop.picture(f"bad-answer-{kind}")
            assert not window.shows("Unknown card"), kind
            # The same card within two seconds would count as a scan that came twice.
            desktop.scan(OTHER)
            window.until_shows("€25.00")


def test_a_lost_answer_is_checked_by_itself_and_the_card_charged_once(
    desktop: Desktop, till: Till, server: Server
) -> None:
    with terminal(desktop, till) as window:
        desktop.scan(FULL)
        window.until_focus_on("Amount to hold")
        desktop.type("12.34")
        window.until_shows("Hold €12.34")
        with server.fault("lose_answer_after", method="POST", path=REDEEMS):
            desktop.press("F8")
            window.until_shows("do not charge again")
            desktop.picture("checking")
        window.until_shows("€12.34 is held")
        desktop.picture("held-after-check")
        desktop.press("F9")
        window.until_shows("The sale is complete and confirmed.")
        kill(window.process)
    books = audit(till, server, ("full_50",))
    assert books.open_holds == frozenset()
    assert len(server.redeems("full_50", 1234)) == 1


def test_a_missing_token_is_said_with_what_to_do_and_found_once_it_is_set(
    desktop: Desktop, till: Till
) -> None:
    newcomer = till.with_environ(
        GIFTILL_TOKEN="",
        DBUS_SESSION_BUS_ADDRESS=desktop.environ["DBUS_SESSION_BUS_ADDRESS"],
        XDG_RUNTIME_DIR=desktop.environ["XDG_RUNTIME_DIR"],
    )
    with terminal(desktop, newcomer) as window:
        window.until_shows("Take no gift cards yet: this till has no token")
        assert window.shows("giftill token set")
        desktop.picture("token-missing")
        assert newcomer.run("token", "set", stdin=TOKEN).status == 0
        window.press("Check the token", then="Connection: Online")
        desktop.scan(FULL)
        window.until_shows("€50.00")
        assert not window.shows("Take no gift cards yet: this till has no token")


def test_a_wrong_token_is_said_with_what_to_do(desktop: Desktop, till: Till) -> None:
    with terminal(desktop, till.with_environ(GIFTILL_TOKEN="a-wrong-token")) as window:
        window.until_shows("refuses this till’s token")
        assert window.shows("giftill token set")
        desktop.picture("token-wrong")
