"""The terminal as it is, but for a line on stdout when its window was first painted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

import giftill.ui.window
from giftill.__main__ import main

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


class _Telling(giftill.ui.window.Window):
    """The terminal's window, which tells when it was first painted."""

    _is_painted = False

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, lambda: print("painted", flush=True))


giftill.ui.window.Window = _Telling  # type: ignore[misc] # this is how the bench looks inside

if __name__ == "__main__":
    sys.exit(main())
