"""What is said of settings and policies that this user may not read: who must let them in."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from giftill.config import Folders, PolicyError, SettingsError, load_settings, read_policy
from giftill.config.policy import PolicyFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from giftill.domain.errors import GiftillError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights are the folder's on Windows")

_NOBODY = 65534


@pytest.fixture
def root() -> Iterator[Path]:
    """Return a folder that everybody may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def refused(kind: type[GiftillError], closed: Path) -> Iterator[list[GiftillError]]:
    """Let a user without rights meet what is closed to all; collect the refusal."""
    mode = closed.stat().st_mode
    is_root = os.geteuid() == 0
    caught: list[GiftillError] = []
    closed.chmod(0)
    if is_root:
        os.seteuid(_NOBODY)
    try:
        with pytest.raises(kind) as seen:
            yield caught
        caught.append(seen.value)
    finally:
        if is_root:
            os.seteuid(0)
        closed.chmod(mode)


@pytest.mark.parametrize("closed", ["till", "till/settings.toml"])
def test_of_settings_it_is_said_whose_the_folder_must_be(root: Path, closed: str) -> None:
    folders = Folders.within(root / "till")
    folders.data.mkdir(mode=0o755)
    folders.settings.write_text('language = "nl"\n', encoding="utf-8")
    with refused(SettingsError, root / closed) as caught:
        load_settings(folders, {})
    assert "Permission denied" in str(caught[0].message)
    assert f"chown -R USER: {folders.data}”" in str(caught[0].hint)


def test_of_a_mistake_in_settings_nothing_is_said_of_rights(root: Path) -> None:
    folders = Folders.within(root)
    folders.settings.write_text("language = nl\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(folders, {})
    assert "Repair that line" in str(caught.value.hint)


def test_of_settings_that_are_no_file_no_line_is_to_be_repaired(root: Path) -> None:
    folders = Folders.within(root)
    folders.settings.mkdir()
    with pytest.raises(SettingsError) as caught:
        load_settings(folders, {})
    assert "Look at the disk" in str(caught.value.hint)


@pytest.mark.parametrize("closed", ["policy.d", "policy.d/10.toml"])
def test_of_a_policy_it_is_said_that_all_must_read_it(root: Path, closed: str) -> None:
    folder = root / "policy.d"
    folder.mkdir(mode=0o755)
    (folder / "10.toml").write_text("sound = false\n", encoding="utf-8")
    with refused(PolicyError, root / closed) as caught:
        read_policy([PolicyFolder(folder)])
    assert "Permission denied" in str(caught[0].message)
    assert "chmod: 644 for a file, 755 for its folder" in str(caught[0].hint)
