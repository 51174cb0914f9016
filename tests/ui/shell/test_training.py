"""Training mode in the window: its band, the faults it plays, the cards to practise with."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QAbstractButton

from giftill.bootstrap import open_training_desk
from giftill.config import Folders, Settings
from giftill.domain.money import Money
from giftill.texts import Texts
from giftill.training import Training
from giftill.ui.app import open_window
from giftill.ui.training import TrainingBand
from tests.helpers.desk import code_of
from tests.helpers.patience import until
from tests.helpers.window import dialog, dialog_shown, held, reads
from tests.helpers.window import press as press_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from PySide6.QtCore import QUrl
    from PySide6.QtWidgets import QWidget

    from giftill.services.desk import Desk
    from giftill.ui.window import Window

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def trained(folder: Path) -> AsyncIterator[tuple[Window, Desk]]:
    training = await Training.start(None)
    try:
        async with (
            open_training_desk(Settings(), Folders.within(folder), training) as desk,
            open_window(desk, Texts("en"), play_sounds=False) as window,
        ):
            window.show()
            yield window, desk
    finally:
        await training.stop()


def press(widget: QWidget, name: str) -> None:
    """Press the button that a screen reader calls `name`."""
    (button,) = (
        each
        for each in widget.findChildren(QAbstractButton)
        if each.accessibleName() == name and each.isVisible()
    )
    button.click()


async def opened(window: Window, name: str) -> QWidget:
    """Press a button until its dialog is there: the last one's task may still be ending."""

    def is_there() -> bool:
        if dialog() is None:
            press(window, name)
        return dialog() is not None

    await until(is_there)
    return await dialog_shown()


def band(window: Window) -> TrainingBand:
    (found,) = window.findChildren(TrainingBand)
    return found


async def test_the_band_says_that_no_real_money_moves(tmp_path: Path) -> None:
    async with trained(tmp_path) as (window, _):
        assert band(window).isVisible()
        assert reads(window, "no real money moves")
        assert "training" in window.windowTitle()


async def test_a_practice_card_is_used_as_if_it_were_scanned(tmp_path: Path) -> None:
    async with trained(tmp_path) as (window, _):
        window.go_to("holds")
        press(window, "Practice cards")
        press(await dialog_shown(), "Use the card: €50.00, never used")
        await until(lambda: reads(window, "€50.00"))
        assert window.current.name == "till"


async def test_the_code_of_a_practice_card_can_be_copied(tmp_path: Path) -> None:
    async with trained(tmp_path) as (window, desk):
        assert desk.training is not None
        press(window, "Practice cards")
        cards = await dialog_shown()
        press(cards, "Copy the code of: €50.00, never used")
        (card, *_) = await desk.training.cards()
        assert QGuiApplication.clipboard().text() == card.code
        texts = [each.text() for each in cards.findChildren(QAbstractButton)]
        assert texts.count("Copied") == 1, "a toast would be behind the dialog"
        press(cards, "Close")
        await until(lambda: dialog() is None)


async def test_the_first_tab_among_the_practice_cards_comes_to_use(tmp_path: Path) -> None:
    async with trained(tmp_path) as (window, _):
        press(window, "Practice cards")
        cards = await dialog_shown()
        await until(cards.isActiveWindow)
        await press_key(Qt.Key.Key_Tab)
        chosen = cards.focusWidget()
        assert chosen is not None
        assert chosen.accessibleName() == "Use the card: €50.00, never used"
        await press_key(Qt.Key.Key_Tab)
        chosen = cards.focusWidget()
        assert chosen is not None
        assert chosen.accessibleName() == "Copy the code of: €50.00, never used"


async def test_the_practice_cards_show_what_is_on_them_now(tmp_path: Path) -> None:
    async with trained(tmp_path) as (window, desk):
        hold = await held(desk)
        press(window, "Practice cards")
        cards = await dialog_shown()
        assert reads(cards, "€37.50 left, €12.50 on hold")
        press(cards, "Close")
        await until(lambda: dialog() is None)
        await desk.sales.complete([hold])
        await held(desk, cents=3750)
        card = await desk.sales.look_up(code_of("new"))
        await desk.sales.issue(code_of("new"), card, amount=Money(2000))
        cards = await opened(window, "Practice cards")
        for words in (
            "€0.00 left, €37.50 on hold",
            "€25.00, never used",
            "€42.50, never used, sold as a package",
            "€20.00, never used",
            "Expired",
            "Empty",
        ):
            assert reads(cards, words), words


async def test_filling_the_cards_again_is_asked_once_and_enter_goes_on_practising(
    tmp_path: Path,
) -> None:
    async with trained(tmp_path) as (window, _):
        for answer in ("Go on practising", "Fill the cards"):
            press(await opened(window, "Practice cards"), "Fill the cards again")
            await until(lambda: _asks_to_fill(dialog()))
            assert not window.stop.is_set()
            press(await dialog_shown(), answer)
            await until(lambda: dialog() is None)
        await until(window.stop.is_set)
        assert window.starts_over


def _asks_to_fill(widget: QWidget | None) -> bool:
    return widget is not None and widget.windowTitle() == "Fill the cards again?"


async def test_the_sheet_of_cards_is_written_and_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    async with trained(tmp_path) as (window, _):
        press(window, "Practice cards")
        press(await dialog_shown(), "Card sheet (PDF)")
        await until(lambda: len(opened) == 1)
        (sheet,) = tmp_path.rglob("*.pdf")
        assert opened == [str(sheet)]
        assert sheet.read_bytes().startswith(b"%PDF")


async def test_the_network_cable_can_be_pulled_out_and_put_back(tmp_path: Path) -> None:
    async with trained(tmp_path) as (window, desk):
        await desk.catalogue.locations()
        press(window, "Practise a fault")
        press(await dialog_shown(), "Network cable out")
        await until(lambda: "Network cable out" in band(window).text)
        current = (await opened(window, "Practise a fault")).focusWidget()
        assert current is not None
        assert current.accessibleName() == "Network cable out"
        press(await dialog_shown(), "Close")
        await until(lambda: dialog() is None)
        await desk.catalogue.locations()
        assert reads(window, "No connection.")
        press(await opened(window, "Practise a fault"), "Nothing")
        await until(lambda: "practise freely" in band(window).text)
        await desk.catalogue.locations()
        assert not reads(window, "No connection.")
