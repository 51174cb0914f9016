"""Answers that lie: a till believes only what is said of its own hold and amount."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import AttentionKind, HoldState, OperationState
from giftill.domain.transactions import TransactionId, TransactionStatus, TransactionType
from giftill.gifty import GiftyClient
from giftill.sandbox import Fault, FaultKind, SandboxServer
from giftill.services.results import Result
from tests.helpers.desk import code_of

if TYPE_CHECKING:
    from giftill.domain.operations import Hold
    from giftill.domain.transactions import Transaction
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

CAPTURE = "/v1/transactions/*/capture"


@pytest.fixture
async def hold(desk: Desk) -> Hold:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.hold is not None, placed
    return placed.hold


def lie_when_asked(monkeypatch: pytest.MonkeyPatch, **lies: object) -> None:
    """Let every GET of a transaction answer with some fields changed."""
    ask = GiftyClient.transaction

    async def lie(client: GiftyClient, *args: object, **options: object) -> Transaction:
        told = await ask(client, *args, **options)  # type: ignore[arg-type] # handed on as it came
        return replace(told, **lies)  # type: ignore[arg-type] # the tests name fields

    monkeypatch.setattr(GiftyClient, "transaction", lie)


async def test_a_hold_shown_as_its_release_was_not_captured(
    desk: Desk, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on the API's page: the release has the hold's id, “success” and a time of capture.
    await desk.client.release(hold.transaction)
    lie_when_asked(
        monkeypatch,
        type=TransactionType.RELEASE,
        status=TransactionStatus.SUCCESS,
        amount_cents=hold.amount.cents,
        captured_at=datetime.now(UTC),
    )
    (settled,) = await desk.sales.complete([hold])
    assert settled.operation.attention is AttentionKind.RELEASED_BUT_CAPTURE_WANTED


async def test_a_release_found_under_the_holds_own_id_is_done(
    desk: Desk, hold: Hold, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, method="DELETE", times=1))
    lie_when_asked(
        monkeypatch,
        type=TransactionType.RELEASE,
        status=TransactionStatus.SUCCESS,
        amount_cents=hold.amount.cents,
        captured_at=datetime.now(UTC),
    )
    (settled,) = await desk.sales.cancel([hold])
    assert settled.operation.state is OperationState.CONFIRMED
    assert settled.hold.state is HoldState.RELEASED


@pytest.mark.parametrize(
    "lies",
    [
        {"id": TransactionId("tr_another")},
        {"amount_cents": -1},
        {"currency": "USD"},
        {"type": TransactionType.REFUND},
        {"type": TransactionType.OTHER},
    ],
)
async def test_what_is_told_of_something_else_proves_no_capture(
    desk: Desk,
    hold: Hold,
    server: SandboxServer,
    monkeypatch: pytest.MonkeyPatch,
    lies: dict[str, object],
) -> None:
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path=CAPTURE, times=1))
    lie_when_asked(monkeypatch, **lies)
    (settled,) = await desk.sales.complete([hold])
    assert settled.result is Result.ATTENTION
    assert settled.operation.attention is AttentionKind.UNCLEAR
