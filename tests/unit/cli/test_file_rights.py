"""Who can change what is read from a file: real files, owners and rights."""

from __future__ import annotations

import os
import struct
import sys
from typing import TYPE_CHECKING

import pytest

from giftill.cli.file_rights import Spot, weak_spots

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="needs files of root's and of others"
)

_SOMEBODY = 1000
_FILE = "giftill/policy.d/10.toml"
_STICKY = 0o1777


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    """Return a folder with a policy that only root can change."""
    folder = tmp_path / "etc"
    (folder / "giftill" / "policy.d").mkdir(parents=True)
    for each in (folder, folder / "giftill", folder / "giftill" / "policy.d"):
        each.chmod(0o755)
    (folder / _FILE).write_text("sound = false\n", encoding="utf-8")
    (folder / _FILE).chmod(0o644)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the folder of a user, with a file of root's in it."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o755)
    os.chown(folder, _SOMEBODY, _SOMEBODY)
    (folder / "policy.toml").write_text("sound = false\n", encoding="utf-8")
    (folder / "policy.toml").chmod(0o644)
    return folder


def spots(path: Path, tmp_path: Path) -> list[Spot]:
    """Return the weak spots of a path, but for those outside the test."""
    return [each for each in weak_spots(path) if each.path.is_relative_to(tmp_path)]


@pytest.mark.parametrize(
    ("mode", "owner", "group", "others_can"),
    [
        (0o644, 0, 0, False),
        (0o664, 0, 0, False),
        (0o664, 0, 1000, True),
        (0o646, 0, 0, True),
        (0o644, 1000, 0, True),
    ],
)
@pytest.mark.parametrize("name", ["", "giftill", "giftill/policy.d", "giftill/policy.d/10.toml"])
def test_a_file_or_a_folder_on_the_way_to_it_that_others_can_change(
    etc: Path, tmp_path: Path, name: str, mode: int, owner: int, group: int, *, others_can: bool
) -> None:
    place = etc / name
    os.chown(place, owner, group)
    place.chmod(mode | 0o111 if place.is_dir() else mode)
    assert spots(etc / _FILE, tmp_path) == ([Spot(place)] if others_can else [])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep such lists in other ways")
@pytest.mark.parametrize(("most", "others_can"), [(4, False), (6, True)])
def test_a_list_of_accounts_counts_too(
    etc: Path, tmp_path: Path, most: int, *, others_can: bool
) -> None:
    file, nobody = etc / _FILE, 0xFFFF_FFFF
    # acl(5): the owner, an account that may write, the group, the most that these may, all others.
    entries = [
        (0x01, 6, nobody),
        (0x02, 6, _SOMEBODY),
        (0x04, 4, nobody),
        (0x10, most, nobody),
        (0x20, 4, nobody),
    ]
    access_list = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *each) for each in entries)
    os.setxattr(file, "system.posix_acl_access", access_list)
    assert spots(file, tmp_path) == ([Spot(file)] if others_can else [])


def test_a_link_into_a_users_folder(etc: Path, home: Path, tmp_path: Path) -> None:
    link = etc / _FILE
    link.unlink()
    link.symlink_to(home / "policy.toml")
    assert spots(link, tmp_path) == [Spot(home, link)]
    os.chown(home / "policy.toml", _SOMEBODY, _SOMEBODY)
    assert spots(link, tmp_path) == [Spot(home, link), Spot(home / "policy.toml", link)]


def test_a_link_to_a_file_that_only_root_can_change_is_fine(etc: Path, tmp_path: Path) -> None:
    link = etc / "giftill" / "policy.d" / "20.toml"
    link.symlink_to("../policy.d/./10.toml")
    assert spots(link, tmp_path) == []


def test_a_folder_that_is_a_link(etc: Path, home: Path, tmp_path: Path) -> None:
    (etc / "giftill").rename(home / "giftill")
    link = etc / "giftill"
    link.symlink_to("../home/giftill")
    assert spots(etc / _FILE, tmp_path) == [Spot(home, link)]


def test_a_users_link_on_the_way_to_a_safe_file(etc: Path, home: Path, tmp_path: Path) -> None:
    """The user can lead it elsewhere, although the file it leads to now is root's."""
    first, second = etc / "giftill" / "policy.d" / "20.toml", home / "link.toml"
    first.symlink_to(second)
    second.symlink_to(etc / _FILE)
    assert spots(first, tmp_path) == [Spot(home, first)]


def test_of_a_sticky_folder_only_roots_own_files_are_safe(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(_STICKY)
    file = shared / "10.toml"
    file.write_text("sound = false\n", encoding="utf-8")
    file.chmod(0o644)
    assert spots(file, tmp_path) == []
    link = shared / "20.toml"
    link.symlink_to(file)
    assert spots(link, tmp_path) == []
    os.lchown(link, _SOMEBODY, _SOMEBODY)
    assert spots(link, tmp_path) == [Spot(link)]
    os.chown(file, _SOMEBODY, 0)
    assert spots(file, tmp_path) == [Spot(file)]


def test_a_sticky_folder_of_a_users_is_not_safe(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    os.chown(shared, _SOMEBODY, _SOMEBODY)
    shared.chmod(_STICKY)
    file = shared / "10.toml"
    file.write_text("sound = false\n", encoding="utf-8")
    assert spots(file, tmp_path) == [Spot(shared)]


def test_others_can_add_to_a_sticky_folder_that_is_read_itself(tmp_path: Path) -> None:
    shared = tmp_path / "policy.d"
    shared.mkdir()
    shared.chmod(_STICKY)
    assert spots(shared, tmp_path) == [Spot(shared)]


def test_links_that_lead_to_each_other_come_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        list(weak_spots(tmp_path / "a"))
