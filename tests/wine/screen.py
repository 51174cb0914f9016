"""The display of a PC: pictures of it, and the keys that a cashier and a scanner press."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageChops, ImageGrab

from tests.helpers.desktop import Desktop, start_display
from tests.helpers.processes import PATIENCE_S, kill, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.helpers.processes import Till

# Room for the window with the frame that wine draws around it.
_SIZE: Final = "1366x900"
_BETWEEN_LOOKS_S: Final = 0.4
# Longer than a cursor needs to come and go.
_STILL_LOOKS: Final = 5
# A cursor is smaller than this; anything that a till has to say is larger.
_SMALLEST_CHANGE: Final = 600
_FEWEST_COLOURS: Final = 50


def grab(display: str) -> Image.Image:
    """Return what is on a display."""
    return ImageGrab.grab(xdisplay=display).convert("RGB")


def are_alike(one: Image.Image, other: Image.Image) -> bool:
    """Tell whether two pictures show the same, but for a cursor that blinks."""
    difference = ImageChops.difference(one, other).convert("L").point(lambda value: value > 16)
    return sum(difference.histogram()[1:]) < _SMALLEST_CHANGE


class Window:
    """The till's window, with a person in front of it.

    Attributes:
        process: Its process.
    """

    def __init__(self, till: Till, *words: str) -> None:
        """Start it on its PC's display."""
        self._display = till.environ["DISPLAY"]
        self._keys = Desktop(till.environ)
        self._seen = grab(self._display)
        self.process = subprocess.Popen(
            [*till.prefix, *till.program, *words],
            env=till.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ready(self) -> None:
        """Wait until it is on the screen and shows all that it has to show."""
        until(self._is_open, "the window is open")
        self.until_new()

    def _is_open(self) -> bool:
        assert self.process.poll() is None, "it ended before its window was open"
        words = ("xdotool", "search", "--onlyvisible", "--name", "^Giftill")
        found = subprocess.run(
            words,
            env={"DISPLAY": self._display, "PATH": "/usr/bin"},
            capture_output=True,
            check=False,
        )
        return bool(found.stdout.strip())

    def until_new(self) -> None:
        """Wait until the screen shows something else than before, and has come to rest."""
        looks = [self._seen]

        def is_new_and_still() -> bool:
            looks.append(grab(self._display))
            last = looks[-_STILL_LOOKS:]
            return (
                len(last) == _STILL_LOOKS
                and all(are_alike(last[0], each) for each in last[1:])
                and not are_alike(self._seen, last[0])
            )

        until(is_new_and_still, "the screen shows what came of it", pause_s=_BETWEEN_LOOKS_S)
        self._seen = looks[-1]

    def scan(self, code: str) -> None:
        """Scan a card, and wait for what is shown of it."""
        self._keys.scan(code)
        self.until_new()

    def press(self, key: str) -> None:
        """Press a key, and wait for what it changes."""
        self._keys.press(key)
        self.until_new()

    def picture(self, file: Path) -> int:
        """Keep a picture of the screen; return how many colours it has."""
        file.parent.mkdir(parents=True, exist_ok=True)
        image = grab(self._display)
        image.save(file)
        colours = image.getcolors(image.width * image.height)
        assert colours is not None
        assert len(colours) >= _FEWEST_COLOURS, f"{file} shows nothing"
        return len(colours)

    def close(self, *, asked: Path | None = None) -> int:
        """Close it as a person does, and return its exit status.

        Args:
            asked: For a picture of the question whether it shall close, where one is expected.
        """
        self._keys.press("alt+F4")
        if asked:
            self.until_new()
            self.picture(asked)
            self._keys.press("Return")
        return self.process.wait(PATIENCE_S)


@contextmanager
def window(till: Till, *words: str) -> Iterator[Window]:
    """Open a till's window for the length of the block; what is open at its end is killed."""
    it = Window(till, *words)
    try:
        it.ready()
        yield it
    finally:
        kill(it.process)


@contextmanager
def display() -> Iterator[str]:
    """Run a display in memory for the length of the block, and give its name."""
    process, number = start_display({"PATH": os.environ["PATH"]}, _SIZE)
    try:
        yield f":{number}"
    finally:
        kill(process)
