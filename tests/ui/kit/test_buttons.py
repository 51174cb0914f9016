"""Buttons and the keys that stand on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest

from giftill.ui.theme import current_theme
from giftill.ui.widgets.button import Button, ButtonRole
from giftill.ui.widgets.keycap import key_size
from tests.helpers.widgets import name_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


@pytest.mark.parametrize("role", ButtonRole)
def test_a_button_is_large_enough_and_says_what_it_does(role: ButtonRole) -> None:
    button = Button("Wijn & kaas", role=role, key="F8")
    button.show()
    assert button.height() >= 48
    assert name_of(button) == "Wijn & kaas"
    assert button.accessibleDescription() == "F8"


def test_a_long_address_stays_on_one_line() -> None:
    wraps, cuts = (Button("Haarlemmerdijk 112 hs, Amsterdam", elide=each) for each in (False, True))

    def rows_with_ink(button: Button) -> int:
        button.resize(200, 56)
        drawn = button.grab().toImage()
        ground = drawn.pixelColor(60, 4)
        middle = range(40, 160)
        return sum(
            any(drawn.pixelColor(x, y) != ground for x in middle)
            for y in range(4, drawn.height() - 4)
        )

    assert rows_with_ink(cuts) < rows_with_ink(wraps)


def test_a_key_with_shift_takes_the_sign_that_keyboards_print(app: QApplication) -> None:
    button = Button("Release", key="Shift+F9")
    theme = current_theme()
    assert key_size(theme, "Shift+F9").width() == key_size(theme, "⇧F9").width()
    assert button.accessibleDescription() == "Shift+F9"


def test_a_touch_on_a_button_leaves_the_cursor_in_its_field() -> None:
    assert Button("Full balance").focusPolicy() is Qt.FocusPolicy.TabFocus


def test_the_main_button_keeps_its_place_whatever_it_says() -> None:
    short, long = Button("Hold €1.00", large=True), Button("Complete sale €12,345.00", large=True)
    assert short.minimumSizeHint() == long.minimumSizeHint()


def test_enter_presses_the_button_that_has_the_focus() -> None:
    button = Button("Send now")
    spy = QSignalSpy(button.clicked)
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert spy.count() == 1
