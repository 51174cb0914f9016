"""Brings the journal back whose files were deleted or replaced while it was open."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import apsw

from . import quarantine, queries, rows
from .opening import sync_folder
from .records import SALVAGE_FACT, SalvageReport

if TYPE_CHECKING:
    from .store import Store

_COPY_NAME: Final = "journal.rescued"
_FINDING: Final = "the file was deleted or replaced while Giftill was open"


def bring_back(store: Store, at_ms: int) -> None:
    """Write what the open connection still sees where the file was, then let go of it.

    What has taken its place is put aside. After this the file must be opened anew.

    Raises:
        OSError, apsw.Error: The disk refuses; the connection still sees everything.
    """
    folder = store.file.parent
    copy = folder / _COPY_NAME
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    store.connection.execute("VACUUM INTO ?", (str(copy),))
    aside = quarantine.put_aside(folder, _FINDING)
    report = SalvageReport(
        at_ms=at_ms,
        folder=aside.name,
        finding=_FINDING,
        kept=store.tip.seq,
        lost=(),
        unverified=(),
        lost_count=0,
        states=0,
        checking=0,
    )
    connection = apsw.Connection(str(copy))
    try:
        queries.set_fact(connection, SALVAGE_FACT, rows.json_text(asdict(report)))
    finally:
        connection.close()
    with copy.open("rb+") as written:
        os.fsync(written.fileno())
    copy.rename(store.file)
    sync_folder(folder)
    store.abandon()
