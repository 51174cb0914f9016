"""Scans and typing in a real window: keys go in where the system puts them, into the window.

What is a scan is told by the time between its keys, so the tests have a clock of their own: a PC
that stops for a while changes nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from giftill.ui.scanner import FREE_TEXT, ScanFilter
from giftill.ui.wedge import ENTER, strike
from tests.helpers.patience import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QWindow
    from PySide6.QtWidgets import QApplication

pytestmark = pytest.mark.anyio

CODE = "ABCD2456EFGH7K9Q"
LONGER_THAN_ANY_WAIT_MS = 300


class Clock:
    """A clock that goes on when it is told to, in milliseconds."""

    def __init__(self) -> None:
        # Far from the system's time stamps, which the keys of QTest carry.
        self.now_ms = 1_000_000_000_000

    def __call__(self) -> int:
        return self.now_ms


class Counter(QWidget):
    """A window with a field for amounts, one for free text, and a button."""

    def __init__(self) -> None:
        super().__init__()
        self.amount = QLineEdit()
        self.free = QLineEdit()
        self.free.setProperty(FREE_TEXT, True)
        self.button = QPushButton()
        self.button.setDefault(True)
        self.presses = 0
        self.enters = 0
        self.scans: list[str] = []
        layout = QVBoxLayout(self)
        for widget in (self.amount, self.free, self.button):
            layout.addWidget(widget)
        self.button.clicked.connect(self._pressed)
        self.amount.returnPressed.connect(self._entered)
        self.clock = Clock()
        self.scanner = ScanFilter(self, now_ms=self.clock)
        self.scanner.scanned.connect(self.scans.append)
        self.show()
        self.activateWindow()

    def _pressed(self) -> None:
        self.presses += 1

    def _entered(self) -> None:
        self.enters += 1

    def scan(self, text: str) -> None:
        """Do what a scanner does: the code, and Enter."""
        self.type(text + ENTER)

    def type(self, text: str) -> None:
        """Press and release each key at once, as fast as a scanner can."""
        strike(self.windowHandle(), text, at_ms=self.clock.now_ms)

    def type_slowly(self, text: str) -> None:
        """Press and release each key, as fast as nobody types and slower than a scanner."""
        for each in text:
            self.type(each)
            self.clock.now_ms += 65

    async def wait(self) -> None:
        """Let pass whatever the window may wait for."""
        self.clock.now_ms += LONGER_THAN_ANY_WAIT_MS
        await asyncio.sleep(LONGER_THAN_ANY_WAIT_MS / 1_000)


@pytest.fixture
def counter(app: QApplication) -> Iterator[Counter]:
    made = Counter()
    assert QTest.qWaitForWindowActive(made)
    yield made
    made.close()


async def test_a_scan_leaves_no_character_in_the_amount_field(counter: Counter) -> None:
    counter.amount.setFocus()
    counter.scan(CODE)
    await counter.wait()
    assert (counter.scans, counter.amount.text(), counter.enters) == ([CODE], "", 0)


def strike_without_a_pause(window: QWindow, text: str) -> None:
    """Strike keys as X11 reports them within one millisecond: the same again is a repetition."""
    before = ""
    for each in text:
        key = QKeyEvent(
            QEvent.Type.KeyPress,
            ord(each),
            Qt.KeyboardModifier.NoModifier,
            each,
            autorep=each == before,
        )
        QCoreApplication.sendEvent(window, key)
        before = each


async def test_a_scanner_s_twin_characters_within_a_millisecond_are_all_read(
    counter: Counter,
) -> None:
    counter.amount.setFocus()
    strike_without_a_pause(counter.windowHandle(), "AAAABBBBCCCC5555")
    counter.clock.now_ms += 101
    await until(lambda: counter.scans == ["AAAABBBBCCCC5555"])


async def test_a_key_that_is_held_down_is_no_scan(counter: Counter) -> None:
    counter.amount.setFocus()
    strike_without_a_pause(counter.windowHandle(), "5")
    repeated = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_5, Qt.KeyboardModifier.NoModifier, "5", autorep=True
    )
    await counter.wait()
    for _ in range(10):
        QCoreApplication.sendEvent(counter.windowHandle(), repeated)
    await counter.wait()
    assert (counter.scans, counter.amount.text()) == ([], "5" * 11)


async def test_a_scan_presses_no_focused_button(counter: Counter) -> None:
    counter.button.setFocus()
    counter.scan(CODE)
    await counter.wait()
    assert (counter.scans, counter.presses) == ([CODE], 0)


async def test_a_code_in_groups_presses_no_focused_button_with_its_spaces(
    counter: Counter,
) -> None:
    counter.button.setFocus()
    counter.scan("ABCD 2456 EFGH 7K9Q")
    await counter.wait()
    assert (counter.scans, counter.presses) == (["ABCD 2456 EFGH 7K9Q"], 0)
    assert not counter.button.isDown()


async def test_a_scan_that_ends_by_silence_is_a_scan(counter: Counter) -> None:
    counter.button.setFocus()
    counter.type(CODE)
    counter.clock.now_ms += 101
    await until(lambda: counter.scans == [CODE])


async def test_a_pc_that_stops_in_the_middle_of_a_scan_reads_it_whole(counter: Counter) -> None:
    counter.amount.setFocus()
    window, struck_ms = counter.windowHandle(), counter.clock.now_ms
    strike(window, CODE[:7], at_ms=struck_ms)
    counter.clock.now_ms += 500
    strike(window, CODE[7:] + ENTER, at_ms=struck_ms)
    assert (counter.scans, counter.amount.text()) == ([CODE], "")


async def test_a_scan_keeps_what_was_typed_before(counter: Counter) -> None:
    counter.amount.setFocus()
    counter.type_slowly("12,50")
    counter.scan(CODE)
    await until(lambda: counter.scans == [CODE])
    assert counter.amount.text() == "12,50"


async def test_typing_at_human_speed_arrives_whole_with_its_enter(counter: Counter) -> None:
    counter.amount.setFocus()
    counter.type_slowly("1234567890")
    counter.type(ENTER)
    assert (counter.amount.text(), counter.enters, counter.scans) == ("1234567890", 1, [])


async def test_a_short_burst_is_typing_and_its_enter_comes_last(counter: Counter) -> None:
    counter.amount.setFocus()
    counter.type("12,50" + ENTER)
    assert (counter.amount.text(), counter.enters, counter.scans) == ("12,50", 1, [])


async def test_a_typed_character_is_late_by_the_gap_at_most(counter: Counter) -> None:
    counter.amount.setFocus()
    counter.type("5")
    counter.clock.now_ms += 51
    await until(lambda: counter.amount.text() == "5")


async def test_space_and_enter_press_a_focused_button(counter: Counter) -> None:
    counter.button.setFocus()
    counter.type(" ")
    counter.clock.now_ms += 51
    await until(lambda: counter.presses == 1)


async def test_a_command_key_waits_for_what_was_typed_before_it(counter: Counter) -> None:
    counter.amount.setFocus()
    counter.type("12")
    QTest.keyClick(counter.windowHandle(), Qt.Key.Key_Backspace)
    assert counter.amount.text() == "1"


async def test_a_click_waits_for_what_was_typed_before_it(counter: Counter) -> None:
    counter.amount.setFocus()
    counter.type("12")
    place = counter.free.geometry().center()
    QTest.mouseClick(counter.windowHandle(), Qt.MouseButton.LeftButton, pos=place)
    assert (counter.amount.text(), counter.free.text()) == ("12", "")
    assert counter.free.hasFocus()


async def test_a_field_for_free_text_takes_everything_at_once(counter: Counter) -> None:
    counter.free.setFocus()
    counter.scan(CODE)
    assert counter.free.text() == CODE
    await counter.wait()
    assert counter.scans == []


async def test_a_double_scan_is_one(counter: Counter) -> None:
    counter.amount.setFocus()
    counter.scan(CODE)
    counter.scan(CODE)
    await counter.wait()
    assert (counter.scans, counter.amount.text()) == ([CODE], "")


async def test_a_scan_works_in_a_window_that_opened_later(counter: Counter) -> None:
    later = QWidget()
    field = QLineEdit(later)
    later.show()
    later.activateWindow()
    assert QTest.qWaitForWindowActive(later)
    field.setFocus()
    strike(later.windowHandle(), CODE + ENTER, at_ms=counter.clock.now_ms)
    assert (counter.scans, field.text()) == ([CODE], "")


async def test_the_gap_of_the_settings_is_used(counter: Counter) -> None:
    counter.amount.setFocus()
    counter.scanner.configure(gap_ms=150)
    for each in "12345678":
        counter.type(each)
        counter.clock.now_ms += 80
    counter.clock.now_ms += LONGER_THAN_ANY_WAIT_MS
    await until(lambda: counter.scans == ["12345678"])
    assert counter.amount.text() == ""
