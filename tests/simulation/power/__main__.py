"""`python -m tests.simulation.power [SEEDS]`: cuts the power many times over, and counts."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import pytest

from .disk import RecordingDisk
from .replay import Fate
from .till import cut_power_everywhere, live


async def main(seeds: int) -> int:
    """Cut at every instant, once for each seed; return the exit status."""
    lost = cuts = 0
    findings: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="giftill-power-") as name,
        pytest.MonkeyPatch.context() as patch,
    ):
        folder = Path(name)
        disk = RecordingDisk(folder / "data")
        disk.watch_folder_syncs(patch)
        await live(disk, folder / "data")
        for seed in range(seeds):
            verdict = await cut_power_everywhere(disk.log, tuple(Fate), folder / "after", seed)
            cuts, lost = cuts + verdict.cuts, lost + verdict.lost
            findings += [f"seed {seed}, {each}" for each in verdict.findings]
            print(f"power: seed {seed}, {cuts} cuts, {lost} lost, {len(findings)} findings")
    print(*findings[:20], sep="\n", end="")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else 10)))
