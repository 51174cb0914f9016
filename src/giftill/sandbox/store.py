"""The ledger's tables: one SQLite connection, whole transactions only, no rule about money."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any

from giftill.sandbox.config import SandboxError
from giftill.sandbox.model import (
    Card,
    Location,
    Package,
    Transaction,
    TransactionStatus,
    TransactionType,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE location (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, street TEXT NOT NULL,
    house_number TEXT NOT NULL, addition TEXT, postal_code TEXT NOT NULL, city TEXT NOT NULL,
    country_code TEXT
) STRICT;
CREATE TABLE package (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    description TEXT NOT NULL, amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
    amount_visible INTEGER NOT NULL, currency TEXT NOT NULL, active INTEGER NOT NULL
) STRICT;
CREATE TABLE card (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, code TEXT NOT NULL UNIQUE,
    balance_cents INTEGER NOT NULL CHECK (balance_cents >= 0), currency TEXT NOT NULL,
    promotional INTEGER NOT NULL, extendable INTEGER NOT NULL, validity_days INTEGER,
    expires_at INTEGER, created_at INTEGER NOT NULL,
    package_id TEXT REFERENCES package (id), design TEXT NOT NULL
) STRICT;
CREATE INDEX card_with_money_by_expiry ON card (expires_at) WHERE balance_cents > 0;
CREATE TABLE txn (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    card_id TEXT NOT NULL REFERENCES card (id), amount_cents INTEGER NOT NULL,
    currency TEXT NOT NULL, status TEXT NOT NULL, type TEXT NOT NULL, description TEXT NOT NULL,
    captured_at INTEGER, created_at INTEGER NOT NULL, parent_id TEXT REFERENCES txn (id),
    location_id TEXT REFERENCES location (id), reason TEXT, reason_description TEXT
) STRICT;
CREATE INDEX txn_by_card ON txn (card_id, seq);
CREATE INDEX txn_by_parent ON txn (parent_id) WHERE parent_id IS NOT NULL;
"""

_CARD = """
SELECT seq, id, code, balance_cents, currency, promotional, extendable, validity_days, expires_at,
    created_at, package_id, design, EXISTS (SELECT 1 FROM txn WHERE txn.card_id = card.id)
FROM card
"""
_TRANSACTION = """
SELECT seq, id, card_id, amount_cents, currency, status, type, description, captured_at, created_at,
    parent_id, location_id, reason, reason_description
FROM txn
"""
_LOCATION = """
SELECT seq, id, street, house_number, addition, postal_code, city, country_code FROM location
"""
_PACKAGE = """
SELECT seq, id, title, description, amount_cents, amount_visible, currency, active FROM package
"""


