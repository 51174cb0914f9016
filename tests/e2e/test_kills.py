"""The terminal is killed in the middle of moving money: nothing is lost, nothing charged twice."""

from __future__ import annotations

import random
import signal
import time
from typing import TYPE_CHECKING

import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.audit import audit, settle
from tests.helpers.desktop import Terminal, terminal
from tests.helpers.processes import kill, until, until_idle

if TYPE_CHECKING:
    from tests.helpers.desktop import Desktop
    from tests.helpers.processes import Server, Till

FULL = SHOWCASE["full_50"].code
CARDS = ("full_50", "full_25", "partly_used", "large", "never_expires", "long_history", "package")

LOOK_UPS = "/v1/giftcards/*"
REDEEMS = "/v1/giftcards/*/redeem"
CAPTURES = "/v1/transactions/*/capture"

# Long enough for a kill to fall into it by chance.
SLOW_MS = 200
LONG_ENOUGH_S = 4 * SLOW_MS / 1000


def slow(path: str, method: str, **scope: object) -> dict[str, object]:
    return {"kind": "latency", "path": path, "method": method, "latency_ms": SLOW_MS, **scope}


def chance() -> random.Random:
    """Return a source of instants that a failing test can be repeated with."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    return random.Random(seed)


def amount(round_: int) -> str:
    """Return an amount that no other round asks for."""
    return f"{3 + round_}.0{round_}"


@pytest.mark.parametrize(("path", "left_open"), [(REDEEMS, 1), (CAPTURES, 0)])
def test_a_command_killed_before_it_could_read_the_answer_did_it_once(
    till: Till, server: Server, path: str, left_open: int
) -> None:
    server.switch(slow(path, "POST", times=1) | {"latency_ms": 2_000})
    process = till.start("redeem", FULL, "12.50", "--capture")
    try:
        until(lambda: server.has_met(path), "the request is under way")
        # The server is told of a request before the whole of it was sent.
        until_idle(process)
        process.send_signal(signal.SIGSTOP)
        wanted = "pending" if path == REDEEMS else "success"
        until(
            lambda: [each["status"] for each in server.redeems("full_50", 1250)] == [wanted],
            "the server has done it",
        )
    finally:
        kill(process)
    settle(till)
    books = audit(till, server, ("full_50",))
    assert len(server.redeems("full_50", 1250)) == 1
    # The hold is found for the cashier to settle; the capture, which was queued, is confirmed.
    assert len(books.open_holds) == left_open


def test_a_command_killed_at_any_instant_leaves_books_that_agree(
    till: Till, server: Server
) -> None:
    instants = chance()
    used = CARDS[:6]
    for round_, name in enumerate(used):
        server.switch(slow(LOOK_UPS, "GET", times=1), slow(REDEEMS, "POST"), slow(CAPTURES, "POST"))
        process = till.start("redeem", SHOWCASE[name].code, amount(round_), "--capture")
        try:
            until(lambda: server.has_met(LOOK_UPS), "the card is looked up")
            time.sleep(instants.uniform(0, LONG_ENOUGH_S))
        finally:
            kill(process)
    server.switch()
    settle(till)
    audit(till, server, used)


@pytest.mark.serial
def test_a_window_killed_at_any_instant_leaves_books_that_agree(
    desktop: Desktop, till: Till, server: Server
) -> None:
    instants = chance()
    used = CARDS[:4]
    server.switch(slow(REDEEMS, "POST"), slow(CAPTURES, "POST"))
    for round_, name in enumerate(used):
        with terminal(desktop, till) as window:
            desktop.scan(SHOWCASE[name].code)
            window.until_focus_on("Amount to hold")
            desktop.type(amount(round_))
            window.until_shows(f"Hold €{amount(round_)}")
            press_and_kill(desktop, window, instants, amount(round_), is_held=round_ % 2 == 1)
    server.switch()
    settle(till)
    audit(till, server, used)


def press_and_kill(
    on: Desktop, window: Terminal, instants: random.Random, euros: str, *, is_held: bool
) -> None:
    """Kill the terminal while it holds an amount, or while it captures what is held."""
    on.press("F8")
    if is_held:
        window.until_shows(f"Complete sale €{euros}")
        on.press("F9")
    time.sleep(instants.uniform(0, 2 * SLOW_MS / 1000))
    kill(window.process)
