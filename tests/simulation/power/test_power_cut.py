"""The power is cut at every instant of a till's life: what it was told is kept is kept."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from giftill.journal import Journal, opening
from tests.helpers.journal import NOW_MS
from tests.simulation.power.disk import RecordingDisk
from tests.simulation.power.replay import Fate
from tests.simulation.power.till import cut_power_everywhere, live

if TYPE_CHECKING:
    from collections.abc import Iterator

    import apsw

pytestmark = pytest.mark.anyio

SEED = 7


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RecordingDisk:
    recording = RecordingDisk(tmp_path / "data")
    recording.watch_folder_syncs(monkeypatch)
    return recording


@pytest.fixture
def after(tmp_path: Path) -> Iterator[Path]:
    """Return where the disks after a cut are laid out: in memory, where no sync takes time."""
    memory = Path("/dev/shm")
    home = memory if memory.is_dir() and os.access(memory, os.W_OK) else tmp_path
    with tempfile.TemporaryDirectory(prefix="giftill-power-", dir=home) as name:
        yield Path(name) / "after"


async def test_no_power_cut_takes_what_was_promised(
    disk: RecordingDisk, tmp_path: Path, after: Path
) -> None:
    await live(disk, tmp_path / "data")
    verdict = await cut_power_everywhere(disk.log, tuple(Fate), after, SEED)
    print(f"{verdict.cuts} cuts, {verdict.promises} promises, {verdict.lost} lost, seed {SEED}")
    assert verdict.findings == []
    assert verdict.lost == 0
    assert verdict.cuts >= 1_000


async def test_a_first_start_that_is_cut_off_is_begun_again(
    disk: RecordingDisk, tmp_path: Path, after: Path
) -> None:
    journal = await Journal.open(tmp_path / "data", now_ms=lambda: NOW_MS, vfs=disk.name)
    await journal.close()
    for seed in range(8):
        torn = (Fate.SECTORS, Fate.JUNK) if seed % 2 else (Fate.JUNK, Fate.SECTORS)
        verdict = await cut_power_everywhere(disk.log, torn, after, seed)
        assert verdict.findings == [], f"seed {seed}"


async def test_without_a_sync_at_each_commit_the_cuts_find_what_is_lost(
    disk: RecordingDisk, tmp_path: Path, after: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up = opening._set_up

    def with_normal(connection: apsw.Connection) -> None:
        set_up(connection)
        connection.pragma("synchronous", "NORMAL")

    monkeypatch.setattr(opening, "_set_up", with_normal)
    await live(disk, tmp_path / "data")
    verdict = await cut_power_everywhere(disk.log[:400], (Fate.LOST,), after, SEED)
    assert verdict.lost > 0
    # Whatever is lost, the file stays whole.
    assert not [each for each in verdict.findings if not each.endswith("is lost")]
