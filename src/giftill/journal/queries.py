"""Questions that the store answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from giftill.domain.money import Money
from giftill.domain.operations import HoldState, OperationState, OutboxSummary

from . import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import apsw

    from giftill.domain.operations import (
        AccountId,
        Hold,
        Operation,
        OperationId,
        OperationKind,
        SaleId,
    )
    from giftill.domain.transactions import TransactionId

    from .records import Entry

T = TypeVar("T")

LIVE: Final = tuple(state.value for state in OperationState if not state.is_final)

# The conditions are those of the index `operation_settles_once`, word for word, so that it serves.
_SETTLEMENT: Final = (
    f"SELECT {rows.OPERATION_COLUMNS} FROM operation WHERE account = ? AND transaction_id = ?"
    " AND kind IN ('capture', 'release') AND state NOT IN ('refused', 'not_done', 'closed')"
)
# Likewise those of `operation_by_result` and `operation_watched`.
_CLAIMANTS: Final = (
    "SELECT state FROM operation WHERE account = ? AND result = ?"
    " AND kind NOT IN ('capture', 'release') AND result IS NOT NULL AND kind = ? AND id <> ?"
)
_WATCHED: Final = (
    f"SELECT {rows.OPERATION_COLUMNS} FROM operation WHERE account = ?"
    " AND kind NOT IN ('capture', 'release') AND state = 'not_done' AND next_at_ms > 0"
    " ORDER BY next_at_ms, id"
)
_SUMMARY: Final = (
    "SELECT state, kind IN ('capture', 'release'), currency, count(*), sum(amount_cents),"
    " min(created_at_ms) FROM operation"
    f" WHERE (?1 IS NULL OR account = ?1) AND state IN ({', '.join('?' * len(LIVE))})"
    " GROUP BY 1, 2, 3"
)
_ENTRIES: Final = f"SELECT {rows.ENTRY_COLUMNS} FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"


class _Where:
    """Conditions joined by AND, with the values they bind."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.values: list[Any] = []

    def add(self, condition: str, *values: object) -> None:
        """Add a condition whose question marks stand for the values."""
        self.conditions.append(condition)
        self.values.extend(values)

    def add_one_of(self, column: str, values: Collection[str]) -> None:
        """Add that a column has one of these values; an empty collection allows any."""
        if values:
            self.add(f"{column} IN ({', '.join('?' * len(values))})", *map(str, values))

    def __str__(self) -> str:
        return f" WHERE {' AND '.join(self.conditions)}" if self.conditions else ""


def _reading(read: Callable[[rows.Row], T]) -> Callable[[rows.Row], T]:
    """Have a row that this program never wrote told as what it is."""

    def read_row(row: rows.Row) -> T:
        try:
            return read(row)
        except rows.UNUSABLE as error:
            raise rows.Unreadable(str(error)) from error

    return read_row


_operation_from: Final = _reading(rows.operation_from)
_hold_from: Final = _reading(rows.hold_from)
_entry_from: Final = _reading(rows.entry_from)


def operation(connection: apsw.Connection, id_: OperationId) -> Operation | None:
    """Return an operation by its id."""
    row = connection.execute(
        f"SELECT {rows.OPERATION_COLUMNS} FROM operation WHERE id = ?",
        (id_,),
    ).fetchone()
    return None if row is None else _operation_from(row)


def operations(
    connection: apsw.Connection,
    *,
    account: AccountId | None,
    states: Collection[OperationState],
    kinds: Collection[OperationKind],
    due_by_ms: int | None,
    latest_due_ms: int | None,
    limit: int | None,
) -> tuple[Operation, ...]:
    """Return the operations that meet every condition given, oldest first."""
    where = _Where()
    where.add_one_of("state", states)
    where.add_one_of("kind", kinds)
    if account is not None:
        where.add("account = ?", account)
    if due_by_ms is not None:
        if latest_due_ms is None:
            where.add("next_at_ms <= ?", due_by_ms)
        else:
            where.add("(next_at_ms <= ? OR next_at_ms > ?)", due_by_ms, latest_due_ms)
    found = connection.execute(
        f"SELECT {rows.OPERATION_COLUMNS} FROM operation{where} ORDER BY created_at_ms, id LIMIT ?",
        (*where.values, -1 if limit is None else limit),
    )
    return tuple(map(_operation_from, found))


