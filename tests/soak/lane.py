"""A lane of the soak: one server, one bad network, one or two tills that are killed and restarted.

A lane works in chapters, each with a fresh ledger and fresh journals. In a chapter every till is
killed some times, at random instants, and its books are held against the ledger after each kill.
At the end of the chapter the weather is calm, every till finishes what it began, and then nothing
may be left open.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import msgspec

from giftill.sandbox import Ledger
from giftill.sandbox.ledger import Caller
from tests.helpers.processes import PATIENCE_S, TOKEN, Server, kill
from tests.helpers.proxy import Fate, Proxy, Weather, calm, proxy_before

from .books import Books, Finding, Wrong, audit, read_books, read_ledger, read_told
from .driver import SETTLED, Job

if TYPE_CHECKING:
    from pathlib import Path

_CARDS: Final = 8
_CARD_CENTS: Final = 5_000_000
_STEP_CENTS: Final = 2
_CENTS_FOR_ONE_RUN: Final = 400

# In proportion as at a real till: longer than the wait for an answer, and than any delay.
_ANSWER_S: Final = 1.0
_QUIET_S: Final = 2.5
_LONGEST_DELAY_S: Final = 2.0
# Room for a busy PC, and for a till that has used up its minute.
_SETTLES_WITHIN_S: Final = 180.0
_ENDS_WITHIN_S: Final = _SETTLES_WITHIN_S + PATIENCE_S

# The till's own default, and what no till ever reaches.
_USUAL_PACE: Final = 100
_NO_PACE: Final = 10_000
_TOO_MANY: Final = 429

_KILLED_AT_START: Final = 0.25
_START_S: Final = 0.9
_MOST_LINES: Final = 10
_LAST_STEP_S: Final = 0.2
_LONGEST_LIFE_S: Final = 10.0
_LOOK_AGAIN_S: Final = 0.02
_SHARE_OF_FAULTS: Final = 0.3


@dataclass
class Counts:
    """What a lane did and found; may be added to from several threads.

    Attributes:
        kills: How many processes were killed.
        fates: How many requests met which fate.
        operations: How many operations ended, by kind and state.
        audits: How often the books were held against the ledger.
        days: How many days of virtual time the simulation played.
        findings: What was wrong.
    """

    kills: int = 0
    audits: int = 0
    days: int = 0
    fates: Counter[Fate] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def faults(self) -> int:
        """How many requests did not simply pass."""
        with self._lock:
            return sum(count for fate, count in self.fates.items() if fate is not Fate.PASS)

    def killed(self) -> None:
        """Count a kill."""
        with self._lock:
            self.kills += 1

    def day_passed(self) -> None:
        """Count a day of the simulation."""
        with self._lock:
            self.days += 1

    def audited(self, findings: list[Finding]) -> None:
        """Count an audit, and keep what it found."""
        with self._lock:
            self.audits += 1
            self.findings += findings

    def ended(self, proxy: Proxy, books: list[Books]) -> None:
        """Count what a chapter's network and tills did."""
        with self._lock:
            self.fates += proxy.counts()
            for till in books:
                self.operations.update(f"{each.kind} {each.state}" for each in till.operations)


@dataclass(frozen=True)
class Lane:
    """What a lane is.

    Attributes:
        tills: One, or two that share account and cards.
        kills: How many kills of each till a chapter has.
        rate: How many requests a minute the server allows; 0 for no limit.
    """

    tills: int
    kills: int
    rate: int = 0


def chapter(lane: Lane, folder: Path, seed: int, counts: Counts, stop: threading.Event) -> None:
    """Play one chapter.

    Args:
        lane: What kind of chapter.
        folder: Where it keeps its files; made here.
        seed: For everything random in it.
        counts: Told what was done and found.
        stop: Ends it early, but in order.
    """
    folder.mkdir(parents=True)
    server = Server(folder / "server", rate=lane.rate)
    codes = make_cards(server.ledger)
    server.start()
    try:
        with proxy_before(server.url, seed=seed, longest_delay_s=_LONGEST_DELAY_S) as proxy:
            # No till can count what the network repeats.
            proxy.choose = Weather(seed, _SHARE_OF_FAULTS, doubles=not lane.rate)
            tills = [_Till(lane, folder, index, proxy, codes) for index in range(lane.tills)]
            with ThreadPoolExecutor(lane.tills) as pool:
                list(pool.map(lambda each: each.live(seed, server, counts, stop), tills))
                proxy.choose = calm
                list(pool.map(lambda each: each.settle(seed), tills))
            books = [each.books() for each in tills]
            found = audit(books, read_ledger(server.ledger), is_settled=True)
            counts.audited([replace(each, what=f"{folder}: {each.what}") for each in found])
            if limited := proxy.statuses()[_TOO_MANY]:
                over = Finding(Wrong.OVER_LIMIT, f"{folder}: {limited} answers 429")
                counts.audited([over])
            counts.ended(proxy, books)
    finally:
        server.kill()


