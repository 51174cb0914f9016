"""Operations, holds and entries as rows of the store, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

from giftill.domain.cards import CardId, PackageId
from giftill.domain.money import Money
from giftill.domain.operations import (
    AccountId,
    AttentionKind,
    Hold,
    HoldState,
    Operation,
    OperationId,
    OperationKind,
    OperationState,
    SaleId,
)
from giftill.domain.places import LocationId
from giftill.domain.transactions import TransactionId

from .records import Entry, EventKind, Fact

if TYPE_CHECKING:
    import apsw

Row: TypeAlias = tuple[Any, ...]
"""A row in the order of the columns named beside the query; STRICT tables guard the types."""

UNUSABLE: Final = (KeyError, TypeError, ValueError, msgspec.MsgspecError)
"""What reading a row raises that this program never wrote."""

_MASK: Final = "••••"

OPERATION_COLUMNS: Final = (
    "id, kind, state, account, amount_cents, currency, created_at_ms, updated_at_ms, location,"
    " cashier, sale, sale_total_cents, card, card_masked, transaction_id, known_transactions,"
    " server_offset_ms, package, is_promotional, expires_at, reason, result, attention, attempts,"
    " refusals, next_at_ms, last_problem"
)
HOLD_COLUMNS: Final = (
    "account, transaction_id, card, card_masked, amount_cents, currency, state, sale,"
    " created_at_ms, sale_total_cents, location, cashier, card_balance_cents, settlement"
)
ENTRY_COLUMNS: Final = "seq, at_ms, event, operation_id, operation, hold, facts, hash"

_OPERATION_NAMES: Final = OPERATION_COLUMNS.split(", ")
_HOLD_NAMES: Final = HOLD_COLUMNS.split(", ")

_objects = msgspec.json.Decoder(dict[str, Any])
_ids = msgspec.json.Decoder(tuple[str, ...])
_facts = msgspec.json.Decoder(dict[str, Fact])


class Unreadable(Exception):
    """A row says what this program never writes."""


def _upsert(table: str, columns: str, key: str) -> str:
    names = [*columns.split(", "), "entry"]
    changes = ", ".join(
        f"{name} = excluded.{name}" for name in names if name not in key.split(", ")
    )
    values = ", ".join("?" * len(names))
    return (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"
        f" ON CONFLICT ({key}) DO UPDATE SET {changes}"
    )


_SAVE_OPERATION: Final = _upsert("operation", OPERATION_COLUMNS, "id")
_SAVE_HOLD: Final = _upsert("hold", HOLD_COLUMNS, "account, transaction_id")


def save_operation(connection: apsw.Connection, operation: Operation, seq: int) -> None:
    """Put an operation's whole state in place of what is there; `seq` is the entry that says so."""
    _assert_masked(operation.card_masked)
    connection.execute(_SAVE_OPERATION, (*_operation_values(operation), seq))


def save_hold(connection: apsw.Connection, hold: Hold, seq: int) -> None:
    """Put a hold's whole state in place of what is there; `seq` is the entry that says so."""
    _assert_masked(hold.card_masked)
    connection.execute(_SAVE_HOLD, (*_hold_values(hold), seq))


def _operation_values(operation: Operation) -> Row:
    return (
        operation.id,
        operation.kind,
        operation.state,
        operation.account,
        operation.amount.cents,
        operation.amount.currency,
        operation.created_at_ms,
        operation.updated_at_ms,
        operation.location,
        operation.cashier,
        operation.sale,
        operation.sale_total_cents,
        operation.card,
        operation.card_masked,
        operation.transaction,
        json_text(operation.known_transactions),
        operation.server_offset_ms,
        operation.package,
        int(operation.is_promotional),
        operation.expires_at,
        operation.reason,
        operation.result,
        operation.attention,
        operation.attempts,
        operation.refusals,
        operation.next_at_ms,
        operation.last_problem,
    )


def _hold_values(hold: Hold) -> Row:
    return (
        hold.account,
        hold.transaction,
        hold.card,
        hold.card_masked,
        hold.amount.cents,
        hold.amount.currency,
        hold.state,
        hold.sale,
        hold.created_at_ms,
        hold.sale_total_cents,
        hold.location,
        hold.cashier,
        hold.card_balance_cents,
        hold.settlement,
    )


