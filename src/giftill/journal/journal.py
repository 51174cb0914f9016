"""The journal as the rest of the program sees it: asynchronous, with values in and out."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING, TypeVar

from giftill.domain.operations import HoldState

from . import checks, queries, rows
from .audit import Audit
from .records import SALVAGE_FACT, Purpose, salvage_report
from .room import check_room
from .writes import Commit, ForgetFact, SetFact

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Iterable
    from pathlib import Path

    from giftill.domain.operations import (
        AccountId,
        Hold,
        Operation,
        OperationId,
        OperationKind,
        OperationState,
        OutboxSummary,
        SaleId,
    )
    from giftill.domain.transactions import TransactionId

    from .errors import JournalDamaged
    from .records import ChainReport, Entry, Record, SalvageReport
    from .store import Store
    from .writer import Writer

T = TypeVar("T")

_LINES_AT_ONCE = 200


class Journal:
    """The till's durable record: what it was asked, what happened, and how far everything is.

    Everything is done on one thread of its own, in the order in which it was asked for: a question
    sees all that was committed before it.
    """

    def __init__(
        self, writer: Writer, now_ms: Callable[[], int], least_free_bytes: int = 0
    ) -> None:
        """Take over a running writer; use `open`."""
        self._least_free_bytes = least_free_bytes
        self._writer = writer
        self._now_ms = now_ms

    @classmethod
    async def open(
        cls,
        folder: Path,
        *,
        now_ms: Callable[[], int],
        least_free_bytes: int = 0,
        vfs: str = "",
        purpose: Purpose = Purpose.REAL,
    ) -> Journal:
        """Open the journal of a data folder, or begin one.

        A damaged file is put aside, whole, and what can be read of it is brought into a new one;
        `salvage` tells of that until `forget_salvage`.

        Args:
            folder: The data folder; made if it is not there, readable by this user alone.
            now_ms: Tells this PC's Unix time in ms, for the entries.
            least_free_bytes: Room that must be on the disk for `ensure_room` to be content.
            vfs: The name of an SQLite VFS to go through instead of the system's.
            purpose: What it is for, which it says from then on.

        Raises:
            JournalInUse: Another program has the folder open.
            JournalNewer: A newer Giftill wrote the file.
            JournalOtherPurpose: It is for something else.
            JournalDamaged: The file is not what was written, and can't be put aside.
            JournalUnavailable: The folder or the file can't be made or opened.
        """
        # SQLite and the lock are loaded by whoever opens a journal, not by every command.
        from .writer import Writer

        writer = Writer(folder, now_ms, vfs, purpose)
        writer.start()
        try:
            await asyncio.shield(asyncio.wrap_future(writer.started))
        except asyncio.CancelledError:
            # Its thread can't be broken off. Whoever gives up is told so once the folder is free.
            writer.stop()
            await asyncio.shield(asyncio.wrap_future(writer.ended))
            raise
        except BaseException:
            writer.stop()
            raise
        return cls(writer, now_ms, least_free_bytes)

    async def close(self) -> None:
        """Finish what was asked for, close the file and give the folder back; may be repeated."""
        self._writer.stop()
        await asyncio.shield(asyncio.wrap_future(self._writer.ended))

    async def commit(self, *records: Record) -> None:
        """Write events and the states they lead to, all or none, and return when they are durable.

        Cancelling the caller does not undo it: what was asked for is still written.

        Raises:
            SettlementConflict: Another capture or release of the same hold is recorded; nothing
                was written.
            JournalWriteError: The disk refused; surely nothing was written.
            JournalUnclear: The disk failed while writing, and can't be read to find out.
            JournalDamaged: The file is not what was written; nothing was added.
            JournalClosed: The journal is closed; nothing was written.
        """
        if records:
            await self._writer.write(Commit(records, self._now_ms()))

    async def operation(self, id: OperationId) -> Operation | None:  # noqa: A002 - the field's word
        """Return an operation as it is now."""
        return await self._read(lambda store: queries.operation(store.connection, id))

    async def operations(
        self,
        *,
        account: AccountId | None = None,
        states: Collection[OperationState] = (),
        kinds: Collection[OperationKind] = (),
        due_by_ms: int | None = None,
        latest_due_ms: int | None = None,
        limit: int | None = None,
    ) -> tuple[Operation, ...]:
        """Return the operations that meet every condition, oldest first.

        Args:
            account: Only this account's; None for all.
            states: Only in these states; empty for any.
            kinds: Only of these kinds; empty for any.
            due_by_ms: Only those to be tried or looked at by then, this PC's Unix time in ms.
            latest_due_ms: What is due later than this is due now: the clock was set back since.
            limit: At most so many; None for all.
        """
        return await self._read(
            lambda store: queries.operations(
                store.connection,
                account=account,
                states=states,
                kinds=kinds,
                due_by_ms=due_by_ms,
                latest_due_ms=latest_due_ms,
                limit=limit,
            )
        )

    async def hold(self, account: AccountId, transaction: TransactionId) -> Hold | None:
        """Return a hold of this till as it is now."""
        return await self._read(lambda store: queries.hold(store.connection, account, transaction))

    async def holds(
        self,
        *,
        account: AccountId | None = None,
        state: HoldState | None = HoldState.OPEN,
        sale: SaleId | None = None,
    ) -> tuple[Hold, ...]:
        """Return the holds that meet every condition, oldest first; None stands for any."""
        return await self._read(
            lambda store: queries.holds(store.connection, account=account, state=state, sale=sale)
        )

    async def count_unsettled_holds(self) -> int:
        """Return how many holds nobody has asked to capture or release yet, of all accounts."""
        return await self._read(lambda store: queries.count_unsettled_holds(store.connection))

    async def settlement_of(
        self, account: AccountId, transaction: TransactionId
    ) -> Operation | None:
        """Return the one capture or release of a hold that is under way or confirmed."""
        return await self._read(
            lambda store: queries.settlement_of(store.connection, account, transaction)
        )

    async def claims(
        self, operation: Operation, transaction: TransactionId
    ) -> frozenset[OperationState]:
        """Return the states of the other operations of its kind that a transaction came of."""
        return await self._read(
            lambda store: queries.claims(store.connection, operation, transaction)
        )

    async def watched(self, account: AccountId) -> tuple[Operation, ...]:
        """Return what was not done as far as is known, but has a time to be looked for again.

        Captures and releases are not among them.
        """
        return await self._read(lambda store: queries.watched(store.connection, account))

    async def standing(
        self, holds: Iterable[Hold]
    ) -> tuple[tuple[Hold | None, Operation | None], ...]:
        """Return each of these holds as it is now, with its settlement, all of one instant."""
        return await self._read(
            lambda store: tuple(
                (
                    queries.hold(store.connection, each.account, each.transaction),
                    queries.settlement_of(store.connection, each.account, each.transaction),
                )
                for each in holds
            )
        )

    async def summary(self, account: AccountId | None) -> OutboxSummary:
        """Return the outbox in one glance, of one account or of all."""
        (summary,) = await self.summaries(account)
        return summary

    async def summaries(self, *accounts: AccountId | None) -> tuple[OutboxSummary, ...]:
        """Return the outbox of each account, or of all where it is None, all of one instant."""
        return await self._read(
            lambda store: tuple(queries.summary(store.connection, each) for each in accounts)
        )

    async def entries(self, after: int = 0, limit: int = 1000) -> tuple[Entry, ...]:
        """Return the entries that follow place `after`, in order, at most `limit` of them."""
        return await self._read(lambda store: queries.entries(store.connection, after, limit))

    async def export_lines(self) -> AsyncIterator[str]:
        """Give every entry as one line of JSON, oldest first; card codes are masked in them."""
        seq = 0
        while True:
            found = await self._entry_rows(seq)
            for row in found:
                yield rows.line_from(row)
                seq = row[0]
            if len(found) < _LINES_AT_ONCE:
                return

    async def verify(self) -> ChainReport:
        """Check that every entry is as it was written and every state follows from them.

        It reads in pieces of some ten milliseconds, so that a sale in the meantime goes on. Only
        the removal of the newest entries together with all traces of them can't be seen.
        """
        audit = Audit()
        while (report := await self._read(audit.step)) is None:
            pass
        return report

    async def check_integrity(self) -> None:
        """Look through the pages of the whole file for damage, while nothing else is to be done.

        Raises:
            JournalDamaged: Something in the file does not fit.
        """
        await self._inspect(is_quick=False)

    async def inspect(self, *, is_deep: bool) -> None:
        """Look for damage in the background: it gives way to whatever is asked meanwhile.

        Args:
            is_deep: Once a day: compare indexes with their tables and read every entry. Else only
                look whether the pages are whole.

        Raises:
            JournalDamaged: Something does not fit. Nothing is saved any more from then on, and the
                next start puts the file aside.
        """
        await self._inspect(is_quick=not is_deep)
        audit = Audit()
        step = functools.partial(checks.step_audit, audit)
        while is_deep and not await self._writer.when_idle(step):
            pass

    async def damage(self) -> JournalDamaged:
        """Wait until the file turns out to be damaged, by whatever; return how."""
        return await asyncio.shield(asyncio.wrap_future(self._writer.damage))

    async def salvage(self) -> SalvageReport | None:
        """Return what became of a damaged file, until `forget_salvage`; None if there was none."""
        told = await self.fact(SALVAGE_FACT)
        return None if told is None else salvage_report(told)

    async def forget_salvage(self) -> None:
        """Somebody read what became of the damaged file; its report stays in the quarantine."""
        await self._writer.write(ForgetFact(SALVAGE_FACT))

    async def ensure_room(self) -> None:
        """Tell before a sale, and not in its middle, that the disk is full.

        Raises:
            DiskNearlyFull: Less is free where the journal is than was asked for at its opening.
        """
        await self._read(functools.partial(check_room, self._least_free_bytes))

    async def _inspect(self, *, is_quick: bool) -> None:
        for table in checks.TABLES:
            await self._writer.when_idle(
                functools.partial(checks.check_table, table, is_quick=is_quick)
            )

    async def fact(self, key: str) -> str | None:
        """Return a small durable fact, or None if it was never set."""
        return await self._read(lambda store: queries.fact(store.connection, key))

    async def set_fact(self, key: str, value: str) -> None:
        """Keep a small fact durably; it fails as `commit` does."""
        await self._writer.write(SetFact(key, value))

    async def _entry_rows(self, after: int) -> list[rows.Row]:
        return await self._read(
            lambda store: queries.entry_rows(store.connection, after, _LINES_AT_ONCE)
        )

    async def _read(self, ask: Callable[[Store], T]) -> T:
        return await self._writer.read(ask)
