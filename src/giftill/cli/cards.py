"""Commands that only read from the API: card, transactions, locations, packages.

They leave the journal alone, so that they work beside a running terminal.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from giftill.domain.codes import read_code
from giftill.domain.message import N_, Message
from giftill.domain.money import Money

from .documents import card_document, location_document, package_document, transaction_document
from .exits import Exit
from .problems import UsageError
from .words import CARD_STATES, TRANSACTION_STATUSES, TRANSACTION_TYPES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from giftill.domain.cards import Card, CardId
    from giftill.domain.codes import CardCode
    from giftill.domain.transactions import Transaction
    from giftill.gifty import Exchange, GiftyClient
    from giftill.texts import Texts

    from .arguments import Parser
    from .context import Context

DEFAULT_LIMIT: Final = 25
LARGEST_LIMIT: Final = 100_000
_PAGE: Final = 100
_CARD_ID: Final = re.compile(r"gc_[A-Za-z0-9]{1,60}")


def add_card(parser: Parser) -> None:
    """Add the arguments of `card`."""
    parser.own.add_argument("code", metavar="CODE", help=parser.t("the code on the card"))


def add_transactions(parser: Parser) -> None:
    """Add the arguments of `transactions`."""
    t = parser.t
    parser.own.add_argument(
        "--card", metavar="CODE|GC", help=t("only this card’s: its code, or its id gc_…")
    )
    parser.own.add_argument(
        "--limit",
        metavar="N",
        type=int,
        default=DEFAULT_LIMIT,
        help=t("how many at most, newest first ({n} if not given)", n=DEFAULT_LIMIT),
    )


async def show_card(context: Context, arguments: argparse.Namespace) -> Exit:
    """Carry out `card`: the balance, the state and the transactions of a card."""
    code = read_code(arguments.code)
    clock = ServerClock()
    async with context.client(clock.watch) as client:
        card = await client.card(code)
    tell_card(context, code, card, clock.now())
    return Exit.DONE


async def list_transactions(context: Context, arguments: argparse.Namespace) -> Exit:
    """Carry out `transactions`: the newest ones, of all cards or of one."""
    limit: int = arguments.limit
    if not 1 <= limit <= LARGEST_LIMIT:
        raise UsageError(
            Message(N_("--limit must be from 1 to {largest}."), {"largest": LARGEST_LIMIT}),
            Message(N_("Leave it out to see the newest {n}."), {"n": DEFAULT_LIMIT}),
        )
    wanted = arguments.card
    code = None if wanted is None or _CARD_ID.fullmatch(wanted) else read_code(wanted)
    found: list[Transaction] = []
    async with context.client() as client:
        card = await _card_id(client, wanted, code)
        async for each in client.transactions(card=card, page_size=min(limit, _PAGE)):
            found.append(each)
            if len(found) == limit:
                break
    terminal = context.terminal
    terminal.answer({"transactions": [transaction_document(each) for each in found]})
    if not found:
        terminal.say(context.t("No transactions yet."))
    terminal.table(transaction_rows(context.t, found) if found else (), right=(3,))
    return Exit.DONE


async def list_locations(context: Context, _arguments: argparse.Namespace) -> Exit:
    """Carry out `locations`: the shops of the account."""
    async with context.client() as client:
        found = [each async for each in client.locations()]
    t, terminal = context.t, context.terminal
    terminal.answer({"locations": [location_document(each) for each in found]})
    if not found:
        terminal.say(t("The account has no locations."))
        return Exit.DONE
    rows = [(t("Location"), t("Street"), t("City"), "")]
    for each in found:
        mark = t("← this till") if each.id == context.settings.location else ""
        rows.append((each.id, each.street_line, each.city_line, mark))
    terminal.table(rows)
    return Exit.DONE


async def list_packages(context: Context, _arguments: argparse.Namespace) -> Exit:
    """Carry out `packages`: what a card can be sold as."""
    async with context.client() as client:
        found = [each async for each in client.packages()]
    t, terminal = context.t, context.terminal
    terminal.answer({"packages": [package_document(each) for each in found]})
    if not found:
        terminal.say(t("The account has no packages."))
        return Exit.DONE
    rows = [(t("Package"), t("Amount"), t("Title"), "")]
    for package in found:
        mark = "" if package.is_active else t("not sold now")
        rows.append((package.id, t.money(package.value), package.title, mark))
    terminal.table(rows, right=(1,))
    return Exit.DONE


class ServerClock:
    """The server's time, by the last answer's `Date`: it decides whether a card has expired."""

    def __init__(self) -> None:
        """Start with this PC's time."""
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the server's time as far as it is known, else this PC's."""
        return datetime.now(UTC) + self._offset

    def watch(self, exchange: Exchange) -> None:
        """Take in when a request was answered."""
        if exchange.server_time_offset_s is not None:
            self._offset = timedelta(seconds=exchange.server_time_offset_s)


def tell_card(context: Context, code: CardCode, card: Card, now: datetime) -> None:
    """Write what a card is, for people or machines.

    Args:
        context: Where to write.
        code: Its code, shown masked.
        card: The card as it was just read.
        now: The server's time.
    """
    t, terminal = context.t, context.terminal
    state = card.state(now)
    terminal.answer({"card": card_document(card, code.masked, state.value)})
    facts = [
        (t("Card"), code.masked),
        (t("Balance"), t.money(card.balance)),
        (t("State"), t(CARD_STATES[state])),
        (t("Expires"), t.date(card.expires_at) if card.expires_at else t("never")),
    ]
    if card.is_promotional:
        facts.append((t("Promotional"), t("yes")))
    if card.package_id:
        facts.append((t("Package"), card.package_id))
    facts.append((t("Id"), card.id))
    terminal.facts(facts)
    if card.transactions:
        terminal.say("")
        terminal.table(transaction_rows(t, card.transactions), right=(3,))


def transaction_rows(t: Texts, transactions: Sequence[Transaction]) -> list[tuple[str, ...]]:
    """Return a table of transactions, its headers first."""
    rows: list[tuple[str, ...]] = [
        (t("When"), t("What"), t("Status"), t("Amount"), t("Transaction"))
    ]
    rows += [
        (
            t.date_time(each.created_at) if each.created_at else "–",
            t(TRANSACTION_TYPES[each.type]),
            t(TRANSACTION_STATUSES[each.status]),
            t.money(Money(each.amount_cents, each.currency)),
            each.id,
        )
        for each in transactions
    ]
    return rows


async def _card_id(client: GiftyClient, wanted: str | None, code: CardCode | None) -> CardId | None:
    from giftill.domain.cards import CardId

    if code is not None:
        return (await client.card(code)).id
    return CardId(wanted) if wanted is not None else None
