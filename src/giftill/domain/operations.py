"""Operations: the money-moving requests this till was asked to make, and how far each is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NewType

from .cards import CardId, PackageId
from .money import Money
from .places import LocationId
from .transactions import TransactionId

OperationId = NewType("OperationId", str)
AccountId = NewType("AccountId", str)
SaleId = NewType("SaleId", str)


class OperationKind(StrEnum):
    """What is asked of the API."""

    REDEEM = "redeem"
    CAPTURE = "capture"
    RELEASE = "release"
    ISSUE = "issue"
    EXTEND = "extend"
    REFUND = "refund"

    @property
    def is_settlement(self) -> bool:
        """Whether it settles a known hold, and so may wait in the outbox."""
        return self in {OperationKind.CAPTURE, OperationKind.RELEASE}


class OperationState(StrEnum):
    """How far an operation is.

    Attributes:
        INTENDED: Committed; not a byte was sent.
        SENDING: A request may be on its way; found at start-up, it is unknown.
        QUEUED: A capture or release waits in the outbox and was surely not done.
        UNKNOWN: It was maybe sent; the till is checking.
        CONFIRMED: The API did it.
        REFUSED: The API said no, and the cashier was told.
        NOT_DONE: Surely not done and given up, with the cashier told. If that rests on a check,
            the till watches for a day; should it turn up late, it becomes ATTENTION.
        ATTENTION: The till can't decide alone; a manager must.
        CLOSED: A manager closed it, with a reason.
    """

    INTENDED = "intended"
    SENDING = "sending"
    QUEUED = "queued"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    NOT_DONE = "not_done"
    ATTENTION = "attention"
    CLOSED = "closed"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen by itself or by a manager."""
        return self in _FINAL


_FINAL: Final = frozenset(
    {
        OperationState.CONFIRMED,
        OperationState.REFUSED,
        OperationState.NOT_DONE,
        OperationState.CLOSED,
    }
)


class AttentionKind(StrEnum):
    """Why a manager is needed.

    Attributes:
        RELEASED_BUT_CAPTURE_WANTED: A hold to be captured was released.
        CAPTURED_BUT_RELEASE_WANTED: A hold to be released was captured.
        TRANSACTION_MISSING: The API does not know the hold.
        FORBIDDEN: The token may not settle the hold.
        KEEPS_BEING_REFUSED: The API refuses again and again to settle a hold that is still open.
        AMOUNT_DIFFERS: A redeem made a hold, but not of what was asked for.
        POSSIBLE_HOLD: A hold on the card may be what a redeem made whose answer was lost.
        ORPHANED_HOLD: The same, found after the cashier was told that nothing was charged.
        POSSIBLY_DONE: An issue, extend or refund may have been done, maybe by somebody else.
        DONE_AFTER_ALL: An issue, extend or refund was done, though the cashier was told it was not.
        UNCLEAR: The API's answers tell neither.
    """

    RELEASED_BUT_CAPTURE_WANTED = "released_but_capture_wanted"
    CAPTURED_BUT_RELEASE_WANTED = "captured_but_release_wanted"
    TRANSACTION_MISSING = "transaction_missing"
    FORBIDDEN = "forbidden"
    KEEPS_BEING_REFUSED = "keeps_being_refused"
    AMOUNT_DIFFERS = "amount_differs"
    POSSIBLE_HOLD = "possible_hold"
    ORPHANED_HOLD = "orphaned_hold"
    POSSIBLY_DONE = "possibly_done"
    DONE_AFTER_ALL = "done_after_all"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Operation:
    """One request to move money, with everything needed to finish it later.

    Attributes:
        id: This till's own id of it, sortable by time.
        kind: What is asked of the API.
        state: How far it is.
        account: Whose cards; the token of this account sends it, whatever the till uses now.
        location: The shop the sale was made in, or None if the till had none.
        cashier: Who asked for it; empty if nobody signed in.
        sale: The sale it belongs to, or None.
        sale_total_cents: That sale's total when it was asked for, or None if none was entered.
        card: `gc_…`, or None where it is not known yet.
        card_masked: `•••• •••• •••• 7K9Q`, or empty.
        transaction: The hold or captured redeem it is about (capture, release, refund), else None.
        amount: What is asked for, positive; for an extend what is known to come back, else zero.
        known_transactions: Ids of the card's transactions before the request, newest first.
        server_offset_ms: Server time minus this PC's time when it was asked for.
        package: `gp_…` to issue, or None.
        is_promotional: For an issue: mark the card as promotional.
        expires_at: For an extend: the new date, ISO 8601.
        reason: For a refund `CUSTOMER_REQUEST` and the like; for a resolved one the manager's
            words.
        result: The transaction that the API made or confirmed, or None.
        attention: Why a manager is needed, while `state` is ATTENTION.
        attempts: How many requests were made that consumed an attempt.
        refusals: How often a capture or release was refused (409, 422) with the hold still open.
        next_at_ms: When to try or look next, this PC's Unix time in ms; 0 for at once.
        last_problem: What the last attempt met, in English, for people reading the journal.
        created_at_ms: When it was asked for, this PC's Unix time in ms.
        updated_at_ms: When it last changed, likewise.
    """

    id: OperationId
    kind: OperationKind
    state: OperationState
    account: AccountId
    amount: Money
    created_at_ms: int
    updated_at_ms: int
    location: LocationId | None = None
    cashier: str = ""
    sale: SaleId | None = None
    sale_total_cents: int | None = None
    card: CardId | None = None
    card_masked: str = ""
    transaction: TransactionId | None = None
    known_transactions: tuple[TransactionId, ...] = field(default=())
    server_offset_ms: int = 0
    package: PackageId | None = None
    is_promotional: bool = False
    expires_at: str = ""
    reason: str = ""
    result: TransactionId | None = None
    attention: AttentionKind | None = None
    attempts: int = 0
    refusals: int = 0
    next_at_ms: int = 0
    last_problem: str = ""


class HoldState(StrEnum):
    """What became of a hold, as far as this till knows."""

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"


@dataclass(frozen=True)
class Hold:
    """Money reserved on a card for a sale, by this till.

    Attributes:
        transaction: `tr_…` of the pending redeem; with `account` its identity.
        account: Whose card.
        card: `gc_…`.
        card_masked: `•••• •••• •••• 7K9Q`.
        amount: What is reserved, positive.
        state: What became of it, confirmed by the API.
        sale: The sale it pays towards.
        sale_total_cents: The sale's total when the hold was made, or None if none was entered.
        location: The shop it was made in.
        cashier: Who made it.
        created_at_ms: When, this PC's Unix time in ms.
        card_balance_cents: The card's balance right after the hold, or None if unknown.
        settlement: The kind of the capture or release that waits in the outbox for it, else None.
    """

    transaction: TransactionId
    account: AccountId
    card: CardId
    card_masked: str
    amount: Money
    state: HoldState
    sale: SaleId
    created_at_ms: int
    sale_total_cents: int | None = None
    location: LocationId | None = None
    cashier: str = ""
    card_balance_cents: int | None = None
    settlement: OperationKind | None = None


@dataclass(frozen=True)
class OutboxSummary:
    """The outbox in one glance.

    Attributes:
        waiting: Captures and releases not yet confirmed, those that need attention not counted.
        attention: Operations of any kind that a manager must look at.
        total: What is waiting, by currency.
        oldest_at_ms: When the oldest waiting one was asked for, or None.
        checking: Redeems, issues, extends and refunds whose outcome is being checked.
    """

    waiting: int = 0
    attention: int = 0
    total: tuple[Money, ...] = ()
    oldest_at_ms: int | None = None
    checking: int = 0
