"""Whether a window could open here: asked before Qt is, which ends the process where it can't."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATIENCE_S: Final = 2.0


class Display(Enum):
    """Where a window would open.

    Attributes:
        THERE: On a screen that answers, or that needs no asking.
        NONE: No screen is named.
        SILENT: On a screen that does not answer, or not to this user.
    """

    THERE = "there"
    NONE = "none"
    SILENT = "silent"


def find_display(environ: Mapping[str, str], platform: str = sys.platform) -> Display:
    """Find out whether a window could open, by a connection to the screen and nothing more.

    Args:
        environ: The environment; whoever chose another of Qt's platforms needs no screen.
        platform: Which system this is, in the words of `sys.platform`.
    """
    if platform in {"win32", "darwin"}:
        return Display.THERE
    chosen = environ.get("QT_QPA_PLATFORM", "").partition(";")[0].partition(":")[0]
    if chosen and not chosen.startswith(("xcb", "wayland")):
        return Display.THERE
    wayland = "" if chosen.startswith("xcb") else environ.get("WAYLAND_DISPLAY", "")
    x11 = "" if chosen.startswith("wayland") else environ.get("DISPLAY", "")
    if not (wayland or x11):
        return Display.NONE
    answers = (wayland and _wayland_answers(wayland, environ)) or (x11 and _x11_answers(x11))
    return Display.THERE if answers else Display.SILENT


def _wayland_answers(name: str, environ: Mapping[str, str]) -> bool:
    import socket

    path = Path(environ.get("XDG_RUNTIME_DIR", "/"), name)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(_PATIENCE_S)
            door.connect(str(path))
    except OSError:
        return False
    return True


def _x11_answers(display: str) -> bool:
    """Ask with the library that Qt itself asks with: it knows every way to name and to enter."""
    import ctypes

    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        # Qt says which library is missing.
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = (ctypes.c_char_p, ctypes.c_void_p)
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(display.encode("utf-8", "surrogateescape"), None)
    try:
        return not xcb.xcb_connection_has_error(connection)
    finally:
        xcb.xcb_disconnect(connection)
