"""The whole window on a real till: real sandbox, real journal, keys as the system sends them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from giftill.domain.money import Money
from giftill.domain.operations import AttentionKind, HoldState, OperationKind, OperationState
from giftill.journal import EventKind, Record
from giftill.sandbox import Fault, FaultKind
from giftill.services.connectivity import Link
from giftill.texts import Texts
from giftill.ui.app import open_window
from giftill.ui.widgets.rail import Rail
from giftill.ui.widgets.toast import Toast
from tests.helpers.desk import code_of, desk_on, sandbox
from tests.helpers.patience import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from giftill.domain.operations import Hold
    from giftill.sandbox import SandboxServer
    from giftill.services.desk import Desk
    from giftill.ui.window import Window

pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with sandbox() as running:
        yield running


@asynccontextmanager
async def opened(desk: Desk) -> AsyncIterator[Window]:
    async with open_window(desk, Texts("en"), play_sounds=False) as window:
        window.show()
        window.activateWindow()
        await until(window.isActiveWindow)
        yield window


async def held(desk: Desk, card: str = "full_50", cents: int = 1250) -> Hold:
    code = code_of(card)
    placed = await desk.sales.hold(
        code, await desk.sales.look_up(code), Money(cents), desk.sales.new_sale()
    )
    assert placed.hold is not None
    return placed.hold


async def press(
    key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press and release a key in the window that has the focus."""
    await _outside_tasks(lambda: QTest.keyClick(QApplication.focusWindow(), key, modifier))


async def strike(text: str) -> None:
    """Type a text as fast as a scanner."""

    def act() -> None:
        for each in text:
            QTest.keyClick(QApplication.focusWindow(), each)  # type: ignore[call-overload] # the stubs know keys only

    await _outside_tasks(act)


async def scan(text: str) -> None:
    await strike(text)
    await press(Qt.Key.Key_Return)


