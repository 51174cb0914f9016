"""`make soak`: kills tills a thousand times on a bad network and holds their books to the ledger.

Prints what was done, what was found and the seed. Exit status: 0 if nothing was lost, doubled or
stuck and every chain is as it was written; 1 otherwise, and then the files are kept to look into.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.soak.books import Wrong
from tests.soak.lane import Counts, Lane, chapter
from tests.soak.program import commands, windows

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
}

_TELLS_EVERY_S: Final = 60.0
_WIDTH: Final = 24


def main(argv: Sequence[str]) -> int:
    """Run everything, print the counts and return the exit status."""
    wanted = _arguments(argv)
    folder = Path(tempfile.mkdtemp(prefix="giftill-soak-"))
    # Nothing that it starts gets to see whoever runs it.
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    print(f"Seed {wanted.seed}; at most {wanted.minutes:g} minutes.", flush=True)
    started = time.monotonic()
    soak = Soak(folder, wanted.seed, wanted.kills, wanted.faults)
    soak.run(started + wanted.minutes * 60)
    is_well = soak.tell(time.monotonic() - started)
    if is_well:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"The files are in {folder}")
    return 0 if is_well else 1


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=1_000, help="at least so many")
    parser.add_argument("--faults", type=int, default=2_000, help="at least so many")
    parser.add_argument("--minutes", type=float, default=25.0, help="at most so many")
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    return parser.parse_args(argv)


class Soak:
    """Lanes beside each other until enough was broken, and then the other parts."""

    def __init__(self, folder: Path, seed: int, kills: int, faults: int) -> None:
        """Break at least so much, in `folder`."""
        self._folder = folder
        self._kills = kills
        self._faults = faults
        self._counts = Counts()
        self._stop = threading.Event()
        self._trouble: list[str] = []
        self._seed = seed

    def run(self, deadline: float) -> None:
        """Run until enough was broken, or until the time by the steady clock is up."""
        with ThreadPoolExecutor(len(_PLAYS)) as pool:
            work = [pool.submit(self._chapters, name) for name in _PLAYS]
            told_at = time.monotonic()
            while not all(each.done() for each in work):
                if self._is_enough() or time.monotonic() > deadline:
                    self._stop.set()
                if time.monotonic() > told_at + _TELLS_EVERY_S:
                    told_at = time.monotonic()
                    print(f"{self._counts.kills} kills, {self._counts.faults} faults", flush=True)
                time.sleep(0.5)

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
        print(f"{'seed':<{_WIDTH}}{self._seed}")
        for each in counts.findings:
            print(f"{each.wrong.upper()}: {each.what}")
        for trouble in self._trouble:
            print(trouble)
        if not self._is_enough():
            print(f"Too little: wanted {self._kills} kills and {self._faults} faults.")
        return not counts.findings and not self._trouble and self._is_enough()

    def _chapters(self, name: str) -> None:
        """Play one chapter after the other, all different."""
        number = 0
        while not (self._stop.is_set() or self._is_enough()):
            folder = self._folder / f"{name}-{number}"
            chance = random.Random(f"{self._seed} {name} {number}")
            try:
                _PLAYS[name](folder, chance.randrange(2**31), self._counts, self._stop)
            except Exception:  # noqa: BLE001 - whatever it was, it is told, and it fails the soak
                self._trouble.append(f"{folder}: {traceback.format_exc()}")
                self._stop.set()
            number += 1

    def _is_enough(self) -> bool:
        return self._counts.kills >= self._kills and self._counts.faults >= self._faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
