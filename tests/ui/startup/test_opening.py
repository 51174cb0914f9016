"""A window that can be seen before its till is open: what is done meanwhile is done once, then."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from giftill.config import Settings
from giftill.texts import Texts
from giftill.ui.app import make_window
from giftill.ui.screens.till.facts import Facts
from giftill.ui.screens.till.first import first_state
from giftill.ui.screens.till.sale import Sale
from giftill.ui.screens.till.words import put_into_words
from giftill.ui.widgets.rail import Rail
from tests.helpers.counter import type_slowly
from tests.helpers.desk import code_of, desk_on
from tests.helpers.patience import until
from tests.helpers.window import dialog, press, reads, scan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from giftill.domain.operations import SaleId
    from giftill.services.desk import Desk
    from giftill.ui.window import Window
    from tests.helpers.front import Front

pytestmark = pytest.mark.anyio

PATIENCE_S = 1.0


@pytest.fixture
async def window(anyio_backend: str, app: object, tmp_path: Path) -> AsyncIterator[Window]:
    """Show a window whose till is not open."""
    made = await shown(tmp_path)
    yield made
    if shiboken6.isValid(made):
        await made.close_down(PATIENCE_S)


async def shown(logs: Path) -> Window:
    made = make_window(Settings(), Texts("en"), logs, is_training=False, play_sounds=False)
    made.resize(1024, 768)
    made.show()
    made.prepare()
    made.activateWindow()
    await until(made.isActiveWindow)
    return made


@asynccontextmanager
async def opened(window: Window, front: Front, folder: Path) -> AsyncIterator[Desk]:
    """Open the till behind a window, at last."""
    async with desk_on(front.url, folder) as desk:
        window.work_on(desk)
        yield desk
        await window.close_down(PATIENCE_S)


def sees(window: Window, text: str) -> bool:
    buttons = (each.accessibleName() for each in window.findChildren(QAbstractButton))
    return reads(window, text) or any(text in each for each in buttons)


def look_ups(front: Front, card: str) -> int:
    return sum(code_of(card).secret in each for each in front.requests)


def typed(window: Window) -> str:
    field = window.focusWidget()
    assert field is not None
    return str(field.property("text"))


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_first_picture_is_that_of_a_sale_which_has_not_begun(language: str) -> None:
    t = Texts(language)
    sale: SaleId = "sa_1"  # type: ignore[assignment] # any will do
    now = datetime.now(UTC)
    assert first_state(t) == put_into_words(Facts(Sale(sale)), t, now, cents_first=False)


async def test_a_scan_before_the_till_is_open_is_looked_up_once_when_it_is(
    window: Window, front: Front, tmp_path: Path
) -> None:
    await scan(code_of("full_50").secret)
    await until(lambda: sees(window, "Looking up"))
    assert front.requests == []
    async with opened(window, front, tmp_path):
        await until(lambda: reads(window, "€50.00"))
        assert look_ups(front, "full_50") == 1


async def test_a_code_that_is_typed_in_two_halves_around_the_opening_is_whole(
    window: Window, front: Front, tmp_path: Path
) -> None:
    secret = code_of("full_50").secret
    await type_slowly(secret[:8])
    assert typed(window).replace(" ", "") == secret[:8]
    async with opened(window, front, tmp_path):
        assert typed(window).replace(" ", "") == secret[:8]
        await type_slowly(secret[8:] + "\r")
        await until(lambda: reads(window, "€50.00"))
        assert look_ups(front, "full_50") == 1


async def test_of_two_scans_before_the_till_is_open_the_newer_is_answered(
    window: Window, front: Front, tmp_path: Path
) -> None:
    await scan(code_of("full_50").secret)
    await scan(code_of("full_25").secret)
    await until(lambda: sees(window, "Looking up"))
    async with opened(window, front, tmp_path):
        await until(lambda: reads(window, "€25.00"))
        assert (look_ups(front, "full_50"), look_ups(front, "full_25")) == (0, 1)


async def test_what_is_no_code_is_refused_although_the_till_is_not_open(window: Window) -> None:
    await scan("12345678")
    await until(lambda: reads(window, "16 characters"))


async def test_a_total_typed_before_the_till_is_open_is_the_sales(
    window: Window, front: Front, tmp_path: Path
) -> None:
    await press(Qt.Key.Key_F3)
    await type_slowly("40\r")
    await scan(code_of("full_25").secret)
    async with opened(window, front, tmp_path):
        await until(lambda: sees(window, "Hold €25.00"))
        assert reads(window, "€40.00")


async def test_keys_that_move_money_do_nothing_before_there_is_a_card(
    window: Window, front: Front, tmp_path: Path
) -> None:
    await scan(code_of("full_50").secret)
    for key in (Qt.Key.Key_F8, Qt.Key.Key_F12, Qt.Key.Key_F9, Qt.Key.Key_Return, Qt.Key.Key_F5):
        await press(key)
    async with opened(window, front, tmp_path) as desk:
        await until(lambda: reads(window, "€50.00"))
        assert await desk.sales.open_holds() == ()
        assert [each for each in front.requests if each.startswith("POST")] == []


async def test_a_window_that_is_opening_shows_nothing_that_it_does_not_know(
    window: Window, front: Front, tmp_path: Path
) -> None:
    assert reads(window, "Opening…")
    for unknown in ("Online", "Offline", "Not connected", "Not set up", "queued", "Choose a loc"):
        assert not reads(window, unknown)
    assert not any(each.isVisible() for each in places(window) if "ocation" in each.text())
    async with opened(window, front, tmp_path):
        await until(lambda: reads(window, "Online"))
        assert not reads(window, "Opening…")
        assert sees(window, "Choose a location")


def places(window: Window) -> list[QAbstractButton]:
    return window.findChildren(QAbstractButton)


async def test_a_slow_disk_is_told_of_until_it_has_given_the_till(
    window: Window, front: Front, tmp_path: Path
) -> None:
    assert not reads(window, "still reading")
    await until(lambda: reads(window, "Giftill is still reading what it keeps on this PC"))
    await scan(code_of("full_50").secret)
    async with opened(window, front, tmp_path):
        assert not reads(window, "still reading")
        await until(lambda: reads(window, "€50.00"))


async def test_another_screen_and_the_language_come_as_soon_as_the_till_is_open(
    window: Window, front: Front, tmp_path: Path
) -> None:
    rail = next(iter(window.findChildren(Rail)))
    (holds,) = (each for each in rail.findChildren(QAbstractButton) if each.text() == "Holds")
    holds.click()
    assert window.current.name == "till"
    await press(
        Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    async with opened(window, front, tmp_path) as desk:
        assert window.current.name == "holds"
        assert desk.settings.current.language == "nl"


async def test_of_two_screens_that_were_chosen_meanwhile_the_later_one_comes(
    window: Window, front: Front, tmp_path: Path
) -> None:
    for key in (Qt.Key.Key_2, Qt.Key.Key_3):
        await press(key, Qt.KeyboardModifier.ControlModifier)
    async with opened(window, front, tmp_path):
        assert window.current.name == "outbox"


async def do_something(window: Window, what: str) -> None:
    """Do something at the Till, in one of the ways that there are."""
    secret = code_of("full_50").secret
    if what == "its key":
        await press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    elif what == "a scan":
        await scan(secret)
    elif what == "a typed code":
        await type_slowly(secret + "\r")
    elif what == "half a code":
        await type_slowly(secret[:8])
    elif what == "the key of the total":
        await press(Qt.Key.Key_F3)
    else:
        next(each for each in places(window) if each.accessibleName() == "7").click()


@pytest.mark.parametrize(
    "what",
    ["its key", "a scan", "a typed code", "half a code", "the key of the total", "the keypad"],
)
async def test_who_chose_a_screen_and_went_on_at_the_till_stays_there(
    window: Window, front: Front, tmp_path: Path, what: str
) -> None:
    await press(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    await do_something(window, what)
    before = typed(window)
    async with opened(window, front, tmp_path):
        assert window.current.name == "till"
        if what in {"a scan", "a typed code"}:
            await until(lambda: reads(window, "€50.00"))
        else:
            assert typed(window) == before


@pytest.mark.parametrize("what", ["a scan", "a typed code", "half a code", "the keypad"])
async def test_who_went_on_at_the_till_and_then_chose_a_screen_gets_that_screen(
    window: Window, front: Front, tmp_path: Path, what: str
) -> None:
    await do_something(window, what)
    await press(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    async with opened(window, front, tmp_path):
        assert window.current.name == "holds"


async def test_the_help_page_needs_no_till(window: Window) -> None:
    await press(Qt.Key.Key_F1)
    await until(lambda: dialog() is not None)
    page = dialog()
    assert page is not None
    assert reads(page, "Hold the amount shown")
    await press(Qt.Key.Key_Escape)
    await until(lambda: dialog() is None)


async def test_closing_a_window_that_is_opening_takes_it_away_and_asks_nothing(
    window: Window,
) -> None:
    window.close()
    assert window.stop.is_set()
    assert not window.isVisible()
    assert dialog() is None


async def test_a_window_whose_till_never_opens_leaves_nothing_running(
    app: object, tmp_path: Path
) -> None:
    before = asyncio.all_tasks()
    window = await shown(tmp_path)
    await scan(code_of("full_50").secret)
    await until(lambda: sees(window, "Looking up"))
    await window.close_down(60)
    await until(lambda: asyncio.all_tasks() == before)


async def test_training_is_told_before_the_practice_server_runs(
    app: object, tmp_path: Path
) -> None:
    window = make_window(Settings(), Texts("en"), tmp_path, is_training=True, play_sounds=False)
    window.show()
    window.prepare()
    assert reads(window, "Training: practise freely, no real money moves")
    cards = next(each for each in places(window) if each.accessibleName() == "Practice cards")
    assert not cards.isEnabled()
    await window.close_down(0)


async def test_tab_walks_in_the_order_in_which_things_stand(
    window: Window, front: Front, tmp_path: Path
) -> None:
    async with opened(window, front, tmp_path):
        await scan(code_of("full_50").secret)
        await until(lambda: reads(window, "€50.00"))
        await press(Qt.Key.Key_F4)
        await until(lambda: sees(window, "Hold €50.00"))
        walked = [each.accessibleName() for each in stops(window)]
    expected = [
        "Till",
        "Holds",
        "Outbox",
        "Nederlands",
        "Card code",
        "Amount to hold",
        "Full balance",
        "Redeem now",
        "Clear",
        "Sale total",
        "Hold €50.00",
        "Location: Choose a location",
    ]
    found = [each for each in walked if each in expected]
    assert found == expected, f"{walked}"


def stops(window: Window) -> list[QWidget]:
    """Return what Tab stops at, in its order, from the rail on."""
    first = next(each for each in places(window) if each.text() == "Till")
    chain = [first]
    while (after := chain[-1].nextInFocusChain()) is not first:
        chain.append(after)  # type: ignore[arg-type] # the first decides the list's type
    return [
        each
        for each in chain
        if each.isVisible() and each.isEnabled() and each.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


async def test_a_scan_at_any_instant_of_the_opening_is_looked_up_once(
    front: Front, tmp_path: Path, app: object
) -> None:
    """Thirty openings, with a scan that comes a little later in each."""
    cards = ("full_50", "full_25", "large")
    for round_ in range(30):
        window = await shown(tmp_path)
        card = cards[round_ % len(cards)]
        front.requests.clear()
        scanning = asyncio.create_task(scan_after(2 * round_, card))
        async with opened(window, front, tmp_path / "till"):
            await scanning
            await until(partial(reads, window, "Balance"))
            assert look_ups(front, card) == 1, f"round {round_}: {front.requests}"


async def scan_after(pause_ms: int, card: str) -> None:
    await asyncio.sleep(pause_ms / 1000)
    await scan(code_of(card).secret)
