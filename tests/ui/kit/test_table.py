from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QTableView

from giftill.ui.widgets.data_table import Cell, Column, DataTable, Row
from giftill.ui.widgets.empty_state import EmptyState

COLUMNS = (Column("Card", stretch=1), Column("Amount", is_number=True))


def rows(*keys: str, amount: str = "€ 1,00") -> tuple[Row, ...]:
    return tuple(Row(key, (Cell(f"card {key}"), Cell(amount))) for key in keys)


def view_of(table: DataTable) -> QTableView:
    view = table.findChild(QTableView)
    assert view is not None
    return view


@pytest.fixture
def table() -> DataTable:
    table = DataTable(is_checkable=True)
    table.set_columns(COLUMNS)
    table.set_empty("holds", "No open holds", "Holds that are not settled yet appear here.")
    table.resize(600, 400)
    table.show()
    return table


def test_an_empty_table_says_what_will_appear(table: DataTable) -> None:
    empty = table.findChild(EmptyState)
    assert empty is not None
    assert empty.isVisible()
    table.show_rows(rows("a"))
    assert not empty.isVisible()


def test_a_table_that_is_loading_is_not_called_empty(table: DataTable) -> None:
    empty = table.findChild(EmptyState)
    assert empty is not None
    table.set_loading("Loading…")
    assert not empty.isVisible()
    table.set_loading("")
    assert empty.isVisible()


def test_the_current_row_stays_current_when_others_come_before_it(table: DataTable) -> None:
    table.show_rows(rows("a", "b"))
    table.set_current("b")
    table.show_rows(rows("new", "a", "b"))
    assert table.current == "b"


def test_checks_stay_with_their_rows_and_go_with_them(table: DataTable) -> None:
    table.show_rows(rows("a", "b", "c"))
    table.set_checked(frozenset({"a", "c"}))
    table.show_rows(rows("c", "b"))
    assert table.checked == {"c"}


def test_space_checks_the_current_row_and_tells(table: DataTable) -> None:
    table.show_rows(rows("a", "b"))
    table.set_current("b")
    spy = QSignalSpy(table.checked_changed)
    QTest.keyClick(view_of(table), Qt.Key.Key_Space)
    assert spy.at(0)[0] == frozenset({"b"})
    QTest.keyClick(view_of(table), Qt.Key.Key_Space)
    assert table.checked == frozenset()


def test_a_touch_on_the_box_checks_the_row(table: DataTable) -> None:
    table.show_rows(rows("a", "b"))
    view = view_of(table)
    place = view.visualRect(view.model().index(1, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert table.checked == {"b"}


def test_enter_enters_the_current_row(table: DataTable) -> None:
    table.show_rows(rows("a", "b"))
    table.set_current("b")
    spy = QSignalSpy(table.activated)
    QTest.keyClick(view_of(table), Qt.Key.Key_Return)
    assert spy.at(0)[0] == "b"


def test_the_end_is_told_when_it_comes_into_sight(table: DataTable) -> None:
    table.show_rows(rows(*(str(i) for i in range(50))))
    spy = QSignalSpy(table.end_reached)
    view_of(table).scrollToBottom()
    assert spy.count() >= 1


def test_a_page_that_is_appended_leaves_the_view_where_it_is(table: DataTable) -> None:
    first = rows(*(str(i) for i in range(50)))
    table.show_rows(first)
    bar = view_of(table).verticalScrollBar()
    bar.setValue(200)
    table.show_rows(first + rows("more", "and more"))
    assert bar.value() == 200
    assert view_of(table).model().rowCount() == 52


def test_a_changed_row_is_shown_in_place(table: DataTable) -> None:
    table.show_rows(rows("a"))
    table.show_rows(rows("a", amount="€ 2,00"))
    model = view_of(table).model()
    assert model.index(0, 2).data() == "€ 2,00"


def test_rows_are_high_enough_to_touch(table: DataTable) -> None:
    table.show_rows(rows("a"))
    assert view_of(table).rowHeight(0) >= 44


def test_headings_change_with_the_language(table: DataTable) -> None:
    table.set_columns((Column("Kaart", stretch=1), Column("Bedrag", is_number=True)))
    model = view_of(table).model()
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Kaart"


def test_columns_fill_the_table_and_no_more(table: DataTable) -> None:
    table.show_rows(rows("a", "b"))
    view = view_of(table)
    widths = sum(view.columnWidth(i) for i in range(3))
    assert widths == pytest.approx(view.viewport().width(), abs=2)


def test_a_row_that_can_not_be_checked_has_no_box(table: DataTable) -> None:
    table.show_rows((Row("a", (Cell("card a"), Cell("€ 1,00")), is_checkable=False),))
    table.set_current("a")
    QTest.keyClick(view_of(table), Qt.Key.Key_Space)
    assert table.checked == frozenset()
    box = view_of(table).model().index(0, 0)
    assert box.data(Qt.ItemDataRole.CheckStateRole) is None


def test_where_room_is_short_only_the_longest_column_is_cut() -> None:
    table = DataTable()
    table.set_columns((Column("Shop", stretch=1), Column("By", stretch=3), Column("Amount")))
    cells = (Cell("Vredenburg 128, Utrecht, on the corner"), Cell("Sanne"), Cell("€ 1,00"))
    table.resize(360, 200)
    table.show_rows((Row("a", cells),))
    table.show()
    view = view_of(table)
    shop, by, amount = (view.columnWidth(each) for each in range(3))
    assert shop < view.sizeHintForColumn(0)
    assert by >= view.sizeHintForColumn(1)
    assert amount >= view.sizeHintForColumn(2)
    assert shop + by + amount == view.viewport().width()
