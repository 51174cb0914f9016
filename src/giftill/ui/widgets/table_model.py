"""The rows of a table: frozen values in, what Qt's views ask for out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giftill.ui.theme import Tone

Index = QModelIndex | QPersistentModelIndex
CELL_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
CHECK_COLUMN: Final = 0


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        title: Its heading, translated.
        is_number: Whether it is written in figures of one width, against the right edge.
        stretch: Its share of the width that is left over; 0 for as wide as its contents.
    """

    title: str
    is_number: bool = False
    stretch: int = 0


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table.

    Attributes:
        text: Shown as plain text.
        icon: Name of an icon before it, or empty.
        tone: Its colour, or None for the colour of text.
        is_muted: Whether it is secondary.
        is_strong: Whether it is bold.
    """

    text: str
    icon: str = ""
    tone: Tone | None = None
    is_muted: bool = False
    is_strong: bool = False


@dataclass(frozen=True)
class Row:
    """A row.

    Attributes:
        key: Stays the same as long as the row is about the same thing.
        cells: What stands in it, a cell for each column.
        is_checkable: Whether it can be checked, in a table with checkboxes.
    """

    key: str
    cells: tuple[Cell, ...]
    is_checkable: bool = True


class RowsModel(QAbstractTableModel):
    """Rows by key: an update in place keeps the selection, the scroll and the checks.

    Signals:
        checked_changed: The set of checked rows is another one.
    """

    checked_changed = Signal()

    def __init__(self, *, is_checkable: bool) -> None:
        """Make an empty model, with a column of checkboxes in front or without."""
        super().__init__()
        self._columns: tuple[Column, ...] = ()
        self._rows: tuple[Row, ...] = ()
        self._checked: frozenset[str] = frozenset()
        self._extra = 1 if is_checkable else 0

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown, in order."""
        return self._rows

    @property
    def checked(self) -> frozenset[str]:
        """The keys of the checked rows."""
        return self._checked

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns or other headings."""
        if len(columns) == len(self._columns):
            self._columns = tuple(columns)
            last = self.columnCount() - 1
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)
            return
        self.beginResetModel()
        self._columns = tuple(columns)
        self.endResetModel()

    def show_rows(self, rows: Sequence[Row]) -> bool:
        """Show other rows.

        Returns:
            Whether rows came, went or moved other than at the end, so that a view must find its
            place again.
        """
        new = tuple(rows)
        old_keys = [row.key for row in self._rows]
        new_keys = [row.key for row in new]
        moved = new_keys[: len(old_keys)] != old_keys
        if moved:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
        else:
            if len(new) > len(old_keys):
                self.beginInsertRows(QModelIndex(), len(old_keys), len(new) - 1)
                self._rows = (*self._rows, *new[len(old_keys) :])
                self.endInsertRows()
            changed = [i for i, (a, b) in enumerate(zip(self._rows, new, strict=True)) if a != b]
            self._rows = new
            for each in changed:
                last = self.columnCount() - 1
                self.dataChanged.emit(self.index(each, 0), self.index(each, last))
        self.set_checked(self._checked.intersection(new_keys))
        return moved

    def set_checked(self, keys: frozenset[str]) -> None:
        """Check exactly these rows."""
        if keys == self._checked:
            return
        self._checked = keys
        if self._rows:
            last = self.index(len(self._rows) - 1, CHECK_COLUMN)
            self.dataChanged.emit(self.index(0, CHECK_COLUMN), last)
        self.checked_changed.emit()

    def toggle(self, row: int) -> None:
        """Check a row, or uncheck it."""
        if self._rows[row].is_checkable:
            self.set_checked(self._checked ^ {self._rows[row].key})

    def column(self, section: int) -> Column | None:
        """The column at a section of the view; None for the checkboxes."""
        return self._columns[section - self._extra] if section >= self._extra else None

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._columns) + self._extra

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = self.column(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title if column else ""
        if role == Qt.ItemDataRole.TextAlignmentRole and column is not None:
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = 0) -> object:
        row = self._rows[index.row()]
        if index.column() < self._extra:
            if role == Qt.ItemDataRole.CheckStateRole:
                if not row.is_checkable:
                    return None
                is_checked = row.key in self._checked
                return Qt.CheckState.Checked if is_checked else Qt.CheckState.Unchecked
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return row.cells[0].text
            return None
        cell = row.cells[index.column() - self._extra]
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return cell.text
        if role == CELL_ROLE:
            return cell
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() < self._extra and self._rows[index.row()].is_checkable:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags
