"""A keyring that gives no answer while the window opens: whoever closes the window is done."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest
from jeepney import DBusAddress, message_bus, new_method_call
from jeepney.io.blocking import open_dbus_connection

from tests.helpers.desktop import Terminal, terminal
from tests.helpers.processes import TOKEN, until, until_idle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.helpers.desktop import Desktop
    from tests.helpers.processes import Till

pytestmark = pytest.mark.serial

# Far more than a window needs to close, and far less than a keyring may take.
SOON_S = 5.0
_CLIENT_MESSAGE = 33


@contextmanager
def silent_keyring(desktop: Desktop) -> Iterator[None]:
    """Let the keyring's service answer nothing, as while it waits for a person's password."""
    bus = DBusAddress("/org/freedesktop/DBus", message_bus.bus_name, message_bus.interface)
    ask = new_method_call(bus, "GetConnectionUnixProcessID", "s", ("org.freedesktop.secrets",))
    with open_dbus_connection(desktop.environ["DBUS_SESSION_BUS_ADDRESS"]) as connection:
        (service,) = connection.send_and_get_reply(ask).body
    os.kill(service, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(service, signal.SIGCONT)


def until_at_the_keyring(window: Terminal, till: Till) -> None:
    """Wait until a terminal has its journal, and goes on only when somebody else does something."""

    def has_lock() -> bool:
        opened = Path(f"/proc/{window.process.pid}/fd").iterdir()
        return till.data / "journal.lock" in map(_file_behind, opened)

    until(has_lock, "it has the folder's lock")
    until_idle(window.process)


def _file_behind(opened: Path) -> Path | None:
    try:
        return opened.readlink()
    except FileNotFoundError:
        # Closed again since it was listed.
        return None


class _Message(ctypes.Structure):
    """What X calls a client message, in the room of its largest event."""

    _fields_: ClassVar = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("rest", ctypes.c_long * 12),
    ]


def click_the_cross(desktop: Desktop, pid: int) -> None:
    """Say to a window what a window manager says when its cross is clicked."""
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--pid", str(pid), "--name", "."],
        env=desktop.environ,
        stdout=subprocess.PIPE,
        check=True,
    )
    window = int(found.stdout.split()[-1])
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(desktop.environ["DISPLAY"].encode()))
    try:
        protocols, delete = (
            x11.XInternAtom(display, each, 0) for each in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")
        )
        message = _Message(_CLIENT_MESSAGE, window=window, message_type=protocols, format=32)
        message.data[0] = delete
        x11.XSendEvent(display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
    finally:
        x11.XCloseDisplay(display)


def end_the_session(_desktop: Desktop, pid: int) -> None:
    os.kill(pid, signal.SIGTERM)


@pytest.mark.parametrize("leave", [click_the_cross, end_the_session])
def test_a_window_closed_while_the_keyring_gives_no_answer_ends_soon_and_can_be_opened_again(
    desktop: Desktop, kept_till: Till, leave: Callable[[Desktop, int], None]
) -> None:
    with silent_keyring(desktop):
        with closing(Terminal(desktop, kept_till)) as window:
            until_at_the_keyring(window, kept_till)
            leave(desktop, window.process.pid)
            assert window.process.wait(SOON_S) == 0
        # Its journal is whole, and free for whoever needs no keyring.
        checked = kept_till.with_environ(GIFTILL_TOKEN=TOKEN).run("journal", "check")
        assert (checked.status, checked.err) == (0, "")
    with terminal(desktop, kept_till) as again:
        again.until_shows("Online")
