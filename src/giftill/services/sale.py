"""A sale at the till: look a card up, hold money on it, complete or cancel; and sell cards."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from giftill.domain.errors import GiftillError
from giftill.domain.money import Money
from giftill.domain.operations import (
    Hold,
    HoldState,
    Operation,
    OperationKind,
    OperationState,
    SaleId,
)
from giftill.domain.outcomes import Outcome
from giftill.gifty import GiftyClient, GiftyError
from giftill.journal import EventKind, Journal, Record

from .answers import hold_made_by
from .connectivity import Connectivity, Link
from .ids import new_operation_id, new_sale_id
from .observable import Signal
from .online import Ask, OnlineOperations
from .results import (
    BalanceTooLow,
    HoldNotKnown,
    LimitReached,
    NotAHold,
    OtherCurrency,
    Placed,
    Result,
    Settled,
    StillChecking,
    result_of,
)
from .search import UNSURE, is_looked_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from giftill.domain.cards import Card, CardId, PackageId
    from giftill.domain.codes import CardCode
    from giftill.domain.transactions import Transaction, TransactionId

    from .accounts import Accounts
    from .clock import Clock
    from .reconcile import Reconciler
    from .settle import Outbox
    from .workplace import Workplace

_log = logging.getLogger(__name__)

# A cashier is told "Queued" after this long without an answer; the request itself goes on.
_PATIENCE_S: Final = 12.0
# Answers about a transaction that asking again does not change.
_SAID_NO: Final = (Outcome.NOT_FOUND, Outcome.STATE_REFUSED, Outcome.FORBIDDEN)


class SaleService:
    """What a cashier does with cards.

    Attributes:
        cashier: Who works here now; empty if nobody signed in.
        held: A hold that was just made.
        resolved: A redeem, issue, extend or refund that was being checked, as it ended.
    """

    def __init__(
        self,
        journal: Journal,
        client: GiftyClient,
        accounts: Accounts,
        workplace: Workplace,
        connectivity: Connectivity,
        outbox: Outbox,
        reconciler: Reconciler,
        clock: Clock,
    ) -> None:
        """Ask `client`, record in `journal`, settle through `outbox`."""
        self._journal = journal
        self._client = client
        self._accounts = accounts
        self._workplace = workplace
        self._connectivity = connectivity
        self._outbox = outbox
        self._clock = clock
        self._online = OnlineOperations(journal, accounts, reconciler, clock)
        self._under_way: set[tuple[OperationKind, CardId | None]] = set()
        self.cashier = ""
        self.held: Signal[Hold] = Signal()
        self.resolved: Signal[Placed] = reconciler.resolved

    def new_sale(self) -> SaleId:
        """Return the id of a new sale."""
        return new_sale_id(self._clock.now_ms())

    async def look_up(self, code: CardCode) -> Card:
        """Read a card.

        Raises:
            GiftyError: It can't be read now, or the API knows no such card.
            LimitReached: The API asked this till to wait.
        """
        self._refuse_while_limited()
        return await self._client.card(code)

    async def hold(
        self,
        code: CardCode,
        card: Card,
        amount: Money,
        sale: SaleId,
        sale_total_cents: int | None = None,
    ) -> Placed:
        """Reserve money on a card; it is captured or released later.

        Args:
            code: The card's code; kept no longer than the request.
            card: The card as it was just read: its transactions tell old ones from new.
            amount: What to reserve.
            sale: The sale it pays towards.
            sale_total_cents: That sale's total, or None if none was entered.

        Returns:
            DONE with the hold, or REFUSED, NOT_DONE, CHECKING or ATTENTION.

        Raises:
            JournalWriteError: The intent could not be recorded; nothing was sent.
        """
        refusal = _reason_not_to_hold(card, amount)
        if refusal is not None:
            return Placed(Result.REFUSED, error=refusal)

        async def ask(operation: Operation) -> Transaction:
            return await self._client.redeem(
                code, amount, capture=False, location=operation.location
            )

        placed = await self._carry_out(
            OperationKind.REDEEM,
            lambda blank: replace(
                _on_card(blank, code, card),
                amount=amount,
                sale=sale,
                sale_total_cents=sale_total_cents,
            ),
            ask,
        )
        if placed.hold is not None:
            self.held.tell(placed.hold)
        return placed

    async def complete(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        """Capture holds: recorded durably at once, then tried while the cashier waits.

        Raises:
            AlreadySettling: One of them is being released.
            NotAHold: One of them is settled already.
            JournalWriteError: Nothing could be recorded; nothing will happen.
        """
        return await self._settle(holds, OperationKind.CAPTURE)

    async def cancel(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        """Release holds: recorded durably at once, then tried while the cashier waits.

        Raises:
            AlreadySettling: One of them is being captured.
            NotAHold: One of them is settled already.
            JournalWriteError: Nothing could be recorded; nothing will happen.
        """
        return await self._settle(holds, OperationKind.RELEASE)

    async def open_holds(self) -> tuple[Hold, ...]:
        """Return every hold of this till that is neither captured nor released, oldest first."""
        return await self._journal.holds(state=HoldState.OPEN)

    async def find_hold(self, transaction: TransactionId) -> Hold:
        """Return a hold by its transaction; one made elsewhere is read and taken over.

        Raises:
            HoldNotKnown: It is not known here, and the API can't be asked now.
            GiftyError: It is not known here, and the API says no.
            NotAHold: It is no open hold.
            StillChecking: It may be the very hold that a lost answer told of.
        """
        try:
            account = await self._accounts.ensure()
            hold = await self._journal.hold(account, transaction)
            if hold is not None:
                return hold
            found = await self._client.transaction(transaction)
        except GiftyError as error:
            if error.outcome in _SAID_NO:
                raise
            raise HoldNotKnown(error) from error
        if not found.is_open_hold or found.card is None or found.id != transaction:
            raise NotAHold
        if await is_looked_for(self._journal, found):
            # Left to the check that looks for it, which would else call it not charged.
            raise StillChecking(OperationKind.REDEEM)
        adopted = replace(
            await self._new(OperationKind.REDEEM),
            state=OperationState.CONFIRMED,
            amount=Money(-found.amount_cents, found.currency),
            sale=self.new_sale(),
            card=found.card.id,
            result=found.id,
        )
        hold = hold_made_by(adopted, found)
        await self._journal.commit(Record(EventKind.HOLD_ADOPTED, operation=adopted, hold=hold))
        return hold

    async def issue(
        self,
        code: CardCode,
        card: Card,
        *,
        amount: Money,
        package: PackageId | None = None,
        promotional: bool = False,
    ) -> Placed:
        """Activate a card with an amount, or with a package worth `amount`."""

        async def ask(operation: Operation) -> Transaction:
            return await self._client.issue(
                code,
                amount=None if package else amount,
                package=package,
                promotional=promotional,
                location=operation.location,
            )

        return await self._carry_out(
            OperationKind.ISSUE,
            lambda blank: replace(
                _on_card(blank, code, card),
                amount=amount,
                package=package,
                is_promotional=promotional,
            ),
            ask,
        )

    async def extend(self, code: CardCode, card: Card, expires_at: datetime) -> Placed:
        """Re-activate an expired card until `expires_at`, a moment with a time zone."""

        async def ask(operation: Operation) -> Transaction:
            return await self._client.extend(code, expires_at, location=operation.location)

        return await self._carry_out(
            OperationKind.EXTEND,
            lambda blank: replace(
                _on_card(blank, code, card),
                amount=Money(0, card.currency),
                expires_at=expires_at.isoformat(),
            ),
            ask,
        )

    async def refund(
        self, transaction: Transaction, amount: Money, *, reason: str, description: str = ""
    ) -> Placed:
        """Give captured money back to its card, whole or in part.

        Args:
            transaction: The captured redeem, as it was just read.
            amount: What to give back.
            reason: The API's word, such as `CUSTOMER_REQUEST`.
            description: The shop's own words.
        """
        card = transaction.card.id if transaction.card else None
        known = await self._transactions_of(card) if card else ()

        async def ask(operation: Operation) -> Transaction:
            return await self._client.refund(
                transaction.id,
                amount,
                reason=reason,
                description=description,
                location=operation.location,
            )

        return await self._carry_out(
            OperationKind.REFUND,
            lambda blank: replace(
                blank,
                amount=amount,
                card=card,
                transaction=transaction.id,
                reason=reason,
                known_transactions=known,
            ),
            ask,
        )

    async def finish(self, patience_s: float) -> None:
        """Wait for the requests that are under way, at most `patience_s`."""
        await self._online.finish(patience_s)

    async def _transactions_of(self, card: CardId) -> tuple[TransactionId, ...]:
        return tuple([each.id async for each in self._client.transactions(card=card)])

    async def _carry_out(
        self, kind: OperationKind, fill: Callable[[Operation], Operation], ask: Ask
    ) -> Placed:
        """Carry an operation out, whose details `fill` adds to a blank one.

        Of one kind there is one at a time on a card: with two, nobody could tell afterwards
        which of them a transaction belongs to, or whether the second was a repetition.
        """
        try:
            self._refuse_while_limited()
            operation = fill(await self._new(kind))
        except (GiftyError, LimitReached) as error:
            return Placed(Result.NOT_DONE, error=error)
        if (refusal := self._workplace.refusal) is not None:
            return Placed(Result.REFUSED, error=refusal)
        unsure = await self._journal.operations(states=UNSURE, kinds=(kind,))
        # Asked last and without another await before it is marked: two presses of a key in one
        # instant must not both pass.
        mark = (kind, operation.card)
        if mark in self._under_way or any(each.card == operation.card for each in unsure):
            return Placed(Result.REFUSED, error=StillChecking(kind))
        self._under_way.add(mark)
        try:
            return await self._online.carry_out(operation, ask)
        finally:
            self._under_way.discard(mark)

    async def _new(self, kind: OperationKind) -> Operation:
        account = await self._accounts.ensure()
        await self._workplace.review()
        now_ms = self._clock.now_ms()
        return Operation(
            id=new_operation_id(now_ms),
            kind=kind,
            state=OperationState.INTENDED,
            account=account,
            amount=Money(0),
            created_at_ms=now_ms,
            updated_at_ms=now_ms,
            location=self._client.location,
            cashier=self.cashier,
            server_offset_ms=self._connectivity.server_offset_ms,
        )

    async def _settle(self, holds: Sequence[Hold], kind: OperationKind) -> tuple[Settled, ...]:
        operations = await self._outbox.record(holds, kind, self.cashier)
        return tuple(
            await asyncio.gather(
                *(
                    self._try_now(hold, operation)
                    for hold, operation in zip(holds, operations, strict=True)
                )
            )
        )

    async def _try_now(self, hold: Hold, operation: Operation) -> Settled:
        """Try a recorded settlement; whatever goes wrong, it stays recorded."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                operation = await self._outbox.attempt(operation.id)
            hold = await self._journal.hold(hold.account, hold.transaction) or hold
        except (TimeoutError, GiftillError):
            _log.warning("Settling %s goes on in the outbox", operation.id, exc_info=True)
        return Settled(result_of(operation), hold, operation)

    def _refuse_while_limited(self) -> None:
        is_limited = self._connectivity.link.value is Link.LIMITED
        if is_limited and self._connectivity.is_paused:
            until = datetime.fromtimestamp(self._connectivity.limited_until_ms / 1000, UTC)
            raise LimitReached(until)


def _on_card(operation: Operation, code: CardCode, card: Card) -> Operation:
    """Add which card it is about, and what was on it: the card as it was just read."""
    return replace(
        operation,
        card=card.id,
        card_masked=code.masked,
        known_transactions=tuple(each.id for each in card.transactions),
    )


def _reason_not_to_hold(card: Card, amount: Money) -> GiftillError | None:
    if amount.currency != card.currency:
        return OtherCurrency(card.currency, amount.currency)
    if amount.cents > card.balance_cents:
        return BalanceTooLow(card.balance)
    return None
