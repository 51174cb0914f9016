"""`make bench`: measures the terminal against bare programs and prints one table.

Each row is compared with a baseline of the same run, taken in turns with it, and both are medians.
Exit status: 0 if every mark is met, 1 if one is missed.
"""

from __future__ import annotations

import sys

from tests.benchmarks.network import network_rows
from tests.benchmarks.processes import stage
from tests.benchmarks.table import show
from tests.benchmarks.windows import idle_row, memory_row, start_rows


def main() -> int:
    """Measure and print."""
    with stage() as where:
        print(f"Windows are shown on {where.display}; this takes some two minutes.", flush=True)
        rows = [*start_rows(where), memory_row(where), *network_rows(where), idle_row(where)]
    show(rows)
    missed = [row.what for row in rows if not row.is_met]
    for what in missed:
        print(f"Missed: {what}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
