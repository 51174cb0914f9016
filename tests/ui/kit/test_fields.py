from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from giftill.texts import Texts
from giftill.ui.widgets.amount_field import AmountField
from giftill.ui.widgets.code_field import CodeField, grouped
from giftill.ui.widgets.field_error import FieldError
from giftill.ui.widgets.keypad import Keypad, KeypadKey
from tests.helpers.widgets import name_of

if TYPE_CHECKING:
    from PySide6.QtGui import QColor


def line_of(field: QWidget) -> QLineEdit:
    line = field.findChild(QLineEdit)
    assert line is not None
    return line


def said_beneath(field: QWidget) -> str:
    error = field.findChild(FieldError)
    assert error is not None
    return error.message


@pytest.fixture
def code() -> CodeField:
    field = CodeField(key="F2")
    field.retranslate(Texts("en"))
    return field


@pytest.fixture
def amount() -> AmountField:
    field = AmountField()
    field.set_label("Amount", "F4")
    return field


def test_a_field_keeps_its_size_whatever_happens_to_it(
    code: CodeField, amount: AmountField
) -> None:
    window, bare = QWidget(), QLineEdit()
    layout = QVBoxLayout(window)
    for each in (code, amount, bare):
        layout.addWidget(each)
    window.show()
    assert QTest.qWaitForWindowActive(window)
    lines = (line_of(code), line_of(amount), bare)
    for focused in lines:
        focused.setFocus()
        layout.activate()
        assert [each.height() for each in lines] == [56, 56, 48]
    code.show_error("Not a card code")
    layout.activate()
    assert [each.height() for each in lines] == [56, 56, 48]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("abcd", "ABCD"),
        ("abcde", "ABCD E"),
        ("ABCD-EFGH-", "ABCD EFGH"),
        ("abcdefghijklmnop", "ABCD EFGH IJKL MNOP"),
        ("https://wallet.gifty.nl/ABCD", "https://wallet.gifty.nl/ABCD"),
        ("", ""),
        ("é?", "é?"),
    ],
)
def test_a_code_is_written_in_groups_of_four_and_a_link_as_it_is(typed: str, shown: str) -> None:
    assert grouped(typed) == shown


def test_typing_groups_the_code(code: CodeField) -> None:
    QTest.keyClicks(line_of(code), "abcdefgh")
    assert code.text() == "ABCD EFGH"


def test_correcting_in_the_middle_keeps_the_cursor_behind_the_same_character(
    code: CodeField,
) -> None:
    line = line_of(code)
    QTest.keyClicks(line, "abcdefgh")
    line.setCursorPosition(2)
    QTest.keyClicks(line, "x")
    assert line.text() == "ABXC DEFG H"
    assert line.text()[line.cursorPosition() - 1] == "X"


def test_deleting_the_first_of_a_group_works(code: CodeField) -> None:
    line = line_of(code)
    QTest.keyClicks(line, "abcde")
    QTest.keyClick(line, Qt.Key.Key_Backspace)
    QTest.keyClick(line, Qt.Key.Key_Backspace)
    assert line.text() == "ABC"


def test_enter_submits_what_was_typed(code: CodeField) -> None:
    spy = QSignalSpy(code.submitted)
    QTest.keyClicks(line_of(code), "abcdefgh")
    QTest.keyClick(line_of(code), Qt.Key.Key_Return)
    assert [spy.at(i)[0] for i in range(spy.count())] == ["ABCD EFGH"]


def test_an_accepted_code_is_forgotten_by_the_field(code: CodeField) -> None:
    line = line_of(code)
    QTest.keyClicks(line, "ABCDEFGHJKLM7K9Q")
    code.accept("•••• •••• •••• 7K9Q")
    assert line.text() == "•••• •••• •••• 7K9Q"
    assert code.text() == ""
    line.undo()
    assert "ABCD" not in line.text()


def test_enter_on_an_accepted_code_submits_nothing(code: CodeField) -> None:
    spy = QSignalSpy(code.submitted)
    code.accept("•••• •••• •••• 7K9Q")
    QTest.keyClick(line_of(code), Qt.Key.Key_Return)
    assert spy.count() == 0


def test_the_first_character_of_the_next_code_replaces_the_masked_one(code: CodeField) -> None:
    code.accept("•••• •••• •••• 7K9Q")
    QTest.keyClicks(line_of(code), "a")
    assert line_of(code).text() == "A"


def test_backspace_in_a_masked_code_clears_it_whole(code: CodeField) -> None:
    code.accept("•••• •••• •••• 7K9Q")
    QTest.keyClick(line_of(code), Qt.Key.Key_Backspace)
    assert line_of(code).text() == ""
    QTest.keyClicks(line_of(code), "b")
    assert code.text() == "B"


