"""The outbox: captures and releases, on disk first, then sent until the API confirms them."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from giftill.domain.errors import GiftillError
from giftill.domain.operations import (
    AccountId,
    Hold,
    HoldState,
    Operation,
    OperationId,
    OperationKind,
    OperationState,
    OutboxSummary,
)
from giftill.gifty import GiftyClient, GiftyError, Priority
from giftill.journal import EventKind, Journal, Record, SettlementConflict

from .attempt import LONGEST_BACKOFF_MS, Attempts
from .connectivity import Connectivity, Link
from .ids import new_operation_id
from .observable import Observable, Signal
from .results import AlreadySettling, NotAHold
from .shutdown import finish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .accounts import Accounts
    from .clock import Clock

_log = logging.getLogger(__name__)

SETTLEMENTS: Final = (OperationKind.CAPTURE, OperationKind.RELEASE)
UNSETTLED: Final = (OperationState.QUEUED, OperationState.SENDING, OperationState.UNKNOWN)
SHOWN: Final = (*UNSETTLED, OperationState.ATTENTION)

# Four requests at a time keep a fast line busy and let their commits share one sync of the disk.
_WORKERS: Final = 4
_DRAIN_ROUNDS: Final = 3
_BATCH: Final = 64
_CHECK_AGAIN_S: Final = 2.0
_IDLE_S: Final = 60.0
_LONGEST_BREAK_S: Final = 30.0
# Doubled so often it is longer than the longest; a night offline must not exceed what floats hold.
_DOUBLINGS: Final = 5


class Outbox:
    """Records captures and releases, and settles them.

    Attributes:
        summary: How full it is, and whether anything needs attention.
        changed: Each operation of the outbox that took a step, as it then stands.
    """

    def __init__(
        self,
        journal: Journal,
        client: GiftyClient,
        accounts: Accounts,
        connectivity: Connectivity,
        clock: Clock,
    ) -> None:
        """Record in `journal` and send through `client`; `run` starts the worker."""
        self._journal = journal
        self._accounts = accounts
        self._connectivity = connectivity
        self._clock = clock
        self._attempts = Attempts(journal, client, accounts, clock)
        self._running: dict[OperationId, asyncio.Task[Operation]] = {}
        self._wake = asyncio.Event()
        self._is_stopping = False
        self._ignores_due_times = False
        self._is_back_online = False
        self._failed_probes = 0
        self.summary: Observable[OutboxSummary] = Observable(OutboxSummary())
        self.changed: Signal[Operation] = Signal()
        connectivity.link.subscribe(self._link_changed)

    async def record(
        self,
        holds: Sequence[Hold],
        kind: OperationKind,
        cashier: str = "",
        *,
        also: tuple[Record, ...] = (),
    ) -> tuple[Operation, ...]:
        """Record that holds are to be captured or released: all of them or none.

        When this returns, they are on disk and will be sent, whatever happens to this PC.
        A hold for which the same was asked before keeps that operation.

        Args:
            holds: Holds that this till knows, of one account.
            kind: CAPTURE or RELEASE.
            cashier: Who asks.
            also: What is recorded in the same instant, before them.

        Raises:
            AlreadySettling: The opposite was asked for one of them, or is done.
            NotAHold: One of them is settled already.
            JournalWriteError: They could not be recorded; nothing will happen.
        """
        operations: list[Operation] = []
        records: list[Record] = [*also]
        for given in {each.transaction: each for each in holds}.values():
            # What the caller has may be older than what is known by now.
            hold = await self._journal.hold(given.account, given.transaction) or given
            existing = await self._journal.settlement_of(hold.account, hold.transaction)
            if existing is not None and existing.kind is not kind:
                raise AlreadySettling(existing)
            if existing is None:
                if {given.state, hold.state} != {HoldState.OPEN}:
                    raise NotAHold
                existing = self._new(hold, kind, cashier)
                marked = replace(hold, settlement=kind)
                records.append(Record(EventKind.QUEUED, operation=existing, hold=marked))
            operations.append(existing)
        if records:
            try:
                await self._journal.commit(*records)
            except SettlementConflict as conflict:
                if conflict.existing.kind is not kind:
                    raise AlreadySettling(conflict.existing) from conflict
                # Asked for twice in one instant; the other one was first.
                return await self.record(holds, kind, cashier, also=also)
            await self.refresh()
        by_transaction = {each.transaction: each for each in operations}
        return tuple(by_transaction[each.transaction] for each in holds)

    async def attempt(
        self, operation: OperationId, priority: Priority = Priority.CASHIER
    ) -> Operation:
        """Bring one operation a step further now; joins an attempt that is under way.

        The attempt goes on if the caller is cancelled: a request half sent is never abandoned.
        """
        task = self._running.get(operation)
        if task is None:
            task = asyncio.create_task(self._attempt(operation, priority))
            self._running[operation] = task
            task.add_done_callback(lambda done: self._forget(operation, done))
        return await asyncio.shield(task)

    async def items(self) -> tuple[Operation, ...]:
        """Return everything that is not settled or needs attention, oldest first."""
        return await self._journal.operations(states=SHOWN)

    async def send_now(self) -> None:
        """Try everything that waits at once, without waiting for its turn."""
        self._ignores_due_times = True
        self._failed_probes = 0
        self._wake.set()

    async def refresh(self) -> None:
        """Count anew what the outbox holds."""
        self.summary.set(await self._journal.summary(None))

    async def drain(self) -> None:
        """Try everything that waits now and return; for the command line.

        What was maybe sent is looked at first, and sent in a further round if it is still open.
        """
        for _ in range(_DRAIN_ROUNDS):
            self._ignores_due_times = True
            await self._round()
            if not self.summary.value.waiting or not self._may_go_on():
                return

    async def run(self) -> None:
        """Work until `stop` is called."""
        while not self._is_stopping:
            self._wake.clear()
            try:
                await self.refresh()
                pause_s = await self._round()
            except Exception:  # noqa: BLE001 - logged with all there is, and tried again
                # Whatever it was, it must not be the end: what waits would wait for ever.
                _log.exception("The outbox could not work")
                pause_s = _CHECK_AGAIN_S
            if pause_s > 0 and not self._is_stopping:
                await self._clock.wait(self._wake, pause_s)

    async def stop(self, patience_s: float) -> None:
        """Begin nothing more and wait for what is under way, at most `patience_s`."""
        self._is_stopping = True
        self._wake.set()
        await finish(self._running.values(), patience_s)

    async def _attempt(self, operation_id: OperationId, priority: Priority) -> Operation:
        operation = await self._journal.operation(operation_id)
        if operation is None:
            msg = f"{operation_id} is not in the journal"
            raise LookupError(msg)
        is_ours = operation.account == await self._accounts.known()
        if operation.state not in UNSETTLED or not is_ours:
            return operation
        if not self._may_send(priority):
            return operation
        after = await self._attempts.attempt(operation, priority)
        self.changed.tell(after)
        if priority is Priority.CASHIER:
            await self.refresh()
            # What the cashier's own attempt did not finish is the worker's from now on.
            self._wake.set()
        return after

    def _may_send(self, priority: Priority) -> bool:
        """Tell whether a request may be made: a cashier's may find out that all is well again."""
        if not self._connectivity.is_paused:
            return True
        is_limited = self._connectivity.link.value is Link.LIMITED
        return priority is Priority.CASHIER and not is_limited

    async def _round(self) -> float:
        """Settle what is due; return how long to wait before the next round, in seconds."""
        if self._connectivity.is_paused:
            return self._pause_s()
        account = await self._account()
        if account is None:
            return _LONGEST_BREAK_S
        if self._connectivity.link.value is Link.OFFLINE:
            return await self._probe(account)
        due = await self._due(account)
        if not due:
            return _CHECK_AGAIN_S if self.summary.value.waiting else _IDLE_S
        queue = deque(due)
        workers = (self._work(queue) for _ in range(min(_WORKERS, len(due))))
        is_well = all(await asyncio.gather(*workers))
        await self.refresh()
        if not is_well:
            return _CHECK_AGAIN_S
        return self._after_probe() if queue else 0.0

    async def _account(self) -> AccountId | None:
        """Return the token's account; a new token is looked up where something waits for it."""
        account = await self._accounts.known()
        summary = self.summary.value
        if account is not None or not (summary.waiting or summary.checking):
            return account
        try:
            return await self._accounts.ensure()
        except GiftyError as error:
            _log.info("Could not find out whose the token is: %s", error)
            return None

    async def _probe(self, account: AccountId) -> float:
        """Try one item on a network that was away; return the pause after it, in seconds.

        The one that was left alone longest: it may be the item itself that a server chokes on,
        and then another must tell that the network is back.
        """
        found = await self._unsettled(account)
        if not found:
            return _CHECK_AGAIN_S if self.summary.value.waiting else _IDLE_S
        chosen = min(found, key=lambda each: (each.next_at_ms, each.created_at_ms))
        await self.attempt(chosen.id, Priority.OUTBOX)
        await self.refresh()
        return self._after_probe()

    async def _due(self, account: AccountId) -> tuple[Operation, ...]:
        now_ms = self._clock.now_ms()
        everything, is_back = self._ignores_due_times, self._is_back_online
        self._ignores_due_times = self._is_back_online = False
        if everything:
            return await self._unsettled(account)
        if is_back:
            # Only what the network kept waiting: what the server refused keeps its distance.
            found = await self._unsettled(account)
            return tuple(each for each in found if not each.refusals or each.next_at_ms <= now_ms)
        return await self._unsettled(account, due_by_ms=now_ms, limit=_BATCH)

    async def _unsettled(
        self, account: AccountId, *, due_by_ms: int | None = None, limit: int | None = None
    ) -> tuple[Operation, ...]:
        found = await self._journal.operations(
            account=account,
            states=UNSETTLED,
            kinds=SETTLEMENTS,
            due_by_ms=due_by_ms,
            # Nothing is ever put off for longer than this.
            latest_due_ms=None if due_by_ms is None else due_by_ms + LONGEST_BACKOFF_MS,
            limit=limit,
        )
        return tuple(each for each in found if each.id not in self._running)

    async def _work(self, queue: deque[Operation]) -> bool:
        """Settle one after another; tell whether none broke off for a reason of its own."""
        is_well = True
        while queue and self._may_go_on():
            operation = queue.popleft()
            try:
                await self.attempt(operation.id, Priority.OUTBOX)
            except GiftillError:
                # The disk, not the item: whoever runs this waits a moment.
                raise
            except Exception:  # noqa: BLE001 - `_forget` logs it; the others must not wait for it
                is_well = False
        return is_well

    def _may_go_on(self) -> bool:
        is_offline = self._connectivity.link.value is Link.OFFLINE
        return not (self._is_stopping or is_offline or self._connectivity.is_paused)

    def _after_probe(self) -> float:
        """Return how long to leave the network alone after a probe, in seconds."""
        if self._connectivity.link.value is not Link.OFFLINE:
            self._failed_probes = 0
            return 0.0
        self._failed_probes += 1
        return min(_LONGEST_BREAK_S, 2.0 ** min(self._failed_probes, _DOUBLINGS))

    def _pause_s(self) -> float:
        if self._connectivity.link.value is not Link.LIMITED:
            return _IDLE_S
        left_ms = self._connectivity.limited_until_ms - self._clock.now_ms()
        # Not in one go: the clock can be set forward meanwhile.
        return min(_IDLE_S, max(0.05, left_ms / 1000))

    def _link_changed(self, link: Link) -> None:
        if link is Link.ONLINE:
            self._failed_probes = 0
            self._is_back_online = True
        if link is not Link.OFFLINE:
            self._wake.set()

    def _forget(self, operation: OperationId, task: asyncio.Task[Operation]) -> None:
        self._running.pop(operation, None)
        if not task.cancelled() and task.exception() is not None:
            _log.error("An attempt at %s broke off", operation, exc_info=task.exception())

    def _new(self, hold: Hold, kind: OperationKind, cashier: str) -> Operation:
        now_ms = self._clock.now_ms()
        return Operation(
            id=new_operation_id(now_ms),
            kind=kind,
            state=OperationState.QUEUED,
            account=hold.account,
            amount=hold.amount,
            created_at_ms=now_ms,
            updated_at_ms=now_ms,
            location=hold.location,
            cashier=cashier or hold.cashier,
            sale=hold.sale,
            card=hold.card,
            card_masked=hold.card_masked,
            transaction=hold.transaction,
            server_offset_ms=self._connectivity.server_offset_ms,
        )
