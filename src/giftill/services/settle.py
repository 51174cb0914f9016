"""The outbox: captures and releases, on disk first, then sent until the API confirms them."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, replace
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
from giftill.gifty import GiftyClient, GiftyError, Priority, Urgency
from giftill.journal import EventKind, Journal, Record, SettlementConflict

from .attempt import LONGEST_BACKOFF_MS, Attempts
from .breaker import Breaker
from .connectivity import Connectivity, Link
from .ids import new_operation_id
from .limits import Limits
from .observable import Observable, Signal
from .results import AlreadySettling, NotAHold
from .shutdown import finish
from .together import Together

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
_WHOSE_TOKEN_S: Final = 30.0


@dataclass(frozen=True)
class _Running:
    """An attempt under way, and who waits for it."""

    task: asyncio.Task[Operation]
    urgency: Urgency


class Outbox:
    """Records captures and releases, and settles them.

    Attributes:
        summary: How full it is, and whether anything needs attention.
        elsewhere: How much waits for the token of another account.
        changed: Each operation of the outbox that took a step, as it then stands.
    """

    def __init__(
        self,
        journal: Journal,
        client: GiftyClient,
        accounts: Accounts,
        connectivity: Connectivity,
        clock: Clock,
        limits: Limits = Limits(),  # noqa: B008 - a frozen value, the same for everybody
    ) -> None:
        """Record in `journal` and send through `client`; `run` starts the worker."""
        self._journal = journal
        self._accounts = accounts
        self._connectivity = connectivity
        self._clock = clock
        self._attempts = Attempts(journal, client, accounts, clock)
        self._running: dict[OperationId, _Running] = {}
        self._wake = asyncio.Event()
        self._is_stopping = False
        self._ignores_due_times = False
        self._breaker = Breaker(connectivity, clock, self._wake.set)
        self.limits = limits
        self.summary: Observable[OutboxSummary] = Observable(OutboxSummary())
        self.elsewhere = Observable(0)
        self._most_waiting = 0
        self.changed: Signal[Operation] = Signal()
        self._count = Together(self._count_anew)

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
            OutboxFull: The API can't be reached, and too much waits for it already.
            JournalWriteError: They could not be recorded; nothing will happen.
        """
        operations: list[Operation] = []
        new: list[Operation] = []
        records: list[Record] = [*also]
        asked = {each.transaction: each for each in holds}.values()
        # What the caller has may be older than what is known by now.
        standing = await self._journal.standing(asked)
        for given, (known, existing) in zip(asked, standing, strict=True):
            if existing is not None:
                if existing.kind is not kind:
                    raise AlreadySettling(existing)
                operations.append(existing)
                continue
            hold = known or given
            if {given.state, hold.state} != {HoldState.OPEN}:
                raise NotAHold
            operation = self._new(hold, kind, cashier)
            new.append(operation)
            marked = replace(hold, settlement=kind)
            records.append(Record(EventKind.QUEUED, operation=operation, hold=marked))
        operations += new
        if new and self._connectivity.link.value is not Link.ONLINE:
            self.limits.check(await self._journal.summary(None), new)
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
        running = self._running.get(operation)
        if running is None:
            urgency = Urgency(priority)
            task = asyncio.create_task(self._attempt(operation, urgency))
            running = self._running[operation] = _Running(task, urgency)
            task.add_done_callback(lambda done: self._forget(operation, done))
        elif priority is Priority.CASHIER:
            running.urgency.hurry()
        return await asyncio.shield(running.task)

    async def items(self) -> tuple[Operation, ...]:
        """Return everything that is not settled or needs attention, oldest first."""
        return await self._journal.operations(states=SHOWN)

    async def send_now(self) -> None:
        """Try everything that waits at once, without waiting for its turn."""
        self._ignores_due_times = True
        self._connectivity.forgive()
        self.look_up()

    def look_up(self) -> None:
        """Look at once whether the network works: something said that it may have returned."""
        self._breaker.reset()
        self._wake.set()

    async def refresh(self) -> None:
        """Count anew what the outbox holds; of a burst, once for all."""
        await self._count()

    async def _count_anew(self) -> None:
        account = await self._accounts.known()
        # Counted one after the other, what is recorded between them would seem another account's.
        everything, ours = await self._journal.summaries(None, account)
        self.summary.set(everything)
        self._most_waiting = max(self._most_waiting, everything.waiting)
        if self._most_waiting and not everything.waiting:
            _log.info("The outbox is empty again", extra={"waited": self._most_waiting})
            self._most_waiting = 0
        self.elsewhere.set(everything.waiting - ours.waiting)

    async def drain(self) -> None:
        """Try everything that waits now and return; for the command line.

        What was maybe sent is looked at first, and sent in a further round if it is still open.
        """
        for _ in range(_DRAIN_ROUNDS + self._breaker.is_open):
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
        await finish([each.task for each in self._running.values()], patience_s)

    async def _attempt(self, operation_id: OperationId, urgency: Urgency) -> Operation:
        operation = await self._journal.operation(operation_id)
        if operation is None:
            msg = f"{operation_id} is not in the journal"
            raise LookupError(msg)
        is_ours = operation.account == await self._accounts.known()
        if operation.state not in UNSETTLED or not is_ours:
            return operation
        if not self._may_send(urgency.priority):
            return operation
        after = await self._attempts.attempt(operation, urgency)
        self.changed.tell(after)
        if urgency.priority is Priority.CASHIER:
            await self.refresh()
            # What the cashier's own attempt did not finish is the worker's from now on.
            self._wake.set()
        return after

    def _may_send(self, priority: Priority) -> bool:
        """Tell whether a request may be made: a cashier's may find out that all is well again."""
        is_cashiers = priority is Priority.CASHIER and not self._connectivity.is_limited
        return is_cashiers or not self._connectivity.is_paused

    async def _round(self) -> float:
        """Settle what is due; return how long to wait before the next round, in seconds."""
        if self._connectivity.is_paused:
            return self._breaker.pause_s()
        account = await self._account()
        if account is None:
            return _WHOSE_TOKEN_S
        if self._breaker.is_open:
            return await self._probe(account)
        due = await self._due(account)
        if not due:
            return self._until_next_s()
        queue = deque(due)
        workers = (self._work(queue) for _ in range(min(_WORKERS, len(due))))
        is_well = all(await asyncio.gather(*workers))
        await self.refresh()
        if not is_well:
            return _CHECK_AGAIN_S
        return self._breaker.break_s() if queue else 0.0

    def _until_next_s(self) -> float:
        """Return when to look again although nothing is due, in seconds."""
        waiting_here = self.summary.value.waiting - self.elsewhere.value
        return _CHECK_AGAIN_S if waiting_here else _IDLE_S

    async def _account(self) -> AccountId | None:
        """Return the token's account; a new token is looked up where something waits for it."""
        account = await self._accounts.known()
        summary = self.summary.value
        if account is not None or not (summary.waiting or summary.checking):
            return account
        try:
            return await self._accounts.ensure(Priority.OUTBOX)
        except GiftyError as error:
            _log.info("Could not find out whose the token is: %s", error)
            return None

    async def _probe(self, account: AccountId) -> float:
        """Try one item on a network not known to work; return the pause after it, in seconds.

        The one that was left alone longest: it may be the item itself that a server chokes on,
        and then another must tell that the network is back.
        """
        found = await self._unsettled(account)
        if not found:
            return self._until_next_s()
        chosen = min(found, key=lambda each: (each.next_at_ms, each.created_at_ms))
        await self.attempt(chosen.id, Priority.OUTBOX)
        await self.refresh()
        return self._breaker.break_s()

    async def _due(self, account: AccountId) -> tuple[Operation, ...]:
        now_ms = self._clock.now_ms()
        everything, self._ignores_due_times = self._ignores_due_times, False
        is_back = self._breaker.take_return()
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
        return self._breaker.may_go_on and not self._is_stopping

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
