"""Finding out whether a redeem, issue, extend or refund was done when its answer was lost."""

from __future__ import annotations

import asyncio
import logging
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from giftill.domain.operations import (
    AttentionKind,
    Operation,
    OperationKind,
    OperationState,
)
from giftill.gifty import GiftyClient, GiftyError
from giftill.journal import EventKind, Journal, Record

from .answers import hold_made_by, is_proof
from .observable import Signal
from .results import NotDoneAfterAll, Placed, Result
from .search import UNSURE, Sighting, is_owned, search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from giftill.domain.errors import GiftillError
    from giftill.domain.operations import AccountId, OperationId
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
_RETRY_S: Final = 5.0
_LONGEST_RETRY_MS: Final = 60_000
_NO_REQUEST_TAKES_MS: Final = 120_000
_IDLE_S: Final = 60.0
# What was not found is watched for a day: the API's list can be behind. First soon, then rarely.
# The looks are counted, as this PC's clock can jump over the day or make a year of it: after so
# many with these pauses it is over.
_WATCHES: Final = 17
_SHORTEST_WATCH_MS: Final = 2 * 60_000
_LONGEST_WATCH_MS: Final = 2 * 3_600_000


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
        self._being_asked: set[OperationId] = set()
        # When to try again what the API could not be asked about; no matter for the disk.
        self._retry_at_ms: dict[OperationId, int] = {}
        self.resolved: Signal[Placed] = Signal()

    @contextmanager
    def hands_off(self, operation: OperationId) -> Iterator[None]:
        """Leave an operation alone while its own request is under way, however long it waits."""
        self._being_asked.add(operation)
        try:
            yield
        finally:
            self._being_asked.discard(operation)

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
        if seen is None:
            return await self.take(operation, error)
        if seen.likely:
            return await self._found(operation, seen)
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
        if operation.card is None:
            # There is nothing to look at, now or later.
            return await self._needs_a_manager(operation, AttentionKind.UNCLEAR)
        seen = await self._look(operation)
        now_ms = self._clock.now_ms()
        if seen is None:
            self._retry_at_ms[operation.id] = now_ms + _retry_ms(now_ms - operation.created_at_ms)
            return Placed(Result.CHECKING, operation)
        if seen.all:
            return await self._found(operation, seen)
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
        watched = now_ms + _SHORTEST_WATCH_MS
        ended = replace(looked, state=OperationState.NOT_DONE, next_at_ms=watched)
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
            except Exception:  # noqa: BLE001 - logged with all there is, and tried again
                # Whatever it was, it must not be the end: what is unknown would stay so for ever.
                _log.exception("The reconciler could not work")
                pause_s = _RETRY_S
            if not self._is_stopping:
                await self._clock.wait(self._wake, pause_s)

    def wake(self) -> None:
        """Look now at what is due."""
        self._wake.set()

    def stop(self) -> None:
        """Begin nothing more."""
        self._is_stopping = True
        self._wake.set()

    async def _round(self) -> float:
        """Step everything that is due; return how long to wait before the next round, in s."""
        account = await self._accounts.known()
        if account is None:
            return _IDLE_S
        next_ms = [self._clock.now_ms() + round(_IDLE_S * 1000)]
        for each in await self._to_look_at(account):
            if self._due_at_ms(each) <= self._clock.now_ms() and not self._connectivity.is_paused:
                is_watched = each.state is OperationState.NOT_DONE
                placed = await (self._watch(each) if is_watched else self.step(each))
                if placed is not None and placed.result is not Result.CHECKING:
                    self.resolved.tell(placed)
                    continue
                after = placed.operation if placed is not None else None
                next_ms.append(self._due_at_ms(after or each))
            else:
                next_ms.append(max(self._due_at_ms(each), self._clock.now_ms() + 1000))
        return max(0.05, (min(next_ms) - self._clock.now_ms()) / 1000)

    async def _to_look_at(self, account: AccountId) -> list[Operation]:
        unknown = await self._journal.operations(
            account=account,
            states=(OperationState.UNKNOWN, OperationState.SENDING),
            kinds=ONLINE_ONLY,
        )
        return [
            *(each for each in unknown if each.id not in self._being_asked),
            *await self._journal.watched(account),
        ]

    def _due_at_ms(self, operation: Operation) -> int:
        """Return when to look at an operation; at once if the clock was set back meanwhile.

        One that is being sent is due when no request can still be on its way: its answer came,
        but could not be recorded.
        """
        longest = round(self._quiet_s * 1000)
        due_at_ms = operation.next_at_ms
        if operation.state is OperationState.SENDING:
            longest = _NO_REQUEST_TAKES_MS
            due_at_ms = operation.updated_at_ms + longest
        elif operation.state is OperationState.NOT_DONE:
            longest = _LONGEST_WATCH_MS
        now_ms = self._clock.now_ms()
        if due_at_ms > now_ms + longest:
            due_at_ms = now_ms
        retry_at_ms = self._retry_at_ms.get(operation.id, 0)
        is_far_off = retry_at_ms > now_ms + max(_LONGEST_RETRY_MS, _SHORTEST_WATCH_MS)
        return due_at_ms if is_far_off else max(due_at_ms, retry_at_ms)

    async def _watch(self, operation: Operation) -> Placed | None:
        """Look again for what was not found; the cashier was told so, and may have gone on."""
        seen = await self._look(operation)
        now_ms = self._clock.now_ms()
        if seen is None:
            self._retry_at_ms[operation.id] = now_ms + _SHORTEST_WATCH_MS
            return None
        if seen.likely and await self._is_under_way_again(operation):
            # What was found may be that one's.
            self._retry_at_ms[operation.id] = now_ms + _SHORTEST_WATCH_MS
            return None
        late = [each for each in seen.likely if not await is_owned(self._journal, operation, each)]
        if late:
            is_redeem = operation.kind is OperationKind.REDEEM
            why = AttentionKind.ORPHANED_HOLD if is_redeem else AttentionKind.DONE_AFTER_ALL
            return await self._needs_a_manager(operation, why, tuple(late))
        watches = operation.attempts + 1 - _LOOKS
        pause_ms = min(_LONGEST_WATCH_MS, _SHORTEST_WATCH_MS << watches)
        later = replace(
            operation,
            attempts=operation.attempts + 1,
            next_at_ms=now_ms + pause_ms if watches < _WATCHES else 0,
        )
        await self._journal.commit(Record(EventKind.LOOKED, operation=later))
        return Placed(Result.CHECKING, later)

    async def _is_under_way_again(self, operation: Operation) -> bool:
        """Tell whether the same was asked again on the card, and is not known yet."""
        unsure = await self._journal.operations(
            account=operation.account, states=UNSURE, kinds=(operation.kind,)
        )
        return any(each.card == operation.card for each in unsure)

    async def _look(self, operation: Operation) -> Sighting | None:
        """Search the card's transactions; None if the API could not be asked."""
        if operation.card is None or not self._accounts.is_current(operation.account):
            return None
        try:
            seen = await search(self._client, self._journal, self._connectivity, operation)
        except GiftyError as error:
            _log.info("Could not look at the card's transactions: %s", error)
            return None
        if not self._accounts.is_current(operation.account):
            # Some of it may be what another account's token gets to see: nothing.
            return None
        self._retry_at_ms.pop(operation.id, None)
        return seen

    async def _found(self, operation: Operation, seen: Sighting) -> Placed:
        """Take what was found for the operation's own if that is sure; else ask a manager."""
        is_redeem = operation.kind is OperationKind.REDEEM
        if len(seen.all) == 1 and seen.likely:
            (made,) = seen.likely
            if self._is_alone or is_proof(operation, made):
                event = EventKind.HOLD_ADOPTED if is_redeem else EventKind.CONFIRMED
                return await self.confirm(operation, made, event)
        why = AttentionKind.POSSIBLE_HOLD if is_redeem else AttentionKind.POSSIBLY_DONE
        return await self._needs_a_manager(operation, why, seen.all)

    async def _needs_a_manager(
        self, operation: Operation, why: AttentionKind, candidates: tuple[Transaction, ...] = ()
    ) -> Placed:
        needs = replace(
            operation,
            state=OperationState.ATTENTION,
            attention=why,
            result=candidates[0].id if candidates else operation.result,
            updated_at_ms=self._clock.now_ms(),
        )
        await self._journal.commit(
            Record(
                EventKind.ATTENTION,
                operation=needs,
                facts={"candidates": " ".join(each.id for each in candidates)},
            )
        )
        found = candidates[0] if candidates else None
        return Placed(Result.ATTENTION, needs, transaction=found)


def _retry_ms(age_ms: int) -> int:
    """Return how long after a vain attempt to ask again: the longer in vain, the more rarely."""
    return round(min(_LONGEST_RETRY_MS, max(_RETRY_S * 1000, age_ms / 4)))
