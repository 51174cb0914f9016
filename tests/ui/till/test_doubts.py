"""Holds whose answer was lost, at the Till of the whole window on a real sandbox."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from giftill.domain.money import Money
from giftill.domain.operations import OperationState
from giftill.journal import EventKind, Record
from giftill.sandbox import Fault, FaultKind
from tests.helpers.counter import at_the_till
from tests.helpers.desk import code_of, desk_on
from tests.helpers.patience import until
from tests.helpers.qt import cut_labels

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.domain.operations import Operation
    from giftill.sandbox import SandboxServer
    from tests.helpers.counter import Counter

pytestmark = pytest.mark.anyio


def redeemed(server: SandboxServer) -> list[tuple[str, int]]:
    """Return what the server knows of the redeems of the card: status and cents."""
    code = code_of("full_50").secret
    card = next(each for each in server.ledger.cards() if each.code == code)
    rows = server.ledger.transactions(card.id)
    return [(each.status, each.amount_cents) for each in rows if each.type == "redeem"]


async def lost_on_a_shared_account(till: Counter, server: SandboxServer) -> None:
    """Lose the answer of a hold, and let the checks find it without telling whose it is."""
    till.scan("full_50")
    await till.sees("€50.00")
    await till.type("12")
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path="/v1/giftcards/*/redeem", times=1))
    await till.press(Qt.Key.Key_F8)
    await till.sees("Checking, do not charge again")
    (operation,) = await till.desk.journal.operations(states=(OperationState.UNKNOWN,))
    await till.desk.journal.commit(
        Record(EventKind.LOOKED, operation=replace(operation, next_at_ms=0))
    )
    await till.desk.reconciler.drain()
    await till.sees("Is this hold this sale’s?")
    assert till.reads("There is a hold of €12.00 on card 5555.")


async def test_a_hold_whose_answer_was_lost_is_used_with_f5_and_charged_once(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with at_the_till(server, tmp_path, tills_on_account=2) as till:
        await lost_on_a_shared_account(till, server)
        assert till.button("Use it for this sale").isEnabled()
        assert not till.reads("Hold €")
        await till.press(Qt.Key.Key_F5)
        await till.sees("Complete sale €12.00")
        await till.press(Qt.Key.Key_F9)
        await until(lambda: redeemed(server) == [("success", -1200)])


async def test_a_hold_whose_answer_was_lost_is_released_with_its_button(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with at_the_till(server, tmp_path, tills_on_account=2) as till:
        await lost_on_a_shared_account(till, server)
        till.button("Release it").click()
        await till.sees("€12.00 given back to card 5555")
    assert redeemed(server) == [("cancelled", -1200)]


async def test_a_card_that_was_being_checked_says_so_after_a_restart(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        code = code_of("full_50")
        card = await desk.sales.look_up(code)
        path = "/v1/giftcards/*/redeem"
        server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path=path, times=1))
        await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    async with at_the_till(server, tmp_path) as till:
        till.scan("full_50")
        await till.sees("Checking, do not charge again")
        await till.type("5")
        await till.press(Qt.Key.Key_F8)
        (operation,) = await till.desk.journal.operations(states=(OperationState.UNKNOWN,))
        await till.desk.journal.commit(
            Record(EventKind.LOOKED, operation=replace(operation, next_at_ms=0))
        )
        await till.desk.reconciler.drain()
        await until(lambda: not till.reads("Checking, do not charge again"))
    assert redeemed(server) == [("pending", -1250)]


async def test_a_manager_uses_a_found_hold_in_the_outbox(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with at_the_till(server, tmp_path, language="nl", tills_on_account=2) as till:
        operation = await needs_a_manager(till, server)
        till.window.go_to("outbox")
        await until(lambda: bool(seen(till.window, "Gebruik de reservering…")))
        for words in ("Geef terug…", "Oplossen…"):
            assert seen(till.window, words)
        assert cut_labels(till.window) == []
        await till.press(Qt.Key.Key_F5)
        await until(lambda: QApplication.activeModalWidget() is not None)
        form = QApplication.activeModalWidget()
        assert form is not None
        reason, name = form.findChildren(QLineEdit)
        reason.setText("Het is onze verkoop")
        name.setText("Kim")
        seen(form, "Gebruik de reservering")[0].click()
        await until(lambda: not seen(till.window, "Gebruik de reservering…"))
        (hold,) = await till.desk.sales.open_holds()
        assert (hold.transaction, hold.sale) == (operation.result, operation.sale)


async def needs_a_manager(till: Counter, server: SandboxServer) -> Operation:
    """Bring a hold about, from before this sale, that may or may not be this till's."""
    code = code_of("full_50")
    card = await till.desk.sales.look_up(code)
    path = "/v1/giftcards/*/redeem"
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path=path, times=1))
    placed = await till.desk.sales.hold(code, card, Money(1250), till.desk.sales.new_sale())
    assert placed.operation is not None
    await till.desk.reconciler.step(placed.operation)
    await till.desk.outbox.refresh()
    (operation,) = await till.desk.journal.operations(states=(OperationState.ATTENTION,))
    return operation


def seen(widget: QWidget, words: str) -> list[QAbstractButton]:
    """Return the buttons that can be seen and say this."""
    buttons = widget.findChildren(QAbstractButton)
    return [each for each in buttons if each.isVisible() and each.accessibleName() == words]
