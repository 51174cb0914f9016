"""Asking the API what became of a hold: the GET that decides when an answer did not arrive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from giftill.domain.operations import OperationKind
from giftill.domain.outcomes import Found
from giftill.domain.transactions import (
    Transaction,
    TransactionId,
    TransactionStatus,
    TransactionType,
)
from giftill.gifty import Forbidden, GiftyClient, GiftyError, NotFound, Priority, Who

if TYPE_CHECKING:
    from giftill.domain.money import Money


@dataclass(frozen=True)
class Wanted:
    """What is wanted of a hold.

    Attributes:
        kind: CAPTURE or RELEASE.
        transaction: The hold.
        amount: What it reserves, positive.
    """

    kind: OperationKind
    transaction: TransactionId
    amount: Money


async def look(client: GiftyClient, wanted: Wanted, priority: Who = Priority.OUTBOX) -> Found:
    """Read a hold and tell how it stands against what is wanted of it.

    Args:
        client: Of the hold's account.
        wanted: Which hold, and what of it.
        priority: How urgent it is.
    """
    try:
        # For no shop: what the till works for now can be a shop of another account.
        answer = await client.transaction(wanted.transaction, location=None, priority=priority)
    except NotFound:
        return Found.MISSING
    except Forbidden:
        return Found.FORBIDDEN
    except GiftyError:
        return Found.UNREACHABLE
    return judge(answer, wanted)


def judge(answer: Transaction, wanted: Wanted) -> Found:
    """Tell how a hold, as the API shows it now, stands against what is wanted of it.

    What is not told of this very hold and amount proves nothing, so it is not taken for an end.
    """
    if answer.id != wanted.transaction or answer.currency != wanted.amount.currency:
        return Found.UNCLEAR
    if answer.type is TransactionType.RELEASE:
        # The page shows a release under the hold's own id, with the status and the time of a
        # capture: only its type tells that the money went back.
        became = OperationKind.RELEASE
    elif answer.type is not TransactionType.REDEEM or answer.amount_cents != -wanted.amount.cents:
        return Found.UNCLEAR
    elif answer.is_open_hold:
        return Found.OPEN
    elif answer.status is TransactionStatus.CANCELLED:
        became = OperationKind.RELEASE
    elif answer.status is TransactionStatus.SUCCESS or answer.captured_at is not None:
        became = OperationKind.CAPTURE
    else:
        return Found.UNCLEAR
    return Found.WANTED if became is wanted.kind else Found.OPPOSITE
