"""Commands that hold, capture and release money: redeem, capture, release, holds."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from giftill.domain.codes import read_code
from giftill.domain.message import N_, Message
from giftill.domain.money import Money, parse_amount

from .documents import hold_document
from .exits import Exit
from .outcomes import tell_placed, tell_settled
from .problems import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Sequence

    from giftill.domain.operations import Hold, OperationId
    from giftill.domain.transactions import TransactionId
    from giftill.services.desk import Desk
    from giftill.services.results import Placed, Settled
    from giftill.services.sale import SaleService

    from .arguments import Parser
    from .context import Context

# Two quiet periods of the reconciler, and the looks after them.
DEFAULT_WAIT_S: Final = 45.0
_LONGEST_WAIT_S: Final = 3600.0
_TRANSACTION_ID: Final = re.compile(r"tr_[A-Za-z0-9]{1,60}")


def add_redeem(parser: Parser) -> None:
    """Add the arguments of `redeem`."""
    t = parser.t
    parser.own.add_argument("code", metavar="CODE", help=t("the code on the card"))
    parser.own.add_argument(
        "amount", metavar=t("AMOUNT"), help=t("what to take, such as 12.50 or 12,50")
    )
    parser.own.add_argument(
        "--capture", action="store_true", help=t("complete it at once; else it stays on hold")
    )
    add_wait(parser)


def add_wait(parser: Parser) -> None:
    """Add `--wait`: how long to wait for the check of a lost answer."""
    parser.own.add_argument(
        "--wait",
        metavar="S",
        type=float,
        default=DEFAULT_WAIT_S,
        help=parser.t("seconds to wait when an answer is lost and must be checked"),
    )


def add_settlement(parser: Parser) -> None:
    """Add the arguments of `capture` and `release`."""
    parser.own.add_argument(
        "transaction", metavar="TR", help=parser.t("the hold’s transaction, tr_…")
    )


async def redeem(context: Context, arguments: argparse.Namespace) -> Exit:
    """Carry out `redeem`: always a hold first, then with `--capture` its capture.

    A lost answer to a redeem that captures at once could never be undone.
    """
    code = read_code(arguments.code)
    cents = parse_amount(arguments.amount)
    wait_s = checked_wait(arguments.wait)
    async with context.desk() as desk:
        await context.check_workplace(desk)
        card = await desk.sales.look_up(code)
        placed = await desk.sales.hold(
            code, card, Money(cents, card.currency), desk.sales.new_sale()
        )
        placed = await resolved(context, desk, placed, wait_s)
        if placed.hold is None or not arguments.capture:
            return tell_placed(context, placed)
        settled = await desk.sales.complete([placed.hold])
        link = desk.connectivity.link.value
    return tell_settled(context, settled, link)


async def capture(context: Context, arguments: argparse.Namespace) -> Exit:
    """Carry out `capture`: make a hold final, now or as soon as the network is back."""
    return await _settle(context, arguments, lambda sales, hold: sales.complete([hold]))


async def release(context: Context, arguments: argparse.Namespace) -> Exit:
    """Carry out `release`: give a held amount back, now or as soon as the network is back."""
    return await _settle(context, arguments, lambda sales, hold: sales.cancel([hold]))


async def list_holds(context: Context, _arguments: argparse.Namespace) -> Exit:
    """Carry out `holds`: every open hold of this till, oldest first."""
    from giftill.domain.operations import HoldState

    async with context.journal() as journal:
        holds = await journal.holds(state=HoldState.OPEN) if journal else ()
    t, terminal = context.t, context.terminal
    terminal.answer({"holds": [hold_document(each) for each in holds]})
    if not holds:
        terminal.say(t("No open holds."))
        return Exit.DONE
    rows = [(t("Age"), t("Amount"), t("Card"), t("Transaction"), t("Location"), "")]
    now_s = datetime.now(UTC).timestamp()
    rows += [
        (
            t.age(now_s - each.created_at_ms / 1000),
            t.money(each.amount),
            each.card_masked or each.card,
            each.transaction,
            each.location or "–",
            _settlement(context, each),
        )
        for each in holds
    ]
    terminal.table(rows, right=(1,))
    return Exit.DONE


async def resolved(context: Context, desk: Desk, placed: Placed, wait_s: float) -> Placed:
    """Wait for the check of a request whose answer was lost.

    Args:
        context: Where to say what is waited for.
        desk: The till, whose reconciler finds out.
        placed: What became of the request so far.
        wait_s: How long to wait, in seconds.

    Returns:
        What the check found, or `placed` where nothing is to be checked or time ran out.
    """
    from giftill.services.results import Result

    operation = placed.operation
    if placed.result is not Result.CHECKING or operation is None:
        return placed
    context.terminal.note(context.t("Checking, do not do it again…"))
    checking = asyncio.create_task(desk.reconciler.run())
    try:
        return await _wait_for(desk, operation.id, wait_s) or placed
    finally:
        desk.reconciler.stop()
        await checking


def checked_wait(wait_s: float) -> float:
    """Return the seconds to wait.

    Raises:
        UsageError: They are negative, more than an hour, or no number.
    """
    if not 0 <= wait_s <= _LONGEST_WAIT_S:
        raise UsageError(
            Message(N_("--wait must be from 0 to {most} seconds."), {"most": int(_LONGEST_WAIT_S)}),
            Message(N_("Leave it out to wait as long as a check usually takes.")),
        )
    return wait_s


def read_transaction_id(text: str) -> TransactionId:
    """Read the id of a transaction as it was typed.

    Raises:
        UsageError: It does not look like one.
    """
    from giftill.domain.transactions import TransactionId

    if not _TRANSACTION_ID.fullmatch(text):
        raise UsageError(
            Message(N_("“{text}” is not the id of a transaction."), {"text": text[:40]}),
            Message(N_("It looks like tr_kOWB2x0QVvE8GYn6GX7p1oL9; see “giftill holds”.")),
        )
    return TransactionId(text)


async def _wait_for(desk: Desk, operation: OperationId, wait_s: float) -> Placed | None:
    done: asyncio.Future[Placed] = asyncio.get_running_loop().create_future()

    def take(placed: Placed) -> None:
        if placed.operation is not None and placed.operation.id == operation and not done.done():
            done.set_result(placed)

    unsubscribe = desk.sales.resolved.subscribe(take)
    try:
        async with asyncio.timeout(wait_s):
            return await done
    except TimeoutError:
        return None
    finally:
        unsubscribe()


async def _settle(
    context: Context,
    arguments: argparse.Namespace,
    ask: Callable[[SaleService, Hold], Awaitable[Sequence[Settled]]],
) -> Exit:
    transaction = read_transaction_id(arguments.transaction)
    async with context.desk() as desk:
        settled = await ask(desk.sales, await _hold(context, desk, transaction))
        link = desk.connectivity.link.value
    return tell_settled(context, settled, link)


async def _hold(context: Context, desk: Desk, transaction: TransactionId) -> Hold:
    """Return the hold; the location is checked only for one that this till takes over now.

    A hold that is known here keeps the location of its sale, and must work offline.
    """
    account = await desk.accounts.known()
    if account is None or await desk.journal.hold(account, transaction) is None:
        await context.check_workplace(desk)
    return await desk.sales.find_hold(transaction)


def _settlement(context: Context, hold: Hold) -> str:
    from giftill.domain.operations import OperationKind

    if hold.settlement is None:
        return ""
    if hold.settlement is OperationKind.CAPTURE:
        return context.t("capture queued")
    return context.t("release queued")
