"""The Till in the whole window, on a real sandbox and journal, driven by keys and touches."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from giftill.domain.money import Money
from giftill.domain.operations import HoldState
from giftill.sandbox import Fault, FaultKind
from giftill.services.connectivity import Link
from giftill.texts import Texts
from giftill.ui.theme import Theme, apply
from giftill.ui.widgets.code_field import CodeField
from giftill.ui.widgets.keypad import Keypad
from tests.helpers.counter import at_the_till
from tests.helpers.desk import code_of, desk_on
from tests.helpers.patience import until
from tests.helpers.qt import cut_labels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from giftill.sandbox import SandboxServer
    from giftill.ui.screens.till.facts import Facts

pytestmark = pytest.mark.anyio

LONGER_THAN_A_DOUBLE_TAP_S = 0.45
OFFLINE = Fault(FaultKind.OFFLINE)


def redeemed(server: SandboxServer, card: str) -> list[tuple[str, int, str]]:
    """Return what the server knows of the redeems of a card: status, cents, type."""
    code = code_of(card).secret
    with_code = next(each for each in server.ledger.cards() if each.code == code)
    rows = server.ledger.transactions(with_code.id)
    return [(each.status, each.amount_cents, each.type) for each in rows if each.type == "redeem"]


async def test_scan_amount_f8_f9_captures_on_the_server(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with at_the_till(server, tmp_path) as till:
        till.scan("full_50")
        await till.sees("€50.00")
        await till.type("12")
        await till.sees("Hold €12.00")
        await till.press(Qt.Key.Key_F8)
        await till.sees("Complete sale €12.00")
        await till.press(Qt.Key.Key_F9)
        await till.sees("Paid")
        assert till.reads("€38.00 left on it")
    assert redeemed(server, "full_50")[-1][:2] == ("success", -1_200)


async def test_enter_alone_does_the_same(server: SandboxServer, tmp_path: Path) -> None:
    async with at_the_till(server, tmp_path) as till:
        await till.type(code_of("full_25").secret.lower())
        await till.press(Qt.Key.Key_Return)
        await till.sees("€25.00")
        await till.type("5")
        await till.press(Qt.Key.Key_Return)
        await till.sees("Complete sale €5.00")
        await asyncio.sleep(LONGER_THAN_A_DOUBLE_TAP_S)
        await till.press(Qt.Key.Key_Return)
        await till.sees("Paid")


async def test_touch_alone_does_the_same(server: SandboxServer, tmp_path: Path) -> None:
    async with at_the_till(server, tmp_path) as till:
        till.scan("full_25")
        await till.sees("€25.00")
        keypad = till.screen.findChild(Keypad)
        assert isinstance(keypad, Keypad)
        for key in ("1", "0"):
            keypad.pressed.emit(key)
        till.button("Hold €10.00").click()
        await till.sees("Complete sale €10.00")
        await asyncio.sleep(LONGER_THAN_A_DOUBLE_TAP_S)
        till.button("Complete sale").click()
        await till.sees("Paid")


async def test_the_keypad_fills_in_the_total_when_no_card_is_there(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with at_the_till(server, tmp_path) as till:
        keypad = till.screen.findChild(Keypad)
        assert isinstance(keypad, Keypad)
        for key in ("4", "0"):
            keypad.pressed.emit(key)
        await till.press(Qt.Key.Key_Return)
        assert till.screen.presenter.facts.sale.total_cents == 4_000


async def test_a_key_held_down_neither_holds_nor_completes_twice(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with at_the_till(server, tmp_path) as till:
        till.scan("full_25")
        await till.sees("€25.00")
        await till.type("5")
        await till.press(Qt.Key.Key_F8)
        await till.sees("Complete sale €5.00")
        await asyncio.sleep(LONGER_THAN_A_DOUBLE_TAP_S)
        main = till.button("Complete sale")
        await until(main.hasFocus)
        again = QKeyEvent(
            QEvent.Type.KeyPress,
            Qt.Key.Key_Return,
            Qt.KeyboardModifier.NoModifier,
            "\r",
            True,
        )
        QApplication.sendEvent(main, again)
        await asyncio.sleep(0.05)
        assert till.reads("Complete sale €5.00")
    assert [each[1] for each in redeemed(server, "full_25")] == [-500]


async def test_two_cards_pay_one_sale_and_one_of_them_can_be_taken_back(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with at_the_till(server, tmp_path) as till:
        await till.press(Qt.Key.Key_F3)
        await till.type("60")
        await till.press(Qt.Key.Key_Return)
        till.scan("full_50")
        await till.sees("Hold €50.00")
        await till.press(Qt.Key.Key_F8)
        await till.sees("Complete sale €50.00")
        till.scan("full_25")
        await till.sees("Hold €10.00")
        await till.press(Qt.Key.Key_F8)
        await till.sees("Complete sale €60.00")
        await till.press(Qt.Key.Key_F7)
        await till.press(Qt.Key.Key_Delete)
        await till.answer("Release")
        await till.sees("€50.00 given back to card 5555")
        assert till.reads("Complete sale €10.00")
    assert redeemed(server, "full_50")[-1][0] == "cancelled"


async def test_a_sale_completed_offline_is_queued_and_turns_paid_by_itself(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with at_the_till(server, tmp_path, works=True) as till:
        till.scan("full_50")
        await till.sees("€50.00")
        await till.type("12")
        await till.press(Qt.Key.Key_F8)
        await till.sees("Complete sale €12.00")
        server.faults.set(OFFLINE)
        await till.press(Qt.Key.Key_F9)
        await till.sees("The customer may go.")
        assert till.reads("Queued")
        assert not till.reads("Paid")
        server.faults.clear()
        await till.desk.outbox.send_now()
        await till.sees("Paid")
    assert redeemed(server, "full_50")[-1][:2] == ("success", -1_200)


async def test_offline_a_card_cant_be_checked_and_enter_checks_it_again(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with at_the_till(server, tmp_path) as till:
        server.faults.set(OFFLINE)
        till.scan("full_50")
        await till.sees("Can’t check this card now")
        assert till.desk.connectivity.link.value is Link.OFFLINE
        server.faults.clear()
        await till.press(Qt.Key.Key_Return)
        await till.sees("€50.00")


async def test_a_hold_goes_on_when_the_window_is_closed_in_the_middle(
    server: SandboxServer, tmp_path: Path
) -> None:
    server.faults.set(Fault(FaultKind.LATENCY, method="POST", latency_ms=400))
    async with at_the_till(server, tmp_path) as till:
        till.scan("full_50")
        await till.sees("€50.00")
        await till.type("12")
        await till.press(Qt.Key.Key_F8)
        await till.sees("Holding €12.00…")
    async with desk_on(server, tmp_path) as desk:
        holds = await desk.journal.holds(state=HoldState.OPEN)
        assert [each.amount.cents for each in holds] == [1_200]


async def test_what_the_server_says_is_never_taken_for_markup(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with at_the_till(server, tmp_path) as till:
        till.scan("full_25")
        await till.sees("€25.00")
        for label in till.screen.findChildren(QLabel):
            assert label.textFormat() is Qt.TextFormat.PlainText, label.text()


async def test_everything_that_can_be_operated_has_a_name(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with at_the_till(server, tmp_path) as till:
        await till.press(Qt.Key.Key_F3)
        await till.type("60")
        await till.press(Qt.Key.Key_Return)
        till.scan("full_50")
        await till.sees("Hold €50.00")
        await till.press(Qt.Key.Key_F8)
        await till.sees("Complete sale")
        for each in till.screen.findChildren(QWidget):
            if isinstance(each, QAbstractButton | QLineEdit) and each.isVisible():
                assert each.accessibleName(), each


async def test_when_the_amount_goes_away_the_cursor_goes_to_the_code_and_to_no_button(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with at_the_till(server, tmp_path) as till:
        till.scan("full_25")
        await till.sees("€25.00")
        await till.type("5")
        # Meanwhile another till takes everything.
        await till.desk.client.redeem(code_of("full_25"), Money(2_500), capture=True)
        await till.press(Qt.Key.Key_F8)
        await till.sees("Card 2525 was not charged")
        await till.sees("Empty")
        code_field = till.screen.findChild(CodeField)
        assert isinstance(code_field, CodeField)
        assert QApplication.focusWidget() is code_field.focusProxy()


async def test_escape_loses_nothing(server: SandboxServer, tmp_path: Path) -> None:
    async with at_the_till(server, tmp_path) as till:
        till.scan("full_25")
        await till.sees("€25.00")
        await till.type("5")
        await till.press(Qt.Key.Key_F8)
        await till.sees("Complete sale €5.00")
        await till.press(Qt.Key.Key_Escape)
        assert till.reads("Complete sale €5.00")


async def test_another_language_and_look_reach_everything(
    server: SandboxServer, tmp_path: Path, app: QApplication
) -> None:
    async with at_the_till(server, tmp_path) as till:
        till.scan("full_25")
        await till.sees("€25.00")
        till.window.retranslate(Texts("nl"))
        apply(app, Theme.load("dark"))
        await till.sees("€\xa025,00")
        assert not till.reads("Redeemable")
        assert till.reads("Te verzilveren")


@pytest.mark.parametrize("language", ["en", "nl"])
async def test_nothing_is_cut_on_the_smallest_screen(
    server: SandboxServer, tmp_path: Path, language: str
) -> None:
    async with at_the_till(server, tmp_path, language=language) as till:

        async def nothing_is_cut(state: str, is_reached: Callable[[Facts], object]) -> None:
            await until(lambda: is_reached(till.screen.presenter.facts))
            assert cut_labels(till.screen) == [], state
            for button in till.screen.findChildren(QAbstractButton):
                if button.isVisible():
                    assert button.height() >= 48, (state, button.accessibleName())

        def shows(card: str) -> Callable[[Facts], bool]:
            code = code_of(card)
            return lambda facts: facts.shown is not None and facts.shown.code == code

        await nothing_is_cut("ready", lambda facts: not facts.sale.is_started)
        for card in ("package", "expired", "empty", "new", "dollars", "promotional", "large"):
            till.scan(card)
            await nothing_is_cut(card, shows(card))
        till.screen.scanned("XXXX7777YYYY2222")
        await nothing_is_cut("unknown", lambda facts: facts.look_up_error)
        till.screen.scanned("8712345678906")
        await nothing_is_cut("a product's barcode", lambda facts: facts.code_error)
        await till.press(Qt.Key.Key_F3)
        await till.type("1560")
        await till.press(Qt.Key.Key_Return)
        till.scan("large")
        await nothing_is_cut("a total", shows("large"))
        await till.press(Qt.Key.Key_F8)
        await nothing_is_cut("held", lambda facts: len(facts.sale.holds) == 1)
        till.scan("full_25")
        await nothing_is_cut("second card", shows("full_25"))
        till.screen.presenter.type_amount("999")
        await till.press(Qt.Key.Key_F8)
        await nothing_is_cut("too much", lambda facts: facts.amount_error)
        await till.press(Qt.Key.Key_F4)
        await till.press(Qt.Key.Key_F8)
        await nothing_is_cut("two holds", lambda facts: len(facts.sale.holds) == 2)
        server.faults.set(OFFLINE)
        till.scan("full_50")
        await nothing_is_cut("offline", lambda facts: facts.look_up_error)
        await till.press(Qt.Key.Key_F9)
        await nothing_is_cut("queued", lambda facts: facts.done)


@pytest.mark.parametrize(("scale", "size"), [(1.5, (1280, 800)), (2.0, (1600, 1000))])
async def test_larger_text_loses_nothing(
    server: SandboxServer,
    tmp_path: Path,
    app: QApplication,
    scale: float,
    size: tuple[int, int],
) -> None:
    apply(app, Theme.load("light", text_scale=scale))
    async with at_the_till(server, tmp_path, language="nl") as till:
        till.window.resize(*size)
        await till.press(Qt.Key.Key_F3)
        await till.type("20")
        await till.press(Qt.Key.Key_Return)
        till.scan("package")
        await till.sees("€\xa042,50")
        assert cut_labels(till.screen) == []
