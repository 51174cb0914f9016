"""`python -m tests.benchmarks.years [OPERATIONS]`: starts a till after years of work.

Prints how long the command line and the window take with a journal of so many operations, and with
an empty one, in turns. Exit status: 0 if every mark is met, 1 if one is missed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from tests.benchmarks.processes import TILL, BenchFailed, stage, window
from tests.benchmarks.table import Row, show
from tests.helpers.big_journal import make_big_journal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OPERATIONS: Final = 1_000_000
_MARK: Final = 1.5
_ROUNDS: Final = 7


def years_rows(operations: int) -> list[Row]:
    """Make a journal of so many operations, and measure how a till starts with it.

    Raises:
        BenchFailed: A till did not start.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="giftill-years-")))
        make_big_journal(folder / "years", operations)
        where = stack.enter_context(stage())
        sides = [
            {**where.till, "GIFTILL_DATA_DIR": str(folder / name)} for name in ("years", "new")
        ]
        starts: Mapping[str, Callable[[Mapping[str, str]], float]] = {
            "“giftill outbox”": lambda environ: _command(environ, "outbox"),
            "“giftill holds”": lambda environ: _command(environ, "holds"),
            "Command to first paint of a usable Till": _window,
        }
        return [_row(what, start, sides, operations) for what, start in starts.items()]


def _row(
    what: str,
    start: Callable[[Mapping[str, str]], float],
    sides: list[dict[str, str]],
    operations: int,
) -> Row:
    times_s: tuple[list[float], list[float]] = ([], [])
    # The first round writes the bytecode and the empty journal, and does not count.
    for round_number in range(_ROUNDS + 1):
        for found, environ in zip(times_s, sides, strict=True):
            took_s = start(environ)
            if round_number:
                found.append(took_s)
    years, new = (median(each) * 1000 for each in times_s)
    return Row(
        f"{what} with {operations:,} operations ÷ an empty journal",
        f"{years:.0f} ms",
        f"{new:.0f} ms",
        years / new,
        _MARK,
    )


def _command(environ: Mapping[str, str], word: str) -> float:
    started = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", "giftill", word], env=environ, capture_output=True, check=False
    )
    took_s = time.perf_counter() - started
    if ended.returncode:
        raise BenchFailed(f"giftill {word}: {ended}")
    return took_s


def _window(environ: Mapping[str, str]) -> float:
    with window(TILL, environ, "open") as (_, took_s):
        return took_s


def main() -> int:
    """Measure and print."""
    rows = years_rows(int(sys.argv[1]) if sys.argv[1:] else OPERATIONS)
    show(rows)
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
