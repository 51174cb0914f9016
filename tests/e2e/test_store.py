"""The journal in bad surroundings, from the command line: on real disks, in real processes."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import apsw
import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.audit import audit, settle
from tests.helpers.disks import SmallDisk, missing_rights, small_disk
from tests.helpers.processes import new_till

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.helpers.processes import Ended, Server, Till

FULL = SHOWCASE["full_50"].code
MEGABYTES = 80
PAGE = 4096


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    missing = missing_rights()
    if missing:
        pytest.skip(f"no disk of its own: {missing}")
    with small_disk(tmp_path / "disk", megabytes=MEGABYTES) as mounted:
        yield mounted


@pytest.fixture
def its_till(server: Server, disk: SmallDisk, tmp_path: Path) -> Till:
    """Return a till whose data folder is on the small disk."""
    folder = disk.at / "till"
    till = new_till(tmp_path / "home", server.url, GIFTILL_DATA_DIR=str(folder))
    return replace(till, data=disk.path / "till", prefix=disk.prefix)


def hold(till: Till, euros: str = "12.50") -> str:
    transaction: str = till.json("redeem", FULL, euros)["transaction"]["id"]
    return transaction


def queue_a_capture(till: Till, server: Server, euros: str = "12.50") -> str:
    transaction = hold(till, euros)
    server.kill()
    assert till.run("capture", transaction).status == 5
    server.start()
    return transaction


def expect(ended: Ended, status: int, *sentences: str) -> None:
    assert ended.status == status, ended
    for each in sentences:
        assert each in ended.out + ended.err, ended
    assert "Traceback" not in ended.err


def statuses(server: Server, cents: int) -> list[str]:
    return [each["status"] for each in server.redeems("full_50", cents)]


def test_on_a_read_only_disk_every_command_says_so_and_nothing_is_sent(
    its_till: Till, server: Server, disk: SmallDisk
) -> None:
    transaction = queue_a_capture(its_till, server)
    disk.make_read_only()
    for words in (
        ("redeem", FULL, "5.00"),
        ("capture", transaction),
        ("holds",),
        ("outbox",),
        ("outbox", "send"),
        ("journal", "check"),
    ):
        expect(its_till.run(*words), 8, "The data folder can’t be used", "Read-only file system")
    expect(its_till.run("doctor"), 7, "fail  Data folder", "fail  Journal")
    assert (statuses(server, 500), statuses(server, 1250)) == ([], ["pending"])
    disk.make_read_only(is_read_only=False)
    settle(its_till)
    audit(its_till, server, ("full_50",))
    assert statuses(server, 1250) == ["success"]


def test_on_a_nearly_full_disk_no_sale_begins_but_what_is_on_hold_is_captured(
    its_till: Till, server: Server, disk: SmallDisk
) -> None:
    transaction = hold(its_till)
    disk.fill(free_bytes=20_000_000)
    full = "The disk is almost full"
    expect(its_till.run("redeem", FULL, "5.00"), 7, full, "nothing was charged", "Make room")
    expect(its_till.run("doctor"), 7, "fail  Disk", "Make room now")
    assert statuses(server, 500) == []
    expect(its_till.run("capture", transaction), 0, "Confirmed")
    disk.make_room()
    expect(its_till.run("redeem", FULL, "5.00"), 0)
    audit(its_till, server, ("full_50",))


def test_on_a_full_disk_nothing_is_recorded_sent_or_lost(
    its_till: Till, server: Server, disk: SmallDisk
) -> None:
    waiting = queue_a_capture(its_till, server)
    held = hold(its_till, "3.00")
    disk.fill(free_bytes=0)
    expect(its_till.run("redeem", FULL, "5.00"), 7, "The disk is almost full")
    expect(its_till.run("capture", held), 7, "The disk is full, so nothing was saved", "Make room")
    expect(its_till.run("holds"), 0, held)
    expect(its_till.run("outbox"), 0, "€12.50")
    expect(its_till.run("outbox", "send"), 7, "The disk is full")
    assert statuses(server, 300) == ["pending"]
    assert server.get(f"transactions/{waiting}")["status"] == "pending"
    disk.make_room()
    expect(its_till.run("capture", held), 0)
    settle(its_till)
    audit(its_till, server, ("full_50",))


def test_a_first_start_on_a_full_disk_says_so_and_the_next_begins_anew(
    its_till: Till, server: Server, disk: SmallDisk
) -> None:
    disk.fill(free_bytes=0)
    ended = its_till.run("redeem", FULL, "5.00")
    expect(ended, ended.status, "isk")
    assert ended.status in {7, 8}
    assert statuses(server, 500) == []
    disk.make_room()
    expect(its_till.run("redeem", FULL, "5.00"), 0)
    audit(its_till, server, ("full_50",))


def test_a_damaged_file_on_a_full_disk_is_kept_and_repaired_when_there_is_room(
    its_till: Till, server: Server, disk: SmallDisk
) -> None:
    queue_a_capture(its_till, server)
    flip_the_states(its_till.data / "journal.sqlite3")
    disk.fill(free_bytes=0)
    for words in (("redeem", FULL, "5.00"), ("outbox", "send")):
        expect(its_till.run(*words), 7, "The journal is damaged", "make room on the disk")
    assert statuses(server, 500) == []
    disk.make_room()
    expect(its_till.run("outbox", "send"), 0, "The journal was repaired", "“damaged”")
    expect(its_till.run("journal", "check", "--seen"), 0)
    audit(its_till, server, ("full_50",))
    assert statuses(server, 1250) == ["success"]


def page_of(file: Path, name: str) -> int:
    """Return where the root page of a table or index begins."""
    # Deserialized, as SQLite would look for a file on a disk of the till's own in the wrong place.
    connection = apsw.Connection(":memory:")
    data = bytearray(file.read_bytes())
    # In memory there is no log beside it.
    data[18:20] = b"\x01\x01"
    connection.deserialize("main", bytes(data))
    root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)).get
    connection.close()
    return (int(root) - 1) * PAGE


def flip(file: Path, place: int, count: int = 64) -> None:
    with file.open("rb+") as opened:
        opened.seek(place)
        before = opened.read(count)
        opened.seek(place)
        opened.write(bytes(each ^ 0xFF for each in before))


def flip_the_states(file: Path) -> None:
    flip(file, page_of(file, "operation"))


def flip_the_holds(file: Path) -> None:
    flip(file, page_of(file, "hold"))


def flip_an_entry(file: Path) -> None:
    data = file.read_bytes()
    flip(file, data.rindex(b'"state":"queued"'), 16)


def flip_the_header(file: Path) -> None:
    flip(file, 0, 100)


def cut_the_end_off(file: Path) -> None:
    os.truncate(file, file.stat().st_size - PAGE)


@pytest.mark.parametrize(
    "damage",
    [flip_the_states, flip_the_holds, flip_an_entry, flip_the_header, cut_the_end_off],
)
def test_a_damaged_file_is_put_aside_and_what_waited_is_sent(
    till: Till, server: Server, damage: Callable[[Path], None]
) -> None:
    waiting = queue_a_capture(till, server)
    held = hold(till, "3.00")
    damage(till.data / "journal.sqlite3")
    told = till.run("holds")
    expect(told, 0, "The journal was repaired", "Compare the last sales", held)
    (aside,) = (till.data / "quarantine").iterdir()
    assert {"journal.sqlite3", "report.json"} <= {each.name for each in aside.iterdir()}
    settle(till)
    assert server.get(f"transactions/{waiting}")["status"] == "success"
    expect(till.run("capture", held), 0, "The journal was repaired")
    expect(till.run("doctor"), 0, "warn  Journal", "journal check --seen")
    expect(till.run("journal", "check"), 7, "put aside, whole")
    expect(till.run("journal", "check", "--seen"), 0, "put aside, whole")
    clean = till.run("journal", "check")
    assert (clean.status, clean.err) == (0, "")
    audit(till, server, ("full_50",))


def test_a_file_that_is_half_gone_is_told_with_what_is_lost(till: Till, server: Server) -> None:
    hold(till)
    file = till.data / "journal.sqlite3"
    os.truncate(file, file.stat().st_size // 2)
    expect(till.run("redeem", FULL, "5.00"), 0, "The journal was repaired", "lost")
    expect(till.run("journal", "check"), 7, "put aside, whole")
    assert statuses(server, 500) == ["pending"]


def test_a_newer_file_is_refused_by_every_command_and_left_as_it_is(
    till: Till, server: Server
) -> None:
    hold(till)
    file = till.data / "journal.sqlite3"
    connection = apsw.Connection(str(file))
    connection.pragma("user_version", 99)
    connection.close()
    before = file.read_bytes()
    for words in (("redeem", FULL, "5.00"), ("holds",), ("outbox",), ("journal", "check")):
        expect(till.run(*words), 8, "too old for its journal", "Install the newest Giftill")
    expect(till.run("doctor"), 7, "fail  Journal", "Install the newest Giftill")
    assert statuses(server, 500) == []
    assert file.read_bytes() == before


def test_a_file_that_is_gone_with_its_log_left_is_not_taken_for_a_new_till(
    till: Till, server: Server
) -> None:
    hold(till)
    (till.data / "journal.sqlite3").rename(till.data / "journal.sqlite3-wal")
    expect(till.run("journal", "check"), 7, "put aside, whole")
