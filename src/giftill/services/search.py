"""Searching a card's transactions for the one that a request made whose answer was lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from giftill.domain.money import Money
from giftill.domain.operations import Operation, OperationKind, OperationState
from giftill.domain.transactions import TransactionStatus
from giftill.gifty import GiftyClient, Priority

from .answers import fits, resembles

if TYPE_CHECKING:
    from giftill.domain.transactions import Transaction, TransactionId
    from giftill.journal import Journal

    from .connectivity import Connectivity

# What may have been sent, or may be sent yet, by this very program or the one before it.
UNSURE: Final = (OperationState.INTENDED, OperationState.SENDING, OperationState.UNKNOWN)

# The server's `Date` has whole seconds, and its distance is measured over a network.
_BEFORE: Final = timedelta(seconds=5)
# A request waits a minute for its turn at most, and then has its timeouts; the rest is slack.
_AFTER: Final = timedelta(minutes=3)
# Nobody's clock is believed to be wrong by more, where nothing else tells old from new.
_LONG_BEFORE: Final = timedelta(days=1)
_CLAIMING: Final = frozenset({OperationState.CONFIRMED, OperationState.ATTENTION})


@dataclass(frozen=True)
class Sighting:
    """What an operation may have made: new on its card, fitting, and nobody else's here.

    Attributes:
        likely: Made while the request was under way, the one nearest to it first.
        doubtful: Made at another time, by the server's clock as this till knew it. A clock that
            jumped can be behind that, so it is never taken for nothing. Also a hold that was
            captured elsewhere meanwhile, and an issue, extend or refund that was made, but not as
            it was asked for.
    """

    likely: tuple[Transaction, ...] = ()
    doubtful: tuple[Transaction, ...] = ()

    @property
    def all(self) -> tuple[Transaction, ...]:
        """Both, the likely ones first."""
        return (*self.likely, *self.doubtful)


async def search(
    client: GiftyClient, journal: Journal, connectivity: Connectivity, operation: Operation
) -> Sighting:
    """List what is new on the operation's card since it was asked for.

    The card's transactions of that moment tell old from new; its time only tells likely from
    doubtful. The list is read on behind the old ones, as rows of one second have no order.

    Args:
        client: Asks for the card's transactions.
        journal: Knows whose they are.
        connectivity: Knows the server's time since the newest answer.
        operation: What they are looked for.

    Raises:
        GiftyError: The API could not be asked, so that nothing is known.
    """
    offset = timedelta(milliseconds=operation.server_offset_ms)
    asked_at = datetime.fromtimestamp(operation.created_at_ms / 1000, UTC) + offset
    known = set(operation.known_transactions)
    passed: set[TransactionId] = set()
    # Nothing is new behind this time; a snapshot that has not been passed may yet be.
    oldest = asked_at - _LONG_BEFORE
    likely: list[Transaction] = []
    doubtful: list[Transaction] = []
    # For no shop: what the till works for now can be a shop of another account.
    async for each in client.transactions(
        card=operation.card, location=None, priority=Priority.OUTBOX
    ):
        made_at = each.created_at
        if each.id in known:
            passed.add(each.id)
            if passed == known and made_at is not None:
                oldest = max(oldest, made_at)
            continue
        if made_at is not None and passed and made_at < oldest:
            break
        if made_at is not None and not known:
            # Only the time tells old from new. Had the clock jumped when it was asked for, that
            # moment was another one: the server's time of now tells which.
            moved = timedelta(milliseconds=connectivity.server_offset_ms) - offset
            if made_at < min(oldest, oldest + moved):
                break
        is_elsewhere = each.card is not None and each.card.id != operation.card
        is_in_time = _is_in_time(made_at, asked_at)
        is_as_asked = fits(operation, each)
        if is_elsewhere or not (is_as_asked or _is_as_good(operation, each, is_in_time=is_in_time)):
            continue
        if not await is_owned(journal, operation, each):
            (likely if is_in_time and is_as_asked else doubtful).append(each)
    likely.sort(key=lambda each: abs((each.created_at or asked_at) - asked_at))
    return Sighting(tuple(likely), tuple(doubtful))


async def is_owned(journal: Journal, operation: Operation, answer: Transaction) -> bool:
    """Tell whether a transaction is known as another operation's of this till.

    What another one found and a manager has not decided about yet counts as that one's.
    """
    is_redeem = operation.kind is OperationKind.REDEEM
    if is_redeem and await journal.hold(operation.account, answer.id) is not None:
        return True
    claiming = {OperationState.ATTENTION} if is_redeem else _CLAIMING
    return not claiming.isdisjoint(await journal.claims(operation, answer.id))


async def is_looked_for(journal: Journal, found: Transaction) -> bool:
    """Tell whether a hold may be the one that a redeem of this till made whose answer is lost."""
    unsure = await journal.operations(states=UNSURE, kinds=(OperationKind.REDEEM,))
    return any(
        found.card is not None
        and each.card == found.card.id
        and each.amount == Money(-found.amount_cents, found.currency)
        and found.id not in each.known_transactions
        for each in unsure
    )


def _is_as_good(operation: Operation, answer: Transaction, *, is_in_time: bool) -> bool:
    """Tell whether an answer that does not fit shows all the same that something was done.

    A hold can be captured elsewhere before this till finds it. A card is issued once and extended
    once in a while; refunds of other amounts are many.
    """
    if not resembles(operation, answer):
        return False
    if operation.kind is OperationKind.REDEEM:
        taken = Money(-answer.amount_cents, answer.currency)
        return answer.status is TransactionStatus.SUCCESS and taken == operation.amount
    return is_in_time or operation.kind is not OperationKind.REFUND


def _is_in_time(made_at: datetime | None, asked_at: datetime) -> bool:
    return made_at is not None and asked_at - _BEFORE <= made_at <= asked_at + _AFTER
