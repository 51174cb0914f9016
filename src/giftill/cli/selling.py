"""Commands around a card's life: issue, extend, refund. All of them need the network now."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final

from giftill.domain.codes import read_code
from giftill.domain.message import N_, Message
from giftill.domain.money import Money, parse_amount

from .outcomes import tell_placed
from .problems import UsageError
from .sales import add_wait, checked_wait, read_transaction_id, resolved

if TYPE_CHECKING:
    import argparse

    from giftill.domain.cards import Card, PackageId
    from giftill.services.desk import Desk

    from .arguments import Parser
    from .context import Context
    from .exits import Exit

DEFAULT_REASON: Final = "CUSTOMER_REQUEST"
_PACKAGE_ID: Final = re.compile(r"gp_[A-Za-z0-9]{1,60}")
_REASON: Final = re.compile(r"[A-Z][A-Z_]{0,60}")


def add_issue(parser: Parser) -> None:
    """Add the arguments of `issue`."""
    t = parser.t
    parser.own.add_argument("code", metavar="CODE", help=t("the code on the card"))
    parser.own.add_argument(
        "amount", metavar=t("AMOUNT"), nargs="?", help=t("what to put on it, such as 25.00")
    )
    parser.own.add_argument("--package", metavar="GP", help=t("or the package to sell it as, gp_…"))
    parser.own.add_argument(
        "--promotional", action="store_true", help=t("given away: left out of the sales figures")
    )
    add_wait(parser)


def add_extend(parser: Parser) -> None:
    """Add the arguments of `extend`."""
    t = parser.t
    parser.own.add_argument("code", metavar="CODE", help=t("the code on the card"))
    parser.own.add_argument(
        "--until",
        metavar=t("DATE"),
        required=True,
        help=t("the last day it can be used, such as 2027-12-31"),
    )
    add_wait(parser)


def add_refund(parser: Parser) -> None:
    """Add the arguments of `refund`."""
    t = parser.t
    parser.own.add_argument("transaction", metavar="TR", help=t("the captured redeem, tr_…"))
    parser.own.add_argument(
        "amount", metavar=t("AMOUNT"), help=t("what to give back, such as 12.50")
    )
    parser.own.add_argument(
        "--reason",
        metavar=t("REASON"),
        default=DEFAULT_REASON,
        help=t("a word of the API such as {word}, or a sentence of your own", word=DEFAULT_REASON),
    )
    add_wait(parser)


async def issue(context: Context, arguments: argparse.Namespace) -> Exit:
    """Carry out `issue`: activate a card with an amount or a package."""
    code = read_code(arguments.code)
    if (arguments.amount is None) == (arguments.package is None):
        raise UsageError(
            Message(N_("Give either an amount or a package.")),
            Message(N_("Such as: giftill issue CODE 25.00, or: giftill issue CODE --package gp_…")),
        )
    cents = parse_amount(arguments.amount) if arguments.amount is not None else None
    package = _package_id(arguments.package)
    wait_s = checked_wait(arguments.wait)
    async with context.desk() as desk:
        await context.check_workplace(desk)
        card = await desk.sales.look_up(code)
        amount = await _worth(desk, card, cents, package)
        placed = await desk.sales.issue(
            code, card, amount=amount, package=package, promotional=arguments.promotional
        )
        placed = await resolved(context, desk, placed, wait_s)
    return tell_placed(context, placed)


async def extend(context: Context, arguments: argparse.Namespace) -> Exit:
    """Carry out `extend`: re-activate an expired card."""
    code = read_code(arguments.code)
    until = read_date(arguments.until, datetime.now(UTC))
    wait_s = checked_wait(arguments.wait)
    async with context.desk() as desk:
        await context.check_workplace(desk)
        card = await desk.sales.look_up(code)
        placed = await desk.sales.extend(code, card, until)
        placed = await resolved(context, desk, placed, wait_s)
    return tell_placed(context, placed)


async def refund(context: Context, arguments: argparse.Namespace) -> Exit:
    """Carry out `refund`: give captured money back to its card."""
    transaction_id = read_transaction_id(arguments.transaction)
    cents = parse_amount(arguments.amount)
    wait_s = checked_wait(arguments.wait)
    is_word = _REASON.fullmatch(arguments.reason) is not None
    async with context.desk() as desk:
        await context.check_workplace(desk)
        transaction = await desk.client.transaction(transaction_id)
        placed = await desk.sales.refund(
            transaction,
            Money(cents, transaction.currency),
            reason=arguments.reason if is_word else DEFAULT_REASON,
            description="" if is_word else arguments.reason,
        )
        placed = await resolved(context, desk, placed, wait_s)
    return tell_placed(context, placed)


def read_date(text: str, now: datetime) -> datetime:
    """Read the day until which a card shall be usable: to its last second, in local time.

    Args:
        text: `2027-12-31`, or a moment in ISO 8601 with its offset.
        now: The time, with its zone.

    Raises:
        UsageError: It is no date, or not in the future.
    """
    try:
        day = date.fromisoformat(text)
        until = datetime.combine(day, time(23, 59, 59)).astimezone()
    except (ValueError, OverflowError, OSError):
        until = _read_moment(text)
    if until <= now:
        raise UsageError(
            Message(N_("“{text}” is not in the future."), {"text": text}),
            Message(N_("Give a day after today, such as {year}-12-31."), {"year": now.year + 1}),
        )
    return until


def _read_moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            Message(N_("“{text}” is not a date."), {"text": text[:40]}),
            Message(N_("Write it as year-month-day, such as 2027-12-31.")),
        ) from error


def _package_id(text: str | None) -> PackageId | None:
    from giftill.domain.cards import PackageId

    if text is None:
        return None
    if not _PACKAGE_ID.fullmatch(text):
        raise UsageError(
            Message(N_("“{text}” is not the id of a package."), {"text": text[:40]}),
            Message(N_("It looks like gp_rB4kAgGwOzdaQ5dMxN09q62y; see “giftill packages”.")),
        )
    return PackageId(text)


async def _worth(desk: Desk, card: Card, cents: int | None, package: PackageId | None) -> Money:
    if package is not None:
        return (await desk.catalogue.package(package)).value
    assert cents is not None, "issue() takes an amount where there is no package"
    return Money(cents, card.currency)