async def _outside_tasks(act: Callable[[], None]) -> None:
    """Run what lets Qt handle events: inside a task, that would strand every other task."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def run() -> None:
        act()
        done.set_result(None)

    loop.call_soon(run)
    await done


def reads(widget: QWidget, text: str) -> bool:
    """Tell whether a text can be read in a widget now."""
    return any(text in label.text() and label.isVisible() for label in widget.findChildren(QLabel))


def dialog() -> QWidget | None:
    return QApplication.activeModalWidget()


def toast(window: Window) -> str:
    return next(iter(window.findChildren(Toast))).text


async def test_a_scan_on_another_screen_goes_to_the_till(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        window.go_to("holds")
        await scan(code_of("full_50").secret)
        assert window.current.name == "till"
        await until(lambda: reads(window, "€50.00"))


async def test_a_scan_while_a_question_is_open_changes_nothing(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        await press(Qt.Key.Key_F1)
        await until(lambda: dialog() is not None)
        await scan(code_of("full_50").secret)
        assert dialog() is not None
        await press(Qt.Key.Key_Escape)
        await until(lambda: dialog() is None)
        assert not reads(window, "€50.00")


async def test_control_and_a_digit_show_the_screens_in_rail_order(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        seen = []
        for key in (Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_1):
            await press(key, Qt.KeyboardModifier.ControlModifier)
            seen.append(window.current.name)
        assert seen == ["holds", "outbox", "till"]


async def test_f1_tells_the_keys_of_the_screen_in_front(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        window.go_to("holds")
        await press(Qt.Key.Key_F1)
        await until(lambda: dialog() is not None)
        page = dialog()
        assert page is not None
        assert reads(page, "Capture what is chosen")
        assert reads(page, "Change the location")
        await press(Qt.Key.Key_Escape)
        await until(lambda: dialog() is None)


async def test_a_hold_is_captured_with_the_keyboard_alone(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        hold = await held(desk)
        window.go_to("holds")
        await until(lambda: reads(window, "1 open hold · €12.50"))
        await press(Qt.Key.Key_Down)
        await press(Qt.Key.Key_Space)
        await until(lambda: reads(window, "1 chosen · €12.50"))
        await press(Qt.Key.Key_F9)
        await until(lambda: toast(window) == "Captured: €12.50")
        known = await desk.journal.hold(hold.account, hold.transaction)
        assert known is not None
        assert known.state is HoldState.CAPTURED


async def test_releasing_asks_first_and_then_gives_the_money_back(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        await held(desk)
        window.go_to("holds")
        await until(lambda: reads(window, "1 open hold"))
        await press(Qt.Key.Key_F4)
        await press(Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
        await until(lambda: dialog() is not None)
        await press(Qt.Key.Key_Return)
        await until(lambda: toast(window) == "Released: €12.50")
        card = await desk.sales.look_up(code_of("full_50"))
        assert card.balance == Money(5000)


async def test_a_capture_without_a_network_is_queued_and_confirmed_when_it_returns(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path, works=True) as desk, opened(desk) as window:
        hold = await held(desk)
        server.faults.set(Fault(FaultKind.OFFLINE))
        window.go_to("holds")
        await until(lambda: reads(window, "1 open hold"))
        await press(Qt.Key.Key_F4)
        await press(Qt.Key.Key_F9)
        await until(lambda: toast(window).startswith("Queued"))
        assert reads(window, "No connection.")
        server.faults.set()
        window.go_to("outbox")
        await press(Qt.Key.Key_F9)

        async def is_captured() -> bool:
            known = await desk.journal.hold(hold.account, hold.transaction)
            return known is not None and known.state is HoldState.CAPTURED

        await until(is_captured)
        await until(lambda: reads(window, "Everything is confirmed"))
        assert not reads(window, "No connection.")


async def queued(desk: Desk) -> Hold:
    hold = await held(desk)
    await desk.outbox.record((hold,), OperationKind.CAPTURE)
    return hold


async def test_closing_with_captures_queued_asks_once_and_says_they_are_safe(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        await queued(desk)
        window.close()
        await until(lambda: dialog() is not None)
        question = dialog()
        assert question is not None
        assert reads(question, "It is safe on this PC")
        assert not window.stop.is_set()
        await press(Qt.Key.Key_Return)
        await until(window.stop.is_set)


async def test_closing_with_an_empty_outbox_asks_nothing(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        window.close()
        assert window.stop.is_set()


async def test_without_a_token_the_window_says_what_to_run(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        desk.has_token.set(False)
        async with opened(desk) as window:
            assert reads(window, "giftill token set")
            assert reads(window, "giftill --training")


async def test_a_refused_token_is_said_in_a_band_until_it_works(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path, token="wrong") as desk, opened(desk) as window:
        await until(lambda: desk.connectivity.link.value is Link.TOKEN_REFUSED)
        assert reads(window, "Gifty refuses this till’s token.")
        desk.connectivity.forget_refusal()
        assert not reads(window, "Gifty refuses this till’s token.")


async def test_the_language_changes_without_a_restart(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        for name in ("outbox", "holds"):
            window.go_to(name)
        await held(desk)
        window.retranslate(Texts("nl"))
        window.go_to("holds")
        await until(lambda: reads(window, "€\N{NO-BREAK SPACE}12,50"))
        assert desk.client.language == "nl"


async def test_a_location_is_found_by_typing_and_chosen_with_enter(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        listed = await desk.catalogue.locations()
        wanted = next(each for each in listed.locations if each.city == "Leiden")
        await press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: dialog() is not None)
        selector = dialog()
        assert selector is not None
        await until(lambda: reads(selector, f"{len(listed.locations)} locations"))
        await strike("leiden")
        assert selector.findChildren(QLineEdit)[0].text() == "leiden"
        await press(Qt.Key.Key_Return)
        await until(lambda: desk.location.value == wanted.id)
        await until(lambda: reads(window, "Leiden"))
        assert desk.settings.current.location == wanted.id


async def test_escape_leaves_the_location_as_it_is(server: SandboxServer, tmp_path: Path) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk):
        await press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: dialog() is not None)
        await press(Qt.Key.Key_Escape)
        await until(lambda: dialog() is None)
        assert desk.location.value is None


async def test_a_manager_resolves_what_needs_attention_with_a_reason(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        hold = await queued(desk)
        (operation,) = await desk.outbox.items()
        needy = replace(
            operation,
            state=OperationState.ATTENTION,
            attention=AttentionKind.RELEASED_BUT_CAPTURE_WANTED,
        )
        await desk.journal.commit(Record(EventKind.ATTENTION, operation=needy))
        await desk.outbox.refresh()
        window.go_to("outbox")
        await until(lambda: reads(window, "The money was given back to the card"))
        await press(Qt.Key.Key_F8)
        await until(lambda: dialog() is not None)
        form = dialog()
        assert form is not None
        await press(Qt.Key.Key_Return)
        assert reads(form, "Write the reason and the manager’s name first.")
        reason, name = form.findChildren(QLineEdit)
        reason.setFocus()
        await strike("Paid in cash")
        name.setFocus()
        await strike("Kim")
        await press(Qt.Key.Key_Return)
        await until(lambda: toast(window) == "Resolved and recorded")
        closed = await desk.journal.operation(operation.id)
        assert closed is not None
        assert (closed.state, closed.reason) == (OperationState.CLOSED, "Paid in cash")
        known = await desk.journal.hold(hold.account, hold.transaction)
        assert known is not None
        assert (known.state, known.settlement) == (HoldState.RELEASED, None)


async def test_a_mistake_of_the_program_is_told_once(server: SandboxServer, tmp_path: Path) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        window.tell_crash()
        window.tell_crash()
        await until(lambda: dialog() is not None)
        told = dialog()
        assert told is not None
        assert reads(told, "Something broke; nothing was lost")
        await press(Qt.Key.Key_Escape)
        await until(lambda: dialog() is None)


async def test_an_error_of_the_world_is_shown_as_plain_text(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        window.toast("<b>not bold</b>", "danger")
        assert reads(window, "<b>not bold</b>")
        assert all(
            label.textFormat() is Qt.TextFormat.PlainText
            for label in window.findChildren(QLabel)
            if label.text()
        )


async def test_a_new_hold_is_counted_on_the_rail_at_once(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        await held(desk)
        rail = next(iter(window.findChildren(Rail)))

        def said() -> list[str]:
            return [each.accessibleDescription() for each in rail.findChildren(QAbstractButton)]

        await until(lambda: "1 open hold" in said())


async def test_a_touch_on_the_rail_shows_that_screen(server: SandboxServer, tmp_path: Path) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        rail = next(iter(window.findChildren(Rail)))
        (place,) = (each for each in rail.findChildren(QAbstractButton) if each.text() == "Holds")
        place.click()
        assert window.current.name == "holds"
