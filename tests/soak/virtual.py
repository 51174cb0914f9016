"""The soak's part in virtual time: a day of a shop in the simulation, for one seed."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

from tests.helpers.processes import kill

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from .lane import Counts

# A day that has begun when the soak ends gets so much to come to its end.
_FINISHES_WITHIN_S: Final = 90.0


def day(folder: Path, seed: int, counts: Counts, stop: threading.Event) -> None:
    """Play a day.

    Raises:
        AssertionError: Something was wrong in it; the text has the whole log.
    """
    folder.mkdir(parents=True)
    log = folder / "log.txt"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.simulation", "--seeds", "1", "--first", str(seed)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        while process.poll() is None and not stop.wait(0.5):
            pass
        deadline = time.monotonic() + _FINISHES_WITHIN_S
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        status = process.poll()
    finally:
        kill(process)
    assert status in {0, None}, log.read_text("utf-8", "replace")
    if status == 0:
        counts.day_passed()
