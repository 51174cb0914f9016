"""Reads a damaged file, as far as that goes: an answer or nothing, never an error."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import apsw

from . import rows, schema
from .wal import wal_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_Values: TypeAlias = tuple[Any, ...]

# Whatever goes wrong while a damaged file is read comes from the damage; text may be none either.
_UNREADABLE: Final = (apsw.Error, UnicodeDecodeError)
_AT_ONCE: Final = 64
# Where the end of the entries is lost, one damaged page must not be taken for it.
_MOST_SILENT: Final = 5
# A page holds at least one entry in four, so a file can't hold more of them than that.
_ENTRIES_PER_PAGE: Final = 40

_LAST_ENTRY: Final = (
    "SELECT max(seq) FROM entry",
    "SELECT max(entry) FROM operation",
    "SELECT max(entry) FROM hold",
)
_ENTRIES: Final = f"SELECT {rows.ENTRY_COLUMNS} FROM entry WHERE seq BETWEEN ? AND ? ORDER BY seq"
_OPERATION: Final = f"SELECT {rows.OPERATION_COLUMNS}, entry FROM operation"
_HOLD: Final = f"SELECT {rows.HOLD_COLUMNS}, entry FROM hold"


@contextmanager
def reading(file: Path) -> Iterator[Damaged]:
    """Open a damaged file to read it, without changing a byte of it or of its log.

    Raises:
        OSError: There is no room for a copy.
    """
    work = file.parent / "reading"
    shutil.rmtree(work, ignore_errors=True)
    connection = apsw.Connection(":memory:")
    try:
        if file.exists():
            connection = _connect(file, work)
        yield Damaged(connection)
    finally:
        connection.close()
        shutil.rmtree(work, ignore_errors=True)


def _connect(file: Path, work: Path) -> apsw.Connection:
    logs = [each for each in (wal_of(file), _rollback_of(file)) if each.exists()]
    if not logs:
        connection = _open(f"{file.as_uri()}?immutable=1", apsw.SQLITE_OPEN_READONLY)
        if _knows_tables(connection):
            return connection
        connection.close()
    # SQLite can't read a log without writing beside it.
    work.mkdir(mode=0o700)
    for each in (file, *logs):
        shutil.copyfile(each, work / each.name)
    copy = work / file.name
    connection = _open(copy.as_uri(), apsw.SQLITE_OPEN_READWRITE)
    if not _knows_tables(connection):
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.close()
        _give_schema(copy)
        connection = _open(copy.as_uri(), apsw.SQLITE_OPEN_READWRITE)
    return connection


def _open(uri: str, flags: int) -> apsw.Connection:
    connection = apsw.Connection(uri, flags=flags | apsw.SQLITE_OPEN_URI)
    # Only then SQLite opens a file that was cut off.
    connection.pragma("writable_schema", 1)
    connection.pragma("cell_size_check", 1)
    connection.pragma("trusted_schema", 0)
    return connection


def _knows_tables(connection: apsw.Connection) -> bool:
    try:
        return bool(connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'entry'").get)
    except _UNREADABLE:
        return False


def _give_schema(copy: Path) -> None:
    """Put the first page of a new journal in place of one that is lost.

    It says where each table begins, which is the same in every journal of one format.
    """
    new = apsw.Connection(":memory:")
    schema.upgrade(new)
    page = bytearray(new.serialize("main")[: new.pragma("page_size")])
    new.close()
    # https://www.sqlite.org/fileformat2.html#the_database_header: it may have a log; and its
    # size is that of the file, as the two counters of changes differ.
    page[18:20] = b"\x02\x02"
    page[24:28] = b"\xff\xff\xff\xff"
    with copy.open("rb+") as opened:
        opened.write(page)


def _rollback_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-journal")


class Damaged:
    """A journal's file that can't be trusted."""

    def __init__(self, connection: apsw.Connection) -> None:
        """Read through `connection`."""
        self._connection = connection

    def last_seq(self) -> int:
        """Return the place of the newest entry that anything speaks of."""
        found = (row[0] for question in _LAST_ENTRY for row in self._ask(question) or ())
        last = max((each for each in found if isinstance(each, int)), default=0)
        pages = self._ask("PRAGMA page_count") or [(0,)]
        return min(last, int(pages[0][0]) * _ENTRIES_PER_PAGE)

    def entries(self) -> Iterator[rows.Row]:
        """Give every entry that can be read, in order; also those that nothing speaks of."""
        last, first, silent = self.last_seq(), 1, 0
        while first <= last or silent < _MOST_SILENT:
            silent += 1
            for row in self._between(first, first + _AT_ONCE - 1):
                silent = 0
                yield row
            first += _AT_ONCE

    def operations(self, known: Iterable[str]) -> dict[str, rows.Row]:
        """Return the rows of operations that can be read; those of `known` are asked for singly."""
        found = {row[0]: row for row in self._from_both_ends(_OPERATION, "id")}
        for id_ in known:
            if id_ not in found:
                for row in self._ask(f"{_OPERATION} WHERE id = ?", (id_,)) or ():
                    found[id_] = row
        return found

    def holds(self, known: Iterable[tuple[str, str]]) -> dict[tuple[str, str], rows.Row]:
        """Return the rows of holds that can be read, likewise."""
        order = "account, transaction_id"
        found = {(row[0], row[1]): row for row in self._from_both_ends(_HOLD, order)}
        for key in known:
            if key not in found:
                one = f"{_HOLD} WHERE account = ? AND transaction_id = ?"
                for row in self._ask(one, key) or ():
                    found[key] = row
        return found

    def facts(self) -> dict[str, str]:
        """Return the facts that can be read."""
        found = self._from_both_ends("SELECT key, value FROM fact", "key")
        return {key: value for key, value in found if isinstance(value, str)}

    def _between(self, first: int, last: int) -> Iterator[rows.Row]:
        found = self._ask(_ENTRIES, (first, last))
        if found is not None:
            yield from found
        elif first < last:
            middle = (first + last) // 2
            yield from self._between(first, middle)
            yield from self._between(middle + 1, last)

    def _from_both_ends(self, question: str, key: str) -> Iterator[rows.Row]:
        """Read a table from its start until damage, and if there was some, from its end too."""
        backwards = ", ".join(f"{each} DESC" for each in key.split(", "))
        for order in (key, backwards):
            try:
                yield from self._connection.execute(f"{question} ORDER BY {order}")
            except _UNREADABLE:
                continue
            return

    def _ask(self, question: str, values: _Values = ()) -> list[rows.Row] | None:
        try:
            return self._connection.execute(question, values).fetchall()
        except _UNREADABLE:
            return None
