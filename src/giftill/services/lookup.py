"""Asking the API what became of a hold: the GET that decides when an answer did not arrive."""

from __future__ import annotations

from giftill.domain.operations import OperationKind
from giftill.domain.outcomes import Found
from giftill.domain.transactions import Transaction, TransactionId, TransactionStatus
from giftill.gifty import Forbidden, GiftyClient, GiftyError, NotFound, Priority


async def look(
    client: GiftyClient,
    transaction: TransactionId,
    wanted: OperationKind,
    priority: Priority = Priority.OUTBOX,
) -> Found:
    """Read a hold and tell how it stands against what is wanted of it.

    Args:
        client: Of the hold's account.
        transaction: The hold.
        wanted: CAPTURE or RELEASE.
        priority: How urgent it is.
    """
    try:
        answer = await client.transaction(transaction, priority=priority)
    except NotFound:
        return Found.MISSING
    except Forbidden:
        return Found.FORBIDDEN
    except GiftyError:
        return Found.UNREACHABLE
    return judge(answer, wanted)


def judge(hold: Transaction, wanted: OperationKind) -> Found:
    """Tell how a hold, as the API shows it now, stands against what is wanted of it."""
    if hold.is_open_hold:
        return Found.OPEN
    if hold.status is TransactionStatus.CANCELLED:
        became = OperationKind.RELEASE
    elif hold.status is TransactionStatus.SUCCESS or hold.captured_at is not None:
        became = OperationKind.CAPTURE
    else:
        return Found.UNCLEAR
    return Found.WANTED if became is wanted else Found.OPPOSITE
