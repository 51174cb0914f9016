from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from giftill.resources import resource
from giftill.texts import Texts
from giftill.ui.icons import IconView, app_icon, icon_pixmap
from giftill.ui.sounds import Sound, Sounds
from giftill.ui.theme import Theme, Tone, apply, current_theme
from giftill.ui.widgets.band import Band
from giftill.ui.widgets.busy import Busy
from giftill.ui.widgets.button import Button, ButtonRole
from giftill.ui.widgets.card_panel import CardGlance, CardLine, CardPanel
from giftill.ui.widgets.card_picture import CardPicture
from giftill.ui.widgets.hold_list import HoldItem, HoldList, HoldRow
from giftill.ui.widgets.keycap import KeyCap, key_size
from giftill.ui.widgets.label import PlainLabel
from giftill.ui.widgets.money_label import MoneyLabel, MoneySize
from giftill.ui.widgets.rail import Rail, RailItem
from giftill.ui.widgets.status_pill import StatusPill
from giftill.ui.widgets.toast import Toast
from tests.helpers.patience import until

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

ICONS = sorted(file.stem for file in resource("icons").glob("*.svg"))
GLANCE = CardGlance(
    masked="•••• •••• •••• 7K9Q",
    balance="€ 50,00",
    state="Redeemable",
    icon="done",
    tone=Tone.SUCCESS,
    lines=(CardLine("Sold", "1 September", "+€ 50,00", "package"),),
)


def name_of(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def role_of(widget: QWidget) -> QAccessible.Role:
    return QAccessible.queryAccessibleInterface(widget).role()


def inks(image: QImage) -> set[str]:
    return {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }


def test_a_part_appears_with_its_window_and_not_as_one_of_its_own() -> None:
    assert not KeyCap("F2").isVisible()
    window = QWidget()
    part = KeyCap("F2", window)
    none = KeyCap("", window)
    window.show()
    assert part.isVisible()
    assert not none.isVisible()
    none.show_key("F3")
    assert none.isVisible()


def test_server_text_is_never_html() -> None:
    label = PlainLabel("<b>Heren</b> & Co <img src=x>")
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert label.text() == "<b>Heren</b> & Co <img src=x>"


def test_long_text_is_elided_and_whole_in_the_tooltip() -> None:
    label = PlainLabel("<i>a very long</i> text & more", elide=Qt.TextElideMode.ElideRight)
    label.resize(60, 30)
    label.show()
    assert label.text().endswith("…")
    assert "&lt;i&gt;a very long&lt;/i&gt; text &amp; more" in label.toolTip()
    assert name_of(label) == "<i>a very long</i> text & more"


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_can_be_drawn(name: str) -> None:
    assert QSvgRenderer(str(resource("icons", f"{name}.svg"))).isValid()
    assert not app_icon().isNull()


def test_an_icon_takes_the_colour_asked_for_and_the_screens_sharpness(app: QApplication) -> None:
    pixmap = icon_pixmap("close", QColor("#0b6b43"), 20, 2.0)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (40, 2.0)
    assert inks(pixmap.toImage()) == {"#0b6b43"}


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


def test_an_amount_shrinks_before_it_is_cut() -> None:
    label = MoneyLabel("€ 99.999,99", money_size=MoneySize.BALANCE)
    label.resize(150, 60)
    label.show()
    assert label.font().pixelSize() < current_theme().text.balance
    assert label.fontMetrics().horizontalAdvance(label.text()) <= 150
    label.resize(600, 60)
    assert label.font().pixelSize() == current_theme().text.balance


def test_a_state_is_said_in_a_word() -> None:
    pill = StatusPill("Expired", "expired", Tone.DANGER)
    assert name_of(pill) == "Expired"
    assert role_of(pill) is QAccessible.Role.StaticText
    pill.say("Empty", "empty", Tone.NEUTRAL)
    assert (pill.word, name_of(pill)) == ("Empty", "Empty")


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


def test_the_balance_is_the_largest_thing_on_the_card() -> None:
    panel = CardPanel()
    panel.retranslate(Texts("en"))
    panel.show_card(GLANCE)
    sizes = {each.font().pixelSize(): each.text() for each in panel.findChildren(PlainLabel)}
    assert sizes[max(sizes)] == "€ 50,00"
    assert panel.accessibleName() == "Balance: € 50,00, Redeemable"


def test_a_card_that_is_no_picture_shows_the_drawing(app: QApplication) -> None:
    drawn, refused = CardPicture(), CardPicture()
    refused.show_picture(b"<html>not a picture</html>")
    assert refused.grab().toImage() == drawn.grab().toImage()


def test_a_cards_transactions_are_replaced_by_the_next_cards() -> None:
    panel = CardPanel()
    panel.show_card(GLANCE)
    panel.show_card(CardGlance("•••• •••• •••• 2C4D", "€ 1,00", "Redeemable", "done", Tone.SUCCESS))
    shown = {each.full_text for each in panel.findChildren(PlainLabel) if each.isVisibleTo(panel)}
    assert "1 September" not in shown


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


def test_a_widget_follows_a_change_of_theme(app: QApplication) -> None:
    window = QWidget()
    layout = QVBoxLayout(window)
    label, pill = PlainLabel("Text"), StatusPill("Held", "holds", Tone.HOLD)
    layout.addWidget(label)
    layout.addWidget(pill)
    window.show()
    dark = Theme.load("dark")
    apply(app, dark)
    app.processEvents()
    assert label.palette().windowText().color() == QColor(dark.colors.text)
    assert dark.tint(Tone.HOLD).name() in inks(pill.grab().toImage())


@pytest.mark.parametrize("sound", Sound)
def test_every_sound_is_short_and_a_file(sound: Sound) -> None:
    import wave

    with wave.open(str(resource("sounds", f"{sound}.wav"))) as file:
        assert 0.1 < file.getnframes() / file.getframerate() < 1.0


def test_no_sound_is_made_when_sounds_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[str] = []

    def play(file: str) -> bool:
        played.append(file)
        return True

    monkeypatch.setattr("giftill.ui.sounds._play_elsewhere", play)
    Sounds(is_on=False).play(Sound.REFUSED)
    assert played == []
    Sounds().play(Sound.REFUSED)
    assert [file.rpartition("/")[2] for file in played] == ["refused.wav"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows plays by itself")
def test_a_sound_is_given_to_the_player_of_the_desktop(
    app: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player, heard = tmp_path / "pw-play", tmp_path / "heard"
    player.write_text(f'#!/bin/sh\nprintf %s "$1" >"{heard}.part"; mv "{heard}.part" "{heard}"\n')
    player.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    Sounds().play(Sound.ACCEPTED)
    asyncio.run(until(heard.exists))
    assert heard.read_text() == str(resource("sounds", "accepted.wav"))


def test_a_player_that_does_not_start_leaves_a_beep(
    app: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player, beeps = tmp_path / "pw-play", list[None]()
    player.write_text("#!/nowhere/sh\n")
    player.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("giftill.ui.sounds.QApplication.beep", lambda: beeps.append(None))
    Sounds().play(Sound.REFUSED)
    assert len(beeps) == 1


def test_an_icon_follows_a_change_of_theme(app: QApplication) -> None:
    icon = IconView(size=24)
    icon.show_icon("close", Tone.DANGER)
    icon.show()
    dark = Theme.load("dark")
    apply(app, dark)
    app.processEvents()
    assert dark.strong(Tone.DANGER).name() in inks(icon.grab().toImage())
