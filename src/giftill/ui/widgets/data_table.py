"""DataTable: a real table, with headings, keyboard, a line while loading and words when empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QScroller,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from giftill.ui.theme import current_theme

from .busy import Busy
from .empty_state import EmptyState
from .panel import Panel
from .table_model import CHECK_COLUMN, Cell, Column, Row, RowsModel
from .table_paint import CellDelegate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QResizeEvent

__all__ = ["Cell", "Column", "DataTable", "Row"]


class DataTable(Panel):
    """A table of rows that are known by a key.

    Signals:
        activated: A row was entered, double-clicked or touched; carries its key.
        current_changed: Another row is the current one; carries its key, empty for none.
        checked_changed: Other rows are checked; carries the `frozenset` of their keys.
        end_reached: The last row came into sight: fetch the next page, if there is one.
    """

    activated = Signal(str)
    current_changed = Signal(str)
    checked_changed = Signal(object)
    end_reached = Signal()

    def __init__(self, parent: QWidget | None = None, *, is_checkable: bool = False) -> None:
        """Make an empty table, with a checkbox before each row or without."""
        super().__init__(parent)
        self._model = RowsModel(is_checkable=is_checkable)
        self._is_checkable = is_checkable
        self._view = _View(self._model, self)
        self._empty = EmptyState()
        self._busy = Busy()
        self._is_loading = False
        self._wire()

        theme = current_theme()
        table = QWidget()
        inside = QVBoxLayout(table)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self._view, 1)
        inside.addWidget(self._busy, 0, Qt.AlignmentFlag.AlignHCenter)
        self._busy.setFixedHeight(theme.size.row)
        self._busy.hide()
        # A stacked layout knows no margins, and the table must not cover the panel's edge.
        outer = QVBoxLayout(self)
        margin = theme.size.line
        outer.setContentsMargins(margin, theme.space.xs, margin, theme.space.xs)
        self._pages = QStackedLayout()
        outer.addLayout(self._pages)
        self._pages.addWidget(table)
        self._pages.addWidget(self._empty)
        self.setFocusProxy(self._view)
        self._show_page()

    def set_name(self, name: str) -> None:
        """Tell screen readers what the table lists."""
        self._view.setAccessibleName(name)

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show these columns; the same number of them again only changes the headings."""
        self._model.set_columns(columns)
        self._view.lay_out_columns()

    def set_empty(self, icon: str, title: str, sentence: str) -> None:
        """Say what will appear here, for when there are no rows."""
        self._empty.say(icon, title, sentence)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; the current row stays current wherever it is now."""
        current = self.current
        if self._model.show_rows(rows):
            self.set_current(current)
        self._view.lay_out_columns()
        self._show_page()

    def set_loading(self, word: str) -> None:
        """Say beneath the rows that more are being fetched; empty when they are not."""
        self._is_loading = bool(word)
        self._busy.setVisible(self._is_loading)
        if word:
            self._busy.start(word)
        else:
            self._busy.stop()
        self._show_page()

    @property
    def current(self) -> str:
        """The key of the current row, or empty."""
        row = self._view.currentIndex().row()
        return self._model.rows[row].key if 0 <= row < len(self._model.rows) else ""

    def set_current(self, key: str) -> None:
        """Go to a row, if it is there."""
        for number, row in enumerate(self._model.rows):
            if row.key == key:
                self._view.setCurrentIndex(self._model.index(number, 0))
                return

    @property
    def checked(self) -> frozenset[str]:
        """The keys of the checked rows."""
        return self._model.checked

    def set_checked(self, keys: frozenset[str]) -> None:
        """Check exactly these rows."""
        self._model.set_checked(keys)

    def _wire(self) -> None:
        self._view.entered_row.connect(self._activate)
        self._view.doubleClicked.connect(self._activate)
        self._view.clicked.connect(self._clicked)
        self._view.selectionModel().currentRowChanged.connect(
            lambda *_: self.current_changed.emit(self.current)
        )
        self._model.checked_changed.connect(lambda: self.checked_changed.emit(self._model.checked))
        bar = self._view.verticalScrollBar()
        bar.valueChanged.connect(self._look_for_end)
        bar.rangeChanged.connect(self._look_for_end)

    def _activate(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self._model.rows):
            self.activated.emit(self._model.rows[index.row()].key)

    def _clicked(self, index: QModelIndex | QPersistentModelIndex) -> None:
        if self._is_checkable and index.column() == CHECK_COLUMN:
            self._model.toggle(index.row())

    def _look_for_end(self) -> None:
        bar = self._view.verticalScrollBar()
        if bar.value() >= bar.maximum() and self._model.rows and not self._is_loading:
            self.end_reached.emit()

    def _show_page(self) -> None:
        is_empty = not self._model.rows and not self._is_loading
        self._pages.setCurrentIndex(1 if is_empty else 0)


class _View(QTableView):
    """The table itself: whole rows, rows large enough to touch, Space checks, Enter enters."""

    entered_row = Signal(QModelIndex)

    def __init__(self, model: RowsModel, parent: QWidget) -> None:
        super().__init__(parent)
        theme = current_theme()
        self._rows = model
        model.setParent(self)
        self.setModel(model)
        self.setItemDelegate(CellDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        touch = QScroller.ScrollerGestureType.TouchGesture
        QScroller.grabGesture(self.viewport(), touch)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.size.row)
        header = self.horizontalHeader()
        header.setFont(theme.font(theme.text.small, weight=QFont.Weight.DemiBold))
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(theme.size.icon)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if index.isValid() and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.entered_row.emit(index)
            return
        if index.isValid() and event.key() == Qt.Key.Key_Space and self._rows.column(0) is None:
            self._rows.toggle(index.row())
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay_out_columns()

    def lay_out_columns(self) -> None:
        """Give each column what it needs, and share out what is left over, or missing."""
        theme = current_theme()
        needs: list[int] = []
        shares: list[int] = []
        for section in range(self._rows.columnCount()):
            column = self._rows.column(section)
            hint = max(self.sizeHintForColumn(section), 0)
            heading = self.horizontalHeader().sectionSizeHint(section)
            needs.append(theme.size.touch if column is None else max(hint, heading))
            shares.append(0 if column is None else column.stretch)
        if not needs:
            return
        for section, width in enumerate(_widths(needs, shares, self.viewport().width())):
            self.setColumnWidth(section, width)


def _widths(needs: Sequence[int], shares: Sequence[int], room: int) -> list[int]:
    """Give each column what it needs; share out what is left over, or what is missing.

    Args:
        needs: The width of each column's contents.
        shares: How much of what is left over goes to each; those with none are never cut.
        room: The width there is for all of them.
    """
    spare = room - sum(needs)
    if not sum(shares):
        return list(needs)
    if spare >= 0:
        widths = [
            need + spare * share // sum(shares) for need, share in zip(needs, shares, strict=True)
        ]
    else:
        # The longest can do without its end more easily than a short one without half of it.
        smallest = current_theme().size.touch
        limit = max(need for need, share in zip(needs, shares, strict=True) if share)
        widths = list(needs)
        while sum(widths) > room and limit > smallest:
            limit -= 1
            widths = [
                min(need, limit) if share else need
                for need, share in zip(needs, shares, strict=True)
            ]
    last = max(section for section, share in enumerate(shares) if share)
    widths[last] += max(0, room - sum(widths))
    return widths
