"""A desktop for a test: a display in memory, a session bus, an unlocked keyring, and a terminal."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from PIL import ImageGrab

from .processes import PATIENCE_S, Till, kill, until
from .screen_reader import ScreenReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .screen_reader import Control

PICTURES: Final = Path(__file__).parents[2] / "build" / "e2e"
# Longer than the pause after which a message takes a key.
_READ_S: Final = 1.5
_NEEDED: Final = ("Xvfb", "xdotool", "dbus-daemon", "gnome-keyring-daemon")


def missing_tools() -> list[str]:
    """Return which of the system's programs for this are not installed."""
    return [name for name in _NEEDED if shutil.which(name) is None]


@dataclass(frozen=True)
class Desktop:
    """What a process needs to have a display, a session bus and a keyring."""

    environ: Mapping[str, str]

    def press(self, *keys: str) -> None:
        """Press keys, by their X names, as fast as they come."""
        self._xdotool("key", "--delay", "0", *keys)

    def type(self, text: str) -> None:
        """Type less than what a scan is long, as fast as the keys come."""
        self._xdotool("type", "--delay", "0", text)

    def scan(self, code: str) -> None:
        """Do what a scanner does: the code, and Enter."""
        # One process, so that the gaps between the keys are a scanner's.
        self._xdotool("type", "--delay", "0", code + "\n")

    def picture(self, name: str) -> None:
        """Keep a picture of everything on the display, in `build/e2e`."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        with ImageGrab.grab(xdisplay=self.environ["DISPLAY"]) as image:
            image.save(PICTURES / f"{name}.png")

    def focus_window_of(self, pid: int) -> None:
        """Give the keys to the newest window of a process, as a window manager would."""
        words = ("search", "--onlyvisible", "--pid", str(pid), "--name", ".")
        found = self._xdotool(*words, may_fail=True).split()
        if found:
            self._xdotool("windowfocus", found[-1], may_fail=True)

    def focus(self) -> str:
        """Return the id of the window that has the focus."""
        return self._xdotool("getwindowfocus", may_fail=True).strip()

    def _xdotool(self, *words: str, may_fail: bool = False) -> str:
        ended = subprocess.run(
            ["xdotool", *words],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert may_fail or ended.returncode == 0, ended
        return ended.stdout


@contextmanager
def desktop(folder: Path, prefix: tuple[str, ...] = (), owner: int = -1) -> Iterator[Desktop]:
    """Run a desktop for the length of the block.

    Args:
        folder: For its sockets and its keyring; a short path, as sockets have to fit.
        prefix: What the bus and the keyring are started with, where they are another PC's.
        owner: The user on that PC; without one, whoever runs this.
    """
    runtime = folder / "run"
    runtime.mkdir(mode=0o700, parents=True)
    for each in (folder, runtime):
        os.chown(each, owner, owner)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(runtime),
        "LANG": "C.UTF-8",
    }
    started: list[subprocess.Popen[bytes]] = []
    try:
        display, number = start_display(environ)
        started.append(display)
        environ["DISPLAY"] = f":{number}"
        bus, address = _start_bus(environ, prefix)
        started.append(bus)
        environ["DBUS_SESSION_BUS_ADDRESS"] = address
        started.append(_start_keyring(environ, prefix))
        yield Desktop(environ)
    finally:
        for process in reversed(started):
            kill(process)


def start_display(
    environ: Mapping[str, str], size: str = "1280x800"
) -> tuple[subprocess.Popen[bytes], str]:
    """Start a display in memory; return its process and its number."""
    reader, writer = os.pipe()
    words = ("-displayfd", str(writer), "-screen", "0", f"{size}x24", "-nolisten", "tcp")
    with os.fdopen(reader) as ready:
        process = subprocess.Popen(
            ["Xvfb", *words, "-noreset"],
            env=environ,
            pass_fds=[writer],
            stderr=subprocess.DEVNULL,
        )
        os.close(writer)
        return process, ready.readline().strip()


def _start_bus(
    environ: Mapping[str, str], prefix: tuple[str, ...]
) -> tuple[subprocess.Popen[bytes], str]:
    address = f"unix:path={environ['XDG_RUNTIME_DIR']}/bus"
    process = subprocess.Popen(
        [
            *(*prefix, "dbus-daemon", "--session", "--nofork"),
            *(f"--address={address}", "--print-address=1"),
        ],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().decode().strip()


def _start_keyring(environ: Mapping[str, str], prefix: tuple[str, ...]) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [*prefix, "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    process.stdin.write(b"password")
    process.stdin.close()
    until(lambda: _owns_secrets(environ), "the keyring is on the session's bus")
    return process


def _owns_secrets(environ: Mapping[str, str]) -> bool:
    from jeepney import message_bus
    from jeepney.io.blocking import open_dbus_connection

    with open_dbus_connection(environ["DBUS_SESSION_BUS_ADDRESS"]) as bus:
        reply = bus.send_and_get_reply(message_bus.NameHasOwner("org.freedesktop.secrets"))
        return bool(reply.body[0])


class Terminal:
    """The window, in a process of its own, with a person in front of it.

    Attributes:
        process: The process; a test may kill it.
    """

    def __init__(
        self, on: Desktop, till: Till, *words: str, output: IO[bytes] | None = None
    ) -> None:
        """Start `giftill` on a desktop.

        Args:
            on: Where it is seen.
            till: Whose surroundings it has.
            words: Further words on its command line.
            output: Where what it prints goes; without it, where the test's own goes.
        """
        self._desktop = on
        environ = {
            **till.environ,
            **on.environ,
            # Nothing here asks for accessibility like a desktop with a screen reader would.
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "QT_QPA_PLATFORM": "xcb",
            "HOME": till.environ["HOME"],
        }
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            [*till.prefix, *till.program, *words],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        self._reader = ScreenReader(on.environ["DBUS_SESSION_BUS_ADDRESS"], self.process.pid)

    def close(self) -> None:
        """End it without notice, if it still runs, and stop reading it."""
        self._reader.close()
        kill(self.process)

    def confirm(self) -> int:
        """Close the message that stands in the Till's place; return the exit status.

        It takes no key for an answer that comes so soon that nobody can have read it.
        """
        self.take_focus()

        def has_ended() -> bool:
            if self.process.poll() is None:
                self._desktop.press("Return")
            return self.process.poll() is not None

        until(has_ended, "the message is read", pause_s=_READ_S)
        return self.process.wait()

    def ready(self) -> None:
        """Wait until the Till can be used, and give it the keys."""
        self.until_shows("Card code")
        self.take_focus()

    def take_focus(self) -> None:
        """Give the keys to its newest window, and wait until a control in it has them."""

        def has_focus() -> bool:
            self._desktop.focus_window_of(self.process.pid)
            return any(each.has_focus for each in self.controls())

        until(has_focus, "the window has the focus")

    def controls(self) -> list[Control]:
        """Return what a screen reader finds on screen."""
        return self._reader.controls()

    def texts(self) -> list[str]:
        """Return what a screen reader reads out."""
        return self._reader.texts()

    def press(self, name: str, then: str) -> None:
        """Press the button of that name through the accessibility bus, until `then` is on screen.

        Again where it must be: a button that has just got another meaning ignores a press, as it
        was meant for the old one.
        """

        def pressed() -> bool:
            found = self.controls()
            if any(then in each.name for each in found):
                return True
            for each in found:
                if (each.name, each.role, each.is_enabled) == (name, "push button", True):
                    self._reader.press(each)
            return False

        self._until(pressed, f"“{name}” leads to “{then}”")

    def press_away(self, name: str) -> None:
        """Press the button of that name through the accessibility bus, until it is gone."""

        def gone() -> bool:
            found = [each for each in self.controls() if each.name == name]
            for each in found:
                self._reader.press(each)
            return not found

        self._until(gone, f"“{name}” is gone")

    def shows(self, text: str) -> bool:
        """Tell whether this text is in the name of anything on screen."""
        return any(text in each for each in self.texts())

    def until_shows(self, text: str) -> None:
        """Wait until this text is on screen."""
        self._until(lambda: self.shows(text), f"“{text}” is on screen")

    def until_focus_on(self, name: str) -> None:
        """Wait until keys go to the control of that name."""
        self._until(
            lambda: any(each.has_focus and name in each.name for each in self.controls()),
            f"“{name}” has the focus",
        )

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        def holds() -> bool:
            assert self.process.poll() is None, f"it ended before {what}"
            return condition()

        try:
            until(holds, what)
        except AssertionError:
            self._desktop.picture("failed")
            print("\n".join(self.texts()))
            raise


@contextmanager
def terminal(
    on: Desktop, till: Till, *words: str, output: IO[bytes] | None = None
) -> Iterator[Terminal]:
    """Run a terminal that is ready for the length of the block; at its end it is killed."""
    with closing(Terminal(on, till, *words, output=output)) as it:
        it.ready()
        yield it
