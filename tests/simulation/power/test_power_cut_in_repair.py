"""The power is cut while a damaged journal is put aside and salvaged: nothing more is lost."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import apsw
import pytest

from giftill.journal import Journal, opening
from giftill.services.recovery import recover
from tests.helpers.journal import NOW_MS, a_hold, an_operation, commit
from tests.simulation.power.repair import Watched, lay_out
from tests.simulation.power.till import FixedClock

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform != "linux", reason="it asks /proc which file was synced"),
]

OPERATIONS = 30


async def open_journal(folder: Path) -> Journal:
    return await Journal.open(folder, now_ms=lambda: NOW_MS)


@pytest.fixture
async def damaged(tmp_path: Path) -> Path:
    """Return the folder of a journal that was killed with a log, and of which an entry is false."""
    folder = tmp_path / "data"
    journal = await open_journal(folder)
    for number in range(1, OPERATIONS + 1):
        hold = a_hold(number)
        await commit(journal, an_operation(number, transaction=hold.transaction))
    await journal.close()
    connection = apsw.Connection(str(folder / "journal.sqlite3"))
    connection.execute(
        "DROP TRIGGER entry_is_never_changed; UPDATE entry SET at_ms = 1 WHERE seq = 3"
    )
    connection.wal_autocheckpoint(0)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    return folder


async def finds(folder: Path) -> list[str]:
    """Return what is wrong at the next start."""
    journal = await open_journal(folder)
    try:
        await recover(journal, FixedClock(), quiet_s=15.0)
        await journal.check_integrity()
        problems = []
        if not (await journal.verify()).is_intact:
            problems.append("the chain is broken")
        found = {each.id for each in await journal.operations()}
        lost = {an_operation(number).id for number in range(1, OPERATIONS + 1)} - found
        if lost:
            problems.append(f"lost: {sorted(lost)}")
        if await journal.salvage() is None:
            problems.append("nobody is told")
        kept = [*folder.glob("quarantine/*/journal.sqlite3*")]
        if not kept:
            problems.append("the damaged file is not kept")
        return problems
    finally:
        await journal.close()


async def test_a_cut_anywhere_in_a_repair_loses_nothing(
    damaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(damaged)
    with watched.watching(monkeypatch):
        journal = await open_journal(damaged)
        await recover(journal, FixedClock(), quiet_s=15.0)
        await journal.close()
    findings = []
    for number, image in enumerate(watched.images):
        after = tmp_path / "after"
        lay_out(image, after)
        findings += [f"cut {number}: {each}" for each in await finds(after)]
        shutil.rmtree(after)
    print(f"{len(watched.images)} different cuts")
    assert findings == []
    assert len(watched.images) > 20


async def test_without_its_syncs_a_repair_is_found_to_lose(
    damaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up = opening._set_up

    def without_syncs(connection: apsw.Connection) -> None:
        set_up(connection)
        connection.pragma("synchronous", "OFF")

    monkeypatch.setattr(opening, "_set_up", without_syncs)
    watched = Watched(damaged)
    with watched.watching(monkeypatch):
        await (await open_journal(damaged)).close()
    monkeypatch.undo()
    findings = []
    for image in watched.images:
        after = tmp_path / "after"
        lay_out(image, after)
        findings += await finds(after)
        shutil.rmtree(after)
    assert [each for each in findings if each.startswith("lost")]
