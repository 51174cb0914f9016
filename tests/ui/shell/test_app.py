"""The terminal as a process: how it opens, what happens when it breaks, how it closes."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from giftill.journal import Journal
from giftill.ui.app import DONE, IN_USE, NOT_SET_UP

if TYPE_CHECKING:
    from giftill.sandbox import SandboxServer

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60


def start(
    scenario: str, folder: Path, server: SandboxServer, stderr: int | None = None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ui.shell.child", scenario, str(folder), server.url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def log_of(folder: Path) -> str:
    return (folder / "logs" / "giftill.log").read_text("utf-8")


async def has_intact_journal(folder: Path) -> bool:
    """Tell whether the journal is whole; nobody else may have it open."""
    journal = await Journal.open(folder, now_ms=lambda: 0)
    try:
        return (await journal.verify()).is_intact
    finally:
        await journal.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells a program to end through Qt")
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_the_terminal_in_order(
    server: SandboxServer, tmp_path: Path, told: signal.Signals
) -> None:
    with start("plain", tmp_path, server) as terminal:
        assert line_of(terminal) == "seen"
        terminal.send_signal(told)
        assert terminal.wait(PATIENCE_S) == DONE


@pytest.mark.anyio
@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells a program to end through Qt")
@pytest.mark.parametrize("how", ["slow_closed", "slow_told"])
async def test_a_terminal_closed_while_the_disk_is_slow_ends_in_order_once_it_has_answered(
    server: SandboxServer, tmp_path: Path, how: str
) -> None:
    with start(how, tmp_path, server) as terminal:
        assert line_of(terminal) == "opening"
        if how == "slow_told":
            terminal.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            terminal.wait(0.5)
        (tmp_path / "go").touch()
        assert terminal.wait(PATIENCE_S) == DONE
        # Its workers never began: nobody said that the window was seen at work.
        assert line_of(terminal) == ""
    assert await has_intact_journal(tmp_path)


@pytest.mark.anyio
async def test_a_closed_terminal_leaves_the_journal_free(
    server: SandboxServer, tmp_path: Path
) -> None:
    with start("plain", tmp_path, server) as terminal:
        assert line_of(terminal) == "seen"
        terminal.terminate()
        terminal.wait(PATIENCE_S)
    assert await has_intact_journal(tmp_path)


def test_a_second_terminal_on_the_same_folder_says_so_in_a_small_window(
    server: SandboxServer, tmp_path: Path
) -> None:
    with start("plain", tmp_path, server) as first:
        assert line_of(first) == "seen"
        with start("in_use", tmp_path, server, stderr=subprocess.PIPE) as second:
            assert line_of(second) == "Notice"
            assert second.stderr is not None
            assert "giftill: Giftill is already open on this till." in second.stderr.read()
            assert second.wait(PATIENCE_S) == IN_USE
        first.terminate()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells a program to end through Qt")
def test_a_signal_ends_a_terminal_that_says_why_it_can_not_open(
    server: SandboxServer, tmp_path: Path
) -> None:
    with start("unread", tmp_path, server) as terminal:
        assert line_of(terminal) == "Notice"
        terminal.terminate()
        assert terminal.wait(PATIENCE_S) == NOT_SET_UP


def test_filling_the_practice_cards_again_opens_a_new_till_and_keeps_the_settings(
    server: SandboxServer, tmp_path: Path
) -> None:
    (tmp_path / "journal.sqlite3").write_text("the real till's")
    with start("practice", tmp_path, server) as terminal:
        assert line_of(terminal) == "0 holds, 5000 cents, en"
        assert line_of(terminal) == "0 holds, 5000 cents, nl"
        terminal.terminate()
        assert terminal.wait(PATIENCE_S) == DONE
    assert (tmp_path / "journal.sqlite3").read_text() == "the real till's"


@pytest.mark.anyio
@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells a program to end through Qt")
async def test_training_does_not_open_where_a_real_till_works(
    server: SandboxServer, tmp_path: Path
) -> None:
    journal = await Journal.open(tmp_path / "training", now_ms=lambda: 0)
    await journal.close()
    with start("practice", tmp_path, server, stderr=subprocess.PIPE) as terminal:
        assert terminal.stderr is not None
        assert terminal.stderr.readline().startswith("giftill: This data folder is a real till’s.")
        terminal.terminate()
        assert terminal.wait(PATIENCE_S) == NOT_SET_UP
        assert line_of(terminal) == "", "nothing was practised"
    assert await has_intact_journal(tmp_path / "training")


@pytest.mark.skipif(sys.platform == "win32", reason="The child ends itself by a signal")
def test_a_mistake_while_working_is_told_and_logged_and_the_terminal_goes_on(
    server: SandboxServer, tmp_path: Path
) -> None:
    with start("crash", tmp_path, server) as terminal:
        assert line_of(terminal) == "seen"
        assert line_of(terminal) == "Something broke; nothing was lost"
        assert terminal.wait(PATIENCE_S) == DONE
    assert "a mistake of the program" in log_of(tmp_path)


@pytest.mark.parametrize("mistake", ["unprepared", "broken"])
def test_a_mistake_while_opening_is_told_and_logged(
    server: SandboxServer, tmp_path: Path, mistake: str
) -> None:
    with start(mistake, tmp_path, server) as terminal:
        assert line_of(terminal) == "Notice"
        assert terminal.wait(PATIENCE_S) == NOT_SET_UP
    assert "a mistake of the program" in log_of(tmp_path)
