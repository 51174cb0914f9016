"""`python -m tests.benchmarks.installed PROGRAM`: the first paint of an installed terminal.

It is held against the same bare window as `make bench` does with a checkout, in turns with it.
Exit status: 0 if the mark is met, 1 if it is missed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.benchmarks.processes import stage
from tests.benchmarks.table import show
from tests.benchmarks.windows import start_rows


def main() -> int:
    """Measure and print."""
    program = str(Path(sys.argv[1]).absolute())
    with stage() as where:
        rows = start_rows(where, program)
    show(rows)
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
