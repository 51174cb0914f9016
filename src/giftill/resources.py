"""Finds the files that Giftill ships: translations, icons, theme tokens, sounds."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_CHECKOUT: Final = _PACKAGE.parents[1] / "resources"


def is_checkout() -> bool:
    """Whether the program runs from its source tree, where resources may not be built yet."""
    return _CHECKOUT.is_dir()


def resource(*parts: str) -> Path:
    """Return where a shipped file lies; it need not exist.

    Args:
        parts: The path below `resources/`, such as `"icons", "scan.svg"`.
    """
    root = _CHECKOUT if is_checkout() else _PACKAGE / "resources"
    return root.joinpath(*parts)
