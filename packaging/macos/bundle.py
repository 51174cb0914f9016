"""What macOS is told about the program, and its icon; giftill.spec asks, on macOS only.

Not run where Giftill is developed: no Mac is there. What can be held against the rest of the
project without one is, in tests/unit/test_macos.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

DRAWING: Final = Path(__file__).resolve().parents[2] / "resources" / "icons" / "giftill.svg"
# The keyring asks for this name, and a profile of an administrator's is for it.
IDENTIFIER: Final = "org.giftill.Giftill"
# Of the Qt that is inside.
_OLDEST_MACOS: Final = "13.0"
_ICON_SIDE: Final = 1024


def info(version: str) -> dict[str, Any]:
    """Return what goes into Info.plist beside what PyInstaller writes there.

    There is nothing to declare for the token: a program outside the App Store's sandbox may use
    the login keychain, which asks the person once when another program put the token there.

    Args:
        version: Giftill's version.
    """
    return {
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": ["en", "nl"],
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "LSApplicationCategoryType": "public.app-category.business",
        "LSMinimumSystemVersion": _OLDEST_MACOS,
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "© 2026 The Giftill team",
        # Giftill is dark when the system is.
        "NSRequiresAquaSystemAppearance": False,
    }


def draw_icon(out: Path) -> Path:
    """Draw the icon at the largest size that macOS shows; PyInstaller makes an .icns of it.

    Args:
        out: The PNG file to write.

    Returns:
        The file.
    """
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(_ICON_SIDE, _ICON_SIDE, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(DRAWING)).render(painter)
    painter.end()
    if not image.save(str(out)):
        raise OSError(f"The icon could not be written to {out}.")
    return out
