"""Picking up after a restart: nothing that was under way is forgotten, nothing is sent twice."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from giftill.domain.operations import HoldState, Operation, OperationKind, OperationState
from giftill.domain.outcomes import Found
from giftill.gifty import GiftyClient, Priority
from giftill.journal import EventKind, Journal, JournalError, Record

from .connectivity import Connectivity, Link
from .lookup import Wanted, look

if TYPE_CHECKING:
    from .accounts import Accounts
    from .clock import Clock

_log = logging.getLogger(__name__)

_REREAD_S: Final = 60.0


async def recover(journal: Journal, clock: Clock, *, quiet_s: float) -> int:
    """Turn what was under way when the program ended into what can be finished.

    An operation found *sending* becomes *unknown*: it may have been done. One found *intended*
    was surely not sent, because *sending* is on disk before the first byte goes out.

    Args:
        journal: Just opened.
        clock: The time.
        quiet_s: How long after the request to wait before the first look, in seconds.

    Returns:
        How many operations are to be checked.
    """
    now_ms = clock.now_ms()
    sending = await journal.operations(states=(OperationState.SENDING,))
    intended = await journal.operations(states=(OperationState.INTENDED,))
    records = [
        Record(EventKind.UNKNOWN, operation=_unknown(each, now_ms, quiet_s)) for each in sending
    ]
    records += [
        Record(
            EventKind.NOT_DONE,
            operation=replace(each, state=OperationState.NOT_DONE, updated_at_ms=now_ms),
        )
        for each in intended
    ]
    if records:
        await journal.commit(*records)
        _log.warning("Found %d operations that were under way", len(sending))
    return len(sending)


def _unknown(operation: Operation, now_ms: int, quiet_s: float) -> Operation:
    quiet_ms = 0 if operation.kind.is_settlement else round(quiet_s * 1000)
    return replace(
        operation,
        state=OperationState.UNKNOWN,
        updated_at_ms=now_ms,
        next_at_ms=now_ms + quiet_ms,
        last_problem="The program ended before the answer arrived.",
    )


@dataclass(frozen=True)
class Reread:
    """What came of reading the open holds again.

    Attributes:
        settled: How many were found settled elsewhere.
        is_complete: Whether every one could be read.
    """

    settled: int
    is_complete: bool


async def reread_holds(
    journal: Journal, client: GiftyClient, accounts: Accounts, clock: Clock
) -> Reread:
    """Read every open hold again that nothing here is settling: it may be settled elsewhere.

    Holds that could not be read stay as they are.
    """
    account = await accounts.known()
    if account is None:
        return Reread(0, not await journal.holds(state=HoldState.OPEN))
    settled = 0
    for hold in await journal.holds(account=account, state=HoldState.OPEN):
        if hold.settlement is not None:
            continue
        wanted = Wanted(OperationKind.CAPTURE, hold.transaction, hold.amount)
        found = await look(client, wanted, Priority.OUTBOX)
        if found is Found.UNREACHABLE:
            # What keeps this answer away would keep the others away too, each as long again.
            return Reread(settled, is_complete=False)
        became = {Found.WANTED: HoldState.CAPTURED, Found.OPPOSITE: HoldState.RELEASED}.get(found)
        fresh = await journal.hold(account, hold.transaction)
        is_ours = fresh is not None and (fresh.settlement or fresh.state is not HoldState.OPEN)
        if became is None or fresh is None or is_ours:
            continue
        event = EventKind.HOLD_CAPTURED if became is HoldState.CAPTURED else EventKind.HOLD_RELEASED
        await journal.commit(
            Record(event, hold=replace(fresh, state=became), facts={"found_at_ms": clock.now_ms()})
        )
        settled += 1
    return Reread(settled, is_complete=True)


async def reread_until_complete(
    journal: Journal,
    client: GiftyClient,
    accounts: Accounts,
    connectivity: Connectivity,
    clock: Clock,
) -> None:
    """Read the open holds again as soon as that is possible: a till can start offline."""
    wake = asyncio.Event()
    forget = connectivity.link.subscribe(
        lambda link: wake.set() if link is Link.ONLINE else wake.clear()
    )
    try:
        while True:
            try:
                # While the account is paused, nothing is sent: a hold counts as not read.
                if (await reread_holds(journal, client, accounts, clock)).is_complete:
                    return
            except JournalError:
                _log.exception("Could not record what became of the open holds")
            # The answers to these very questions do not count as news.
            wake.clear()
            await clock.wait(wake, _REREAD_S)
    finally:
        forget()
