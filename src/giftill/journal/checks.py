"""Looks for damage: at the start what work goes on with, in the background all the rest."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from . import chain, queries, rows
from .audit import Audit, is_state_right
from .errors import JournalDamaged

if TYPE_CHECKING:
    from pathlib import Path

    import apsw

    from .store import Store

TABLES: Final = ("fact", "hold", "operation", "entry")

# Some ten milliseconds' worth; a till reaches it after a few months.
_SMALL_PAGES: Final = 1000
_STATES: Final = 100
_LAST_ENTRIES: Final = 50
# What the first entry is chained to, as if that were an entry itself.
_BEFORE_ALL: Final = (chain.EMPTY.seq, 0, "", None, None, None, "", chain.EMPTY.hash)

_LIVE: Final = ", ".join(f"'{state}'" for state in queries.LIVE)
_ENTRY_OF: Final = ", ".join(f"e.{name}" for name in rows.ENTRY_COLUMNS.split(", "))
_LIVE_OPERATIONS: Final = (
    f"SELECT {_ENTRY_OF} FROM operation s LEFT JOIN entry e ON e.seq = s.entry"
    f" WHERE s.state IN ({_LIVE}) LIMIT {_STATES}"
)
_OPEN_HOLDS: Final = (
    f"SELECT {_ENTRY_OF} FROM hold s LEFT JOIN entry e ON e.seq = s.entry"
    f" WHERE s.state = 'open' LIMIT {_STATES}"
)


def check_first(store: Store) -> None:
    """Look through a small file wholly, and in a large one through what work goes on with.

    That is the facts, the newest entries, and what is not settled yet.

    Raises:
        JournalDamaged: Something does not fit.
    """
    if store.connection.pragma("page_count") <= _SMALL_PAGES:
        check_pages(store.connection, store.file)
    else:
        check_table("fact", store, is_quick=True)
    try:
        _check_newest(store)
        for question in (_LIVE_OPERATIONS, _OPEN_HOLDS):
            for entry in store.connection.execute(question):
                if entry[0] is None or not is_state_right(store, entry):
                    raise JournalDamaged(store.file, "a state is not what its entry says")
    except UnicodeDecodeError as error:
        raise JournalDamaged(store.file, str(error)) from error


def check_well(store: Store) -> None:
    """Look through the whole file, however long it takes: pages, tables, chain and states.

    Raises:
        JournalDamaged: Something does not fit.
    """
    for table in TABLES:
        check_table(table, store, is_quick=False)
    audit = Audit()
    while not step_audit(audit, store):
        pass


def check_pages(connection: apsw.Connection, file: Path) -> None:
    """Look through all pages of a file.

    Raises:
        JournalDamaged: Something does not fit.
    """
    finding = connection.execute("PRAGMA quick_check(1)").get
    if finding != "ok":
        raise JournalDamaged(file, str(finding))


def check_table(table: str, store: Store, *, is_quick: bool) -> None:
    """Look through one table; its indexes are compared with it unless that is to be quick.

    Raises:
        JournalDamaged: Something in them does not fit.
    """
    check = "quick_check" if is_quick else "integrity_check"
    finding = store.connection.execute(f"PRAGMA {check}({table})").get
    if finding != "ok":
        raise JournalDamaged(store.file, str(finding))


def step_audit(audit: Audit, store: Store) -> bool:
    """Go on with an audit for some ten milliseconds; return whether it is done.

    Raises:
        JournalDamaged: Something is not as it was written.
    """
    report = audit.step(store)
    if report is not None and not report.is_intact:
        raise JournalDamaged(store.file, str(report.explanation))
    return report is not None


def _check_newest(store: Store) -> None:
    first = max(0, store.tip.seq - _LAST_ENTRIES - 1)
    newest = queries.entry_rows(store.connection, first, _LAST_ENTRIES + 1)
    if first == 0:
        newest.insert(0, _BEFORE_ALL)
    for before, entry in itertools.pairwise(newest):
        expected = chain.next_tip(chain.Tip(before[0], before[7]), chain.Content(*entry[1:7]))
        if (entry[0], entry[7]) != (expected.seq, expected.hash):
            raise JournalDamaged(store.file, f"entry {entry[0]} is not what was written")