class _Till:
    """One till of a lane, and whoever kills it."""

    def __init__(
        self, lane: Lane, folder: Path, index: int, proxy: Proxy, codes: tuple[str, ...]
    ) -> None:
        self._lane = lane
        self._index = index
        self._home = folder / f"till-{index}"
        self._data = self._home / "data"
        self._data.mkdir(parents=True)
        self._told = self._home / "told.jsonl"
        self._log = self._home / "log.txt"
        self._job = Job(
            data=str(self._data),
            url=proxy.url,
            told=str(self._told),
            codes=codes,
            seed=0,
            first_cents=0,
            step_cents=_STEP_CENTS,
            tills=lane.tills,
            requests_per_minute=_USUAL_PACE if lane.rate else _NO_PACE * lane.tills,
            answer_s=_ANSWER_S,
            quiet_s=_QUIET_S,
        )

    def live(self, seed: int, server: Server, counts: Counts, stop: threading.Event) -> None:
        """Be started, sell, be killed, and be held against the ledger; again and again."""
        chance = random.Random(seed * 10 + self._index)
        for round_ in range(self._lane.kills):
            if stop.is_set():
                return
            self._run_and_kill(chance, round_)
            counts.killed()
            found = audit([self.books()], read_ledger(server.ledger), is_settled=False)
            counts.audited([replace(each, what=f"{self._home}: {each.what}") for each in found])

    def settle(self, seed: int) -> None:
        """Finish everything, with nobody killing it."""
        job = msgspec.structs.replace(
            self._job, seed=seed, first_cents=1, settle_within_s=_SETTLES_WITHIN_S
        )
        process = self._start(job)
        try:
            # A till that could not finish has that in its books, where the audit finds it.
            assert process.wait(_ENDS_WITHIN_S) in {SETTLED, 1}, self._log.read_text("utf-8")
        finally:
            kill(process)

    def books(self) -> Books:
        """Read what it says, while it is dead."""
        told = read_told(self._told)
        return asyncio.run(read_books(self._data, told))

    def _run_and_kill(self, chance: random.Random, round_: int) -> None:
        first = 100 + self._index + round_ * _CENTS_FOR_ONE_RUN
        job = msgspec.structs.replace(self._job, seed=chance.randrange(2**32), first_cents=first)
        before = self._lines()
        process = self._start(job)
        try:
            if chance.random() < _KILLED_AT_START:
                time.sleep(chance.uniform(0, _START_S))
            else:
                lines = before + chance.randint(1, _MOST_LINES)
                # They may all wait for a check or for their turn: then it is killed in that.
                deadline = time.monotonic() + _LONGEST_LIFE_S
                while self._lines() < lines and time.monotonic() < deadline:
                    time.sleep(_LOOK_AGAIN_S)
                time.sleep(chance.uniform(0, _LAST_STEP_S))
            assert process.poll() is None, self._log.read_text("utf-8")
        finally:
            kill(process)

    def _start(self, job: Job) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.soak.driver", msgspec.json.encode(job).decode()],
                env={**_surroundings(), "HOME": str(self._home), "GIFTILL_TOKEN": TOKEN},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _lines(self) -> int:
        return self._told.read_bytes().count(b"\n") if self._told.exists() else 0


def _surroundings() -> dict[str, str]:
    """Return what a process needs to find the same Giftill as this one."""
    wanted = ("PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    return {name: os.environ[name] for name in wanted if name in os.environ}


def make_cards(file: Path) -> tuple[str, ...]:
    """Make a ledger with cards that last for a chapter; return their codes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    now = int(time.time())
    ledger = Ledger(file)
    try:
        codes = [ledger.add_card(now=now).code for _ in range(_CARDS)]
        for code in codes:
            ledger.issue(code, amount_cents=_CARD_CENTS, currency="EUR", caller=Caller(now))
    finally:
        ledger.close()
    return tuple(codes)
