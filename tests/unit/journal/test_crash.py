"""Whatever way the program ends, what was acknowledged is there."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from giftill.journal import Journal
from tests.helpers.journal import NOW_MS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

WRITE_FOREVER = """
import asyncio, itertools, pathlib, sys
from giftill.journal import Journal
from tests.helpers.journal import an_operation, commit

async def write(journal, number):
    await commit(journal, an_operation(number))
    print(an_operation(number).id, flush=True)

async def main():
    journal = await Journal.open(pathlib.Path(sys.argv[1]), now_ms=lambda: 1)
    start = len(await journal.operations()) + 1
    for number in itertools.count(start, 5):
        await asyncio.gather(*(write(journal, number + offset) for offset in range(5)))

asyncio.run(main())
"""

LEAVE_OPEN = """
import asyncio, pathlib, sys
from giftill.journal import Journal
from tests.helpers.journal import an_operation, commit

async def main():
    journal = await Journal.open(pathlib.Path(sys.argv[1]), now_ms=lambda: 1)
    for number in range(1, 200):
        asyncio.ensure_future(commit(journal, an_operation(number)))
    await commit(journal, an_operation(200))
    return journal

journal = asyncio.run(main())
"""


async def test_every_commit_that_was_acknowledged_survives_a_kill(folder: Path) -> None:
    acknowledged: list[str] = []
    for lines in (20, 101, 57):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITE_FOREVER, folder], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        acknowledged += [child.stdout.readline().strip() for _ in range(lines)]
        child.kill()
        acknowledged += child.communicate()[0].split("\n")[:-1]
        journal = await Journal.open(folder, now_ms=lambda: NOW_MS)
        found = {operation.id for operation in await journal.operations()}
        report = await journal.verify()
        await journal.close()
        assert set(acknowledged) - found == set()
        assert report.is_intact, report
    assert len(acknowledged) >= 178


async def test_a_program_that_forgets_to_close_the_journal_ends_in_order(folder: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", LEAVE_OPEN, folder],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (child.returncode, child.stderr) == (0, "")
    journal = await Journal.open(folder, now_ms=lambda: NOW_MS)
    assert len(await journal.operations()) == 200
    await journal.close()
    # Closed in order, the journal had moved its WAL into the file.
    assert [path.name for path in folder.iterdir() if "wal" in path.name] == []
