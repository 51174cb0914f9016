"""The demonstration: it ends with 0 when ledger and journal agree, and notices when they do not."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.leaks import Secrets
from tests.helpers.processes import GIFTILL, PATIENCE_S, Till, kill, new_till

if TYPE_CHECKING:
    from collections.abc import Iterator

# From here on nothing reaches the ledger for a while, and the holds are in it.
OFFLINE = "The network cable is pulled out"
# The seeded hold of yesterday stays as it is.
NEWEST_HOLD = "id = (SELECT id FROM txn WHERE status = 'pending' ORDER BY seq DESC LIMIT 1)"


@pytest.fixture
def till(tmp_path: Path) -> Till:
    (tmp_path / "tmp").mkdir()
    return new_till(tmp_path / "home", "", token="", TMPDIR=str(tmp_path / "tmp"))


@contextmanager
def demo(till: Till, out: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*GIFTILL, "demo", "--out", str(out)],
        env=till.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        kill(process)


def test_the_demonstration_plays_the_sale_and_leaves_pictures(till: Till, tmp_path: Path) -> None:
    out = tmp_path / "pictures"
    with demo(till, out) as process:
        told, problems = process.communicate(timeout=4 * PATIENCE_S)
    assert (process.returncode, problems) == (0, ""), told
    assert OFFLINE in told
    assert "2 captures" in told
    assert "chain intact" in told
    pictures = sorted(out.glob("*.png"))
    assert len(pictures) >= 6
    assert all(each.stat().st_size > 10_000 for each in pictures)
    codes = Secrets(tuple(each.code for each in SHOWCASE.values()), ())
    assert codes.found_in(told.encode()) == []
    assert codes.found_in_files([Path(till.environ["HOME"])]) == {}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("UPDATE txn SET amount_cents = amount_cents + 100", id="amount"),
        pytest.param("UPDATE txn SET status = 'cancelled'", id="cancelled"),
    ],
)
def test_a_ledger_that_differs_makes_it_fail(till: Till, tmp_path: Path, change: str) -> None:
    with demo(till, tmp_path / "pictures") as process:
        assert process.stdout is not None
        while OFFLINE not in (line := process.stdout.readline()):
            assert line, process.communicate()
        process.send_signal(signal.SIGSTOP)
        (ledger,) = (tmp_path / "tmp").glob("giftill-demo-*/sandbox.sqlite3")
        with closing(sqlite3.connect(ledger)) as database, database:
            changed = database.execute(f"{change} WHERE {NEWEST_HOLD}").rowcount
        process.send_signal(signal.SIGCONT)
        told, problems = process.communicate(timeout=4 * PATIENCE_S)
    assert changed == 1
    assert process.returncode == 1, told
    assert problems.startswith("FAILED: ")
