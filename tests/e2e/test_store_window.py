"""The journal in bad surroundings, in front of a cashier: real windows on real disks."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import apsw
import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.audit import audit, settle
from tests.helpers.desktop import Terminal, terminal
from tests.helpers.disks import SmallDisk, missing_rights, small_disk
from tests.helpers.processes import kill, new_till, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.helpers.desktop import Desktop
    from tests.helpers.processes import Server, Till

pytestmark = pytest.mark.serial

FULL = SHOWCASE["full_50"].code
OTHER = SHOWCASE["full_25"].code


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    missing = missing_rights()
    if missing:
        pytest.skip(f"no disk of its own: {missing}")
    with small_disk(tmp_path / "disk", megabytes=80) as mounted:
        yield mounted


@pytest.fixture
def its_till(server: Server, disk: SmallDisk, tmp_path: Path) -> Till:
    """Return a till whose data folder is on the small disk."""
    folder = disk.at / "till"
    till = new_till(tmp_path / "home", server.url, GIFTILL_DATA_DIR=str(folder))
    folder_as_seen = disk.path / "till"
    folder_as_seen.mkdir(mode=0o700)
    settings = folder_as_seen / "settings.toml"
    settings.write_bytes((till.data / "settings.toml").read_bytes())
    settings.chmod(0o600)
    return replace(till, data=folder_as_seen, prefix=disk.prefix)


def refused(on: Desktop, till: Till, *sentences: str) -> int:
    """Start a window that can't open; return its status once its message was read."""
    with closing(Terminal(on, till)) as notice:
        for each in sentences:
            notice.until_shows(each)
        return notice.confirm()


def type_amount(on: Desktop, window: Terminal, euros: str, code: str = FULL) -> None:
    on.scan(code)
    window.until_focus_on("Amount to hold")
    on.type(euros)
    window.until_shows(f"Hold €{euros}")


def hold(on: Desktop, window: Terminal, euros: str) -> None:
    type_amount(on, window, euros)
    on.press("F8")
    window.until_shows(f"Complete sale €{euros}")


def statuses(server: Server, cents: int) -> list[str]:
    return [each["status"] for each in server.redeems("full_50", cents)]


def test_on_a_read_only_disk_the_window_says_so_and_ends_with_8(
    desktop: Desktop, its_till: Till, disk: SmallDisk
) -> None:
    disk.make_read_only()
    assert refused(desktop, its_till, "The data folder can’t be used", "Read-only file") == 8


def test_a_journal_of_a_newer_version_is_refused_with_8_and_left_as_it_is(
    desktop: Desktop, till: Till
) -> None:
    till.json("redeem", FULL, "12.50")
    file = till.data / "journal.sqlite3"
    connection = apsw.Connection(str(file))
    connection.pragma("user_version", 99)
    connection.close()
    before = file.read_bytes()
    sentences = ("This Giftill is too old for its journal", "Install the newest Giftill")
    assert refused(desktop, till, *sentences) == 8
    assert file.read_bytes() == before


def test_the_disk_fills_up_while_a_cashier_works(
    desktop: Desktop, its_till: Till, server: Server, disk: SmallDisk
) -> None:
    with terminal(desktop, its_till) as window:
        hold(desktop, window, "3.00")
        disk.fill(free_bytes=20_000_000)
        type_amount(desktop, window, "5.00", OTHER)
        desktop.press("F8")
        window.until_shows("The disk is almost full")
        window.until_shows("Make room on the disk")
        desktop.picture("disk-almost-full")
        assert server.redeems("full_25", 500) == []
        disk.fill(free_bytes=0)
        desktop.press("F9")
        window.until_shows("The disk is full, so nothing was saved")
        desktop.picture("disk-full")
        assert statuses(server, 300) == ["pending"]
        disk.make_room()
        desktop.press("F9")
        window.until_shows("The sale is complete and confirmed.")
    assert statuses(server, 300) == ["success"]
    audit(its_till, server, ("full_50", "full_25"))


def delete(file: Path) -> None:
    for each in file.parent.glob(f"{file.name}*"):
        each.unlink()


def flip(file: Path) -> None:
    """Change every page but the first, on the disk and in its log."""
    for each in file.parent.glob(f"{file.name}*"):
        data = bytearray(each.read_bytes())
        for place in range(4096, len(data) - 64, 4096):
            data[place : place + 64] = bytes(byte ^ 0xFF for byte in data[place : place + 64])
        with each.open("rb+") as opened:
            opened.write(data)


@pytest.mark.parametrize("damage", [delete, flip])
def test_what_is_confirmed_while_the_file_is_deleted_or_damaged_is_known_afterwards(
    desktop: Desktop, till: Till, server: Server, damage: Callable[[Path], None]
) -> None:
    with terminal(desktop, till) as window:
        hold(desktop, window, "12.50")
        damage(till.data / "journal.sqlite3")
        desktop.press("F9")
        until(
            lambda: (
                window.shows("The sale is complete and confirmed.")
                or window.shows("The journal is damaged")
            ),
            "the sale ends or the damage is told",
        )
        is_confirmed = window.shows("The sale is complete and confirmed.")
        kill(window.process)
    if is_confirmed:
        assert statuses(server, 1250) == ["success"]
    checked = till.run("journal", "check")
    assert checked.status == 7, checked
    assert "put aside, whole" in checked.err
    assert till.run("journal", "check", "--seen").status == 0
    settle(till)
    if not is_confirmed and till.json("holds")["holds"]:
        assert statuses(server, 1250) == ["pending"]
    assert (statuses(server, 1250) == ["pending"]) is bool(till.json("holds")["holds"])


def test_a_repair_at_the_start_is_told_until_a_manager_has_read_it(
    desktop: Desktop, till: Till, server: Server
) -> None:
    transaction = till.json("redeem", FULL, "12.50")["transaction"]["id"]
    server.kill()
    assert till.run("capture", transaction).status == 5
    server.start()
    file = till.data / "journal.sqlite3"
    flip(file)
    title, read = "The journal was repaired", "A manager has read this"
    for button in ("Later", read):
        with closing(Terminal(desktop, till)) as window:
            window.until_shows(title)
            window.until_shows("Compare the last sales")
            desktop.picture("journal-repaired")
            window.press_away(button)
            assert not window.shows(title)
    with terminal(desktop, till) as again:
        again.until_shows("Connection: Online")
        assert not again.shows(title)
    assert till.run("journal", "check").status == 0