def settlement_of(
    connection: apsw.Connection, account: AccountId, transaction: TransactionId | None
) -> Operation | None:
    """Return the one capture or release of a hold that is under way or confirmed."""
    row = connection.execute(_SETTLEMENT, (account, transaction)).fetchone()
    return None if row is None else _operation_from(row)


def claims(
    connection: apsw.Connection, operation: Operation, transaction: TransactionId
) -> frozenset[OperationState]:
    """Return the states of the other operations of its kind that a transaction came of."""
    values = (operation.account, transaction, operation.kind.value, operation.id)
    return frozenset(OperationState(row[0]) for row in connection.execute(_CLAIMANTS, values))


def watched(connection: apsw.Connection, account: AccountId) -> tuple[Operation, ...]:
    """Return what was not done as far as is known, and is to be looked for again."""
    return tuple(map(_operation_from, connection.execute(_WATCHED, (account,))))


def hold(
    connection: apsw.Connection, account: AccountId, transaction: TransactionId
) -> Hold | None:
    """Return a hold of this till by its identity."""
    row = connection.execute(
        f"SELECT {rows.HOLD_COLUMNS} FROM hold WHERE account = ? AND transaction_id = ?",
        (account, transaction),
    ).fetchone()
    return None if row is None else _hold_from(row)


def holds(
    connection: apsw.Connection,
    *,
    account: AccountId | None,
    state: HoldState | None,
    sale: SaleId | None,
) -> tuple[Hold, ...]:
    """Return the holds that meet every condition given, oldest first."""
    where = _Where()
    if state is not None:
        where.add("state = ?", state.value)
    if account is not None:
        where.add("account = ?", account)
    if sale is not None:
        where.add("sale = ?", sale)
    found = connection.execute(
        f"SELECT {rows.HOLD_COLUMNS} FROM hold{where} ORDER BY created_at_ms, transaction_id",
        tuple(where.values),
    )
    return tuple(map(_hold_from, found))


def count_unsettled_holds(connection: apsw.Connection) -> int:
    """Count the holds that nobody has asked to capture or release yet."""
    question = "SELECT count(*) FROM hold WHERE state = ? AND settlement IS NULL"
    return int(connection.execute(question, (HoldState.OPEN.value,)).get)


def summary(connection: apsw.Connection, account: AccountId | None) -> OutboxSummary:
    """Sum up what is not settled yet, of one account or of all."""
    waiting = attention = checking = 0
    totals: dict[str, int] = {}
    oldest_at_ms: int | None = None
    found = connection.execute(_SUMMARY, (account, *LIVE))
    for state, is_settlement, currency, count, cents, first_at_ms in found:
        if state == OperationState.ATTENTION:
            attention += count
        elif is_settlement:
            waiting += count
            totals[currency] = totals.get(currency, 0) + cents
            oldest_at_ms = first_at_ms if oldest_at_ms is None else min(oldest_at_ms, first_at_ms)
        elif state == OperationState.UNKNOWN:
            checking += count
    return OutboxSummary(
        waiting=waiting,
        attention=attention,
        total=tuple(Money(cents, currency) for currency, cents in sorted(totals.items())),
        oldest_at_ms=oldest_at_ms,
        checking=checking,
    )


def entries(connection: apsw.Connection, after: int, limit: int) -> tuple[Entry, ...]:
    """Return the entries that follow a place, in order."""
    return tuple(map(_entry_from, connection.execute(_ENTRIES, (after, limit))))


def entry_rows(connection: apsw.Connection, after: int, limit: int) -> list[rows.Row]:
    """Return the entries that follow a place as they are stored."""
    return list(connection.execute(_ENTRIES, (after, limit)))


def fact(connection: apsw.Connection, key: str) -> str | None:
    """Return a small durable fact."""
    row = connection.execute("SELECT value FROM fact WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def set_fact(connection: apsw.Connection, key: str, value: str) -> None:
    """Put a small durable fact in place of what is there."""
    connection.execute(
        "INSERT INTO fact (key, value) VALUES (?, ?)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )


def forget_fact(connection: apsw.Connection, key: str) -> None:
    """Take a small fact away."""
    connection.execute("DELETE FROM fact WHERE key = ?", (key,))
