"""Whether a window could open, as it is found out without opening one."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

import pytest

from giftill.cli.display import Display, find_display

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="It is not asked on Windows")


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_windows_and_macos_have_one(platform: str) -> None:
    assert find_display({}, platform) is Display.THERE


def test_none_is_named() -> None:
    assert find_display({}, "linux") is Display.NONE


def test_none_is_needed_by_another_of_qt_s_platforms() -> None:
    assert find_display({"QT_QPA_PLATFORM": "offscreen"}, "linux") is Display.THERE


def test_a_wayland_compositor_that_listens_is_one(tmp_path: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path), "WAYLAND_DISPLAY": "w-0", "DISPLAY": ":9999"}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(str(tmp_path / "w-0"))
        door.listen()
        assert find_display(environ, "linux") is Display.THERE
        assert find_display({**environ, "QT_QPA_PLATFORM": "xcb"}, "linux") is Display.SILENT
    assert find_display(environ, "linux") is Display.SILENT
