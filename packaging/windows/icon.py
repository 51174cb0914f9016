"""Draws giftill.ico and setup.bmp out of resources/icons/giftill.svg; run it when that changes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from PIL import Image
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

ICON: Final = Path(__file__).with_name("giftill.ico")
BANNER: Final = Path(__file__).with_name("setup.bmp")
DRAWING: Final = Path(__file__).resolve().parents[2] / "resources" / "icons" / "giftill.svg"
# What Windows shows at 100 to 400 per cent, from a title bar to the largest tile.
_SIZES: Final = (16, 20, 24, 32, 40, 48, 64, 128, 256)
# What NSIS has room for beside the words of its last page, and the ground of the drawing.
_BANNER_SIZE: Final = (164, 314)
_GREEN: Final = "#0b6b43"
_BANNER_DRAWING: Final = 112


def icon(drawing: Path) -> bytes:
    """Return a drawing as an icon, drawn afresh for each size.

    Args:
        drawing: An SVG file.
    """
    pictures = [_drawn(drawing, size) for size in _SIZES]
    out = io.BytesIO()
    pictures[-1].save(
        out,
        format="ICO",
        sizes=[(size, size) for size in _SIZES],
        append_images=pictures[:-1],
    )
    return out.getvalue()


def banner(drawing: Path) -> bytes:
    """Return the picture beside the setup's last page, as a bitmap.

    Args:
        drawing: An SVG file.
    """
    picture = Image.new("RGB", _BANNER_SIZE, _GREEN)
    small = _drawn(drawing, _BANNER_DRAWING)
    place = [(whole - _BANNER_DRAWING) // 2 for whole in _BANNER_SIZE]
    picture.paste(small, (place[0], place[1]), small)
    out = io.BytesIO()
    picture.quantize(64).save(out, format="BMP")
    return out.getvalue()


def _drawn(drawing: Path, size: int) -> Image.Image:
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(drawing)).render(painter)
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know no buffer here
    return Image.open(io.BytesIO(content.data()))


if __name__ == "__main__":
    ICON.write_bytes(icon(DRAWING))
    BANNER.write_bytes(banner(DRAWING))
