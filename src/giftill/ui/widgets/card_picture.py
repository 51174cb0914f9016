"""CardPicture: what the card looks like, so that it can be told apart at arm's length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from giftill.ui.icons import draw_icon
from giftill.ui.theme import current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

# The shape of a bank card, ISO/IEC 7810 ID-1, which gift cards have too.
_WIDTH_MM: Final = 85.60
_HEIGHT_MM: Final = 53.98


class CardPicture(QWidget):
    """The card's image in the shape of a card; a drawing of one until there is an image."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show the drawing."""
        super().__init__(parent)
        self._picture = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_picture(self, data: bytes | None) -> None:
        """Show an image file; the drawing for None, and for what is not an image."""
        image = QImage.fromData(QByteArray(data)) if data else QImage()
        self._picture = QPixmap() if image.isNull() else QPixmap.fromImage(image)
        self.update()

    def sizeHint(self) -> QSize:
        width = current_theme().size.key * 3
        return QSize(width, round(width * _HEIGHT_MM / _WIDTH_MM))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect())
        shape = QPainterPath()
        shape.addRoundedRect(
            area.adjusted(0.5, 0.5, -0.5, -0.5), theme.size.radius, theme.size.radius
        )
        painter.setClipPath(shape)
        if self._picture.isNull():
            self._paint_drawing(painter, area)
        else:
            self._paint_filling(painter, area)
        painter.setClipping(False)
        painter.setPen(QColor(theme.colors.line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)

    def _paint_filling(self, painter: QPainter, area: QRectF) -> None:
        """Fill the card's shape with the middle of the image."""
        size = self._picture.size()
        scale = max(area.width() / size.width(), area.height() / size.height())
        width, height = area.width() / scale, area.height() / scale
        part = QRectF((size.width() - width) / 2, (size.height() - height) / 2, width, height)
        painter.drawPixmap(area, self._picture, part)

    def _paint_drawing(self, painter: QPainter, area: QRectF) -> None:
        theme = current_theme()
        colors = theme.colors
        painter.fillRect(area, QColor(colors.success_tint))
        ribbon = QColor(colors.primary)
        ribbon.setAlphaF(0.14)
        width = area.height() / 6
        painter.fillRect(QRectF(area.width() * 0.28 - width / 2, 0, width, area.height()), ribbon)
        painter.fillRect(QRectF(0, area.height() * 0.5 - width / 2, area.width(), width), ribbon)
        side = float(theme.size.icon_large)
        place = QRectF(area.width() * 0.28 - side / 2, (area.height() - side) / 2, side, side)
        draw_icon(painter, "package", QColor(colors.primary), place)
