"""The baseline of the journal's benchmark: the same inserts, straight through apsw."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import apsw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_WRITES: Final = ("INSERT", "UPDATE", "REPLACE")

Statement = tuple[str, Any]


class Inserts:
    """What a connection wrote, by transaction."""

    def __init__(self) -> None:
        self.transactions: list[list[Statement]] = [[]]

    def take_down(self, _cursor: apsw.Cursor, sql: str, bindings: Any) -> bool:  # noqa: ANN401 - as apsw gives them
        """Note a statement down, if it writes."""
        if sql.lstrip().upper().startswith(_WRITES):
            self.transactions[-1].append((sql, bindings))
        return True

    def next_transaction(self) -> None:
        """What follows belongs to another transaction."""
        self.transactions.append([])


@contextmanager
def taken_down(connection: apsw.Connection) -> Iterator[Inserts]:
    """Take down what a connection writes."""
    inserts = Inserts()
    connection.exec_trace = inserts.take_down
    try:
        yield inserts
    finally:
        connection.exec_trace = None


def copy_to(file: Path, connection: apsw.Connection) -> None:
    """Copy a store as it is now; the thread that owns it must have nothing to do."""
    file.unlink(missing_ok=True)
    connection.execute("VACUUM INTO ?", (str(file),))


def replay(file: Path, transactions: Sequence[Sequence[Statement]]) -> float:
    """Write it again, each transaction durable like the journal's; return the seconds it took."""
    connection = apsw.Connection(str(file))
    try:
        connection.pragma("locking_mode", "EXCLUSIVE")
        connection.pragma("synchronous", "EXTRA")
        connection.pragma("journal_mode", "WAL")
        connection.pragma("foreign_keys", 1)
        started = time.perf_counter()
        for statements in transactions:
            if statements:
                connection.execute("BEGIN IMMEDIATE")
                for sql, bindings in statements:
                    connection.execute(sql, bindings)
                connection.execute("COMMIT")
        return time.perf_counter() - started
    finally:
        connection.close()
