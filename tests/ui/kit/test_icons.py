"""Icons: each can be drawn, in the colours of the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor
from PySide6.QtSvg import QSvgRenderer

from giftill.resources import resource
from giftill.ui.icons import IconView, app_icon, icon_pixmap
from giftill.ui.theme import Theme, Tone, apply
from tests.helpers.widgets import inks

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

ICONS = sorted(file.stem for file in resource("icons").glob("*.svg"))


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_can_be_drawn(name: str) -> None:
    assert QSvgRenderer(str(resource("icons", f"{name}.svg"))).isValid()
    assert not app_icon().isNull()


def test_an_icon_takes_the_colour_asked_for_and_the_screens_sharpness(app: QApplication) -> None:
    pixmap = icon_pixmap("close", QColor("#0b6b43"), 20, 2.0)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (40, 2.0)
    assert inks(pixmap.toImage()) == {"#0b6b43"}


def test_an_icon_follows_a_change_of_theme(app: QApplication) -> None:
    icon = IconView(size=24)
    icon.show_icon("close", Tone.DANGER)
    icon.show()
    dark = Theme.load("dark")
    apply(app, dark)
    app.processEvents()
    assert dark.strong(Tone.DANGER).name() in inks(icon.grab().toImage())
