"""How the cells of a table are painted: icon, word and checkbox in the theme's measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from giftill.ui.icons import draw_icon
from giftill.ui.theme import Theme, current_theme

from .panel import fill_rounded
from .table_model import CELL_ROLE, Cell, Column, Index, RowsModel

if TYPE_CHECKING:
    from PySide6.QtCore import QAbstractItemModel
    from PySide6.QtWidgets import QWidget


class CellDelegate(QStyledItemDelegate):
    """Paints cells; the keyboard's place is the bar at the left of its row."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        theme = current_theme()
        cell = index.data(CELL_ROLE)
        if not isinstance(cell, Cell):
            return QSize(theme.size.touch, theme.size.row)
        column = _column(index.model(), index.column())
        font = _font(theme, cell, column)
        width = QFontMetricsF(font).horizontalAdvance(cell.text) + 2 * theme.space.m + 1
        if cell.icon:
            width += theme.size.icon + theme.space.s
        return QSize(round(width), theme.size.row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = current_theme()
        area = QRectF(option.rect)
        state = option.state
        view = option.widget
        painter.save()
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        if is_selected:
            painter.fillRect(area, QColor(theme.colors.selection))
            if index.column() == 0 and _has_focus(view):
                bar = QRectF(area.left(), area.top(), theme.space.xs, area.height())
                painter.fillRect(bar, QColor(theme.colors.focus))
        line = QRectF(area.left(), area.bottom() - 1, area.width(), 1)
        painter.fillRect(line, QColor(theme.colors.line))
        cell = index.data(CELL_ROLE)
        if isinstance(cell, Cell):
            _paint_cell(painter, theme, area, cell, _column(index.model(), index.column()))
        else:
            check = index.data(Qt.ItemDataRole.CheckStateRole)
            if check is not None:
                _paint_check(painter, theme, area, is_checked=check == Qt.CheckState.Checked)
        painter.restore()


def _has_focus(view: QWidget | None) -> bool:
    return view is not None and view.hasFocus()


def _column(model: QAbstractItemModel, section: int) -> Column | None:
    return model.column(section) if isinstance(model, RowsModel) else None


def _font(theme: Theme, cell: Cell, column: Column | None) -> QFont:
    weight = QFont.Weight.DemiBold if cell.is_strong else QFont.Weight.Normal
    return theme.font(weight=weight, tabular=column is not None and column.is_number)


def _paint_cell(
    painter: QPainter, theme: Theme, area: QRectF, cell: Cell, column: Column | None
) -> None:
    if cell.tone is not None:
        ink = theme.strong(cell.tone)
    else:
        ink = QColor(theme.colors.muted if cell.is_muted else theme.colors.text)
    inside = area.adjusted(theme.space.m, 0, -theme.space.m, 0)
    if cell.icon:
        side = float(theme.size.icon)
        place = QRectF(inside.left(), area.center().y() - side / 2, side, side)
        draw_icon(painter, cell.icon, ink, place)
        inside.setLeft(inside.left() + side + theme.space.s)
    font = _font(theme, cell, column)
    painter.setFont(font)
    painter.setPen(ink)
    is_number = column is not None and column.is_number
    side_flag = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    mode = Qt.TextElideMode.ElideRight
    words = QFontMetricsF(font).elidedText(cell.text, mode, inside.width() + 1)
    painter.drawText(inside, side_flag | Qt.AlignmentFlag.AlignVCenter, words)


def _paint_check(painter: QPainter, theme: Theme, area: QRectF, *, is_checked: bool) -> None:
    side = float(theme.size.icon + theme.space.xs)
    box = QRectF(area.center().x() - side / 2, area.center().y() - side / 2, side, side)
    colors = theme.colors
    fill = QColor(colors.primary if is_checked else colors.raised)
    edge = QColor(colors.primary if is_checked else colors.control)
    fill_rounded(painter, box, theme.size.radius / 2, fill, edge)
    if is_checked:
        inset = theme.space.hair + 1
        painter.setPen(QPen(QColor(colors.on_primary), 2))
        tick = box.adjusted(inset, inset, -inset, -inset)
        draw_icon(painter, "check", QColor(colors.on_primary), tick)
