"""The command line: the same till without a window, for people and for other programs."""

from __future__ import annotations

from .main import main
from .wiring import Wiring

__all__ = ["Wiring", "main"]
