"""Checks the whole journal in small pieces, between which the till goes on working."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from giftill.domain.message import N_, Message

from . import chain, queries, rows
from .records import ChainReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from .store import Store

_BUDGET_S: Final = 0.01
"""How long one piece may keep the thread from a cashier's commit."""

_ROWS_AT_ONCE: Final = 50

_OPERATION: Final = f"SELECT {rows.OPERATION_COLUMNS}, entry FROM operation WHERE id = ?"
_HOLD: Final = (
    f"SELECT {rows.HOLD_COLUMNS}, entry FROM hold WHERE account = ? AND transaction_id = ?"
)
_OPERATION_SOURCES: Final = (
    "SELECT o.id, e.operation_id IS o.id FROM operation o LEFT JOIN entry e ON e.seq = o.entry"
    " WHERE o.id > ? ORDER BY o.id LIMIT ?"
)
_HOLD_SOURCES: Final = (
    "SELECT h.account, h.transaction_id, e.hold ->> '$.account' IS h.account"
    " AND e.hold ->> '$.transaction_id' IS h.transaction_id"
    " FROM hold h LEFT JOIN entry e ON e.seq = h.entry"
    " WHERE (h.account, h.transaction_id) > (?, ?) ORDER BY h.account, h.transaction_id LIMIT ?"
)


class Audit:
    """One walk over the journal: first its entries, then the states that should follow from them.

    Every state remembers the entry that says so. An entry must fit the hash before it; the state
    of what it is about must come from it or from a later one, and be word for word what that says;
    and no state may come from nowhere.
    """

    def __init__(self) -> None:
        self._tip = chain.EMPTY
        self._operation = ""
        self._hold = ("", "")
        self._broken: ChainReport | None = None
        self._pieces: list[Callable[[Store], bool]] = [
            self._read_entries,
            self._read_operations,
            self._read_holds,
        ]

    def step(self, store: Store) -> ChainReport | None:
        """Go on for some ten milliseconds; return the report at the end, else None."""
        until = time.perf_counter() + _BUDGET_S
        while self._pieces and time.perf_counter() < until:
            is_done = self._pieces[0](store)
            if self._broken is not None:
                return self._broken
            if is_done:
                del self._pieces[0]
        if self._pieces:
            return None
        return ChainReport(
            count=self._tip.seq,
            is_intact=True,
            first_broken=None,
            explanation=Message(
                N_("All entries ({count}) are as they were written."), {"count": self._tip.seq}
            ),
        )

    def _read_entries(self, store: Store) -> bool:
        try:
            found = queries.entry_rows(store.connection, self._tip.seq, _ROWS_AT_ONCE)
        except UnicodeDecodeError:
            found = [(self._tip.seq + 1, 0, "", None, None, None, "", b"")]
        for row in found:
            seq, at_ms, event, operation_id, operation, hold, facts, digest = row
            content = chain.Content(at_ms, event, operation_id, operation, hold, facts)
            expected = chain.next_tip(self._tip, content)
            if (seq, digest) != (expected.seq, expected.hash):
                self._break(
                    expected.seq,
                    Message(
                        N_("Entry {seq} was changed after it was written, or removed."),
                        {"seq": expected.seq},
                    ),
                )
                return True
            if not is_state_right(store, row):
                self._break(
                    seq,
                    Message(N_("A state differs from what entry {seq} says of it."), {"seq": seq}),
                )
                return True
            self._tip = expected
        return len(found) < _ROWS_AT_ONCE

    def _read_operations(self, store: Store) -> bool:
        found = store.connection.execute(
            _OPERATION_SOURCES, (self._operation, _ROWS_AT_ONCE)
        ).fetchall()
        for id_, is_told in found:
            self._operation = str(id_)
            if not is_told:
                self._break(None, _from_nowhere(self._operation))
        return len(found) < _ROWS_AT_ONCE

    def _read_holds(self, store: Store) -> bool:
        found = store.connection.execute(_HOLD_SOURCES, (*self._hold, _ROWS_AT_ONCE)).fetchall()
        for account, transaction, is_told in found:
            self._hold = (str(account), str(transaction))
            if not is_told:
                self._break(None, _from_nowhere(str(transaction)))
        return len(found) < _ROWS_AT_ONCE

    def _break(self, seq: int | None, explanation: Message) -> None:
        self._broken = ChainReport(
            count=self._tip.seq, is_intact=False, first_broken=seq, explanation=explanation
        )


def is_state_right(store: Store, entry: rows.Row) -> bool:
    """Tell whether the states that an entry speaks of are as it says, or come from a later one."""
    seq, _, _, operation_id, operation, hold, _, _ = entry
    try:
        if operation is not None:
            row = store.connection.execute(_OPERATION, (operation_id,)).fetchone()
            if row is None or row[-1] < seq:
                return False
            if row[-1] == seq and (
                rows.operation_from(row[:-1]) != rows.operation_from_json(operation)
            ):
                return False
        if hold is not None:
            row = store.connection.execute(_HOLD, rows.hold_key(hold)).fetchone()
            if row is None or row[-1] < seq:
                return False
            return row[-1] > seq or rows.hold_from(row[:-1]) == rows.hold_from_json(hold)
    except rows.UNUSABLE:
        # A word that this program never writes.
        return False
    return True


def _from_nowhere(what: str) -> Message:
    return Message(N_("No entry says where the state of {what} comes from."), {"what": what})
