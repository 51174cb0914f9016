"""Holds tills' journals and what their cashiers were told against the server's ledger."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from giftill.domain.operations import HoldState, Operation, OperationKind, OperationState
from giftill.journal import Journal
from giftill.sandbox import Ledger
from giftill.services.clock import SystemClock

from .driver import Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from giftill.domain.operations import Hold
    from giftill.sandbox.model import Transaction

# What a sale is known by: its card, and an amount that no other sale has.
_Sale: TypeAlias = tuple[str, int]

_JOURNAL: Final = "journal.sqlite3"
_LIVE: Final = frozenset({"pending", "success"})
_SETTLED_AS: Final = {OperationKind.CAPTURE: "success", OperationKind.RELEASE: "cancelled"}
UNFINISHED: Final = frozenset(
    {
        OperationState.INTENDED,
        OperationState.SENDING,
        OperationState.QUEUED,
        OperationState.UNKNOWN,
    }
)
_ASKED: Final = frozenset({OperationState.ATTENTION, OperationState.CLOSED})
_PROMISED: Final = frozenset({"done", "queued"})


class Wrong(StrEnum):
    """What can be wrong, most of it with the money."""

    LOST = "lost"
    DOUBLED = "doubled"
    STUCK = "stuck"
    OVER_LIMIT = "over the limit"
    CHAIN = "chain"


@dataclass(frozen=True)
class Finding:
    """Something that must not be."""

    wrong: Wrong
    what: str


@dataclass(frozen=True)
class Books:
    """What one till says.

    Attributes:
        operations: Each operation as it stands.
        holds: Each hold as it stands, by its transaction.
        is_intact: Whether the journal is as it was written.
        told: What its cashiers were told.
    """

    operations: tuple[Operation, ...] = ()
    holds: Mapping[str, Hold] = field(default_factory=dict)
    is_intact: bool = True
    told: tuple[Told, ...] = ()


@dataclass(frozen=True)
class Accounts:
    """What the server says.

    Attributes:
        transactions: Every transaction, by its id.
        wrong_balances: Cards whose balance is not the sum of their transactions.
    """

    transactions: Mapping[str, Transaction]
    wrong_balances: tuple[str, ...]


async def read_books(data: Path, told: Iterable[Told]) -> Books:
    """Read a copy of a dead till's journal, so that the till itself finds what the kill left."""
    told = tuple(told)
    if not (data / _JOURNAL).exists():
        return Books(told=told)
    with tempfile.TemporaryDirectory(prefix="giftill-books-") as folder:
        for each in data.glob(f"{_JOURNAL}*"):
            shutil.copy2(each, folder)
        journal = await Journal.open(Path(folder), now_ms=SystemClock().now_ms)
        try:
            report = await journal.verify()
            return Books(
                operations=await journal.operations(),
                holds={each.transaction: each for each in await journal.holds(state=None)},
                is_intact=report.is_intact,
                told=told,
            )
        finally:
            await journal.close()


def read_told(file: Path) -> tuple[Told, ...]:
    """Read what a till's cashiers were told so far."""
    if not file.exists():
        return ()
    return tuple(msgspec.json.decode(each, type=Told) for each in file.read_bytes().splitlines())


def read_ledger(file: Path) -> Accounts:
    """Read the server's own file, whether or not the server runs."""
    ledger = Ledger(file)
    try:
        return Accounts(
            {each.id: each for each in ledger.transactions()},
            tuple(str(each) for each in ledger.balance_errors()),
        )
    finally:
        ledger.close()


def audit(tills: Sequence[Books], server: Accounts, *, is_settled: bool) -> list[Finding]:
    """Compare them; no two sales of a card were of the same amount.

    Args:
        tills: Every till of the account, as read before `server`; at any instant one alone.
        server: The ledger.
        is_settled: Whether everything has come to its end: then nothing may be open any more.
    """
    found = [
        Finding(Wrong.CHAIN, "a journal is not as it was written")
        for each in tills
        if not each.is_intact
    ]
    found += [Finding(Wrong.DOUBLED, each) for each in server.wrong_balances]
    for each in tills:
        found += _broken_promises(each, server)
        found += _false_confirmations(each, server)
    found += _adopted_twice(tills)
    asked = {
        (str(each.card), each.amount.cents)
        for till in tills
        for each in till.operations
        if each.kind is OperationKind.REDEEM and each.state in _ASKED
    }
    found += _charged_twice(server, asked)
    if is_settled:
        found += _left_open(tills, server, asked)
    return found