def operation_from(row: Row) -> Operation:
    """Read a row of `OPERATION_COLUMNS`."""
    return Operation(
        id=OperationId(row[0]),
        kind=OperationKind(row[1]),
        state=OperationState(row[2]),
        account=AccountId(row[3]),
        amount=Money(row[4], row[5]),
        created_at_ms=row[6],
        updated_at_ms=row[7],
        location=None if row[8] is None else LocationId(row[8]),
        cashier=row[9],
        sale=None if row[10] is None else SaleId(row[10]),
        sale_total_cents=row[11],
        card=None if row[12] is None else CardId(row[12]),
        card_masked=row[13],
        transaction=None if row[14] is None else TransactionId(row[14]),
        known_transactions=tuple(map(TransactionId, _ids.decode(row[15]))),
        server_offset_ms=row[16],
        package=None if row[17] is None else PackageId(row[17]),
        is_promotional=bool(row[18]),
        expires_at=row[19],
        reason=row[20],
        result=None if row[21] is None else TransactionId(row[21]),
        attention=None if row[22] is None else AttentionKind(row[22]),
        attempts=row[23],
        refusals=row[24],
        next_at_ms=row[25],
        last_problem=row[26],
    )


def hold_from(row: Row) -> Hold:
    """Read a row of `HOLD_COLUMNS`."""
    return Hold(
        account=AccountId(row[0]),
        transaction=TransactionId(row[1]),
        card=CardId(row[2]),
        card_masked=row[3],
        amount=Money(row[4], row[5]),
        state=HoldState(row[6]),
        sale=SaleId(row[7]),
        created_at_ms=row[8],
        sale_total_cents=row[9],
        location=None if row[10] is None else LocationId(row[10]),
        cashier=row[11],
        card_balance_cents=row[12],
        settlement=None if row[13] is None else OperationKind(row[13]),
    )


def entry_from(row: Row) -> Entry:
    """Read a row of `ENTRY_COLUMNS`."""
    seq, at_ms, event, _, operation, hold, facts, digest = row
    return Entry(
        seq=seq,
        at_ms=at_ms,
        event=EventKind(event),
        operation=None if operation is None else operation_from_json(operation),
        hold=None if hold is None else hold_from_json(hold),
        facts=_facts.decode(facts),
        hash=digest.hex(),
    )


def line_from(row: Row) -> str:
    """Write a row of `ENTRY_COLUMNS` as one line of JSON, the states as they were stored."""
    seq, at_ms, event, _, operation, hold, facts, digest = row
    return json_text(
        {
            "seq": seq,
            "at_ms": at_ms,
            "event": event,
            "operation": None if operation is None else msgspec.Raw(operation.encode()),
            "hold": None if hold is None else msgspec.Raw(hold.encode()),
            "facts": msgspec.Raw(facts.encode()),
            "hash": digest.hex(),
        }
    )


def operation_json(operation: Operation) -> str:
    """Write an operation as an entry keeps it: a JSON object of the table's columns."""
    columns = dict(zip(_OPERATION_NAMES, _operation_values(operation), strict=True))
    columns["known_transactions"] = operation.known_transactions
    columns["is_promotional"] = operation.is_promotional
    return json_text(columns)


def hold_json(hold: Hold) -> str:
    """Write a hold as an entry keeps it: a JSON object of the table's columns."""
    return json_text(dict(zip(_HOLD_NAMES, _hold_values(hold), strict=True)))


def operation_from_json(text: str) -> Operation:
    """Read an operation as an entry keeps it."""
    columns = _objects.decode(text)
    columns["known_transactions"] = json_text(columns["known_transactions"])
    return operation_from(tuple(columns[name] for name in _OPERATION_NAMES))


def hold_from_json(text: str) -> Hold:
    """Read a hold as an entry keeps it."""
    columns = _objects.decode(text)
    return hold_from(tuple(columns[name] for name in _HOLD_NAMES))


def hold_key(text: str) -> tuple[str, str]:
    """Read which hold an entry is about: its account and transaction."""
    columns = _objects.decode(text)
    return columns["account"], columns["transaction_id"]


def json_text(value: object) -> str:
    """Write a value as JSON without spaces, in the order it has."""
    return msgspec.json.encode(value).decode()


def _assert_masked(text: str) -> None:
    assert not text or text.startswith(_MASK), "a card code must be masked before it is stored"
