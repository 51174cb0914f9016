"""Redeem, issue, extend and refund: intent on disk first, asked once, never blindly again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from giftill.domain.decisions import Action, decide
from giftill.domain.message import N_
from giftill.domain.money import Money
from giftill.domain.operations import Operation, OperationKind, OperationState
from giftill.domain.outcomes import Outcome
from giftill.domain.transactions import Transaction
from giftill.gifty import GiftyError, UnusableInput
from giftill.journal import EventKind, Journal, JournalError, Record

from .answers import fits
from .results import Placed, Result, TokenReplaced
from .search import is_owned
from .shutdown import finish

if TYPE_CHECKING:
    from giftill.domain.errors import GiftillError

    from .accounts import Accounts
    from .clock import Clock
    from .reconcile import Reconciler

_log = logging.getLogger(__name__)

# The screens know a problem by its title, which is a text like any other.
_MISFIT: Final = N_("Another amount was held")

Ask = Callable[[Operation], Awaitable[Transaction]]


class OnlineOperations:
    """Carries out what can't wait: commits the intent, asks the API, commits what came of it."""

    def __init__(
        self, journal: Journal, accounts: Accounts, reconciler: Reconciler, clock: Clock
    ) -> None:
        """Record in `journal`; hand what stays unknown to `reconciler`."""
        self._journal = journal
        self._accounts = accounts
        self._reconciler = reconciler
        self._clock = clock
        self._running: set[asyncio.Task[Placed]] = set()

    async def carry_out(self, operation: Operation, ask: Ask) -> Placed:
        """Carry an operation out; it goes on if the caller is cancelled.

        Args:
            operation: Newly made, INTENDED.
            ask: Makes the one request, for the location that the operation was frozen with.

        Raises:
            JournalWriteError: The intent could not be recorded; nothing was sent.
        """
        task = asyncio.create_task(self._undisturbed(operation, ask))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def finish(self, patience_s: float) -> None:
        """Wait for the requests that are under way, at most `patience_s`."""
        await finish(self._running, patience_s)

    async def _undisturbed(self, operation: Operation, ask: Ask) -> Placed:
        with self._reconciler.hands_off(operation.id):
            return await self._carry_out(operation, ask)

    async def _carry_out(self, operation: Operation, ask: Ask) -> Placed:
        # What is begun must be recorded to its end.
        await self._journal.ensure_room()
        sending = replace(operation, state=OperationState.SENDING)
        await self._journal.commit(
            Record(EventKind.INTENDED, operation=operation),
            Record(EventKind.SENDING, operation=sending),
        )
        try:
            return await self._ask(sending, ask)
        except JournalError as error:
            _log.exception("Could not record what came of %s", sending.id)
            return await self._as_recorded(sending, error)

    async def _as_recorded(self, operation: Operation, error: JournalError) -> Placed:
        """Tell what is on disk after a commit that failed, or only seemed to."""
        try:
            now = await self._journal.operation(operation.id)
            if now is not None and now.state is OperationState.CONFIRMED and now.result:
                hold = await self._journal.hold(now.account, now.result)
                return Placed(Result.DONE, now, hold=hold)
        except JournalError:
            _log.exception("Could not read %s either", operation.id)
        # The API was asked, and what came of it is not on disk: found out like a lost answer.
        return Placed(Result.CHECKING, operation, error=error)

    async def _ask(self, operation: Operation, ask: Ask) -> Placed:
        if not self._accounts.is_current(operation.account):
            return await self._settle(operation, Outcome.NOT_SENT, TokenReplaced(), None)
        try:
            answer = await ask(operation)
        except UnusableInput as error:
            return await self._settle(operation, Outcome.NOT_SENT, error, None)
        except GiftyError as error:
            return await self._failed(operation, error)
        is_old = answer.id in operation.known_transactions
        if is_old or await is_owned(self._journal, operation, answer):
            # An answer from somebody's cache: it tells of an earlier request, not of this one.
            return await self._settle(operation, Outcome.UNREADABLE, None, None)
        if not fits(operation, answer):
            return await self._settle(operation, Outcome.MISFITS, None, answer)
        return await self._reconciler.confirm(operation, answer)

    async def _failed(self, operation: Operation, error: GiftyError) -> Placed:
        if decide(operation.kind, error.outcome).action is Action.LOOK:
            # The refusal may be the echo of a request that worked: the card's transactions decide.
            return await self._reconciler.decide_refused(operation, error)
        return await self._settle(operation, error.outcome, error, None)

    async def _settle(
        self,
        operation: Operation,
        outcome: Outcome,
        error: GiftillError | None,
        answer: Transaction | None,
    ) -> Placed:
        problem = str(error) if error else ""
        if answer is not None and operation.kind is OperationKind.REDEEM:
            problem = f"{_MISFIT}: {Money(-answer.amount_cents, answer.currency)}."
        after = replace(
            operation,
            last_problem=problem,
            result=answer.id if answer else None,
            updated_at_ms=self._clock.now_ms(),
        )
        decision = decide(operation.kind, outcome)
        if decision.action is Action.RECONCILE:
            return await self._reconciler.take(after, error)
        if decision.action is Action.ATTENTION:
            after = replace(after, state=OperationState.ATTENTION, attention=decision.attention)
            await self._journal.commit(Record(EventKind.ATTENTION, operation=after))
            return Placed(Result.ATTENTION, after, transaction=answer)
        if decision.action is Action.REFUSE:
            after = replace(after, state=OperationState.REFUSED)
            await self._journal.commit(Record(EventKind.REFUSED, operation=after))
            return Placed(Result.REFUSED, after, error=error)
        after = replace(after, state=OperationState.NOT_DONE)
        await self._journal.commit(Record(EventKind.NOT_DONE, operation=after))
        return Placed(Result.NOT_DONE, after, error=error)
