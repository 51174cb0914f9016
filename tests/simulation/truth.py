"""What must be true once everything has come to rest: the audit of the reliability document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from giftill.domain.operations import (
    AttentionKind,
    Hold,
    HoldState,
    Operation,
    OperationKind,
    OperationState,
)
from giftill.sandbox.model import TransactionStatus
from giftill.services.results import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from giftill.sandbox.model import Transaction
    from giftill.services.desk import Desk

    from .bank import Bank
    from .intents import Intent

UNDER_WAY: Final = (
    OperationState.INTENDED,
    OperationState.SENDING,
    OperationState.QUEUED,
    OperationState.UNKNOWN,
)
_BY_MANAGER: Final = (OperationState.ATTENTION, OperationState.CLOSED)
_LIVE: Final = (TransactionStatus.PENDING, TransactionStatus.SUCCESS)
_WANTED: Final = {
    OperationKind.CAPTURE: TransactionStatus.SUCCESS,
    OperationKind.RELEASE: TransactionStatus.CANCELLED,
}
_IS: Final = {
    HoldState.OPEN: TransactionStatus.PENDING,
    HoldState.CAPTURED: TransactionStatus.SUCCESS,
    HoldState.RELEASED: TransactionStatus.CANCELLED,
}
_TYPES: Final = {
    OperationKind.REDEEM: "redeem",
    OperationKind.CAPTURE: "redeem",
    OperationKind.ISSUE: "issue",
    OperationKind.EXTEND: "reverse_expire",
    OperationKind.REFUND: "refund",
}
# What such a word to the manager claims about the hold.
_CLAIMS: Final = {
    AttentionKind.RELEASED_BUT_CAPTURE_WANTED: TransactionStatus.CANCELLED,
    AttentionKind.CAPTURED_BUT_RELEASE_WANTED: TransactionStatus.SUCCESS,
}


@dataclass(frozen=True)
class Books:
    """What a till says happened.

    Attributes:
        operations: Each as it stands, by its id.
        holds: By their transactions.
        candidates: What a manager was shown, in the order of the entries: texts by operation.
    """

    operations: dict[str, Operation]
    holds: dict[str, Hold]
    candidates: dict[str, str]

    @classmethod
    async def read(cls, desk: Desk) -> Books:
        """Read a till's journal."""
        operations: dict[str, Operation] = {
            each.id: each for each in await desk.journal.operations()
        }
        holds: dict[str, Hold] = {
            each.transaction: each for each in await desk.journal.holds(state=None)
        }
        shown: dict[str, str] = {}
        after = 0
        while entries := await desk.journal.entries(after):
            after = entries[-1].seq
            for each in entries:
                if each.operation is not None:
                    told = f"{each.operation.result} {' '.join(map(str, each.facts.values()))}"
                    shown[each.operation.id] = f"{shown.get(each.operation.id, '')} {told}"
        return cls(operations, holds, shown)

    def of_intent(self, intent: Intent) -> Operation | None:
        """Return the hold's operation that a cashier's wish led to."""
        found = (each for each in self.operations.values() if each.sale == intent.sale)
        return next((each for each in found if each.kind is intent.kind), None)


@dataclass(frozen=True)
class Case:
    """One till and what people asked of it.

    Attributes:
        books: What it says.
        banks: Where its money is.
        intents: What its cashiers wanted.
        promised: The settlement last promised to a cashier, by transaction.
    """

    books: Books
    banks: tuple[Bank, ...]
    intents: tuple[Intent, ...]
    promised: dict[str, OperationKind]

    def wrongs(self) -> Iterator[str]:
        """Tell everything that is not as it must be; nothing if all is well."""
        for operation in self.books.operations.values():
            if operation.state in UNDER_WAY:
                yield f"goes on for ever: {operation}"
            if operation.state is OperationState.CONFIRMED:
                yield from self._wrong_confirmation(operation)
        for intent in self.intents:
            yield from self._wrong_intent(intent)
        for transaction, kind in self.promised.items():
            yield from self._broken_promise(transaction, kind)

    def wrong_holds(self) -> Iterator[str]:
        """Tell which holds are not as the till says; it must have been opened anew before.

        A hold whose settlement needs attention stays open here until the manager has decided.
        """
        in_attention = {
            each.transaction
            for each in self.books.operations.values()
            if each.state is OperationState.ATTENTION
        }
        for hold in self.books.holds.values():
            if hold.transaction in in_attention:
                continue
            row = self._row(hold.transaction)
            if row is None or row.status is not _IS[hold.state]:
                yield f"not so at the server: {hold}, there {row}"

    def _row(self, transaction: str | None) -> Transaction | None:
        for bank in self.banks:
            row = bank.ledger.transaction(transaction or "")
            if row is not None:
                return row
        return None

    def _wrong_confirmation(self, operation: Operation) -> Iterator[str]:
        row = self._row(operation.result)
        if operation.kind is OperationKind.RELEASE:
            row = self._row(operation.transaction)
            if row is None or row.status is not TransactionStatus.CANCELLED:
                yield f"confirmed here, not so there: {operation}"
            return
        is_so = (
            row is not None
            and row.type == _TYPES[operation.kind]
            and (
                operation.kind is OperationKind.EXTEND
                or abs(row.amount_cents) == operation.amount.cents
            )
            and (
                operation.kind is not OperationKind.CAPTURE
                or row.status is TransactionStatus.SUCCESS
            )
        )
        if not is_so:
            yield f"confirmed here, not so there: {operation}, there {row}"
        if (
            row is not None
            and row.location_id != operation.location
            and (operation.kind is not OperationKind.CAPTURE)
        ):
            yield f"made for another shop: {operation}, there {row}"

    def _wrong_intent(self, intent: Intent) -> Iterator[str]:
        rows = [row for made in intent.made if (row := self._row(made)) is not None]
        live = [row for row in rows if row.status in _LIVE]
        if len(live) > 1 + intent.is_doubled:
            yield f"{intent} is live {len(live)} times: {live}"
        if intent.kind is not OperationKind.REDEEM:
            return
        operation = self.books.of_intent(intent)
        if live and operation is None:
            yield f"{intent} is live and unknown here: {live}"
        if operation is None:
            return
        for row in live:
            if row.id in self.books.holds:
                continue
            is_shown = row.id in self.books.candidates.get(operation.id, "")
            if not (is_shown and (operation.state in _BY_MANAGER or intent.is_doubled)):
                yield f"nobody here knows the hold {row.id} of {intent}: {operation}"
        told = set(intent.told) & {Result.NOT_DONE, Result.REFUSED}
        if live and told and not (intent.is_late or intent.is_doubled):
            yield f"{intent} was told as {told}, but is live: {live}"

    def _broken_promise(self, transaction: str, kind: OperationKind) -> Iterator[str]:
        row = self._row(transaction)
        if row is not None and row.status is _WANTED[kind]:
            return
        settlements = [
            each
            for each in self.books.operations.values()
            if each.transaction == transaction and each.kind is kind
        ]
        last = max(settlements, key=lambda each: each.created_at_ms, default=None)
        if last is None:
            yield f"a promised {kind} of {transaction} is lost"
        elif last.state not in _BY_MANAGER:
            yield f"a promised {kind} did not happen: {last}, there {row}"
        elif last.attention in _CLAIMS and (
            row is None or row.status is not _CLAIMS[last.attention]
        ):
            yield f"the manager is told what is not so: {last}, there {row}"
