"""The clock of the till's PC, set by a test; the server's goes on as it should."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

import giftill.gifty.client
import giftill.services.clock

if TYPE_CHECKING:
    import pytest

DAY_S: Final = 86_400
JUMPS_S: Final = {"back a day": -DAY_S, "forward a year": 365 * DAY_S}


def set_clock(ahead_s: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the till read a clock that is so many seconds before the true time."""
    jumped = SimpleNamespace(
        time=lambda: time.time() + ahead_s,
        time_ns=lambda: time.time_ns() + ahead_s * 1_000_000_000,
        perf_counter=time.perf_counter,
    )
    monkeypatch.setattr(giftill.services.clock, "time", jumped)
    monkeypatch.setattr(giftill.gifty.client, "time", jumped)
