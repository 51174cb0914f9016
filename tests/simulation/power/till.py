"""A till's life in short, recorded; and the question whether a power cut took any of it."""

from __future__ import annotations

import asyncio
import random
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from giftill.domain.operations import OperationState
from giftill.journal import EventKind, Journal, JournalError, Record
from giftill.services.recovery import recover
from tests.helpers.journal import NOW_MS, a_hold, an_operation

from .disk import Asked, FolderSynced, Promised, Removed, Synced
from .replay import Disk, Fate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .disk import Event, RecordingDisk

# Small, so that the WAL is moved into the file again and again in a short life.
_PAGES_BEFORE_CHECKPOINT: Final = 40
_FACT: Final = "pace"
_STEPS: Final = (
    (EventKind.QUEUED, OperationState.QUEUED),
    (EventKind.SENDING, OperationState.SENDING),
    (EventKind.CONFIRMED, OperationState.CONFIRMED),
)


class FixedClock:
    """A clock that stands still."""

    def now_ms(self) -> int:
        """Return the one time."""
        return NOW_MS

    async def wait(self, event: asyncio.Event, timeout_s: float) -> bool:
        """Nobody waits here."""
        raise NotImplementedError


async def live(disk: RecordingDisk, folder: Path) -> None:
    """Begin a journal, keep captures and facts in it, one by one and together.

    It is closed in order, then killed while captures are under way, which the next start picks up,
    and closed in order again.
    """
    journal = await _open(disk, folder)
    for number in range(1, 9):
        await _settle(disk, journal, number)
    await asyncio.gather(*(_settle(disk, journal, number) for number in range(9, 15)))
    # The whole WAL at once, as after a commit that failed.
    await journal._writer.read(lambda store: store.make_sure())
    await _keep_fact(disk, journal, 1)
    await _settle(disk, journal, 15)
    await journal.close()
    journal = await _open(disk, folder)
    await asyncio.gather(
        _keep_fact(disk, journal, 2), *(_settle(disk, journal, each) for each in range(16, 20))
    )
    for number in range(20, 26):
        await _settle(disk, journal, number)
    await asyncio.gather(*(_settle(disk, journal, each, steps=2) for each in range(26, 29)))
    # As a kill leaves the file: nobody moves the log into it.
    await journal._writer.read(lambda store: store.abandon())
    await journal.close()
    journal = await _open(disk, folder)
    assert await recover(journal, FixedClock(), quiet_s=15.0) == 3
    await asyncio.gather(*(_settle(disk, journal, each, first=3) for each in range(26, 29)))
    await journal.close()


async def _open(disk: RecordingDisk, folder: Path) -> Journal:
    journal = await Journal.open(folder, now_ms=lambda: NOW_MS, vfs=disk.name)
    await journal._writer.read(
        lambda store: store.connection.wal_autocheckpoint(_PAGES_BEFORE_CHECKPOINT)
    )
    return journal


async def _settle(
    disk: RecordingDisk, journal: Journal, number: int, *, first: int = 1, steps: int = 3
) -> None:
    """Keep a capture's three steps, or some of them, each together with its hold."""
    for step, (event, state) in enumerate(_STEPS[first - 1 : steps], first):
        operation = an_operation(number, state=state, attempts=step)
        hold = a_hold(number, card_balance_cents=step)
        key = operation.id
        disk.log.append(Asked(key, step))
        await journal.commit(
            Record(event, operation=operation), Record(EventKind.LOOKED, hold=hold)
        )
        disk.log.append(Promised(key, step))


async def _keep_fact(disk: RecordingDisk, journal: Journal, step: int) -> None:
    disk.log.append(Asked(_FACT, step))
    await journal.set_fact(_FACT, str(step))
    disk.log.append(Promised(_FACT, step))


@dataclass
class Verdict:
    """What came of many power cuts.

    Attributes:
        cuts: How many there were.
        promises: How many things, summed over all cuts, had been promised to be kept.
        lost: How many of those were not there any more.
        findings: What was wrong, one line each.
    """

    cuts: int = 0
    promises: int = 0
    lost: int = 0
    findings: list[str] = field(default_factory=list)


async def cut_power_everywhere(
    log: Sequence[Event], fates: Sequence[Fate], scratch: Path, seed: int
) -> Verdict:
    """Cut the power after each event, and see what a till then finds.

    Args:
        log: A recorded life.
        fates: For each cut the next of these, over and over; after the last event all of them.
        scratch: A folder to put the disks in.
        seed: Decides which sectors arrive.
    """
    verdict = Verdict()
    disk = Disk()
    for place, event in enumerate(log):
        disk.apply(event)
        is_decisive = isinstance(event, (Promised, Synced, FolderSynced, Removed))
        chosen = fates if is_decisive else (fates[place % len(fates)],)
        for fate in chosen:
            chance = random.Random(f"{seed} {place} {fate}")
            await _cut(disk, fate, chance, scratch, f"cut {place}, {fate.name}", verdict)
    return verdict


async def _cut(
    disk: Disk, fate: Fate, chance: random.Random, folder: Path, where: str, verdict: Verdict
) -> None:
    verdict.cuts += 1
    verdict.promises += len(disk.promised)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, data in disk.after_power_cut(fate, chance).items():
        (folder / name).write_bytes(data)
    try:
        journal = await Journal.open(folder, now_ms=lambda: NOW_MS)
    except JournalError as error:
        verdict.lost += len(disk.promised)
        verdict.findings.append(f"{where}: it can't be opened: {error!r} {error}")
        return
    try:
        await recover(journal, FixedClock(), quiet_s=15.0)
        await _compare(disk, journal, where, verdict)
    finally:
        await journal.close()


async def _compare(disk: Disk, journal: Journal, where: str, verdict: Verdict) -> None:
    await journal.check_integrity()
    report = await journal.verify()
    if not report.is_intact:
        verdict.findings.append(f"{where}: the chain is broken: {report.explanation}")
    found: dict[str, int] = {each.id: each.attempts for each in await journal.operations()}
    holds = {each.transaction: each.card_balance_cents for each in await journal.holds(state=None)}
    if list(found.values()) != list(holds.values()):
        verdict.findings.append(f"{where}: a commit is there by half: {found}, {holds}")
    if await journal.operations(states=(OperationState.INTENDED, OperationState.SENDING)):
        verdict.findings.append(f"{where}: what was under way is not picked up")
    fact = await journal.fact(_FACT)
    if fact is not None:
        found[_FACT] = int(fact)
    for key, step in disk.promised.items():
        if found.get(key, 0) < step:
            verdict.lost += 1
            verdict.findings.append(f"{where}: step {step} of {key} is lost")
    for key, step in found.items():
        if step > disk.asked.get(key, 0):
            verdict.findings.append(f"{where}: nobody asked for step {step} of {key}")
