"""`python -m tests.simulation --seeds N --hours H`: days of virtual time, one for each seed.

Each seed plays a shop with one till (even seeds) or two (odd ones) for H hours of virtual time, and
compares tills and server every four hours. `--first SEED` begins elsewhere: a seed that failed is
played again by `--first SEED --seeds 1`. Prints what happened how often; exit status 1 if a seed
failed, whose whole log is printed then.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
import traceback
from collections import Counter

from tests.simulation.day import Day


def main() -> int:
    """Play the seeds and print the counts."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many seeds (default 20)")
    parser.add_argument("--hours", type=float, default=24.0, help="hours each (default 24)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (default 1)")
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    counts: Counter[str] = Counter()
    failed = []
    began_s = time.monotonic()
    for seed in range(chosen.first, chosen.first + chosen.seeds):
        try:
            counts.update(Day(seed).play(chosen.hours))
        except AssertionError as error:
            failed.append(seed)
            traceback.print_exception(error)
    seconds = time.monotonic() - began_s
    print(f"Simulated {chosen.seeds} seeds from {chosen.first}, {chosen.hours:g} hours each:")
    for what, count in sorted(counts.items()):
        print(f"  {count:8d} {what}")
    print(f"Failed seeds: {failed or 'none'}; took {seconds:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
