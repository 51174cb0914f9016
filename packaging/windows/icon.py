"""Draws giftill.ico out of resources/icons/giftill.svg; run it when the drawing has changed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

ICON: Final = Path(__file__).with_name("giftill.ico")
DRAWING: Final = Path(__file__).resolve().parents[2] / "resources" / "icons" / "giftill.svg"
# What Windows shows at 100 to 400 per cent, from a title bar to the largest tile.
_SIZES: Final = (16, 20, 24, 32, 40, 48, 64, 128, 256)


def icon(drawing: Path) -> bytes:
    """Return a drawing as an icon, drawn afresh for each size.

    Args:
        drawing: An SVG file.
    """
    from PIL import Image
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(str(drawing))
    pictures = []
    for size in _SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know no buffer here
        pictures.append(Image.open(io.BytesIO(content.data())))
    out = io.BytesIO()
    pictures[-1].save(
        out,
        format="ICO",
        sizes=[(size, size) for size in _SIZES],
        append_images=pictures[:-1],
    )
    return out.getvalue()


if __name__ == "__main__":
    ICON.write_bytes(icon(DRAWING))
