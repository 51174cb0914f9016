"""A token that is replaced in the worst instant, and commits that only seem to fail."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import OperationKind, OperationState
from giftill.journal import EventKind, JournalWriteError, Record
from giftill.services.results import Result, TokenReplaced
from tests.helpers.desk import code_of

if TYPE_CHECKING:
    from giftill.domain.operations import Hold
    from giftill.sandbox import SandboxServer
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio


def swap_token_at(event: EventKind, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the till another account's token right after an event was recorded."""
    commit = desk.journal.commit

    async def commit_and_swap(*records: Record) -> None:
        await commit(*records)
        if any(each.event is event for each in records):
            desk.client.token = "the-token-of-another-account"

    monkeypatch.setattr(desk.journal, "commit", commit_and_swap)


async def hold_on(desk: Desk) -> Hold:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(1000), desk.sales.new_sale())
    assert placed.hold is not None
    return placed.hold


async def test_a_hold_is_not_made_with_a_token_that_came_between(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    await desk.accounts.ensure()
    before = len(server.ledger.transactions())
    swap_token_at(EventKind.SENDING, desk, monkeypatch)
    placed = await desk.sales.hold(code, card, Money(1000), desk.sales.new_sale())
    assert placed.result is Result.NOT_DONE
    assert isinstance(placed.error, TokenReplaced)
    assert len(server.ledger.transactions()) == before


async def test_a_capture_waits_for_the_token_of_its_account(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = await hold_on(desk)
    token = desk.client.token
    swap_token_at(EventKind.SENDING, desk, monkeypatch)
    (settled,) = await desk.sales.complete([hold])
    assert settled.result is Result.QUEUED
    monkeypatch.undo()
    desk.client.token = token
    await desk.outbox.drain()
    assert desk.outbox.summary.value.waiting == 0


async def test_a_look_with_another_token_says_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = await hold_on(desk)
    (operation,) = await desk.outbox.record([hold], OperationKind.CAPTURE)
    sending = replace(operation, state=OperationState.SENDING)
    await desk.journal.commit(Record(EventKind.SENDING, operation=sending))
    swap_token_at(EventKind.UNKNOWN, desk, monkeypatch)
    after = await desk.outbox.attempt(operation.id)
    assert after.state is OperationState.UNKNOWN
    assert after.attention is None


async def test_a_commit_that_only_seemed_to_fail_is_told_as_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = desk.journal.commit

    async def commit_and_complain(*records: Record) -> None:
        await commit(*records)
        if any(each.event is EventKind.CONFIRMED for each in records):
            raise JournalWriteError("the disk did not answer")

    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    monkeypatch.setattr(desk.journal, "commit", commit_and_complain)
    placed = await desk.sales.hold(code, card, Money(1000), desk.sales.new_sale())
    assert placed.result is Result.DONE
    assert placed.hold is not None
    assert await desk.sales.open_holds() == (placed.hold,)


async def test_sending_once_finishes_also_what_has_to_be_looked_at_first(desk: Desk) -> None:
    hold = await hold_on(desk)
    (operation,) = await desk.outbox.record([hold], OperationKind.CAPTURE)
    unknown = replace(operation, state=OperationState.UNKNOWN)
    await desk.journal.commit(Record(EventKind.UNKNOWN, operation=unknown))
    await desk.outbox.drain()
    assert desk.outbox.summary.value.waiting == 0
