"""A journal as a shop has it after years, written in bulk: for tests of how a till copes with it.

`python -m tests.helpers.big_journal FOLDER [OPERATIONS]` makes one to look at.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import apsw

from giftill.domain.operations import HoldState, Operation, OperationKind, OperationState
from giftill.journal import EventKind, chain, rows
from giftill.journal.opening import Looking, open_store

from .journal import NOW_MS, a_hold, an_operation

if TYPE_CHECKING:
    from giftill.domain.operations import Hold

_QUEUED_AT_END: Final = 100
_OPEN_AT_END: Final = 100
_YEAR_MS: Final = 365 * 86_400_000


def make_big_journal(folder: Path, operations: int) -> None:
    """Write a journal of so many operations, with three entries each, and close it in order.

    Half are redeems, half the captures of their holds. The last hundred captures are queued, and
    another hundred holds are open.

    Args:
        folder: The data folder, still empty.
        operations: How many, an even number of 1,000 at least.
    """
    folder.mkdir(parents=True, exist_ok=True)
    open_store(folder, "", Looking.NOT).close()
    connection = apsw.Connection(str(folder / "journal.sqlite3"))
    connection.pragma("synchronous", "OFF")
    connection.pragma("cache_size", -200_000)
    writer = _Bulk(connection)
    sales = operations // 2
    with connection:
        for number in range(1, sales + 1):
            left = sales - number
            writer.add_sale(
                number,
                is_queued=left < _QUEUED_AT_END,
                # Some that were never captured: their captures were given up before they began.
                is_open=_QUEUED_AT_END <= left < _QUEUED_AT_END + _OPEN_AT_END,
            )
    connection.close()


class _Bulk:
    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._tip = chain.read_tip(connection)

    def add_sale(self, number: int, *, is_queued: bool, is_open: bool) -> None:
        at_ms = NOW_MS - _YEAR_MS + number * 1000
        hold = a_hold(number, created_at_ms=at_ms)
        redeem = an_operation(
            2 * number,
            kind=OperationKind.REDEEM,
            state=OperationState.INTENDED,
            transaction=None,
            created_at_ms=at_ms,
            updated_at_ms=at_ms,
        )
        self._note(EventKind.INTENDED, redeem)
        self._note(EventKind.SENDING, replace(redeem, state=OperationState.SENDING))
        redeem = replace(redeem, state=OperationState.CONFIRMED, result=hold.transaction)
        self._save(redeem, self._note(EventKind.CONFIRMED, redeem, hold))
        capture = an_operation(
            2 * number + 1, transaction=hold.transaction, created_at_ms=at_ms, updated_at_ms=at_ms
        )
        if is_open:
            capture = replace(capture, state=OperationState.CLOSED, reason="test")
            self._save_hold(hold)
            for _ in range(2):
                self._note(EventKind.CLOSED, capture)
            self._save(capture, self._note(EventKind.CLOSED, capture))
            return
        hold = replace(hold, settlement=OperationKind.CAPTURE)
        self._note(EventKind.QUEUED, capture, hold)
        if is_queued:
            self._save_hold(hold)
            self._note(EventKind.LOOKED, capture)
            self._save(capture, self._note(EventKind.LOOKED, capture))
            return
        self._note(EventKind.SENDING, replace(capture, state=OperationState.SENDING))
        capture = replace(capture, state=OperationState.CONFIRMED, result=hold.transaction)
        hold = replace(hold, state=HoldState.CAPTURED, settlement=None)
        self._save(capture, self._note(EventKind.CONFIRMED, capture, hold))
        self._save_hold(hold)

    def _note(self, event: EventKind, operation: Operation, hold: Hold | None = None) -> int:
        content = chain.Content(
            at_ms=operation.updated_at_ms,
            event=event,
            operation_id=operation.id,
            operation=rows.operation_json(operation),
            hold=None if hold is None else rows.hold_json(hold),
            facts="{}",
        )
        self._tip = chain.append(self._connection, self._tip, content)
        if hold is not None:
            self._hold_seq = self._tip.seq
        return self._tip.seq

    def _save(self, operation: Operation, seq: int) -> None:
        rows.save_operation(self._connection, operation, seq)

    def _save_hold(self, hold: Hold) -> None:
        rows.save_hold(self._connection, hold, self._hold_seq)


if __name__ == "__main__":
    make_big_journal(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
