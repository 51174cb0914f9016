"""The first moments of the window: it is seen before its till is open, and may be scanned into."""

from __future__ import annotations

import random
import signal
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.audit import audit, settle
from tests.helpers.desktop import Terminal
from tests.helpers.processes import PATIENCE_S, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.helpers.desktop import Desktop
    from tests.helpers.processes import Server, Till

pytestmark = pytest.mark.serial

CARDS = ("full_50", "full_25", "large", "partly_used", "never_expires")
FULL = SHOWCASE["full_50"].code
# From the paint on, the till is open within this time and has asked the API.
OPENING_S = 0.6


@contextmanager
def painted(on: Desktop, till: Till, folder: Path) -> Iterator[Terminal]:
    """Run a terminal for the length of the block, which begins as soon as it was painted."""
    said = folder / "said"
    telling = till.with_environ(GIFTILL_TELL_PAINT="1")
    with said.open("wb") as output, closing(Terminal(on, telling, output=output)) as window:
        until(lambda: b"painted\n" in said.read_bytes(), "it is painted", pause_s=0.002)
        yield window


@pytest.mark.parametrize("round_", range(5))
def test_what_is_scanned_before_the_program_can_hear_it_is_answered(
    desktop: Desktop, till: Till, tmp_path: Path, round_: int
) -> None:
    with painted(desktop, till, tmp_path) as window:
        time.sleep(0.03 * round_)
        # Whatever it does now goes on after the scan: the system keeps the keys for it.
        window.process.send_signal(signal.SIGSTOP)
        desktop.focus_window_of(window.process.pid)
        desktop.scan(SHOWCASE[CARDS[round_]].code)
        window.process.send_signal(signal.SIGCONT)
        window.until_focus_on("Amount to hold")
        assert window.shows("Online")


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_window_ended_at_any_instant_of_its_opening_loses_nothing(
    desktop: Desktop, till: Till, server: Server, tmp_path: Path, end: signal.Signals
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    instants = random.Random(seed)
    held = till.json("redeem", FULL, "12.50")["hold"]["transaction"]
    server.kill()
    assert till.run("capture", held).status == 5
    server.start()
    for _ in range(12):
        with painted(desktop, till, tmp_path) as window:
            time.sleep(instants.uniform(0, OPENING_S))
            window.process.send_signal(end)
            # Told to end, it does so in order as soon as it hears that.
            assert window.process.wait(PATIENCE_S) in {0, -end}
    settle(till)
    books = audit(till, server, ("full_50",))
    assert books.open_holds == frozenset()
    assert [each["status"] for each in server.redeems("full_50", 1250)] == ["success"]
