"""Answers that no proper server gives and clocks that jump, as the cashier reads of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from giftill.domain.money import Money
from giftill.domain.operations import AttentionKind, OperationState
from giftill.sandbox import Fault, FaultKind
from giftill.services.connectivity import Link
from tests.helpers.cashier import a_cashier
from tests.helpers.clocks import JUMPS_S, set_clock
from tests.helpers.raw_server import answer

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.domain.operations import Hold
    from giftill.sandbox import SandboxServer
    from tests.helpers.cashier import Cashier
    from tests.helpers.front import Front

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("language", ["en", "nl"])]

AMOUNT = Money(500)
HOLD = {"id": "tr_1", "amount": -500, "currency": "EUR", "status": "pending", "type": "redeem"}
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
NOT_FOUND = answer(b'{"message": "Not found."}', "404 Not Found")
# More answers that are too large than there are connections.
MANY = 11


def limited(header: str) -> bytes:
    return answer(b"{}", "429 Too Many Requests", header)


async def held(cashier: Cashier, card: str = "full_50") -> Hold:
    """Hold five euros, and forget the requests for it."""
    await cashier.holds(card, "5")
    await cashier.reads("Complete sale {amount}", amount=AMOUNT)
    (hold,) = await cashier.till.desk.sales.open_holds()
    cashier.new_requests()
    return hold


def status_of(server: SandboxServer, hold: Hold) -> str:
    row = server.ledger.transaction(hold.transaction)
    assert row is not None
    return row.status


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("Retry-After: 30", id="seconds"),
        pytest.param(f"Date: {DATE}\nRetry-After: Sun, 06 Nov 1994 08:51:07 GMT", id="date"),
        pytest.param("Retry-After: soon", id="garbage"),
        pytest.param("Retry-After: -5", id="negative"),
        pytest.param("Retry-After: 31536000", id="a year"),
    ],
)
async def test_a_server_that_asks_to_wait_is_told_with_when_it_goes_on_and_left_alone(
    front: Front, tmp_path: Path, language: str, header: str
) -> None:
    async with a_cashier(front, tmp_path, language) as cashier:
        front.replies["GET"] = limited(header)
        await cashier.scans("full_50")
        await cashier.reads(
            "Can’t check this card now",
            "The card could not be checked. Nothing was charged.",
            "Check again in a minute, or let the customer pay another way.",
        )
        until_ms = cashier.till.desk.connectivity.limited_until_ms
        goes_on = datetime.fromtimestamp(until_ms / 1000, UTC).astimezone()
        await cashier.reads(
            "Gifty asked this till to wait. Everything goes on at {time}.",
            time=f"{goes_on:%H:%M}",
        )
        assert len(cashier.new_requests()) == 1
        await cashier.scans("full_25")
        await cashier.reads(
            "Gifty asked this till to wait until {until}. Nothing was charged.",
            until=datetime.fromtimestamp(until_ms / 1000, UTC),
        )
        assert cashier.new_requests() == []


async def test_a_capture_that_has_to_wait_for_a_year_is_queued_and_done_once(
    front: Front, server: SandboxServer, tmp_path: Path, language: str
) -> None:
    async with a_cashier(front, tmp_path, language) as cashier:
        hold = await held(cashier)
        front.replies["POST"] = limited("Retry-After: 31536000")
        await cashier.till.press(Qt.Key.Key_F9)
        await cashier.reads(
            "Queued",
            "Recorded safely, sent by itself in a few minutes. The customer may go.",
        )
        front.replies.clear()
        cashier.till.desk.connectivity.limited_until_ms = 0
        await cashier.till.desk.outbox.drain()
        await cashier.reads("Paid", "The sale is complete and confirmed.")
        assert len(cashier.new_requests("POST")) == 2
        assert status_of(server, hold) == "success"


@pytest.mark.parametrize("key", [Qt.Key.Key_F9, Qt.Key.Key_F7], ids=["capture", "release"])
async def test_a_hold_that_the_server_forgot_goes_to_a_manager_with_what_to_do(
    front: Front, server: SandboxServer, tmp_path: Path, language: str, key: Qt.Key
) -> None:
    async with a_cashier(front, tmp_path, language) as cashier:
        hold = await held(cashier)
        front.replies.update(dict.fromkeys(("GET", "POST", "DELETE"), NOT_FOUND))
        if key == Qt.Key.Key_F9:
            await cashier.till.press(key)
            await cashier.reads(
                "Needs attention",
                "The till can’t settle this alone. Ask a manager to look at it in Outbox before "
                "the customer goes.",
            )
        else:
            await cashier.till.press(key)
            await cashier.till.press(Qt.Key.Key_Delete)
            await cashier.till.answer(cashier.words("Release {amount}", amount=AMOUNT))
            await cashier.reads(
                "{amount} could not be given back to card {card}",
                "A manager must decide what happens.",
                amount=AMOUNT,
                card=hold.card_masked[-4:],
            )
        moved = [each for each in cashier.new_requests() if not each.startswith("GET")]
        assert len(moved) == 1
        cashier.till.window.go_to("outbox")
        await cashier.reads("Gifty does not know this hold: wrong account?")
        assert status_of(server, hold) == "pending"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps({"data": {**HOLD, "amount": -501}}), id="another amount"),
        pytest.param(
            json.dumps({"data": HOLD}).replace('"amount": -500', '"amount": -500, "amount": -501'),
            id="a key told twice",
        ),
    ],
)
async def test_a_hold_of_another_amount_is_asked_about_and_not_made_again(
    front: Front, tmp_path: Path, language: str, body: str
) -> None:
    async with a_cashier(front, tmp_path, language) as cashier:
        front.replies["POST"] = answer(body.encode())
        await cashier.holds("full_50", "5")
        await cashier.reads(
            "Another amount was held",
            "There is a hold of {amount} on card {card}.",
            "Use the hold as it is, or release it and hold the right amount.",
            "Use it for this sale",
            "Release it",
            amount=Money(501),
            card="5555",
        )
        await cashier.till.press(Qt.Key.Key_F8)
        (asked,) = await cashier.till.desk.journal.operations(states=(OperationState.ATTENTION,))
        assert asked.attention is AttentionKind.AMOUNT_DIFFERS
        assert len(cashier.new_requests("POST")) == 1


async def test_ten_megabytes_are_no_answer_however_often_they_come(
    front: Front, tmp_path: Path, language: str
) -> None:
    async with a_cashier(front, tmp_path, language) as cashier:
        front.replies["GET"] = answer(json.dumps({"data": "x" * 10_000_000}).encode())
        cards = ("full_50", "full_25")
        for each in range(MANY):
            await cashier.scans(cards[each % 2])
            await cashier.reads(
                "Can’t check this card now",
                "The card could not be checked. Nothing was charged.",
                "Check again in a minute, or let the customer pay another way.",
            )
        assert len(cashier.new_requests()) == MANY
        front.replies.clear()
        await cashier.scans("package")
        await cashier.reads("Redeemable")


async def test_ten_megabytes_for_a_hold_are_checked_and_it_is_not_made_again(
    front: Front, tmp_path: Path, language: str
) -> None:
    async with a_cashier(front, tmp_path, language) as cashier:
        front.replies["POST"] = answer(json.dumps({"data": HOLD, "x": "x" * 10_000_000}).encode())
        await cashier.holds("full_50", "5")
        await cashier.reads(
            "Checking, do not charge again",
            "The till finds out by itself and says so here.",
        )
        await cashier.till.press(Qt.Key.Key_F8)
        assert len(cashier.new_requests("POST")) == 1


@pytest.mark.parametrize("ahead_s", JUMPS_S.values(), ids=JUMPS_S)
async def test_a_clock_that_jumps_changes_nothing_for_the_customer(
    front: Front,
    server: SandboxServer,
    tmp_path: Path,
    language: str,
    ahead_s: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with a_cashier(front, tmp_path, language) as cashier:
        hold = await held(cashier, "expires_soon")
        server.faults.set(Fault(FaultKind.OFFLINE))
        set_clock(ahead_s, monkeypatch)
        await cashier.till.press(Qt.Key.Key_F9)
        await cashier.reads(
            "Queued",
            "Recorded safely, sent by itself when the network returns. The customer may go.",
        )
        # And back again, while it waits.
        set_clock(0, monkeypatch)
        server.faults.clear()
        set_clock(ahead_s, monkeypatch)
        await cashier.till.desk.outbox.drain()
        await cashier.reads("Paid", "The sale is complete and confirmed.")
        captures = [each for each in cashier.new_requests("POST") if each.endswith("/capture")]
        assert status_of(server, hold) == "success"
        assert len(captures) <= 2
        # A card is as old as the server's clock says, not this PC's.
        await cashier.scans("never_expires")
        await cashier.scans("expires_soon")
        await cashier.reads("Redeemable")
        assert cashier.till.desk.connectivity.link.value is Link.ONLINE
