"""The lasting states that are told under the top bar: the outbox, its age, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import OutboxSummary
from giftill.services.connectivity import Link
from giftill.texts import Texts
from giftill.ui.status import BandKind, StatusPresenter, StatusState
from tests.helpers.desk import desk_on, sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    with sandbox() as server:
        async with desk_on(server, tmp_path, outbox_limit_items=10) as opened:
            yield opened


def shown(desk: Desk) -> StatusState:
    """Return what stands around the screen now."""
    states: list[StatusState] = []
    StatusPresenter(desk, Texts("en"), states.append).show()
    return states[-1]


def bands(desk: Desk) -> dict[BandKind, str]:
    """Return the bands by their kind."""
    return {each.kind: each.text for each in shown(desk).bands}


@pytest.mark.parametrize(
    ("waiting", "says"),
    [(8, "is filling up: 8 of 10 wait"), (10, "is full: 10 wait"), (12, "is full: 12 wait")],
)
async def test_the_outbox_is_told_before_it_is_full_and_when_it_is(
    desk: Desk, waiting: int, says: str
) -> None:
    desk.outbox.summary.set(OutboxSummary(waiting=7))
    assert bands(desk) == {}
    desk.outbox.summary.set(OutboxSummary(waiting=waiting))
    assert says in bands(desk)[BandKind.OUTBOX_FULL]


@pytest.mark.parametrize(
    ("hours", "says", "tone"),
    [(25, "Get this till online soon", "hold"), (73, "Call a manager", "danger")],
)
async def test_what_waits_for_long_is_told_and_brought_to_a_manager(
    desk: Desk, hours: int, says: str, tone: str
) -> None:
    oldest = desk.clock.now_ms() - hours * HOUR_MS
    desk.outbox.summary.set(OutboxSummary(waiting=1, oldest_at_ms=oldest))
    (band,) = shown(desk).bands
    assert band.kind is BandKind.OUTBOX_OLD
    assert says in band.text
    assert band.tone == tone


@pytest.mark.parametrize(
    ("count", "says"), [(1, "1 in the outbox was made"), (3, "3 in the outbox were made")]
)
async def test_what_waits_for_another_account_is_told(desk: Desk, count: int, says: str) -> None:
    desk.outbox.elsewhere.set(count)
    assert says in bands(desk)[BandKind.OTHER_ACCOUNT]


async def test_a_pause_is_told_with_its_end_and_no_longer_than_it_lasts(desk: Desk) -> None:
    desk.connectivity.limited_until_ms = desk.clock.now_ms() + HOUR_MS
    desk.connectivity.link.set(Link.LIMITED)
    assert BandKind.LIMITED in bands(desk)
    desk.connectivity.limited_until_ms = desk.clock.now_ms()
    assert bands(desk) == {}
    assert shown(desk).link.text == "Not connected yet"


async def test_few_large_sales_fill_the_outbox_with_money(desk: Desk) -> None:
    desk.outbox.summary.set(OutboxSummary(waiting=2, total=(Money(400_000),)))
    assert "€4,000.00 of €5,000.00 waits" in bands(desk)[BandKind.OUTBOX_FULL]


async def test_a_full_outbox_does_not_say_that_sales_can_be_completed(desk: Desk) -> None:
    desk.connectivity.link.set(Link.OFFLINE)
    assert "can be completed" in bands(desk)[BandKind.OFFLINE]
    assert shown(desk).link.text == "Offline: captures are queued"
    desk.outbox.summary.set(OutboxSummary(waiting=10))
    assert list(bands(desk)) == [BandKind.OUTBOX_FULL]
    assert shown(desk).link.text == "Offline"


async def test_no_more_is_told_at_once_than_leaves_the_keypad_whole(desk: Desk) -> None:
    desk.connectivity.link.set(Link.OFFLINE)
    desk.outbox.elsewhere.set(1)
    desk.outbox.summary.set(OutboxSummary(waiting=8, oldest_at_ms=0))
    gravest = [each.kind for each in shown(desk).bands]
    assert gravest == [BandKind.OUTBOX_FULL, BandKind.OUTBOX_OLD]


async def test_that_everything_is_forbidden_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(desk.connectivity), "is_forbidden", True)
    assert "allows this till’s token nothing" in bands(desk)[BandKind.FORBIDDEN]