def _broken_promises(till: Books, server: Accounts) -> list[Finding]:
    """What a cashier was told must be so, whatever happened since."""
    settlements = {
        str(each.transaction): each for each in till.operations if each.kind.is_settlement
    }
    found = []
    for told in till.told:
        if told.word not in _PROMISED:
            continue
        made = server.transactions.get(told.transaction)
        if made is None or told.transaction not in till.holds:
            found.append(Finding(Wrong.LOST, f"a hold is gone: {told}"))
        elif told.kind != OperationKind.REDEEM:
            kind = OperationKind(told.kind)
            kept = settlements.get(made.id)
            if kept is None or kept.kind is not kind or kept.state == OperationState.NOT_DONE:
                found.append(Finding(Wrong.LOST, f"not in the journal: {told}"))
            elif told.word == "done" and made.status != _SETTLED_AS[kind]:
                found.append(Finding(Wrong.LOST, f"not done at the server: {told}"))
    return found


def _false_confirmations(till: Books, server: Accounts) -> list[Finding]:
    """What is confirmed here must be so there."""
    found = []
    for each in till.operations:
        if each.state is not OperationState.CONFIRMED:
            continue
        made = server.transactions.get(each.transaction or each.result or "")
        is_so = made is not None and (
            made.amount_cents == -each.amount.cents
            and (made.status == _SETTLED_AS[each.kind] if each.kind.is_settlement else True)
        )
        if not is_so:
            found.append(Finding(Wrong.LOST, f"confirmed, but not so: {each} {made}"))
    return found


def _adopted_twice(tills: Sequence[Books]) -> list[Finding]:
    """A hold is one sale's, at whichever till of the account."""
    results = Counter(
        each.result
        for till in tills
        for each in till.operations
        if each.kind is OperationKind.REDEEM
        and each.result
        and each.state is OperationState.CONFIRMED
    )
    return [
        Finding(Wrong.DOUBLED, f"one hold for several sales: {id_}")
        for id_, count in results.items()
        if count > 1
    ]


def _sales(server: Accounts) -> dict[_Sale, list[Transaction]]:
    sales: dict[_Sale, list[Transaction]] = defaultdict(list)
    for each in server.transactions.values():
        if each.type == "redeem" and each.status in _LIVE:
            sales[each.card_id, -each.amount_cents].append(each)
    return sales


def _charged_twice(server: Accounts, asked: set[_Sale]) -> list[Finding]:
    """A sale has one live hold at most; two are the network's doing if a manager is asked."""
    return [
        Finding(Wrong.DOUBLED, f"one sale, several holds: {found}")
        for sale, found in _sales(server).items()
        if len(found) > 1 and (sale not in asked or any(each.status == "success" for each in found))
    ]


def _left_open(tills: Sequence[Books], server: Accounts, asked: set[_Sale]) -> list[Finding]:
    """Nothing may be without an end, and every live hold must be known."""
    found = [
        Finding(Wrong.STUCK, f"without an end: {each}")
        for till in tills
        for each in till.operations
        if each.state in UNFINISHED
    ]
    confirmed = {
        each.transaction
        for till in tills
        for each in till.operations
        if each.kind is OperationKind.CAPTURE and each.state is OperationState.CONFIRMED
    }
    known = {
        id_ for till in tills for id_, hold in till.holds.items() if hold.state is HoldState.OPEN
    }
    for sale, made in _sales(server).items():
        for each in made:
            if each.status == "success" and each.id not in confirmed:
                found.append(Finding(Wrong.LOST, f"charged, but not confirmed: {each}"))
            elif each.status == "pending" and each.id not in known and sale not in asked:
                found.append(Finding(Wrong.LOST, f"a live hold that nobody knows: {each}"))
    live = {
        each.id for made in _sales(server).values() for each in made if each.status == "pending"
    }
    found += [
        Finding(Wrong.LOST, f"an open hold that is not live: {each}") for each in known - live
    ]
    return found
