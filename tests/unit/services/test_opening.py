"""Opening a till and closing it in order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import OperationKind, OperationState
from giftill.sandbox import Fault, FaultKind
from tests.helpers.desk import code_of, desk_on, sandbox
from tests.helpers.patience import until

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.domain.operations import OperationId
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio


async def test_a_capture_under_way_comes_to_its_end_before_a_till_without_workers_closes(
    tmp_path: Path,
) -> None:
    with sandbox() as server:
        async with desk_on(server, tmp_path) as desk:
            card = await desk.sales.look_up(code_of("full_50"))
            placed = await desk.sales.hold(
                code_of("full_50"), card, Money(1250), desk.sales.new_sale()
            )
            assert placed.hold is not None
            (capture,) = await desk.outbox.record([placed.hold], OperationKind.CAPTURE)
            server.faults.set(Fault(FaultKind.LATENCY, latency_ms=300))
            impatient = asyncio.create_task(desk.outbox.attempt(capture.id))
            await until(lambda: _is_sending(desk, capture.id))
            impatient.cancel()
        async with desk_on(server, tmp_path) as desk:
            after = await desk.journal.operation(capture.id)
    assert after is not None
    assert after.state is OperationState.CONFIRMED


async def test_the_requests_of_the_last_minute_count_after_a_restart(tmp_path: Path) -> None:
    with sandbox() as server:
        async with desk_on(server, tmp_path, requests_per_minute=3) as desk:
            for _ in range(3):
                await desk.sales.look_up(code_of("full_50"))
        async with desk_on(server, tmp_path, requests_per_minute=3) as desk:
            fourth = asyncio.create_task(desk.sales.look_up(code_of("full_50")))
            ended, _ = await asyncio.wait({fourth}, timeout=0.3)
            assert not ended
            fourth.cancel()
            await asyncio.wait({fourth})


async def _is_sending(desk: Desk, id_: OperationId) -> bool:
    found = await desk.journal.operation(id_)
    return found is not None and found.state is OperationState.SENDING
