"""A cashier who is faster than the network: what is typed while a card is read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from tests.helpers.counter import Counter, at_the_till
from tests.helpers.desk import code_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from giftill.domain.cards import Card
    from giftill.domain.codes import CardCode
    from giftill.domain.money import Money
    from giftill.domain.operations import SaleId
    from giftill.sandbox import SandboxServer
    from giftill.services.results import Placed

pytestmark = pytest.mark.anyio


@pytest.fixture
async def till(server: SandboxServer, tmp_path: Path) -> AsyncIterator[Counter]:
    async with at_the_till(server, tmp_path) as opened:
        yield opened


async def scan_and_wait(
    till: Counter, monkeypatch: pytest.MonkeyPatch, card: str = "full_50"
) -> Callable[[], None]:
    """Scan a card that is not read until the function that is returned was called."""
    may_answer = asyncio.Event()
    look_up = till.desk.sales.look_up

    async def look_up_later(code: CardCode) -> Card:
        await may_answer.wait()
        return await look_up(code)

    monkeypatch.setattr(till.desk.sales, "look_up", look_up_later)
    till.scan(card)
    await till.sees("Looking up")
    return may_answer.set


@pytest.mark.parametrize(("typed", "says"), [("12", "Hold €12.00"), ("7,5", "Hold €7.50")])
async def test_digits_typed_before_the_balance_comes_are_the_amounts(
    till: Counter,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    says: str,
) -> None:
    answer = await scan_and_wait(till, monkeypatch)
    await till.type(typed)
    answer()
    await till.sees(says)
    assert not till.code_typed


async def test_digits_go_on_where_they_were_when_the_balance_comes(
    till: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await scan_and_wait(till, monkeypatch)
    await till.type("1")
    answer()
    await till.sees("€50.00")
    await till.type("2.50")
    await till.press(Qt.Key.Key_F8)
    await till.sees("Complete sale €12.50")


async def test_another_code_that_is_being_typed_is_no_amount(
    till: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await scan_and_wait(till, monkeypatch)
    begun = code_of("full_25").secret[:8]
    await till.type(begun)
    answer()
    await till.sees("€50.00")
    assert till.code_typed.replace(" ", "") == begun
    assert not till.reads("Hold €")


async def test_digits_for_a_card_that_takes_nothing_stay_where_they_are(
    till: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await scan_and_wait(till, monkeypatch, "empty")
    await till.type("12")
    answer()
    await till.sees("€0.00")
    assert till.code_typed == "12"


async def test_digits_stay_where_they_are_while_an_earlier_hold_is_under_way(
    till: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_hold = asyncio.Event()
    hold = till.desk.sales.hold

    async def hold_later(
        code: CardCode, card: Card, amount: Money, sale: SaleId, total_cents: int | None
    ) -> Placed:
        await may_hold.wait()
        return await hold(code, card, amount, sale, total_cents)

    monkeypatch.setattr(till.desk.sales, "hold", hold_later)
    await till.press(Qt.Key.Key_F3)
    await till.type("60\r")
    till.scan("full_50")
    await till.sees("Hold €50.00")
    await till.press(Qt.Key.Key_F8)
    await till.sees("Holding")
    answer = await scan_and_wait(till, monkeypatch, "full_25")
    await till.type("5")
    answer()
    await till.sees("€25.00")
    assert till.code_typed == "5"
    may_hold.set()
    await till.sees("Hold €10.00")
    assert till.code_typed == "5"
