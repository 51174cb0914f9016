"""The turns of the last minute in a file: kept whatever happens to the processes that use it."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from giftill.gifty import TurnsOnDisk

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 1_000_000_000


class PcClock:
    """The time since the PC was started, as a test tells it."""

    def __init__(self, seconds: float = 1_000.0) -> None:
        self.now = round(seconds * SECOND)

    def __call__(self) -> int:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)


@pytest.fixture
def clock() -> PcClock:
    return PcClock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "turns"


def taken(turns: TurnsOnDisk, limit: int) -> int:
    """Take turns until there are none; tell how many there were."""
    count = 0
    while turns.take(limit) == 0:
        count += 1
    return count


def test_two_processes_share_one_limit(file: Path, clock: PcClock) -> None:
    first, second = (TurnsOnDisk(file, now_ns=clock) for _ in range(2))
    assert [each.take(3) for each in (first, second, first)] == [0, 0, 0]
    clock.pass_by(20)
    assert (first.take(3), second.take(3)) == (40.0, 40.0)
    clock.pass_by(40)
    assert taken(second, 3) == 3


def test_a_restart_gives_no_second_helping(file: Path, clock: PcClock) -> None:
    assert taken(TurnsOnDisk(file, now_ns=clock), 5) == 5
    clock.pass_by(12)
    assert TurnsOnDisk(file, now_ns=clock).take(5) == 48.0


def test_without_a_limit_every_turn_is_free(file: Path, clock: PcClock) -> None:
    turns = TurnsOnDisk(file, now_ns=clock)
    assert [turns.take(0) for _ in range(300)] == [0.0] * 300


def test_a_process_that_is_killed_leaves_what_it_used(file: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from giftill.gifty import TurnsOnDisk;"
        "turns = TurnsOnDisk(Path(sys.argv[1]));"
        "[turns.take(10) for _ in range(int(sys.argv[2]))];"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    for count in ("4", "3"):
        killed = subprocess.run([sys.executable, "-c", program, str(file), count], check=False)
        assert killed.returncode < 0
    assert taken(TurnsOnDisk(file), 10) == 3


def test_after_the_pc_was_started_what_may_be_lost_counts_as_used(file: Path) -> None:
    assert taken(TurnsOnDisk(file, now_ns=PcClock(5_000)), 2) == 2
    clock = PcClock(25)
    after = TurnsOnDisk(file, lost_at_most=8, now_ns=clock)
    # What the power took was used before the PC was started, so it is a minute old at 60.
    assert taken(after, 10) == 2
    assert after.take(8) == 35.0
    clock.pass_by(35)
    assert taken(after, 10) == 8


def test_what_is_long_ago_takes_nothing_from_a_pc_that_runs(file: Path) -> None:
    taken(TurnsOnDisk(file, now_ns=PcClock(5_000)), 2)
    assert taken(TurnsOnDisk(file, lost_at_most=8, now_ns=PcClock(61)), 10) == 10


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 5_000])
def test_a_file_that_is_none_of_ours_begins_anew(
    file: Path, clock: PcClock, content: bytes
) -> None:
    file.write_bytes(content)
    assert taken(TurnsOnDisk(file, now_ns=clock), 3) == 3
    clock.pass_by(1)
    assert TurnsOnDisk(file, now_ns=clock).take(3) == 59.0


def test_a_file_that_can_not_be_had_leaves_the_limit_of_this_process(
    file: Path, clock: PcClock, caplog: pytest.LogCaptureFixture
) -> None:
    turns = TurnsOnDisk(file, now_ns=clock)
    assert turns.take(3) == 0
    with FileLock(file.with_name("turns.lock")):
        assert taken(turns, 3) == 2
    assert [each.levelname for each in caplog.records] == ["WARNING"]
    # Once it can be had again, it is told what was used meanwhile.
    clock.pass_by(1)
    assert turns.take(4) == 0
    assert TurnsOnDisk(file, now_ns=clock).take(4) == 59.0


def test_a_file_deleted_while_running_does_not_break_the_till(file: Path, clock: PcClock) -> None:
    turns = TurnsOnDisk(file, now_ns=clock)
    turns.take(2)
    file.unlink()
    assert taken(turns, 2) == 2


def test_a_command_that_only_reads_makes_no_data_folder(tmp_path: Path, clock: PcClock) -> None:
    turns = TurnsOnDisk(tmp_path / "nothing" / "turns", now_ns=clock)
    assert taken(turns, 2) == 2
    assert not (tmp_path / "nothing").exists()


def test_the_file_is_readable_by_this_user_alone(file: Path, clock: PcClock) -> None:
    TurnsOnDisk(file, now_ns=clock).take(1)
    assert file.stat().st_mode & 0o077 == 0


def test_processes_that_ask_in_the_same_instant_keep_to_the_limit(file: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from giftill.gifty import TurnsOnDisk;"
        "turns = TurnsOnDisk(Path(sys.argv[1]));"
        "print(sum(turns.take(60) == 0 for _ in range(50)))"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert sum(int(each.communicate()[0]) for each in running) == 60


def test_no_minute_has_more_turns_than_the_limit_over_many_restarts(
    file: Path, clock: PcClock
) -> None:
    at: list[int] = []
    for restart in range(40):
        turns = TurnsOnDisk(file, now_ns=clock)
        for _ in range(restart % 7):
            if turns.take(10) == 0:
                at.append(clock.now)
            clock.pass_by(restart % 5)
    assert all(earlier <= later for earlier, later in pairwise(at))
    assert all(last - first >= 60 * SECOND for first, last in zip(at, at[10:], strict=False))
