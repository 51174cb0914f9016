"""One attempt at a capture or release: send or look, decide by the table, record the result."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from giftill.domain.decisions import Action, Decision, decide
from giftill.domain.operations import (
    Hold,
    HoldState,
    Operation,
    OperationKind,
    OperationState,
)
from giftill.domain.outcomes import Found, Outcome
from giftill.domain.transactions import (
    Transaction,
    TransactionId,
    TransactionStatus,
    TransactionType,
)
from giftill.gifty import GiftyClient, GiftyError, UnusableInput, Who
from giftill.journal import EventKind, Journal, Record

from .lookup import Wanted, look

if TYPE_CHECKING:
    from .accounts import Accounts
    from .clock import Clock

LONGEST_BACKOFF_MS: Final = 300_000
# Doubled so often, a second is longer than the longest; a night offline has a thousand attempts.
_DOUBLINGS: Final = 9


@dataclass(frozen=True)
class _Met:
    """What a request met: the row of the table, and the words for the journal."""

    outcome: Outcome
    problem: str = ""


class Attempts:
    """Makes single attempts; whoever calls sees to it that one operation has one at a time."""

    def __init__(
        self, journal: Journal, client: GiftyClient, accounts: Accounts, clock: Clock
    ) -> None:
        """Send through `client` and record in `journal`."""
        self._journal = journal
        self._client = client
        self._accounts = accounts
        self._clock = clock
        self._random = random.Random()  # noqa: S311 - jitter, not a secret

    async def attempt(self, operation: Operation, priority: Who) -> Operation:
        """Bring a capture or release one step further and return it as it then stands.

        A queued one is sent. One of which the outcome is unknown is first looked at: nothing is
        sent again before a GET has said that the hold is still open.

        Raises:
            JournalWriteError: What came of it could not be recorded; it stays as it was on disk,
                and the next attempt starts with a look.
        """
        if operation.state is OperationState.QUEUED:
            operation = await self._record(
                EventKind.SENDING, replace(operation, state=OperationState.SENDING)
            )
            met = await self._send(operation, priority)
        else:
            met = _Met(Outcome.MAYBE_SENT, operation.last_problem)
        decision = decide(operation.kind, met.outcome)
        if decision.action is Action.LOOK:
            operation, decision = await self._look(operation, met, priority)
        return await self._carry_out(operation, decision, met)

    async def _send(self, operation: Operation, priority: Who) -> _Met:
        is_capture = operation.kind is OperationKind.CAPTURE
        ask = self._client.capture if is_capture else self._client.release
        if not self._accounts.is_current(operation.account):
            return _Met(Outcome.NOT_SENT, "The token was replaced.")
        try:
            answer = await ask(
                _transaction_of(operation), location=operation.location, priority=priority
            )
        except UnusableInput as error:
            return _Met(Outcome.NOT_SENT, str(error))
        except GiftyError as error:
            return _Met(error.outcome, str(error))
        return _Met(Outcome.FITS if _fits(operation, answer) else Outcome.MISFITS)

    async def _look(
        self, operation: Operation, met: _Met, priority: Who
    ) -> tuple[Operation, Decision]:
        unknown = replace(operation, state=OperationState.UNKNOWN, last_problem=met.problem)
        if unknown.state is not operation.state:
            unknown = await self._record(EventKind.UNKNOWN, unknown)
        wanted = Wanted(unknown.kind, _transaction_of(unknown), unknown.amount)
        if self._accounts.is_current(unknown.account):
            found = await look(self._client, wanted, priority)
        else:
            found = Found.UNREACHABLE
        if met.outcome is Outcome.STATE_REFUSED and found is Found.OPEN:
            unknown = replace(unknown, refusals=unknown.refusals + 1)
        return unknown, decide(unknown.kind, met.outcome, found, refusals=unknown.refusals)

    async def _carry_out(self, operation: Operation, decision: Decision, met: _Met) -> Operation:
        if decision.action is Action.CONFIRM:
            return await self._confirm(operation)
        if decision.action is Action.ATTENTION:
            needs = replace(
                operation,
                state=OperationState.ATTENTION,
                attention=decision.attention,
                last_problem=met.problem,
            )
            return await self._record(EventKind.ATTENTION, needs)
        if decision.action in {Action.PAUSE_FOR_TOKEN, Action.PAUSE_FOR_LIMIT}:
            paused = replace(operation, state=OperationState.QUEUED, last_problem=met.problem)
            return await self._record(EventKind.QUEUED, paused)
        if decision.action is Action.LOOK_LATER:
            state, event = OperationState.UNKNOWN, EventKind.UNKNOWN
        else:
            state, event = OperationState.QUEUED, EventKind.QUEUED
        tried = operation.attempts + 1
        again = replace(
            operation,
            state=state,
            attempts=tried,
            next_at_ms=self._clock.now_ms() + self._backoff_ms(tried),
            last_problem=met.problem,
        )
        return await self._record(event, again)

    async def _confirm(self, operation: Operation) -> Operation:
        done = replace(
            operation,
            state=OperationState.CONFIRMED,
            result=operation.transaction,
            attention=None,
            last_problem="",
        )
        hold = await self._journal.hold(operation.account, _transaction_of(operation))
        is_capture = operation.kind is OperationKind.CAPTURE
        became = HoldState.CAPTURED if is_capture else HoldState.RELEASED
        settled = replace(hold, state=became, settlement=None) if hold else None
        return await self._record(EventKind.CONFIRMED, done, settled)

    async def _record(
        self, event: EventKind, operation: Operation, hold: Hold | None = None
    ) -> Operation:
        stamped = replace(operation, updated_at_ms=self._clock.now_ms())
        await self._journal.commit(Record(event, operation=stamped, hold=hold))
        return stamped

    def _backoff_ms(self, attempts: int) -> int:
        longest = min(LONGEST_BACKOFF_MS, 1000 * 2 ** min(attempts, _DOUBLINGS))
        return round(self._random.uniform(0, longest))


def _transaction_of(settlement: Operation) -> TransactionId:
    assert settlement.transaction is not None, "the store takes no capture or release without one"
    return settlement.transaction


def _fits(operation: Operation, answer: Transaction) -> bool:
    """Tell whether a 2xx answer says what was asked for.

    A release is known by its type and amount: the page shows it with the hold's id, a server
    may give it one of its own.
    """
    if answer.currency != operation.amount.currency:
        return False
    if operation.kind is OperationKind.RELEASE:
        return (
            answer.type is TransactionType.RELEASE
            and answer.status is TransactionStatus.SUCCESS
            and answer.amount_cents == operation.amount.cents
        )
    return (
        answer.id == operation.transaction
        and answer.type is TransactionType.REDEEM
        and answer.status is TransactionStatus.SUCCESS
        and answer.amount_cents == -operation.amount.cents
    )
