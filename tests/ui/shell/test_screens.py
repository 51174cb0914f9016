"""Holds, Outbox and the location selector on a real till: real sandbox, real journal, real keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from giftill.domain.money import Money
from giftill.domain.operations import AttentionKind, HoldState, OperationState
from giftill.journal import EventKind, Record
from giftill.sandbox import Fault, FaultKind
from tests.helpers.desk import code_of, desk_on
from tests.helpers.patience import until
from tests.helpers.qt import cut_labels
from tests.helpers.window import (
    close_dialog,
    dialog_shown,
    held,
    opened,
    press,
    queued,
    reads,
    strike,
    toast,
)

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.sandbox import SandboxServer

pytestmark = pytest.mark.anyio


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
        await dialog_shown()
        await close_dialog(Qt.Key.Key_Return)
        (hold,) = await desk.sales.open_holds()
        assert hold.settlement is None, "a second Enter in a row must not give money back"
        await press(Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
        await dialog_shown()
        await press(Qt.Key.Key_Tab)
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


async def test_a_location_is_found_by_typing_and_chosen_with_enter(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk) as window:
        listed = await desk.catalogue.locations()
        wanted = next(each for each in listed.locations if each.city == "Leiden")
        await press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        selector = await dialog_shown()
        await until(lambda: reads(selector, f"{len(listed.locations)} locations"))
        await strike("leiden")
        assert selector.findChildren(QLineEdit)[0].text() == "leiden"
        await press(Qt.Key.Key_Return)
        await until(lambda: desk.location.value == wanted.id)
        await until(lambda: reads(window, "Leiden"))
        assert desk.settings.current.location == wanted.id


async def test_a_search_that_finds_no_location_says_so(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk):
        listed = await desk.catalogue.locations()
        await press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        selector = await dialog_shown()
        await until(lambda: reads(selector, f"{len(listed.locations)} locations"))
        assert not reads(selector, "No location found")
        await strike("zzz")
        assert reads(selector, "No location found")


async def test_escape_leaves_the_location_as_it_is(server: SandboxServer, tmp_path: Path) -> None:
    async with desk_on(server, tmp_path) as desk, opened(desk):
        await press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        await dialog_shown()
        await close_dialog(Qt.Key.Key_Escape)
        assert desk.location.value is None


async def test_a_manager_resolves_what_needs_attention_with_a_reason(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path, cashier="Sanne") as desk, opened(desk) as window:
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
        form = await dialog_shown()
        await press(Qt.Key.Key_Return)
        assert reads(form, "Write the reason and the manager’s name first.")
        await until(lambda: not cut_labels(form))
        reason, name = form.findChildren(QLineEdit)
        assert not name.text(), "the cashier is signed in, and a manager must answer for it"
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
