"""Runs first in the frozen program: its surroundings become those of a program that is not frozen.

What it starts is given the system's libraries, not its own; and it has streams to write to.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import MutableMapping

# The loader points the first at the program's folder and keeps the old value in the other.
_LIBRARIES: Final = "LD_LIBRARY_PATH"
_BEFORE: Final = "LD_LIBRARY_PATH_ORIG"
# Where another Qt keeps its plugins. Qt takes those before the program's own, by their names, and
# opens no window if they are not of its version.
_OTHER_PLUGINS: Final = ("QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH")


def restore(environ: MutableMapping[str, str]) -> None:
    """Take the loader's search path back; this process has read it already.

    A player of sounds or a reader of PDF files that loaded Giftill's Qt would not start.

    Args:
        environ: The environment, changed in place.
    """
    before = environ.pop(_BEFORE, None)
    if before is not None:
        environ[_LIBRARIES] = before
    else:
        environ.pop(_LIBRARIES, None)


def forget_other_plugins(environ: MutableMapping[str, str]) -> None:
    """Let Qt look for its plugins beside its libraries alone.

    Args:
        environ: The environment, changed in place.
    """
    for name in _OTHER_PLUGINS:
        environ.pop(name, None)


def fill_streams() -> None:
    """Give a program that Windows gave no console streams that lead nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # Open as long as the program runs.
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123, SIM115 - stays open
            setattr(sys, name, stream)


if __name__ == "__main__":
    restore(os.environ)
    forget_other_plugins(os.environ)
    fill_streams()
