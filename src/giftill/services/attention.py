"""What a manager decides about an operation that the till can't decide about alone."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from giftill.domain.attention import Resolution, resolutions_of
from giftill.domain.errors import GiftillError
from giftill.domain.money import Money
from giftill.domain.operations import (
    AttentionKind,
    Hold,
    HoldState,
    Operation,
    OperationKind,
    OperationState,
)
from giftill.journal import EventKind, Journal, Record
from giftill.logs import Redactor

from .answers import hold_made_by
from .results import NotAHold, NotResolvable, OtherAccount, Placed, Result
from .search import UNSURE

if TYPE_CHECKING:
    from giftill.domain.cards import CardId
    from giftill.domain.operations import OperationId
    from giftill.domain.transactions import Transaction
    from giftill.gifty import GiftyClient
    from giftill.journal import Fact

    from .accounts import Accounts
    from .clock import Clock
    from .reconcile import Reconciler
    from .settle import Outbox

_log = logging.getLogger(__name__)

# What was decided is on disk before anything is tried; whoever waits is not kept for longer.
_PATIENCE_S: Final = 12.0
_ENDED: Final = {
    AttentionKind.RELEASED_BUT_CAPTURE_WANTED: HoldState.RELEASED,
    AttentionKind.CAPTURED_BUT_RELEASE_WANTED: HoldState.CAPTURED,
}


@dataclass(frozen=True)
class Ruling:
    """A manager's decision.

    Attributes:
        resolution: What is to be done.
        reason: The manager's words, for the journal; a card code in them is blanked out.
        manager: Who decided; the same.
    """

    resolution: Resolution
    reason: str
    manager: str = ""

    def __post_init__(self) -> None:
        """Blank out what people scan into any field, as the journal keeps these words for ever."""
        redact = Redactor().redact
        object.__setattr__(self, "reason", redact(self.reason))
        object.__setattr__(self, "manager", redact(self.manager))

    @property
    def facts(self) -> dict[str, Fact]:
        """What the journal keeps of it beside the operation."""
        return {
            "manager": self.manager,
            "resolution": self.resolution.value,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Resolved:
    """What came of a decision.

    Attributes:
        operation: The operation as it stands.
        hold: The hold that was used or released, or None.
        settlement: The release of that hold as it stands, or None.
    """

    operation: Operation
    hold: Hold | None = None
    settlement: Operation | None = None


class Attention:
    """Tells what a card waits for, and carries out what managers decide."""

    def __init__(
        self,
        journal: Journal,
        client: GiftyClient,
        accounts: Accounts,
        outbox: Outbox,
        reconciler: Reconciler,
        clock: Clock,
    ) -> None:
        """Record in `journal`; read holds through `client`; settle them through `outbox`."""
        self._journal = journal
        self._client = client
        self._accounts = accounts
        self._outbox = outbox
        self._reconciler = reconciler
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def about(self, card: CardId) -> Operation | None:
        """Return the redeem of a card that is being checked, or else one that needs attention."""
        account = await self._accounts.known()
        found = await self._journal.operations(
            account=account,
            states=(*UNSURE, OperationState.ATTENTION),
            kinds=(OperationKind.REDEEM,),
        )
        of_card = [each for each in found if each.card == card]
        checked = [each for each in of_card if each.state is not OperationState.ATTENTION]
        return next(iter((*checked, *of_card)), None)

    async def resolve(self, operation: OperationId, ruling: Ruling) -> Resolved:
        """Carry a decision out: recorded durably first, then done as far as that is possible now.

        Args:
            operation: Which one; it needs attention.
            ruling: What was decided, why and by whom.

        Raises:
            NotResolvable: It needs nobody's attention, or this can't be decided about it.
            OtherAccount: Its hold is in another account than the token's.
            NotAHold: Its hold is no longer open.
            GiftyError: Its hold can't be read now.
            JournalWriteError: The decision could not be recorded; nothing was done.
        """
        async with self._one_at_a_time:
            found = await self._journal.operation(operation)
            if found is None or ruling.resolution not in resolutions_of(found):
                raise NotResolvable
            act = {
                Resolution.CLOSE: self._close,
                Resolution.TRY_AGAIN: self._try_again,
                Resolution.USE_HOLD: self._use,
                Resolution.RELEASE_HOLD: self._release,
            }[ruling.resolution]
            return await act(found, ruling)

    async def _close(self, operation: Operation, ruling: Ruling) -> Resolved:
        closed = self._closed(operation, ruling)
        hold = await self._hold_after(operation)
        await self._journal.commit(
            Record(EventKind.CLOSED, operation=closed, hold=hold, facts=ruling.facts)
        )
        await self._tell(closed)
        return Resolved(closed)

    async def _try_again(self, operation: Operation, ruling: Ruling) -> Resolved:
        """Take an operation up again: the table's “maybe sent”, so that it begins with a look."""
        again = replace(
            operation,
            state=OperationState.UNKNOWN,
            attention=None,
            result=None,
            attempts=0,
            refusals=0,
            next_at_ms=0,
            updated_at_ms=self._clock.now_ms(),
        )
        await self._journal.commit(Record(EventKind.REOPENED, operation=again, facts=ruling.facts))
        await self._tell(again)
        if again.kind.is_settlement:
            return Resolved(await self._attempt(again))
        self._reconciler.wake()
        return Resolved(again)

    async def _use(self, operation: Operation, ruling: Ruling) -> Resolved:
        answer, known = await self._hold_of(operation)
        if known is not None:
            # Taken over by its number meanwhile: it is on Holds, and only the question is left.
            return replace(await self._close(operation, ruling), hold=known)
        held = replace(
            operation,
            state=OperationState.CONFIRMED,
            amount=Money(-answer.amount_cents, answer.currency),
            attention=None,
            reason=ruling.reason,
            updated_at_ms=self._clock.now_ms(),
        )
        hold = hold_made_by(held, answer)
        facts: dict[str, Fact] = {**ruling.facts, "asked_cents": operation.amount.cents}
        await self._journal.commit(
            Record(EventKind.HOLD_ADOPTED, operation=held, hold=hold, facts=facts)
        )
        await self._tell(held)
        self._reconciler.resolved.tell(Placed(Result.DONE, held, hold=hold, transaction=answer))
        return Resolved(held, hold)

    async def _release(self, operation: Operation, ruling: Ruling) -> Resolved:
        answer, known = await self._hold_of(operation)
        amount = Money(-answer.amount_cents, answer.currency)
        hold = known or hold_made_by(replace(operation, amount=amount), answer)
        closed = self._closed(operation, ruling)
        also = Record(EventKind.CLOSED, operation=closed, facts=ruling.facts)
        (release,) = await self._outbox.record(
            (hold,), OperationKind.RELEASE, ruling.manager, also=(also,)
        )
        await self._tell(closed)
        release = await self._attempt(release)
        hold = await self._journal.hold(hold.account, hold.transaction) or hold
        return Resolved(closed, hold, release)

    async def _hold_of(self, operation: Operation) -> tuple[Transaction, Hold | None]:
        """Read the hold that an operation found or made, as the API and this till have it."""
        assert operation.result is not None, "no hold, no such decision"
        if await self._accounts.ensure() != operation.account:
            raise OtherAccount
        # For no shop: what the till works for now can be a shop of another account.
        answer = await self._client.transaction(operation.result, location=None)
        is_of_card = answer.card is None or answer.card.id == operation.card
        if not answer.is_open_hold or answer.id != operation.result or not is_of_card:
            raise NotAHold
        return answer, await self._journal.hold(operation.account, answer.id)

    async def _hold_after(self, closed: Operation) -> Hold | None:
        """Return the hold of a settlement that a manager closes: free to be settled again.

        Where Gifty said how the hold ended, it has ended here too.
        """
        if closed.transaction is None or not closed.kind.is_settlement:
            return None
        hold = await self._journal.hold(closed.account, closed.transaction)
        if hold is None:
            return None
        state = _ENDED.get(closed.attention, hold.state) if closed.attention else hold.state
        return replace(hold, state=state, settlement=None)

    def _closed(self, operation: Operation, ruling: Ruling) -> Operation:
        return replace(
            operation,
            state=OperationState.CLOSED,
            reason=ruling.reason,
            updated_at_ms=self._clock.now_ms(),
        )

    async def _attempt(self, settlement: Operation) -> Operation:
        """Try a recorded settlement now; whatever goes wrong, it stays in the outbox."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await self._outbox.attempt(settlement.id)
        except (TimeoutError, GiftillError):
            _log.warning("%s goes on in the outbox", settlement.id, exc_info=True)
            return settlement

    async def _tell(self, operation: Operation) -> None:
        self._outbox.changed.tell(operation)
        await self._outbox.refresh()
