"""Brings what can be read of a damaged journal into a new one, and has the rest looked up.

Entries that fit the hash before them are written again, in their order, and chained anew; the
states follow from them. A state whose entry is lost is kept with an entry of its own. Whatever was
under way becomes *unknown*: what was lost may have been its end, so the API is asked first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import apsw

from giftill.domain.operations import (
    Hold,
    HoldState,
    Operation,
    OperationId,
    OperationKind,
    OperationState,
)

from . import chain, queries, rows
from .errors import SettlementConflict
from .judging import Verdict, judged
from .reading import Damaged, reading
from .records import SALVAGE_FACT, EventKind, Fact, Record, SalvageReport

if TYPE_CHECKING:
    from pathlib import Path

    from .store import Change, Store

_OPEN: Final = (
    OperationState.INTENDED,
    OperationState.SENDING,
    OperationState.QUEUED,
    OperationState.UNKNOWN,
)
# Longer than a request waits for its answer: what was sent has arrived by then, or never will.
_QUIET_MS: Final = 60_000
_MOST_LISTED: Final = 1000
_PROBLEM: Final = "The journal was damaged; what was recorded last may be lost."
_UNUSABLE: Final = (*rows.UNUSABLE, AssertionError)


def salvage(source: Path, store: Store, at_ms: int, folder: str, finding: str) -> SalvageReport:
    """Copy what can be read of `source` into an empty journal, durably.

    Args:
        source: The damaged file, which is only read.
        store: The new journal.
        at_ms: The time, this PC's Unix time in ms.
        folder: The name of the folder that `source` is in, for the report.
        finding: What is wrong with `source`.

    Raises:
        OSError, apsw.Error: The disk refuses.
    """
    store.begin()
    with reading(source) as damaged:
        work = _Salvage(damaged, store, at_ms)
        work.copy_entries()
        work.copy_states()
        work.copy_facts()
    work.look_everything_up()
    report = SalvageReport(
        at_ms=at_ms,
        folder=folder,
        finding=finding,
        kept=work.kept,
        lost=tuple(work.lost[:_MOST_LISTED]),
        unverified=tuple(work.unverified[:_MOST_LISTED]),
        lost_count=len(work.lost),
        states=work.states,
        checking=work.checking,
    )
    facts: dict[str, Fact] = {"folder": folder, "kept": report.kept, "lost": report.lost_count}
    store.append(Record(EventKind.SALVAGED, facts=facts), at_ms)
    short = replace(report, lost=(), unverified=())
    queries.set_fact(store.connection, SALVAGE_FACT, rows.json_text(short))
    store.commit()
    return report


@dataclass(frozen=True)
class _Copied:
    """An entry as it was, with the states that it tells of."""

    content: chain.Content
    operation: Operation | None
    hold: Hold | None

    def apply(self, store: Store) -> None:
        """Write it behind the newest."""
        store.append_content(self.content, self.operation, self.hold)


@dataclass(frozen=True)
class _Told:
    """A new entry."""

    record: Record
    at_ms: int

    def apply(self, store: Store) -> None:
        """Write it behind the newest."""
        store.append(self.record, self.at_ms)


class _Salvage:
    def __init__(self, damaged: Damaged, store: Store, at_ms: int) -> None:
        self.kept = self.states = self.checking = 0
        self.lost: list[int] = []
        self.unverified: list[int] = []
        self._damaged = damaged
        self._store = store
        self._at_ms = at_ms
        # Where each state's newest kept entry was in the damaged file.
        self._operations: dict[str, int] = {}
        self._holds: dict[tuple[str, str], int] = {}

    def copy_entries(self) -> None:
        last = 0
        for seq, content, verdict in judged(self._damaged.entries()):
            self.lost.extend(range(last + 1, seq))
            if verdict is Verdict.CHANGED or not self._copy(seq, content):
                self.lost.append(seq)
            elif verdict is Verdict.UNSURE:
                self.unverified.append(seq)
            last = seq
        self.lost.extend(range(last + 1, self._damaged.last_seq() + 1))

    def copy_states(self) -> None:
        """Keep the states that are newer than every entry of theirs that was kept."""
        for id_, row in self._damaged.operations(self._operations).items():
            if _seq(row) > self._operations.get(id_, 0):
                self._keep(row, is_hold=False)
        for key, row in self._damaged.holds(self._holds).items():
            if _seq(row) > self._holds.get(key, 0):
                self._keep(row, is_hold=True)

    def copy_facts(self) -> None:
        for key, value in self._damaged.facts().items():
            queries.set_fact(self._store.connection, key, value)

    def look_everything_up(self) -> None:
        """Make unknown what was under way, and put right what holds say of lost settlements."""
        for hold in self._holds_open():
            if hold.settlement is not None:
                self._match(hold, hold.settlement)
        for operation in queries.operations(
            self._store.connection,
            account=None,
            states=_OPEN,
            kinds=(),
            due_by_ms=None,
            latest_due_ms=None,
            limit=None,
        ):
            self._note(self._as_unknown(operation))
            self.checking += 1

    def _copy(self, seq: int, content: chain.Content) -> bool:
        """Write an entry again with the states it leads to; return whether it can be used."""
        try:
            json, its_hold = content.operation, content.hold
            operation = None if json is None else rows.operation_from_json(json)
            hold = None if its_hold is None else rows.hold_from_json(its_hold)
            EventKind(content.event)
            self._save(_Copied(content, operation, hold))
        except (*_UNUSABLE, apsw.ConstraintError):
            return False
        self.kept += 1
        if operation is not None:
            self._operations[operation.id] = seq
        if hold is not None:
            self._holds[hold.account, hold.transaction] = seq
        return True

    def _save(self, write: Change) -> None:
        try:
            self._store.apply(write)
        except SettlementConflict as conflict:
            # Only one can have been live: the end of the other is lost.
            ended = replace(
                conflict.existing, state=OperationState.NOT_DONE, updated_at_ms=self._at_ms
            )
            self._note(ended)
            self._store.apply(write)

    def _keep(self, row: rows.Row, *, is_hold: bool) -> None:
        try:
            if is_hold:
                hold = rows.hold_from(row[:-1])
                self._save(_Told(Record(EventKind.SALVAGED, hold=hold), self._at_ms))
            else:
                operation = rows.operation_from(row[:-1])
                self._save(_Told(Record(EventKind.SALVAGED, operation=operation), self._at_ms))
        except (*_UNUSABLE, apsw.ConstraintError):
            return
        self.states += 1

    def _holds_open(self) -> tuple[Hold, ...]:
        return queries.holds(self._store.connection, account=None, state=HoldState.OPEN, sale=None)

    def _match(self, hold: Hold, kind: OperationKind) -> None:
        """Give a hold that is being settled its settlement back, or the settlement's end."""
        existing = queries.settlement_of(self._store.connection, hold.account, hold.transaction)
        if existing is None:
            self._note(_settlement(hold, kind, self._at_ms))
        elif existing.state is OperationState.CONFIRMED:
            became = {
                OperationKind.CAPTURE: HoldState.CAPTURED,
                OperationKind.RELEASE: HoldState.RELEASED,
            }[existing.kind]
            settled = replace(hold, state=became, settlement=None)
            self._store.append(Record(EventKind.SALVAGED, hold=settled), self._at_ms)

    def _as_unknown(self, operation: Operation) -> Operation:
        quiet_ms = 0 if operation.kind.is_settlement else _QUIET_MS
        return replace(
            operation,
            state=OperationState.UNKNOWN,
            updated_at_ms=self._at_ms,
            next_at_ms=self._at_ms + quiet_ms,
            last_problem=_PROBLEM,
        )

    def _note(self, operation: Operation) -> None:
        self._store.append(Record(EventKind.SALVAGED, operation=operation), self._at_ms)


def _seq(row: rows.Row) -> int:
    return row[-1] if isinstance(row[-1], int) else 0


def _settlement(hold: Hold, kind: OperationKind, at_ms: int) -> Operation:
    """Return the settlement that a hold tells of, as far as the hold knows it."""
    return Operation(
        id=OperationId(f"op_{kind}_{hold.transaction}"),
        kind=kind,
        state=OperationState.UNKNOWN,
        account=hold.account,
        amount=hold.amount,
        created_at_ms=hold.created_at_ms,
        updated_at_ms=at_ms,
        location=hold.location,
        cashier=hold.cashier,
        sale=hold.sale,
        sale_total_cents=hold.sale_total_cents,
        card=hold.card,
        card_masked=hold.card_masked,
        transaction=hold.transaction,
        last_problem=_PROBLEM,
    )
