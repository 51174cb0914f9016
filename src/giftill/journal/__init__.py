"""The till's durable, append-only record of what it was asked and what happened.

`Journal` is the only door: it is safe to call from any asyncio task, and everything it returns is
a frozen value. SQLite itself is loaded when a journal is opened, not when this package is.
"""

from __future__ import annotations

from .errors import (
    DiskNearlyFull,
    JournalClosed,
    JournalDamaged,
    JournalError,
    JournalInUse,
    JournalNewer,
    JournalOtherPurpose,
    JournalReadError,
    JournalUnavailable,
    JournalUnclear,
    JournalWriteError,
    SettlementConflict,
)
from .journal import Journal
from .records import ChainReport, Entry, EventKind, Fact, Purpose, Record, SalvageReport

__all__ = [
    "ChainReport",
    "DiskNearlyFull",
    "Entry",
    "EventKind",
    "Fact",
    "Journal",
    "JournalClosed",
    "JournalDamaged",
    "JournalError",
    "JournalInUse",
    "JournalNewer",
    "JournalOtherPurpose",
    "JournalReadError",
    "JournalUnavailable",
    "JournalUnclear",
    "JournalWriteError",
    "Purpose",
    "Record",
    "SalvageReport",
    "SettlementConflict",
]
