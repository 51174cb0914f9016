"""Finding out whether a redeem, issue, extend or refund was done when its answer was lost."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from giftill.domain.errors import GiftillError
from giftill.domain.operations import (
    AttentionKind,
    Operation,
    OperationKind,
    OperationState,
)
from giftill.gifty import GiftyClient, GiftyError, Priority
from giftill.journal import EventKind, Journal, Record

from .answers import fits, hold_made_by
from .observable import Signal
from .results import NotDoneAfterAll, Placed, Result

if TYPE_CHECKING:
    from giftill.domain.transactions import Transaction

    from .accounts import Accounts
    from .clock import Clock
    from .connectivity import Connectivity

_log = logging.getLogger(__name__)

ONLINE_ONLY: Final = (
    OperationKind.REDEEM,
    OperationKind.ISSUE,
    OperationKind.EXTEND,
    OperationKind.REFUND,
)
# Two looks that find nothing, a quiet period apart, mean that it was not done.
_LOOKS: Final = 2
_SLACK: Final = timedelta(seconds=5)
_RETRY_S: Final = 5.0
_NO_REQUEST_TAKES_MS: Final = 120_000
_IDLE_S: Final = 60.0


@dataclass(frozen=True)
class _Seen:
    """Transactions that the operation may have made; None if the API could not be asked."""

    candidates: tuple[Transaction, ...] | None


class Reconciler:
    """Watches operations whose outcome is unknown, and looks at the card's transactions.

    Attributes:
        resolved: Each operation that stopped being unknown, as it ended.
    """

    def __init__(
        self,
        journal: Journal,
        client: GiftyClient,
        accounts: Accounts,
        connectivity: Connectivity,
        clock: Clock,
        *,
        quiet_s: float,
        tills_on_account: int,
    ) -> None:
        """Wait `quiet_s` before each look; adopt only when `tills_on_account` is 1."""
        self._journal = journal
        self._client = client
        self._accounts = accounts
        self._connectivity = connectivity
        self._clock = clock
        self._quiet_s = quiet_s
        self._is_alone = tills_on_account == 1
        self._wake = asyncio.Event()
        self._is_stopping = False
        self.resolved: Signal[Placed] = Signal()

    async def take(self, operation: Operation, error: GiftillError | None) -> Placed:
        """Take over an operation whose answer is missing; `run` finds out about it."""
        now_ms = self._clock.now_ms()
        unknown = replace(
            operation,
            state=OperationState.UNKNOWN,
            updated_at_ms=now_ms,
            next_at_ms=now_ms + round(self._quiet_s * 1000),
        )
        await self._journal.commit(Record(EventKind.UNKNOWN, operation=unknown))
        self._wake.set()
        return Placed(Result.CHECKING, unknown, error=error)

    async def decide_refused(self, operation: Operation, error: GiftyError) -> Placed:
        """Decide about a refused operation: the refusal may be the echo of its success."""
        seen = await self._look(operation)
        if seen.candidates is None:
            return await self.take(operation, error)
        if seen.candidates:
            return await self._found(operation, seen.candidates)
        refused = replace(
            operation,
            state=OperationState.REFUSED,
            last_problem=str(error),
            updated_at_ms=self._clock.now_ms(),
        )
        await self._journal.commit(Record(EventKind.REFUSED, operation=refused))
        return Placed(Result.REFUSED, refused, error=error)

    async def confirm(
        self, operation: Operation, answer: Transaction, event: EventKind = EventKind.CONFIRMED
    ) -> Placed:
        """Record that `answer` is what the operation brought about."""
        done = replace(
            operation,
            state=OperationState.CONFIRMED,
            result=answer.id,
            attention=None,
            updated_at_ms=self._clock.now_ms(),
        )
        hold = hold_made_by(done, answer) if done.kind is OperationKind.REDEEM else None
        await self._journal.commit(Record(event, operation=done, hold=hold))
        return Placed(Result.DONE, done, hold=hold, transaction=answer)

    async def step(self, operation: Operation) -> Placed:
        """Look once at an unknown operation and decide."""
        seen = await self._look(operation)
        now_ms = self._clock.now_ms()
        if seen.candidates is None:
            later = replace(
                operation,
                state=OperationState.UNKNOWN,
                next_at_ms=now_ms + round(_RETRY_S * 1000),
            )
            await self._journal.commit(Record(EventKind.UNKNOWN, operation=later))
            return Placed(Result.CHECKING, later)
        if seen.candidates:
            return await self._found(operation, seen.candidates)
        looked = replace(
            operation,
            state=OperationState.UNKNOWN,
            attempts=operation.attempts + 1,
            updated_at_ms=now_ms,
        )
        if looked.attempts < _LOOKS:
            later = replace(looked, next_at_ms=now_ms + round(self._quiet_s * 1000))
            await self._journal.commit(Record(EventKind.LOOKED, operation=later))
            return Placed(Result.CHECKING, later)
        ended = replace(looked, state=OperationState.NOT_DONE)
        await self._journal.commit(Record(EventKind.NOT_DONE, operation=ended))
        checked_at = datetime.fromtimestamp(now_ms / 1000, UTC)
        return Placed(Result.NOT_DONE, ended, error=NotDoneAfterAll(operation.kind, checked_at))

    async def drain(self) -> None:
        """Look once at everything whose quiet period is over; for the command line."""
        await self._round()

    async def run(self) -> None:
        """Work until `stop` is called."""
        while not self._is_stopping:
            self._wake.clear()
            try:
                pause_s = await self._round()
            except GiftillError:
                _log.exception("The reconciler could not work")
                pause_s = _RETRY_S
            if not self._is_stopping:
                await self._clock.wait(self._wake, pause_s)

    def stop(self) -> None:
        """Begin nothing more."""
        self._is_stopping = True
        self._wake.set()

    async def _round(self) -> float:
        """Step everything that is due; return how long to wait before the next round, in s."""
        account = await self._accounts.known()
        if account is None:
            return _IDLE_S
        unknown = [
            each if each.state is OperationState.UNKNOWN else self._overdue(each)
            for each in await self._journal.operations(
                account=account,
                states=(OperationState.UNKNOWN, OperationState.SENDING),
                kinds=ONLINE_ONLY,
            )
        ]
        next_ms = [self._clock.now_ms() + round(_IDLE_S * 1000)]
        for each in unknown:
            if each.next_at_ms <= self._clock.now_ms() and not self._connectivity.is_paused:
                placed = await self.step(each)
                if placed.result is not Result.CHECKING:
                    self.resolved.tell(placed)
                    continue
                next_ms.append((placed.operation or each).next_at_ms)
            else:
                next_ms.append(max(each.next_at_ms, self._clock.now_ms() + 1000))
        return max(0.05, (min(next_ms) - self._clock.now_ms()) / 1000)

    def _overdue(self, operation: Operation) -> Operation:
        """Return one that is being sent, due when no request can still be on its way.

        It is looked at then: its answer came, but could not be recorded.
        """
        return replace(operation, next_at_ms=operation.updated_at_ms + _NO_REQUEST_TAKES_MS)

    async def _look(self, operation: Operation) -> _Seen:
        """List what is new on the card since the operation was asked for."""
        if operation.card is None:
            return _Seen(None)
        asked_at = datetime.fromtimestamp(
            (operation.created_at_ms + operation.server_offset_ms) / 1000, UTC
        )
        known = set(operation.known_transactions)
        candidates: list[Transaction] = []
        try:
            async for each in self._client.transactions(
                card=operation.card, priority=Priority.OUTBOX
            ):
                is_older = each.created_at is not None and each.created_at < asked_at - _SLACK
                if each.id in known or is_older:
                    break
                if fits(operation, each) and not await self._is_owned(operation, each):
                    candidates.append(each)
        except GiftyError as error:
            _log.info("Could not look at the card's transactions: %s", error)
            return _Seen(None)
        return _Seen(tuple(candidates))

    async def _is_owned(self, operation: Operation, candidate: Transaction) -> bool:
        hold = await self._journal.hold(operation.account, candidate.id)
        if hold is not None:
            return True
        others = await self._journal.operations(
            account=operation.account,
            states=(OperationState.CONFIRMED,),
            kinds=(operation.kind,),
        )
        return any(each.result == candidate.id for each in others)

    async def _found(self, operation: Operation, candidates: tuple[Transaction, ...]) -> Placed:
        if len(candidates) == 1 and self._is_alone:
            return await self.confirm(operation, candidates[0], EventKind.HOLD_ADOPTED)
        needs = replace(
            operation,
            state=OperationState.ATTENTION,
            attention=AttentionKind.POSSIBLE_HOLD,
            result=candidates[0].id,
            updated_at_ms=self._clock.now_ms(),
        )
        await self._journal.commit(
            Record(
                EventKind.ATTENTION,
                operation=needs,
                facts={"candidates": " ".join(each.id for each in candidates)},
            )
        )
        return Placed(Result.ATTENTION, needs, transaction=candidates[0])
