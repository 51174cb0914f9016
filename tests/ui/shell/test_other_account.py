"""The window of a till that gets the token of another account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QAbstractButton

from giftill.texts import Texts
from giftill.ui.app import open_window
from tests.helpers.desk import code_of
from tests.helpers.other_account import OTHER_SHOP, two_accounts
from tests.helpers.patience import until

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.ui.window import Window

pytestmark = pytest.mark.anyio

WORDS = {
    "en": ("Location: Choose a location", "Check the token"),
    "nl": ("Locatie: Kies een locatie", "Token controleren"),
}


def shown(window: Window, words: str) -> list[QAbstractButton]:
    """Return the buttons that can be seen and say this."""
    buttons = window.findChildren(QAbstractButton)
    return [each for each in buttons if each.isVisible() and each.accessibleName() == words]


@pytest.mark.parametrize("language", ["en", "nl"])
async def test_the_window_asks_for_a_location_once_the_token_is_another_accounts(
    tmp_path: Path, language: str
) -> None:
    choose, look_again = WORDS[language]
    async with (
        two_accounts() as accounts,
        accounts.till(tmp_path, accounts.shop) as desk,
        open_window(desk, Texts(language), play_sounds=False) as window,
    ):
        window.show()
        await until(desk.catalogue.stored_locations)
        assert not shown(window, choose)
        accounts.take_other()
        # The old token is refused there, and the band offers to look for another one.
        window.current.scanned(code_of("full_50").secret)
        await until(lambda: shown(window, look_again))
        shown(window, look_again)[0].click()
        await until(lambda: shown(window, choose))
        assert desk.client.location is None
        (shop,) = (await desk.catalogue.locations()).locations
        desk.choose_location(shop)
        await until(lambda: not shown(window, choose))
        assert desk.client.location == OTHER_SHOP