def test_an_error_stands_beneath_the_field_until_it_is_corrected(code: CodeField) -> None:
    QTest.keyClicks(line_of(code), "abc")
    code.show_error("A card code has 16 characters; this has 3.", "Scan the card again.")
    assert said_beneath(code) == "A card code has 16 characters; this has 3."
    assert "Scan the card again." in line_of(code).accessibleDescription()
    assert code.text() == "ABC"
    QTest.keyClicks(line_of(code), "d")
    assert said_beneath(code) == ""


def test_an_error_at_the_foot_of_a_screen_leaves_its_field_where_it_is(app: object) -> None:
    window, above = QWidget(), QWidget()
    field = AmountField(error_above=True)
    layout = QVBoxLayout(window)
    layout.addWidget(above, 1)
    layout.addWidget(field)
    window.resize(500, 400)
    window.show()
    assert QTest.qWaitForWindowExposed(window)
    before = line_of(field).mapTo(window, QPoint())
    field.show_error("There is only €32.45 on this card.", "Take that, and let another card pay.")
    QTest.qWait(0)
    layout.activate()
    assert said_beneath(field)
    assert line_of(field).mapTo(window, QPoint()) == before


def test_where_the_cursor_is_can_be_seen_in_a_field_that_is_wrong_too(
    code: CodeField, amount: AmountField
) -> None:
    window = QWidget()
    layout = QVBoxLayout(window)
    for each in (code, amount):
        layout.addWidget(each)
        each.show_error("Wrong.")
    window.show()
    assert QTest.qWaitForWindowActive(window)
    edges = []
    for each in (code, amount):
        each.setFocus()
        edges.append(edge_of(line_of(amount)))
    assert edges[0] != edges[1]


def edge_of(line: QLineEdit) -> QColor:
    return line.grab().toImage().pixelColor(line.width() // 2, 0)


def test_the_keypad_types_into_the_amount(amount: AmountField) -> None:
    keypad = Keypad()
    keypad.pressed.connect(amount.press)
    for key in ("1", "2", ",", "5", "00", "backspace"):
        keypad.pressed.emit(key)
    assert amount.text() == "12,50"
    amount.press(KeypadKey.CLEAR)
    assert amount.text() == ""


def test_a_digit_replaces_an_amount_that_was_filled_in(amount: AmountField) -> None:
    amount.show_text("27,50")
    amount.press("8")
    assert amount.text() == "8"


def test_what_is_typed_is_told(amount: AmountField) -> None:
    edited, submitted = QSignalSpy(amount.edited), QSignalSpy(amount.submitted)
    QTest.keyClicks(line_of(amount), "12")
    QTest.keyClick(line_of(amount), Qt.Key.Key_Return)
    assert [edited.at(i)[0] for i in range(edited.count())] == ["1", "12"]
    assert submitted.at(0)[0] == "12"


def test_a_wrong_amount_stays_to_be_corrected(amount: AmountField) -> None:
    QTest.keyClicks(line_of(amount), "12,345")
    amount.show_error("“12,345” has more than two decimals.")
    assert amount.text() == "12,345"
    amount.press(KeypadKey.BACKSPACE)
    assert said_beneath(amount) == ""
    assert amount.text() == "12,34"


def test_the_keypad_leaves_the_focus_where_it_is(amount: AmountField) -> None:
    window, keypad = QWidget(), Keypad()
    layout = QVBoxLayout(window)
    layout.addWidget(amount)
    layout.addWidget(keypad)
    window.show()
    assert QTest.qWaitForWindowActive(window)
    amount.start()
    seven = next(each for each in keypad.findChildren(QPushButton) if each.text() == "7")
    QTest.mouseClick(seven, Qt.MouseButton.LeftButton)
    assert line_of(amount).hasFocus()


def test_the_keys_are_as_large_as_a_thumb(app: object) -> None:
    keypad = Keypad()
    keypad.resize(1, 1)
    keypad.show()
    keys = keypad.findChildren(QPushButton)
    assert len(keys) == 14
    assert all(min(each.width(), each.height()) >= 64 for each in keys)


def test_the_keypad_shows_the_languages_decimal_sign() -> None:
    keypad = Keypad()
    for language, sign in (("nl", ","), ("en", ".")):
        keypad.retranslate(Texts(language))
        assert sign in {each.text() for each in keypad.findChildren(QPushButton)}


def test_every_key_has_a_name() -> None:
    keypad = Keypad()
    keypad.retranslate(Texts("en"))
    names = [name_of(each) for each in keypad.findChildren(QPushButton)]
    assert all(names)
    assert {"Backspace", "Clear", "Decimal separator", "7", "00"} <= set(names)
