"""`make soak`: kills tills a thousand times on a bad network and holds their books to the ledger.

Prints what was done, what was found and the seed; then how long a till takes to start after years
of work. Exit status: 0 if nothing was lost, doubled or stuck, every chain is as it was written and
years cost no time; 1 otherwise, and then the files are kept to look into.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks import years
from tests.benchmarks.table import show
from tests.soak.books import Wrong
from tests.soak.lane import Counts, Lane, chapter
from tests.soak.program import commands, windows
from tests.soak.virtual import day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    Play: TypeAlias = Callable[[Path, int, Counts, threading.Event], None]

# What is played beside each other, chapter after chapter. The API allows 120 requests a minute.
_PLAYS: Final[Mapping[str, Play]] = {
    "alone": partial(chapter, Lane(tills=1, kills=20)),
    "two-tills": partial(chapter, Lane(tills=2, kills=20)),
    "one-limit": partial(chapter, Lane(tills=2, kills=6, rate=120)),
    "commands": commands,
    "windows": windows,
    "days": day,
}

# When this part of the time is over nothing more is begun; the rest is for coming to an end.
_LAST_CALL: Final = 0.8
_TELLS_EVERY_S: Final = 60.0
_WIDTH: Final = 24


def main(argv: Sequence[str]) -> int:
    """Run everything, print the counts and return the exit status."""
    wanted = _arguments(argv)
    folder = Path(tempfile.mkdtemp(prefix="giftill-soak-"))
    # Nothing that it starts gets to see whoever runs it.
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    print(f"Seed {wanted.seed}; at most {wanted.minutes:g} minutes.", flush=True)
    # As Ctrl-C does it: in order, with nothing left running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    started = time.monotonic()
    soak = Soak(folder, wanted)
    soak.run(started + wanted.minutes * 60)
    is_well = soak.tell(time.monotonic() - started)
    if wanted.operations:
        is_well &= _starts_after_years(wanted.operations)
    if is_well:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"The files are in {folder}")
    return 0 if is_well else 1


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=1_000, help="at least so many")
    parser.add_argument("--faults", type=int, default=2_000, help="at least so many")
    parser.add_argument("--days", type=int, default=1, help="at least so many simulated days")
    parser.add_argument(
        "--operations", type=int, default=years.OPERATIONS, help="in the journal of years; 0: none"
    )
    parser.add_argument("--minutes", type=float, default=25.0, help="at most so many")
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    return parser.parse_args(argv)


def _starts_after_years(operations: int) -> bool:
    """Print how a till starts with so many operations; tell whether that is quick enough."""
    print(f"Writing a journal of {operations:,} operations takes some minutes.", flush=True)
    rows = years.years_rows(operations)
    show(rows)
    return all(row.is_met for row in rows)


class Soak:
    """Plays beside each other, until enough was broken."""

    def __init__(self, folder: Path, wanted: argparse.Namespace) -> None:
        """Break at least as much as is wanted, in `folder`."""
        self._folder = folder
        self._wanted = wanted
        self._counts = Counts()
        self._stop = threading.Event()
        self._trouble: list[str] = []

    def run(self, deadline: float) -> None:
        """Run until enough was broken, or until the time by the steady clock is up."""
        with ThreadPoolExecutor(len(_PLAYS)) as pool:
            work = [pool.submit(self._chapters, name) for name in _PLAYS]
            told_at = time.monotonic()
            last_call = told_at + _LAST_CALL * (deadline - told_at)
            try:
                while not all(each.done() for each in work):
                    if self._is_enough() or time.monotonic() > last_call:
                        self._stop.set()
                    if time.monotonic() > told_at + _TELLS_EVERY_S:
                        told_at = time.monotonic()
                        kills, faults = self._counts.kills, self._counts.faults
                        print(f"{kills} kills, {faults} faults", flush=True)
                    time.sleep(0.5)
            finally:
                # Also where somebody presses Ctrl-C.
                self._stop.set()

    def tell(self, took_s: float) -> bool:
        """Print what was done and found; tell whether all is well."""
        counts = self._counts
        found = {wrong: [f for f in counts.findings if f.wrong is wrong] for wrong in Wrong}
        rows = [
            ("kills", counts.kills),
            ("faults", counts.faults),
            *((f"  {fate.replace('_', ' ')}", n) for fate, n in sorted(counts.fates.items())),
            ("operations", sum(counts.operations.values())),
            *((f"  {what}".replace("_", " "), n) for what, n in sorted(counts.operations.items())),
            ("audits", counts.audits),
            ("days simulated", counts.days),
            *(
                (wrong.value, len(each))
                for wrong, each in found.items()
                if wrong is not Wrong.CHAIN
            ),
        ]
        for what, count in rows:
            print(f"{what:<{_WIDTH}}{count:>8,}")
        print(f"{'chain':<{_WIDTH}}{'broken' if found[Wrong.CHAIN] else 'ok':>8}")
        print(f"{'minutes':<{_WIDTH}}{took_s / 60:>8.1f}")
        print(f"{'seed':<{_WIDTH}}{self._wanted.seed}")
        for each in counts.findings:
            print(f"{each.wrong.upper()}: {each.what}")
        for trouble in self._trouble:
            print(trouble)
        if not self._is_enough():
            wanted = self._wanted
            print(
                f"Too little: not {wanted.kills} kills, {wanted.faults} faults, {wanted.days} days."
            )
        return not counts.findings and not self._trouble and self._is_enough()

    def _chapters(self, name: str) -> None:
        """Play one chapter after the other, all different."""
        number = 0
        while not (self._stop.is_set() or self._is_enough()):
            folder = self._folder / f"{name}-{number}"
            chance = random.Random(f"{self._wanted.seed} {name} {number}")
            try:
                _PLAYS[name](folder, chance.randrange(2**31), self._counts, self._stop)
            except Exception:  # noqa: BLE001 - whatever it was, it is told, and it fails the soak
                self._trouble.append(f"{folder}: {traceback.format_exc()}")
                self._stop.set()
            number += 1

    def _is_enough(self) -> bool:
        counts, wanted = self._counts, self._wanted
        return bool(
            counts.kills >= wanted.kills
            and counts.faults >= wanted.faults
            and counts.days >= wanted.days
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
