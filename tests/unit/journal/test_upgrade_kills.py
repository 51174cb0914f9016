"""A program killed at any step of an upgrade leaves a whole file, old or new, and a copy."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import apsw
import pytest

from giftill.journal import Journal, schema
from tests.helpers.journal import NOW_MS, an_operation, commit

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows can't fork"),
]

# As later versions might: a column with a default, then a table that is filled from another.
SECOND = "ALTER TABLE fact ADD COLUMN note TEXT NOT NULL DEFAULT ''"
THIRD = (
    "CREATE TABLE card (masked TEXT PRIMARY KEY) STRICT;"
    " INSERT INTO card SELECT DISTINCT card_masked FROM operation"
)
OPERATIONS = 40

# Each fork opens its own copy of the file and dies right before its nth touch of the disk.
KILL_EVERYWHERE = """
import asyncio, os, pathlib, shutil, signal, sys
import giftill.journal.writer
from giftill.journal import Journal, schema
from tests.helpers.faulty_disk import FaultyDisk

old, home = map(pathlib.Path, sys.argv[1:3])
schema.STEPS = (*schema.STEPS, *sys.argv[3:])
TOUCHES = {"os.mkdir", "os.rename", "os.remove", "os.chmod"}
left = None

def touch(*_):
    global left
    if left is not None:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

def audit(event, values):
    if event in TOUCHES or (event == "open" and str(home) in str(values[0])):
        touch()

async def upgrade(folder):
    journal = await Journal.open(folder, now_ms=lambda: 1, vfs=disk.name)
    await journal.close()

sys.addaudithook(audit)
disk = FaultyDisk()
disk.trouble = lambda action, suffix: touch() if action != "read" else None
number, status = 0, signal.SIGKILL
while status == signal.SIGKILL:
    number += 1
    folder = home / f"{number:03}"
    shutil.copytree(old, folder)
    child = os.fork()
    if child == 0:
        left = number
        asyncio.run(upgrade(folder))
        os._exit(0)
    status = os.waitpid(child, 0)[1]
sys.exit(status)
"""


@pytest.fixture
async def old(tmp_path: Path) -> Path:
    """Return the folder of a journal of today, closed in order."""
    journal = await Journal.open(tmp_path / "old", now_ms=lambda: NOW_MS)
    await commit(journal, *(an_operation(number) for number in range(1, OPERATIONS + 1)))
    await journal.close()
    return tmp_path / "old"


def look(file: Path) -> tuple[int, int]:
    """Return the format of a file, which must be whole, and how many operations it has."""
    connection = apsw.Connection(str(file))
    try:
        assert connection.execute("PRAGMA integrity_check").get == "ok"
        version = connection.pragma("user_version")
        tables = {
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_schema WHERE type='table'")
        }
        notes = {row[1] for row in connection.execute("PRAGMA table_info(fact)")}
        assert ("note" in notes) is (version >= 2), "a step is there by half"
        assert ("card" in tables) is (version >= 3), "a step is there by half"
        if version >= 3:
            assert connection.execute("SELECT count(*) FROM card").get == 1
        return version, connection.execute("SELECT count(*) FROM operation").get
    finally:
        connection.close()


async def test_killed_at_any_step_it_is_old_or_new_and_the_next_start_goes_on(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "killed"
    home.mkdir()
    subprocess.run([sys.executable, "-c", KILL_EVERYWHERE, old, home, SECOND, THIRD], check=True)
    killed = sorted(home.iterdir())
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, SECOND, THIRD))
    found = []
    for folder in killed:
        version, count = look(folder / "journal.sqlite3")
        assert count == OPERATIONS, folder
        copies = [*folder.glob("backups/*.sqlite3")]
        assert version == 1 or copies, f"{folder}: upgraded without a copy"
        found.append(version)
        journal = await Journal.open(folder, now_ms=lambda: NOW_MS)
        assert await journal.salvage() is None, "a kill is no damage"
        assert len(await journal.operations()) == OPERATIONS
        assert (await journal.verify()).is_intact
        await commit(journal, an_operation(OPERATIONS + 1))
        await journal.close()
        assert look(folder / "journal.sqlite3") == (3, OPERATIONS + 1)
        assert not [*folder.glob("backups/*.unfinished")]
        assert look(min(folder.glob("backups/*.sqlite3"))) == (1, OPERATIONS)
    print(f"{len(killed) - 1} kills; formats found: {found}")
    assert len(killed) > 30
    assert {1, 2, 3} == set(found)
    assert found == sorted(found)
