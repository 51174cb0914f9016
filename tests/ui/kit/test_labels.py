"""Labels, amounts and states: what they say, how they fit, and that they follow the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from giftill.ui.theme import Theme, Tone, apply, current_theme
from giftill.ui.widgets.keycap import KeyCap
from giftill.ui.widgets.label import PlainLabel
from giftill.ui.widgets.money_label import MoneyLabel, MoneySize
from giftill.ui.widgets.status_pill import StatusPill
from tests.helpers.widgets import inks, name_of, role_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


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
