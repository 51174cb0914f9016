"""The keys of the Till, by Qt's portable names: the words beside a button and the view agree."""

from __future__ import annotations

from typing import Final

SCAN: Final = "F2"
LATER: Final = "Shift+F2"
TOTAL: Final = "F3"
FULL: Final = "F4"
USE: Final = "F5"
RELEASE: Final = "Shift+F5"
PREVIOUS: Final = "F6"
NEXT: Final = "F7"
HOLD: Final = "F8"
COMPLETE: Final = "F9"
CANCEL: Final = "Shift+F9"
REDEEM: Final = "F12"
ENTER: Final = "Return"
