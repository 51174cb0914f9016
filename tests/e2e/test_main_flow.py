"""A cashier at the window: scan, amount, F8, F9, with the network there and with it gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.desktop import Terminal, terminal
from tests.helpers.processes import kill, until

if TYPE_CHECKING:
    from tests.helpers.desktop import Desktop
    from tests.helpers.processes import Server, Till

pytestmark = pytest.mark.serial

FULL = SHOWCASE["full_50"].code


def hold(on: Desktop, window: Terminal, code: str, amount: str) -> None:
    """Scan a card and hold an amount on it, as a cashier does."""
    on.scan(code)
    window.until_focus_on("Amount to hold")
    on.type(amount)
    window.until_shows(f"Hold €{amount}")
    on.press("F8")
    window.until_shows(f"Complete sale €{amount}")


def test_a_scan_an_amount_f8_and_f9_take_the_money(
    desktop: Desktop, kept_till: Till, server: Server
) -> None:
    with terminal(desktop, kept_till) as window:
        hold(desktop, window, FULL, "12.34")
        assert [each["status"] for each in server.redeems("full_50", 1234)] == ["pending"]
        desktop.press("F9")
        window.until_shows("The sale is complete and confirmed.")
        desktop.picture("confirmed")
        assert window.shows("€37.66 left on it")
    captured = server.redeems("full_50", 1234)
    assert [each["status"] for each in captured] == ["success"]
    assert captured[0]["captured_at"] is not None
    assert server.card("full_50")["balance"] == 3766


def test_a_capture_without_a_network_outlives_a_kill_and_is_confirmed_by_itself(
    desktop: Desktop, kept_till: Till, server: Server
) -> None:
    with terminal(desktop, kept_till) as window:
        hold(desktop, window, FULL, "23.45")
        server.kill()
        desktop.press("F9")
        window.until_shows("Recorded safely, sent by itself when the network returns.")
        assert window.shows("Queued")
        desktop.picture("queued")
        kill(window.process)
    server.start()
    assert [each["status"] for each in server.redeems("full_50", 2345)] == ["pending"]
    with terminal(desktop, kept_till) as window:
        until(
            lambda: server.redeems("full_50", 2345)[0]["status"] == "success",
            "the capture is sent by itself",
        )
        desktop.press("ctrl+3")
        window.until_shows("Everything is confirmed")
        desktop.picture("sent-after-restart")
    assert len(server.redeems("full_50", 2345)) == 1
    assert server.card("full_50")["balance"] == 5000 - 2345
    report = kept_till.json("journal", "verify")["journal"]
    assert report["is_intact"] is True
    lines = kept_till.run("journal", "export").out.splitlines()
    assert sum('"confirmed"' in line and '"capture"' in line for line in lines) >= 1
    assert kept_till.json("outbox")["outbox"] == []
    assert kept_till.json("holds")["holds"] == []
