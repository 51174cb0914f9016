"""The open file: one connection, the chain's end, and what may be written through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import apsw

from . import chain, queries, rows
from .errors import (
    JournalDamaged,
    JournalReadError,
    JournalWriteError,
    SettlementConflict,
)
from .place import Place

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.domain.operations import Hold, Operation

    from .records import Record

DAMAGE: Final = (apsw.CorruptError, apsw.NotADBError, apsw.FormatError)
"""What SQLite says of a file that is not what was written."""

DISK_TROUBLE: Final = (
    apsw.FullError,
    apsw.IOError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.PermissionsError,
    apsw.NoMemError,
    apsw.BusyError,
    apsw.LockedError,
)
"""What SQLite says when the disk or the system refuses; anything else it says is a bug of ours."""


class Change(Protocol):
    """Something that is written whole or not at all."""

    def apply(self, store: Store) -> None:
        """Write it inside the open transaction."""


class Store:
    """The open journal file, for one thread only."""

    def __init__(self, connection: apsw.Connection, file: Path) -> None:
        """Take over a connection that was checked and set up by `opening.open_store`."""
        self.connection = connection
        self.file = file
        self.tip = chain.read_tip(connection)
        self._place = Place.of(file)

    @property
    def is_in_place(self) -> bool:
        """Whether its files are still those that the folder names: nobody deleted them."""
        return self._place.is_still_there()

    def begin(self) -> None:
        """Start the one transaction."""
        self.connection.execute("BEGIN IMMEDIATE")

    def apply(self, change: Change) -> None:
        """Write one thing, or leave nothing of it behind and raise why."""
        tip = self.tip
        self.connection.execute("SAVEPOINT one")
        try:
            change.apply(self)
        except (*DAMAGE, *DISK_TROUBLE):
            raise
        except BaseException:
            self.connection.execute("ROLLBACK TO one")
            self.connection.execute("RELEASE one")
            self.tip = tip
            raise
        self.connection.execute("RELEASE one")

    def commit(self) -> None:
        """Make the transaction durable."""
        self.connection.execute("COMMIT")
        self._place = self._place.completed()

    def roll_back(self, tip: chain.Tip) -> None:
        """Forget the transaction, which began at `tip`; SQLite may have done so by itself."""
        self.tip = tip
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def append(self, record: Record, at_ms: int) -> None:
        """Write an entry and the state it leads to.

        Raises:
            SettlementConflict: Another capture or release of the same hold is recorded.
        """
        operation, hold = record.operation, record.hold
        content = chain.Content(
            at_ms=at_ms,
            event=record.event,
            operation_id=None if operation is None else operation.id,
            operation=None if operation is None else rows.operation_json(operation),
            hold=None if hold is None else rows.hold_json(hold),
            facts=rows.json_text(dict(record.facts)),
        )
        self.append_content(content, operation, hold)

    def append_content(
        self, content: chain.Content, operation: Operation | None, hold: Hold | None
    ) -> None:
        """Write an entry that is in words already, and the states that it tells of.

        Raises:
            SettlementConflict: Another capture or release of the same hold is recorded.
        """
        self.tip = chain.append(self.connection, self.tip, content)
        if operation is not None:
            try:
                rows.save_operation(self.connection, operation, self.tip.seq)
            except apsw.ConstraintError as error:
                other = queries.settlement_of(
                    self.connection, operation.account, operation.transaction
                )
                if other is None or other.id == operation.id:
                    raise
                raise SettlementConflict(other) from error
        if hold is not None:
            rows.save_hold(self.connection, hold, self.tip.seq)

    def make_sure(self) -> None:
        """Copy everything from the WAL into the file itself.

        After a failed fsync the system may take unwritten pages of the WAL for written, so a later
        fsync of it proves nothing. The copy is written and synced anew.
        """
        busy, waiting, copied = self.connection.execute(
            "PRAGMA wal_checkpoint(TRUNCATE)"
        ).fetchall()[0]
        assert not busy, "nobody else has the file open"
        assert waiting == copied, "nobody reads an older state, so all of the WAL is copied"

    def close(self) -> None:
        """Move the WAL into the file and let go of it."""
        self.connection.close()

    def abandon(self) -> None:
        """Let go of the file without writing to it: a disk that just failed is to be read first."""
        self.connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        self.connection.close()


def read_failure(error: BaseException, file: Path) -> BaseException:
    """Put what SQLite or a row raised while reading into words; a bug stays what it is."""
    if isinstance(error, (*DAMAGE, rows.Unreadable, UnicodeDecodeError)):
        return JournalDamaged(file, str(error))
    if isinstance(error, DISK_TROUBLE):
        return JournalReadError(str(error))
    return error


def write_failure(error: apsw.Error, file: Path) -> Exception:
    """Put what SQLite raised before anything was saved into words; a bug stays what it is."""
    if isinstance(error, DAMAGE):
        return JournalDamaged(file, str(error))
    if isinstance(error, DISK_TROUBLE):
        return JournalWriteError(str(error), is_disk_full=isinstance(error, apsw.FullError))
    return error
