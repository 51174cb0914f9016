"""`make mutants`: builds the program wrong in five ways, and tells which test notices which.

Exit status: 0 if each mutant was caught, 1 if one survives, 2 if the tests fail without one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.mutants.mutants import MUTANTS, Hunter, Mutant
from tests.mutants.workshop import Hunt, Workshop

if TYPE_CHECKING:
    from collections.abc import Sequence

_TESTS_SHOWN: Final = 3


def main(argv: Sequence[str]) -> int:
    """Hunt the mutants that are named, or all; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    names = [each.name for each in MUTANTS]
    parser.add_argument("names", nargs="*", metavar="MUTANT", help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="only the quick test of each")
    wanted = parser.parse_args(argv)
    if unknown := set(wanted.names) - set(names):
        parser.error(f"no such mutant: {', '.join(sorted(unknown))}")
    chosen = [each for each in MUTANTS if not wanted.names or each.name in wanted.names]
    hunters = {each.name: (each.quick, *(() if wanted.quick else each.others)) for each in chosen}
    with tempfile.TemporaryDirectory(prefix="giftill-mutants-") as folder:
        workshop = Workshop(Path(folder))
        if not _is_well_without(workshop, [one for some in hunters.values() for one in some]):
            return 2
        alive = [each.name for each in chosen if not _catch(workshop, each, hunters[each.name])]
    print(f"{len(chosen) - len(alive)} of {len(chosen)} mutants caught.")
    if alive:
        print(f"Alive: {', '.join(alive)}")
    return 1 if alive else 0


def _is_well_without(workshop: Workshop, hunters: Sequence[Hunter]) -> bool:
    """Tell whether all tests pass on the program as it is: a test that fails catches nothing."""
    print("Without a mutant", flush=True)
    for hunter in dict.fromkeys(hunters):
        hunt = workshop.hunt(hunter)
        if hunt.status != 0:
            print(f"  {hunter.part:<12} fails: {' '.join(hunter.command)}\n{hunt.report}")
            return False
        print(f"  {hunter.part:<12} passes ({hunt.took_s:.0f} s): {hunter.command[-1]}", flush=True)
    return True


def _catch(workshop: Workshop, mutant: Mutant, hunters: Sequence[Hunter]) -> bool:
    print(f"{mutant.name}: {mutant.wrong}", flush=True)
    is_caught = False
    with workshop.mutated(mutant):
        for hunter in hunters:
            hunt = workshop.hunt(hunter)
            is_caught = is_caught or hunt.has_caught
            _tell(hunter, hunt)
    return is_caught


def _tell(hunter: Hunter, hunt: Hunt) -> None:
    if not hunt.has_caught:
        print(f"  {hunter.part:<12} notices nothing ({hunt.took_s:.0f} s)", flush=True)
        return
    print(f"  {hunter.part:<12} caught it ({hunt.took_s:.0f} s):")
    for each in hunt.failed[:_TESTS_SHOWN]:
        print(f"    {each}")
    if len(hunt.failed) > _TESTS_SHOWN:
        print(f"    and {len(hunt.failed) - _TESTS_SHOWN} more")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
