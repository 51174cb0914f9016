"""How a row of the location selector is painted: the street, the town beneath it, a tick."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from giftill.ui.icons import draw_icon
from giftill.ui.theme import current_theme

from .state import LocationRow

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPersistentModelIndex

ROW_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1


class LocationDelegate(QStyledItemDelegate):
    """Paints one shop."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        theme = current_theme()
        lines = QFontMetricsF(theme.font()).height() + QFontMetricsF(_small()).height()
        return QSize(theme.size.dialog, max(theme.size.row, round(lines) + theme.space.m))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, LocationRow):
            return
        theme = current_theme()
        area = QRectF(option.rect)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(theme.colors.selection))
            bar = QRectF(area.left(), area.top(), theme.space.xs, area.height())
            painter.fillRect(bar, QColor(theme.colors.focus))
        line = QRectF(area.left(), area.bottom() - 1, area.width(), 1)
        painter.fillRect(line, QColor(theme.colors.line))
        inside = area.adjusted(theme.space.l, 0, -theme.space.l, 0)
        side = float(theme.size.icon)
        if row.is_current:
            place = QRectF(inside.right() - side, area.center().y() - side / 2, side, side)
            draw_icon(painter, "check", QColor(theme.colors.primary), place)
        inside.setRight(inside.right() - side - theme.space.s)
        weight = QFont.Weight.DemiBold if row.is_current else QFont.Weight.Medium
        self._lines(painter, inside, row, weight)
        painter.restore()

    def _lines(
        self, painter: QPainter, area: QRectF, row: LocationRow, weight: QFont.Weight
    ) -> None:
        theme = current_theme()
        upper, lower = theme.font(weight=weight), _small()
        heights = [QFontMetricsF(font).height() for font in (upper, lower)]
        top = area.center().y() - sum(heights) / 2
        texts = (row.street, row.city)
        inks = (theme.colors.text, theme.colors.muted)
        for text, font, height, ink in zip(texts, (upper, lower), heights, inks, strict=True):
            painter.setFont(font)
            painter.setPen(QColor(ink))
            words = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
            place = QRectF(area.left(), top, area.width(), height)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)
            top += height


def _small() -> QFont:
    theme = current_theme()
    return theme.font(theme.text.small)
