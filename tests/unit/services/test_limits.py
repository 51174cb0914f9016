"""How much may wait in the outbox: told before it is too much, and refused in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import OperationKind, OutboxSummary
from giftill.sandbox import Fault, FaultKind
from giftill.services.limits import Age, Limits, OutboxFull
from giftill.services.results import Result
from tests.helpers.desk import code_of, desk_on

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.domain.operations import Hold
    from giftill.sandbox import SandboxServer
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000


async def holds(desk: Desk, *cents: int) -> list[Hold]:
    """Hold these amounts on one card."""
    code = code_of("large")
    card = await desk.sales.look_up(code)
    made = [
        (await desk.sales.hold(code, card, Money(each), desk.sales.new_sale())).hold
        for each in cents
    ]
    return [each for each in made if each is not None]


@pytest.mark.parametrize(
    "limit", [{"outbox_limit_items": 2}, {"outbox_limit_cents": 250}], ids=["items", "money"]
)
async def test_more_than_may_wait_is_refused_and_not_recorded(
    server: SandboxServer, tmp_path: Path, limit: dict[str, Any]
) -> None:
    async with desk_on(server, tmp_path, **limit) as desk:
        first, second, third = await holds(desk, 100, 100, 100)
        server.faults.set(Fault(FaultKind.OFFLINE))
        assert [each.result for each in await desk.sales.complete([first, second])] == [
            Result.QUEUED
        ] * 2
        with pytest.raises(OutboxFull, match="2 captures and releases wait"):
            await desk.sales.complete([third])
        assert len(await desk.outbox.items()) == 2
        kept = await desk.journal.hold(third.account, third.transaction)
        assert kept is not None
        assert kept.settlement is None
        # Asked for again, what waits already is no news.
        (again,) = await desk.sales.complete([first])
        assert again.result is Result.QUEUED
        server.faults.clear()
        await desk.outbox.drain()
        (done,) = await desk.sales.complete([third])
        assert done.result is Result.DONE


async def test_a_sale_is_recorded_whole_or_not_at_all_when_the_outbox_is_full(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path, outbox_limit_items=2) as desk:
        three = await holds(desk, 100, 100, 100)
        server.faults.set(Fault(FaultKind.OFFLINE))
        await desk.outbox.record(three[:1], OperationKind.CAPTURE)
        await desk.outbox.drain()
        with pytest.raises(OutboxFull):
            await desk.outbox.record(three[1:], OperationKind.CAPTURE)
        assert len(await desk.outbox.items()) == 1


async def test_a_till_that_is_online_completes_sales_whatever_waits(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path, outbox_limit_items=1) as desk:
        two = await holds(desk, 100, 100)
        settled = await desk.sales.complete(two)
        assert [each.result for each in settled] == [Result.DONE] * 2


def filled(items: int = 0, *cents: int, oldest_at_ms: int | None = None) -> OutboxSummary:
    total = tuple(Money(each, code) for each, code in zip(cents, ("EUR", "USD"), strict=False))
    return OutboxSummary(waiting=items, total=total, oldest_at_ms=oldest_at_ms)


@pytest.mark.parametrize(
    ("waiting", "is_filling", "is_full"),
    [
        (filled(), False, False),
        (filled(159), False, False),
        (filled(160), True, False),
        (filled(200), True, True),
        (filled(3, 200_000, 199_999), False, False),
        (filled(3, 200_000, 200_000), True, False),
        (filled(3, 500_000), True, True),
    ],
)
def test_four_fifths_are_told_and_all_of_it_is_full(
    waiting: OutboxSummary, *, is_filling: bool, is_full: bool
) -> None:
    limits = Limits()
    assert (limits.is_filling(waiting), limits.is_full(waiting)) == (is_filling, is_full)


@pytest.mark.parametrize(
    ("age_ms", "judged"),
    [
        (-365 * 24 * HOUR_MS, Age.FINE),
        (24 * HOUR_MS - 1, Age.FINE),
        (24 * HOUR_MS, Age.WARNING),
        (72 * HOUR_MS - 1, Age.WARNING),
        (72 * HOUR_MS, Age.MANAGER),
    ],
)
def test_what_waits_for_a_day_is_told_and_for_three_needs_a_manager(
    age_ms: int, judged: Age
) -> None:
    now_ms = 2_000_000_000_000
    assert Limits().age(filled(1, oldest_at_ms=now_ms - age_ms), now_ms) is judged


def test_nothing_that_waits_is_never_old() -> None:
    assert Limits().age(filled(), 0) is Age.FINE
