"""What rarely happens to the outbox and to accounts, and must not go wrong then."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import AccountId, OperationId, OperationKind, OperationState
from giftill.gifty import Priority
from giftill.journal import JournalUnclear
from giftill.sandbox import Fault, FaultKind
from giftill.services.connectivity import Link
from giftill.services.results import AlreadySettling
from tests.helpers.desk import code_of, desk_on
from tests.helpers.patience import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from giftill.domain.operations import Hold
    from giftill.domain.places import Location
    from giftill.sandbox import SandboxServer
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio


async def a_hold(desk: Desk) -> Hold:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(100), desk.sales.new_sale())
    assert placed.hold is not None
    return placed.hold


async def test_the_systems_word_that_the_network_is_back_wakes_the_outbox(
    desk: Desk, server: SandboxServer
) -> None:
    hold = await a_hold(desk)
    server.faults.set(Fault(FaultKind.OFFLINE))
    (operation,) = await desk.outbox.record([hold], OperationKind.CAPTURE)
    for _ in range(4):
        await desk.outbox.drain()
    # After so many failed probes it would leave the network alone for half a minute.
    working = asyncio.create_task(desk.outbox.run())
    await until(lambda: desk.connectivity.link.value is Link.OFFLINE)
    server.faults.clear()
    desk.outbox.look_up()

    async def is_done() -> bool:
        now = await desk.journal.operation(operation.id)
        return now is not None and now.state is OperationState.CONFIRMED

    async with asyncio.timeout(10):
        await until(is_done)
    await desk.outbox.stop(1.0)
    await working


async def test_of_a_capture_and_a_release_in_one_instant_one_is_recorded(desk: Desk) -> None:
    hold = await a_hold(desk)
    ended = await asyncio.gather(
        desk.outbox.record([hold], OperationKind.CAPTURE),
        desk.outbox.record([hold], OperationKind.RELEASE),
        return_exceptions=True,
    )
    assert [type(each) for each in ended].count(AlreadySettling) == 1
    assert len(await desk.outbox.items()) == 1


async def test_an_attempt_at_what_is_not_recorded_is_a_mistake(desk: Desk) -> None:
    with pytest.raises(LookupError, match="not in the journal"):
        await desk.outbox.attempt(OperationId("op_nowhere"))


async def test_a_disk_that_fails_for_a_moment_does_not_end_the_outbox(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (operation,) = await desk.outbox.record([await a_hold(desk)], OperationKind.CAPTURE)
    failed: list[bool] = []
    summaries = desk.journal.summaries

    async def fail_once(*accounts: AccountId | None) -> object:
        if not failed:
            failed.append(True)
            raise JournalUnclear("the disk is away")
        return await summaries(*accounts)

    monkeypatch.setattr(desk.journal, "summaries", fail_once)
    working = asyncio.create_task(desk.outbox.run())
    await until(lambda: failed)
    desk.outbox.look_up()

    async def is_done() -> bool:
        now = await desk.journal.operation(operation.id)
        return now is not None and now.state is OperationState.CONFIRMED

    await until(is_done)
    await desk.outbox.stop(1.0)
    await working


async def test_whose_a_new_token_is_can_wait_for_the_network(
    desk: Desk, server: SandboxServer
) -> None:
    await desk.outbox.record([await a_hold(desk)], OperationKind.CAPTURE)
    server.faults.set(Fault(FaultKind.OFFLINE))
    desk.client.token = "another"
    await desk.outbox.drain()
    assert desk.outbox.summary.value.waiting == 1
    assert await desk.accounts.known() is None


async def test_what_waits_for_another_accounts_token_is_counted(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        await desk.outbox.record([await a_hold(desk)], OperationKind.CAPTURE)
        await desk.outbox.refresh()
        assert desk.outbox.elsewhere.value == 0
        fingerprint = desk.accounts._fingerprint("another")
        await desk.journal.set_fact(f"token:{fingerprint}", "ac_another")
        desk.client.token = "another"
        await desk.outbox.refresh()
        assert desk.outbox.elsewhere.value == 1


async def test_a_token_that_is_replaced_while_it_is_looked_up_is_not_taken_for_the_old_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await desk.accounts.ensure()
    locations = [each async for each in desk.client.locations()]
    desk.client.token = "second"
    asked: list[str | None] = []

    async def listed(*, location: None, priority: Priority) -> AsyncIterator[Location]:
        assert (location, priority) == (None, Priority.CASHIER)
        asked.append(desk.client.token)
        if len(asked) == 1:
            # The answer is the second's, and by the time it is there, the till has the third.
            desk.client.token = "third"
            for each in locations:
                yield each

    monkeypatch.setattr(desk.client, "locations", listed)
    assert await desk.accounts.ensure() != first
    assert asked == ["second", "third"]


async def test_an_account_is_known_by_its_locations_without_asking(desk: Desk) -> None:
    account = await desk.accounts.ensure()
    ids = [each.id async for each in desk.client.locations()]
    assert await desk.accounts.whose(ids) == account
    assert await desk.accounts.whose([]) is None


async def test_what_waits_for_another_accounts_token_is_not_looked_at_every_other_second(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def wait(event: asyncio.Event, pause_s: float) -> None:
        pauses.append(pause_s)
        await event.wait()

    await desk.outbox.record([await a_hold(desk)], OperationKind.CAPTURE)
    await desk.journal.set_fact(f"token:{desk.accounts._fingerprint('another')}", "ac_another")
    desk.client.token = "another"
    monkeypatch.setattr(desk.outbox._clock, "wait", wait)
    working = asyncio.create_task(desk.outbox.run())
    await until(lambda: pauses)
    await desk.outbox.stop(1.0)
    await working
    assert pauses[0] > 30


async def test_a_burst_is_counted_a_few_times_and_not_once_for_each(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[object] = []
    may_count = asyncio.Event()
    summaries = desk.journal.summaries

    async def count(*accounts: AccountId | None) -> object:
        counts.append(accounts)
        await may_count.wait()
        return await summaries(*accounts)

    async def are_all_on_disk() -> bool:
        return len(await desk.outbox.items()) == len(holds)

    holds = [await a_hold(desk) for _ in range(5)]
    monkeypatch.setattr(desk.journal, "summaries", count)
    asking = [desk.outbox.record([each], OperationKind.CAPTURE) for each in holds]
    recorded = asyncio.gather(*asking)
    await until(are_all_on_disk)
    may_count.set()
    await recorded
    assert desk.outbox.summary.value.waiting == 5
    # Once for the first, and once for all who came while it was being counted.
    assert len(counts) <= 2


async def test_what_is_recorded_while_it_is_counted_never_seems_another_accounts(
    desk: Desk,
) -> None:
    hold = await a_hold(desk)
    seen: list[int] = []
    desk.outbox.elsewhere.subscribe(seen.append)
    # All that the count asks for, and the recording, wait for the journal at once.
    await asyncio.gather(desk.outbox.refresh(), desk.outbox.record([hold], OperationKind.CAPTURE))
    assert desk.outbox.summary.value.waiting == 1
    assert not seen
