"""The program ends, or the disk fails, at every single commit: server and journal still agree."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import pytest

from giftill import bootstrap
from giftill.domain.money import Money
from giftill.domain.operations import HoldState, OperationKind, OperationState
from giftill.journal import JournalError, JournalWriteError
from tests.helpers.desk import code_of, desk_on, sandbox

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from giftill.journal import Record
    from giftill.sandbox import SandboxServer
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

_LIVE: Final = (
    OperationState.INTENDED,
    OperationState.SENDING,
    OperationState.QUEUED,
    OperationState.UNKNOWN,
)
# More commits than any of the flows makes.
_MOST_COMMITS: Final = 12


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    # What a shop waits for, a test need not.
    monkeypatch.setattr(bootstrap, "_QUIET_S", 0.01)
    monkeypatch.setattr(bootstrap, "_CLOSING_PATIENCE_S", 0.05)
    with sandbox() as running:
        yield running


async def complete_a_sale(desk: Desk) -> None:
    await _sell(desk, desk.sales.complete)


async def cancel_a_sale(desk: Desk) -> None:
    await _sell(desk, desk.sales.cancel)


async def give_money_back(desk: Desk) -> None:
    code = code_of("large")
    taken = await desk.client.redeem(code, Money(700), capture=True)
    await desk.sales.refund(taken, Money(300), reason="CUSTOMER_REQUEST")


async def _sell(desk: Desk, settle: Callable[..., Awaitable[object]]) -> None:
    code = code_of("large")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    if placed.hold is not None:
        await settle([placed.hold])


FLOWS: Final = (complete_a_sale, cancel_a_sale, give_money_back)


class Trouble:
    """Lets one commit of a journal go wrong.

    Attributes:
        came: Set when it did.
    """

    def __init__(self, desk: Desk, at: int, *, is_written: bool, hangs: bool) -> None:
        self.came = asyncio.Event()
        self._commit = desk.journal.commit
        self._at = at
        self._is_written = is_written
        self._hangs = hangs
        self._count = 0

    async def commit(self, *records: Record) -> None:
        """Commit, but for the one time."""
        self._count += 1
        if self._count < self._at or (self.came.is_set() and not self._hangs):
            await self._commit(*records)
            return
        if self._count == self._at and self._is_written:
            await self._commit(*records)
        self.came.set()
        if self._hangs:
            await asyncio.Event().wait()
        raise JournalWriteError("the disk is full")


async def settle_all(desk: Desk) -> None:
    """Let the till find out and finish, as long as it has something to do."""
    for _ in range(20):
        await desk.outbox.send_now()
        await desk.outbox.drain()
        await desk.reconciler.drain()
        if not await desk.journal.operations(states=_LIVE):
            return
        await asyncio.sleep(0.02)
    left = await desk.journal.operations(states=_LIVE)
    raise AssertionError(f"something goes on for ever: {left}")


async def audit(desk: Desk, server: SandboxServer, before: set[str]) -> None:
    """Compare what the server did since `before` with what the journal says."""
    assert server.ledger.balance_errors() == []
    assert (await desk.journal.verify()).is_intact
    holds = {each.transaction: each for each in await desk.journal.holds(state=None)}
    for hold in holds.values():
        row = server.ledger.transaction(hold.transaction)
        assert row is not None
        assert {"pending": HoldState.OPEN, "success": HoldState.CAPTURED}.get(
            row.status, HoldState.RELEASED
        ) is hold.state
    operations = await desk.journal.operations()
    needs_a_manager = (each for each in operations if each.state is OperationState.ATTENTION)
    known = {*holds, *(each.result for each in needs_a_manager)}
    for row in server.ledger.transactions():
        if row.id not in before and row.status == "pending":
            assert row.id in known, "a hold that nobody knows"
    refunds = {row.id for row in server.ledger.transactions() if row.type == "refund"} - before
    assert len(refunds) <= 1
    confirmed = {
        each.result
        for each in operations
        if each.kind is OperationKind.REFUND and each.state is OperationState.CONFIRMED
    }
    assert refunds == confirmed - before


@pytest.mark.parametrize("is_written", [False, True], ids=["not written", "written"])
@pytest.mark.parametrize("hangs", [True, False], ids=["killed", "disk full"])
@pytest.mark.parametrize("flow", FLOWS)
async def test_at_every_commit(
    server: SandboxServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    flow: Callable[[Desk], Awaitable[None]],
    *,
    hangs: bool,
    is_written: bool,
) -> None:
    for at in range(1, _MOST_COMMITS):
        before = {row.id for row in server.ledger.transactions()}
        folder = tmp_path / str(at)
        async with desk_on(server, folder) as desk:
            await desk.accounts.ensure()
            trouble = Trouble(desk, at, is_written=is_written, hangs=hangs)
            with monkeypatch.context() as broken:
                broken.setattr(desk.journal, "commit", trouble.commit)
                doing = asyncio.ensure_future(flow(desk))
                came = asyncio.create_task(trouble.came.wait())
                waits = {came, doing} if hangs else {doing}
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                came.cancel()
                doing.cancel()
                with contextlib.suppress(asyncio.CancelledError, JournalError):
                    await doing
        async with desk_on(server, folder) as desk:
            await settle_all(desk)
            await audit(desk, server, before)
        if not trouble.came.is_set():
            return
    raise AssertionError("the flow made more commits than were tried")


@pytest.mark.parametrize("flow", FLOWS)
async def test_cancelled_at_any_moment(
    server: SandboxServer, tmp_path: Path, flow: Callable[[Desk], Awaitable[None]]
) -> None:
    async with desk_on(server, tmp_path) as desk:
        await desk.accounts.ensure()
        for moment in range(24):
            before = {row.id for row in server.ledger.transactions()}
            doing = asyncio.ensure_future(flow(desk))
            await asyncio.wait({doing}, timeout=moment * 0.002)
            doing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await doing
            await desk.sales.finish(5.0)
            await settle_all(desk)
            await audit(desk, server, before)
