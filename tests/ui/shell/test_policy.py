"""What the window makes of settings that the administrator of the PC fixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from giftill.texts import Texts
from giftill.ui.topbar import TopBar
from tests.helpers.counter import at_the_till
from tests.helpers.desk import desk_on
from tests.helpers.patience import until
from tests.helpers.window import dialog, opened, press, reads, toast

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from giftill.sandbox import SandboxServer

pytestmark = pytest.mark.anyio

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def button(within: QWidget, name: str) -> QAbstractButton:
    found = within.findChildren(QAbstractButton)
    return next(each for each in found if each.accessibleName().startswith(name))


@pytest.mark.parametrize("by_key", [True, False])
async def test_a_language_that_is_fixed_stays_and_its_control_says_why(
    server: SandboxServer, tmp_path: Path, *, by_key: bool
) -> None:
    fixed = frozenset({"language"})
    async with desk_on(server, tmp_path, fixed=fixed) as desk, opened(desk) as window:
        if by_key:
            await press(Qt.Key.Key_L, CONTROL | SHIFT)
        else:
            button(window, "Nederlands").click()
        await until(lambda: "fixed the language" in toast(window))
        assert reads(window, "Scan a gift card")
        assert desk.client.language == "en"
        assert not desk.folders.settings.exists()


@pytest.mark.parametrize("by_key", [True, False])
async def test_a_location_that_is_fixed_stays_and_its_control_says_why(
    server: SandboxServer, tmp_path: Path, *, by_key: bool
) -> None:
    fixed = frozenset({"location"})
    async with desk_on(server, tmp_path, fixed=fixed) as desk, opened(desk) as window:
        location = button(window.findChildren(TopBar)[0], "Location")
        assert "administrator" in location.toolTip()
        if by_key:
            await press(Qt.Key.Key_L, CONTROL)
        else:
            location.click()
        await until(lambda: "Not changed. The administrator" in toast(window))
        assert dialog() is None
        assert desk.location.value is None


async def test_it_says_so_in_dutch(server: SandboxServer, tmp_path: Path) -> None:
    fixed = frozenset({"location"})
    async with desk_on(server, tmp_path, fixed=fixed) as desk, opened(desk) as window:
        window.retranslate(Texts("nl"))
        assert "beheerder" in button(window.findChildren(TopBar)[0], "Locatie").toolTip()
        await press(Qt.Key.Key_L, CONTROL)
        await until(lambda: "beheerder van deze pc heeft de locatie vastgezet" in toast(window))


async def test_what_is_not_fixed_can_be_changed_beside_it(
    server: SandboxServer, tmp_path: Path
) -> None:
    fixed = frozenset({"location"})
    async with desk_on(server, tmp_path, fixed=fixed) as desk, opened(desk) as window:
        await press(Qt.Key.Key_L, CONTROL | SHIFT)
        await until(lambda: reads(window, "Scan een cadeaukaart"))
        assert desk.settings.current.language == "nl"


async def test_a_fixed_location_that_the_account_has_not_is_told_as_such(
    server: SandboxServer, tmp_path: Path
) -> None:
    fixed = frozenset({"location"})
    async with (
        desk_on(server, tmp_path, fixed=fixed, location="lc_nowhere") as desk,
        opened(desk) as window,
    ):
        (bar,) = window.findChildren(TopBar)
        await until(lambda: "Not a location of this account" in button(bar, "Location").text())


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "fixed a location that is not of this account"),
        ("nl", "locatie vastgezet die niet van dit account is"),
    ],
)
async def test_a_fixed_location_that_the_account_has_not_lets_nothing_be_held(
    server: SandboxServer, tmp_path: Path, language: str, says: str
) -> None:
    fixed = frozenset({"location"})
    way = at_the_till(server, tmp_path, language=language, fixed=fixed, location="lc_nowhere")
    async with way as till:
        await until(lambda: till.desk.location.value is None)
        before = len(server.ledger.transactions())
        till.scan("full_50")
        await until(lambda: till.screen.presenter.facts.shown is not None)
        await till.type("12,50")
        await till.press(Qt.Key.Key_F8)
        await till.sees(says)
        assert await till.desk.journal.operations() == ()
        assert len(server.ledger.transactions()) == before
