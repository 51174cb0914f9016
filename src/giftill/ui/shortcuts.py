"""The keys of the window: those that always work, and those of the screen in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtWidgets import QWidget

    from .keys import KeyHint


class Shortcuts:
    """Lets keys act in a window."""

    def __init__(self, window: QWidget) -> None:
        """Let keys act in `window`, wherever its focus is."""
        self._window = window
        self._of_screen: list[QShortcut] = []

    def add(self, key: str, act: Callable[[], None]) -> QShortcut:
        """Let a key, in Qt's portable name, act from now on."""
        shortcut = QShortcut(QKeySequence(key), self._window)
        # A key held down must not hold an amount twice.
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(act)
        return shortcut

    def use(self, hints: Iterable[KeyHint]) -> None:
        """Let the keys of a screen act in place of those of the screen before."""
        for shortcut in self._of_screen:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._of_screen = [self.add(each.key, each.act) for each in hints if each.act is not None]
