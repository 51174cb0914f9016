"""Finds the files that Giftill ships: translations, icons, theme tokens, sounds."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_IN_WHEEL: Final = _PACKAGE / "resources"
_IN_CHECKOUT: Final = _PACKAGE.parents[1] / "resources"


def is_checkout() -> bool:
    """Whether the program runs from its source tree, where resources may not be built yet."""
    return not _IN_WHEEL.is_dir()


def resource(*parts: str) -> Path:
    """Return where a shipped file lies; it need not exist.

    Args:
        parts: The path below `resources/`, such as `"icons", "scan.svg"`.
    """
    root = _IN_CHECKOUT if is_checkout() else _IN_WHEEL
    return root.joinpath(*parts)
