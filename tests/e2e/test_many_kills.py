"""The short form of `make soak`: fifty kills on a bad network: alone, two tills, one limit."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.soak.lane import Counts, Lane, chapter

if TYPE_CHECKING:
    from pathlib import Path


def test_fifty_kills_lose_nothing_charge_nobody_twice_and_leave_nothing_stuck(
    tmp_path: Path,
) -> None:
    seed = random.randrange(2**31)
    print(f"seed {seed}")
    counts = Counts()
    lanes = {
        "alone": Lane(tills=1, kills=24),
        "two-tills": Lane(tills=2, kills=11),
        "one-limit": Lane(tills=2, kills=2, rate=120),
    }
    with ThreadPoolExecutor(len(lanes)) as pool:
        work = [
            pool.submit(chapter, lane, tmp_path / name, seed, counts, threading.Event())
            for name, lane in lanes.items()
        ]
        for each in work:
            each.result()
    assert counts.findings == []
    assert counts.kills >= 50
    assert counts.faults >= 50
