"""Plays a keyboard-wedge scanner: the keys of a code, all pressed at one moment."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QWindow

ENTER: Final = "\r"


def strike(window: QWindow, text: str, *, at_ms: int) -> None:
    """Press and release the keys that type `text` in a window that has the focus.

    Every key carries the same time, as from a scanner that is faster than the clock: whatever
    else the PC does meanwhile, no pause comes between two of them.

    Args:
        window: What the system would give the keys to.
        text: What they type, with `ENTER` for that key.
        at_ms: When they were pressed, on the monotonic clock, in milliseconds.
    """
    for each in text:
        key = int(Qt.Key.Key_Return) if each == ENTER else ord(each.upper())
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, each)
            event.setTimestamp(at_ms)
            QCoreApplication.sendEvent(window, event)
