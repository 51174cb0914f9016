"""Answers that no proper server gives, met by a real till: nothing sent twice, nothing lost."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import AttentionKind, OperationKind, OperationState
from giftill.services.connectivity import Link
from giftill.services.results import Result
from tests.helpers.desk import code_of, desk_on
from tests.helpers.raw_server import answer, raw_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from giftill.services.desk import Desk
    from giftill.services.results import Placed
    from tests.helpers.raw_server import RawServer, Reply

pytestmark = pytest.mark.anyio

CENTS = 1250
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
CARD = {"id": "gc_1", "balance": 5000, "currency": "EUR", "is_redeemable": True, "transactions": []}
HOLD = {"id": "tr_1", "amount": -CENTS, "currency": "EUR", "status": "pending", "type": "redeem"}
CAPTURED = {**HOLD, "status": "success", "captured_at": "2026-11-21T12:00:00+00:00"}
PLACES = answer(b'{"data": [{"id": "lc_1"}]}')


def saying(facts: object) -> bytes:
    return answer(json.dumps({"data": facts}).encode())


@asynccontextmanager
async def till_and(folder: Path, *replies: Reply) -> AsyncIterator[tuple[Desk, RawServer]]:
    """Open a till whose server gives these replies, after what a till asks before a sale."""
    async with (
        raw_server(PLACES, saying(CARD), *replies) as server,
        desk_on(server.url, folder) as desk,
    ):
        await desk.accounts.ensure()
        yield desk, server


async def hold(desk: Desk) -> Placed:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    return await desk.sales.hold(code, card, Money(CENTS), desk.sales.new_sale())


def posts(server: RawServer) -> list[str]:
    """Return the paths of what moved money."""
    return [
        request.split(b" ", 2)[1].decode()
        for request in server.requests
        if not request.startswith(b"GET ")
    ]


@pytest.mark.parametrize(
    ("header", "least_s", "most_s"),
    [
        pytest.param("Retry-After: 30", 29, 30, id="seconds"),
        pytest.param(
            f"Date: {DATE}\nRetry-After: Sun, 06 Nov 1994 08:51:07 GMT", 89, 90, id="date"
        ),
        pytest.param(f"Date: {DATE}\nRetry-After: {DATE}", 0, 1, id="now"),
        pytest.param(
            f"Date: {DATE}\nRetry-After: Sat, 05 Nov 1994 08:49:37 GMT", 29, 60, id="yesterday"
        ),
        pytest.param("Retry-After: 0", 0, 1, id="none"),
        pytest.param("Retry-After: soon", 29, 60, id="garbage"),
        pytest.param("Retry-After: -5", 29, 60, id="negative"),
        pytest.param("Retry-After: 31536000", 3_599, 3_600, id="a year"),
        pytest.param(f"Retry-After: {'9' * 5_000}", 3_599, 3_600, id="for ever"),
        pytest.param("X-Nothing: here", 29, 60, id="absent"),
    ],
)
async def test_a_limit_pauses_a_capture_within_reason_and_it_is_kept(
    tmp_path: Path, header: str, least_s: float, most_s: float
) -> None:
    limited = answer(b"{}", "429 Too Many Requests", header)
    async with till_and(tmp_path, saying(HOLD), limited) as (desk, server):
        placed = await hold(desk)
        assert placed.hold is not None
        before_ms = desk.clock.now_ms()
        (settled,) = await desk.sales.complete([placed.hold])
        assert (settled.result, settled.operation.attempts) == (Result.QUEUED, 0)
        assert desk.connectivity.link.value is Link.LIMITED
        asked = (desk.connectivity.limited_until_ms - before_ms) / 1000
        took_s = (desk.clock.now_ms() - before_ms) / 1000
        assert least_s <= asked <= most_s + took_s
        assert len(posts(server)) == 2
        kept = await desk.journal.operation(settled.operation.id)
        assert kept is not None
        assert kept.state is OperationState.QUEUED


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({**HOLD, "amount": -CENTS - 1}, id="a cent more"),
        pytest.param({**HOLD, "amount": -CENTS + 1}, id="a cent less"),
        pytest.param({**HOLD, "amount": CENTS}, id="the other way"),
        pytest.param({**HOLD, "amount": 0}, id="nothing"),
    ],
)
async def test_a_hold_confirmed_with_another_amount_is_asked_about_and_not_made_again(
    tmp_path: Path, told: dict[str, object]
) -> None:
    async with till_and(tmp_path, saying(told)) as (desk, server):
        placed = await hold(desk)
        assert placed.result is Result.ATTENTION
        assert placed.operation is not None
        assert placed.operation.attention is AttentionKind.AMOUNT_DIFFERS
        assert placed.error is None or placed.error.hint.text
        assert len(posts(server)) == 1


@pytest.mark.parametrize("change", [{"amount": -1}, {"id": "tr_2"}])
async def test_a_capture_confirmed_of_something_else_is_looked_at_and_not_sent_again(
    tmp_path: Path, change: dict[str, object]
) -> None:
    replies = (saying(HOLD), saying({**CAPTURED, **change}), saying(CAPTURED))
    async with till_and(tmp_path, *replies) as (desk, server):
        placed = await hold(desk)
        assert placed.hold is not None
        (settled,) = await desk.sales.complete([placed.hold])
        assert settled.operation.state is OperationState.CONFIRMED
        assert len(posts(server)) == 2
        assert server.paths[-1] == "/v1/transactions/tr_1"


async def test_of_a_key_told_twice_the_last_counts_and_is_checked_like_any(tmp_path: Path) -> None:
    twice = json.dumps({"data": HOLD}).replace('"amount": -1250', '"amount": -1250, "amount": -1')
    async with till_and(tmp_path, answer(twice.encode())) as (desk, server):
        placed = await hold(desk)
        assert placed.operation is not None
        assert placed.operation.attention is AttentionKind.AMOUNT_DIFFERS
        assert len(posts(server)) == 1


async def test_ten_megabytes_of_json_are_no_answer_and_nothing_is_sent_again(
    tmp_path: Path,
) -> None:
    huge = json.dumps({"data": HOLD, "more": "x" * 10_000_000}).encode()
    async with till_and(tmp_path, answer(huge)) as (desk, server):
        placed = await hold(desk)
        assert placed.result is Result.CHECKING
        assert placed.operation is not None
        assert placed.operation.state is OperationState.UNKNOWN
        assert len(posts(server)) == 1


@pytest.mark.parametrize("kind", [OperationKind.CAPTURE, OperationKind.RELEASE])
async def test_a_hold_that_the_server_forgot_needs_a_manager_and_is_kept(
    tmp_path: Path, kind: OperationKind
) -> None:
    unknown = answer(b'{"message": "Not found."}', "404 Not Found")
    async with till_and(tmp_path, saying(HOLD), unknown) as (desk, server):
        placed = await hold(desk)
        assert placed.hold is not None
        act = desk.sales.complete if kind is OperationKind.CAPTURE else desk.sales.cancel
        (settled,) = await act([placed.hold])
        assert settled.result is Result.ATTENTION
        assert settled.operation.attention is AttentionKind.TRANSACTION_MISSING
        assert len(posts(server)) == 2
