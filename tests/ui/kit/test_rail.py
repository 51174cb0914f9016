"""The rail, which leads from screen to screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractButton

from giftill.ui.theme import Tone
from giftill.ui.widgets.rail import Rail, RailItem
from tests.helpers.widgets import name_of


@pytest.fixture
def rail() -> Rail:
    rail = Rail()
    rail.set_items(
        [
            RailItem("till", "Till", "till", "Ctrl+1"),
            RailItem("outbox", "Outbox", "outbox", "Ctrl+2"),
        ]
    )
    rail.show()
    return rail


def places(rail: Rail) -> list[QAbstractButton]:
    return rail.findChildren(QAbstractButton)


def test_the_rail_shows_only_icons_where_there_is_no_room(rail: Rail) -> None:
    rail.fit(1280)
    wide = rail.sizeHint().width()
    rail.fit(1024)
    assert rail.is_narrow
    assert rail.sizeHint().width() < wide / 2
    assert places(rail)[0].toolTip() == "Till  Ctrl+1"
    assert name_of(places(rail)[0]) == "Till"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_place_of_the_rail_is_chosen_by_keys(rail: Rail, key: Qt.Key) -> None:
    spy = QSignalSpy(rail.chosen)
    QTest.keyClick(places(rail)[1], key)
    assert spy.count() == 1
    assert spy.at(0) == ["outbox"]


def test_the_window_decides_which_place_is_current(rail: Rail) -> None:
    rail.set_current("till")
    spy = QSignalSpy(rail.chosen)
    QTest.mouseClick(places(rail)[1], Qt.MouseButton.LeftButton)
    assert spy.at(0)[0] == "outbox"
    assert [each.isChecked() for each in places(rail)] == [True, False]
    rail.set_current("outbox")
    assert [each.isChecked() for each in places(rail)] == [False, True]


def test_a_badge_is_said_too(rail: Rail) -> None:
    rail.set_badge("outbox", 3, Tone.INFO, "3 waiting")
    assert places(rail)[1].accessibleDescription() == "3 waiting"


def test_the_places_change_their_words_in_place(rail: Rail) -> None:
    before = places(rail)
    rail.set_items([RailItem("till", "Kassa", "till"), RailItem("outbox", "Postvak", "outbox")])
    assert places(rail) == before
    assert [name_of(each) for each in before] == ["Kassa", "Postvak"]
