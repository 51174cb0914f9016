"""The holds of a sale."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest

from giftill.ui.theme import Tone
from giftill.ui.widgets.button import Button
from giftill.ui.widgets.hold_list import HoldItem, HoldList, HoldRow
from tests.helpers.widgets import name_of


def test_a_touch_on_a_hold_chooses_it() -> None:
    holds = HoldList()
    holds.show_holds([HoldItem("1", "•••• 7K9Q", "€ 12,50", "Held")])
    spy = QSignalSpy(holds.chosen)
    QTest.mouseClick(holds.findChildren(HoldRow)[0], Qt.MouseButton.LeftButton)
    assert spy.at(0)[0] == "1"


def test_holds_keep_their_row_when_another_is_added() -> None:
    holds = HoldList()
    first = HoldItem("1", "•••• 7K9Q", "€ 12,50", "Held", release="Give back")
    holds.show_holds([first])
    before = holds.findChildren(HoldRow)
    holds.show_holds([first, HoldItem("2", "•••• 2C4D", "€ 10,00", "Queued", "queue", Tone.INFO)])
    rows = holds.findChildren(HoldRow)
    assert rows[:1] == before
    assert [name_of(each) for each in rows] == [
        "•••• 7K9Q, € 12,50, Held",
        "•••• 2C4D, € 10,00, Queued",
    ]


def test_a_hold_can_be_given_back_by_its_own_button() -> None:
    holds = HoldList()
    holds.show_holds([HoldItem("1", "•••• 7K9Q", "€ 12,50", "Held", release="Give back")])
    spy = QSignalSpy(holds.release_wanted)
    button = holds.findChild(Button)
    assert button is not None
    assert name_of(button) == "Give back •••• 7K9Q"
    button.click()
    assert spy.at(0)[0] == "1"
