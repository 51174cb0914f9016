"""What tells something and goes again: the band, the toast, and what takes a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QWidget

from giftill.ui.theme import Tone, current_theme
from giftill.ui.widgets.band import Band
from giftill.ui.widgets.busy import Busy
from giftill.ui.widgets.button import Button
from giftill.ui.widgets.toast import Toast
from tests.helpers.patience import until
from tests.helpers.widgets import name_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def test_a_band_is_there_as_long_as_it_has_something_to_say() -> None:
    band = Band()
    band.say("Offline: captures are queued", "offline", Tone.HOLD, "Try now")
    assert band.isVisible()
    assert band.text == "Offline: captures are queued"
    spy = QSignalSpy(band.acted)
    button = band.findChild(Button)
    assert button is not None
    button.click()
    assert spy.count() == 1
    band.clear()
    assert not band.isVisible()


def test_a_toast_lies_within_its_host_and_goes_when_touched(app: QApplication) -> None:
    host = QWidget()
    host.resize(500, 300)
    host.show()
    toast = Toast(host)
    toast.say("Sale completed: € 40,00, and a sentence that is much longer than the host is wide")
    assert host.rect().contains(toast.geometry())
    assert toast.height() > current_theme().size.touch, "it takes a second line"
    QTest.mouseClick(toast, Qt.MouseButton.LeftButton)
    QTest.qWait(current_theme().motion_ms * 2)
    assert not toast.isVisible()


def test_nothing_moves_where_the_system_asks_for_less_motion(
    app: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("giftill.ui.widgets.toast.motion_ms", lambda *_: 0)
    host = QWidget()
    host.resize(500, 300)
    host.show()
    toast = Toast(host)
    toast.say("Sale completed")
    QTest.mouseClick(toast, Qt.MouseButton.LeftButton)
    assert not toast.isVisible()


@pytest.mark.anyio
async def test_busy_says_what_is_going_on_only_when_it_takes_a_while(app: QApplication) -> None:
    busy = Busy()
    busy.resize(300, 40)
    busy.show()
    idle = busy.grab().toImage()
    busy.start("Looking up the card…")
    assert busy.grab().toImage() == idle
    await until(lambda: busy.grab().toImage() != idle)
    assert name_of(busy) == "Looking up the card…"
    busy.stop()
    assert busy.grab().toImage() == idle