class Store:
    """Rows in and out of one SQLite database.

    The connection may be used from any thread; a lock makes each transaction whole.

    Args:
        path: The file; None keeps everything in memory.

    Raises:
        SandboxError: The file can't be opened or is not a ledger of this version.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = RLock()
        self._depth = 0
        try:
            self._db = sqlite3.connect(
                ":memory:" if path is None else path,
                isolation_level=None,
                check_same_thread=False,
                timeout=5.0,
                cached_statements=256,
            )
            self._prepare()
        except sqlite3.Error as error:
            message = f"The ledger {path} can't be opened: {error}."
            raise SandboxError(message) from error

    def _prepare(self) -> None:
        try:
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.execute("PRAGMA journal_mode = WAL")
            # NORMAL keeps the file consistent after a kill; only a power cut may cost the last
            # moments, and no real money is at stake.
            self._db.execute("PRAGMA synchronous = NORMAL")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            tables = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            if version == 0 and tables == 0:
                self._db.executescript(
                    f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;"
                )
            elif version != _SCHEMA_VERSION:
                message = "it is not a sandbox ledger of this version"
                raise sqlite3.DatabaseError(message)
        except sqlite3.Error:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the database; nothing can be read after this."""
        with self._lock:
            self._db.close()

    @contextmanager
    def atomically(self) -> Iterator[None]:
        """Make everything inside one transaction; an exception undoes all of it.

        May be nested: the outermost one decides.
        """
        with self._lock:
            if self._depth == 0:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("COMMIT")

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement and fetch what it answers."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def add_location(self, location: Location) -> None:
        """Insert a location; its `seq` is given by the database."""
        self.rows(
            "INSERT INTO location (id, street, house_number, addition, postal_code, city,"
            " country_code) VALUES (?, ?, ?, ?, ?, ?, ?)",
            location.id,
            location.street,
            location.house_number,
            location.addition,
            location.postal_code,
            location.city,
            location.country_code,
        )

    def add_package(self, package: Package) -> None:
        """Insert a package; its `seq` is given by the database."""
        self.rows(
            "INSERT INTO package (id, title, description, amount_cents, amount_visible, currency,"
            " active) VALUES (?, ?, ?, ?, ?, ?, ?)",
            package.id,
            package.title,
            package.description,
            package.amount_cents,
            package.amount_visible,
            package.currency,
            package.active,
        )

    def add_card(self, card: Card) -> None:
        """Insert a card; its `seq` is given by the database."""
        self.rows(
            "INSERT INTO card (id, code, balance_cents, currency, promotional, extendable,"
            " validity_days, expires_at, created_at, package_id, design)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            card.id,
            card.code,
            card.balance_cents,
            card.currency,
            card.promotional,
            card.extendable,
            card.validity_days,
            card.expires_at,
            card.created_at,
            card.package_id,
            card.design,
        )

    def add_transaction(self, row: Transaction) -> Transaction:
        """Insert a transaction and move its card's balance by its amount."""
        self.rows(
            "UPDATE card SET balance_cents = balance_cents + ? WHERE id = ?",
            row.amount_cents,
            row.card_id,
        )
        ((seq,),) = self.rows(
            "INSERT INTO txn (id, card_id, amount_cents, currency, status, type, description,"
            " captured_at, created_at, parent_id, location_id, reason, reason_description)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
            row.id,
            row.card_id,
            row.amount_cents,
            row.currency,
            row.status,
            row.type,
            row.description,
            row.captured_at,
            row.created_at,
            row.parent_id,
            row.location_id,
            row.reason,
            row.reason_description,
        )
        (stored,) = self.transactions("WHERE seq = ?", seq)
        return stored

    def cards(self, where: str = "ORDER BY seq", *values: object) -> list[Card]:
        """The cards that a condition picks."""
        return [_card(row) for row in self.rows(_CARD + where, *values)]

    def transactions(self, where: str = "ORDER BY seq", *values: object) -> list[Transaction]:
        """The transactions that a condition picks."""
        return [_transaction(row) for row in self.rows(_TRANSACTION + where, *values)]

    def locations(self, where: str = "ORDER BY seq", *values: object) -> list[Location]:
        """The locations that a condition picks."""
        return [Location(*row) for row in self.rows(_LOCATION + where, *values)]

    def packages(self, where: str = "ORDER BY seq", *values: object) -> list[Package]:
        """The packages that a condition picks."""
        return [_package(row) for row in self.rows(_PACKAGE + where, *values)]


def _card(row: tuple[Any, ...]) -> Card:
    return Card(
        seq=row[0],
        id=row[1],
        code=row[2],
        balance_cents=row[3],
        currency=row[4],
        promotional=bool(row[5]),
        extendable=bool(row[6]),
        validity_days=row[7],
        expires_at=row[8],
        created_at=row[9],
        package_id=row[10],
        design=row[11],
        has_transactions=bool(row[12]),
    )


def _transaction(row: tuple[Any, ...]) -> Transaction:
    return Transaction(
        seq=row[0],
        id=row[1],
        card_id=row[2],
        amount_cents=row[3],
        currency=row[4],
        status=TransactionStatus(row[5]),
        type=TransactionType(row[6]),
        description=row[7],
        captured_at=row[8],
        created_at=row[9],
        parent_id=row[10],
        location_id=row[11],
        reason=row[12],
        reason_description=row[13],
    )


def _package(row: tuple[Any, ...]) -> Package:
    return Package(
        seq=row[0],
        id=row[1],
        title=row[2],
        description=row[3],
        amount_cents=row[4],
        amount_visible=bool(row[5]),
        currency=row[6],
        active=bool(row[7]),
    )
