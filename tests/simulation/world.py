"""A shop's world in virtual time: tills, server, network, people, and what they remember."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections import Counter, deque
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from giftill.domain.operations import OperationKind, SaleId

from .bank import Bank
from .intents import INTENT, Intent
from .network import Network
from .till import TILL, Till, real_tills
from .truth import UNDER_WAY, Books, Case
from .virtual import SimulatedLoop, foretold

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator
    from contextvars import Context

_T = TypeVar("_T")

# Within this time everything that a till began must have come to its end.
_QUIET_WITHIN_S: Final = 48 * 3600.0
_LONGEST_CHUNK_S: Final = 3600.0
_LOG_LINES: Final = 20_000
# Memory, where the system has a place for files in it: it is the till that is tested here.
_MEMORY: Final = Path("/dev/shm")


class World:
    """Everything there is.

    Attributes:
        tills: One, or two on the same account.
        banks: The account, and another one whose token a till can be given.
        counts: What happened how often.
        promised: What each till promised its cashier last: the settlement by transaction.
    """

    def __init__(self, seed: int, tills: int = 1) -> None:
        self._stack = contextlib.ExitStack()
        self.dice = self._stack.enter_context(foretold(seed))
        self._stack.enter_context(real_tills())
        self.seed = seed
        self.counts: Counter[str] = Counter()
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._loop = SimulatedLoop()
        self._loop.set_task_factory(_keep_with_its_till)
        self._folder = Path(
            tempfile.mkdtemp(
                prefix="giftill-simulation-", dir=_MEMORY if _MEMORY.is_dir() else None
            )
        )
        self.banks = tuple(Bank(name, self._loop, seed) for name in ("shop", "other"))
        self.network = Network(self.banks)
        self.tills = tuple(
            Till(f"till{number}", self._folder / str(number), self.network, self._loop, tills=tills)
            for number in range(tills)
        )
        for till in self.tills:
            till.log = self.note
        self.promised: dict[Till, dict[str, OperationKind]] = {till: {} for till in self.tills}
        self._acts: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []

    @property
    def now_s(self) -> float:
        """How long this world exists, in its own seconds."""
        return self._loop.time() - 1000.0

    def note(self, what: str) -> None:
        """Write a line into the log of the run."""
        self._log.append(f"{self.now_s:10.2f} {what}")

    def run(self, work: Coroutine[object, object, _T]) -> _T:
        """Let something happen, and whatever else happens meanwhile."""
        result = self._loop.run_until_complete(work)
        for till in self.tills:
            if till.is_dead:
                self.counts["kills"] += 1
                self._loop.run_until_complete(till.bury())
        wrongs = [wrong for till in self.tills for wrong in till.wrongs]
        if wrongs or self._failures:
            raise AssertionError(self.report(wrongs)) from next(iter(self._failures), None)
        return result

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.run(asyncio.sleep(seconds))

    def act(self, till: Till, work: Coroutine[object, object, None], for_s: float) -> None:
        """Let a cashier do something, and look on for a while; it may go on longer."""
        task = till.spawn(work)
        self._acts.add(task)
        task.add_done_callback(self._ended)
        self.run(_look_on(task, till, for_s))

    def intend(self, till: Till, kind: OperationKind, cents: int = 0) -> Intent:
        """Write down a wish of a cashier; what is done for it in this context is its."""
        number = sum(len(each.intents) for each in self.tills) + 1
        intent = Intent(number, kind, cents, SaleId(f"sa_{self.seed}_{number}"))
        till.intents.append(intent)
        INTENT.set(intent)
        return intent

    def open(self, till: Till) -> None:
        """Start a till if it is not running."""
        while till.desk is None:
            self.run(till.open())

    def close(self, till: Till) -> None:
        """Close a till in order."""
        self.run(till.close())

    # The end of a day.

    def settle(self) -> None:
        """Let all trouble end and everything come to rest; then compare tills and server.

        Raises:
            AssertionError: Something is not as it must be, with all that led to it.
        """
        self.heal()
        for till in self.tills:
            self.open(till)
        began_s = self.now_s
        for bank in reversed(self.banks):
            self._come_to_rest(bank)
            self._open_anew()
        self.counts["longest rest in minutes"] = max(
            self.counts["longest rest in minutes"], round((self.now_s - began_s) / 60)
        )
        self._check(is_opened_anew=True)

    def heal(self) -> None:
        """End all trouble with network, disk, token and lists."""
        self.note("all trouble ends")
        self.network.heal()
        for till in self.tills:
            till.disk.clear()
            till.kill_after(None)

    def end(self) -> None:
        """Take everything away."""
        for till in self.tills:
            till.kill()
            if till.is_dead:
                self._loop.run_until_complete(till.bury())
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(_until_gone(left))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()
        for bank in self.banks:
            bank.close()
        shutil.rmtree(self._folder)
        self._stack.close()

    def report(self, wrongs: list[str]) -> str:
        """Return what a person needs to find out what went wrong."""
        return "\n".join(["", *self._log, "", f"Seed {self.seed}:", *wrongs])

    def _open_anew(self) -> None:
        """Let each till read its open holds again: those of the account whose token it has."""
        for till in self.tills:
            self.close(till)
            self.open(till)
        self.advance(90.0)

    def _come_to_rest(self, bank: Bank) -> None:
        for till in self.tills:
            self.run(till.use_token(bank.token))
        began_s, chunk_s = self.now_s, 5.0
        while self.now_s - began_s < _QUIET_WITHIN_S:
            self.advance(chunk_s)
            chunk_s = min(_LONGEST_CHUNK_S, chunk_s * 1.5)
            wrongs = self._wrongs(is_opened_anew=False)
            if not wrongs or (bank is not self.banks[0] and not self._is_busy(bank)):
                return
        if bank is self.banks[0]:
            raise AssertionError(self.report(self._wrongs(is_opened_anew=False)))

    def _check(self, *, is_opened_anew: bool) -> None:
        wrongs = self._wrongs(is_opened_anew=is_opened_anew)
        for till in self.tills:
            assert till.desk is not None
            report = self.run(till.desk.journal.verify())
            if not report.is_intact:
                wrongs.append(f"{till.name}: {report.explanation}")
        if wrongs:
            raise AssertionError(self.report(wrongs))

    def _wrongs(self, *, is_opened_anew: bool) -> list[str]:
        wrongs = [str(error) for bank in self.banks for error in bank.ledger.balance_errors()]
        for till in self.tills:
            case = self._case(till)
            wrongs += [f"{till.name}: {wrong}" for wrong in case.wrongs()]
            if is_opened_anew:
                wrongs += [f"{till.name}: {wrong}" for wrong in case.wrong_holds()]
        return wrongs

    def _is_busy(self, bank: Bank) -> bool:
        known = {row.id for row in bank.ledger.transactions()}
        cards = {card.id for card in bank.ledger.cards()}
        return any(
            each.state in UNDER_WAY and (each.transaction in known or each.card in cards)
            for till in self.tills
            for each in self._case(till).books.operations.values()
        )

    def _case(self, till: Till) -> Case:
        assert till.desk is not None
        books = self.run(Books.read(till.desk))
        return Case(books, self.banks, tuple(till.intents), self.promised[till])

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._acts.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._failures.append(error)


async def _look_on(task: asyncio.Task[None], till: Till, for_s: float) -> None:
    died = asyncio.create_task(till.died.wait())
    await asyncio.wait([task, died], timeout=for_s, return_when=asyncio.FIRST_COMPLETED)
    died.cancel()
    await asyncio.gather(died, return_exceptions=True)


async def _until_gone(tasks: set[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


def _keep_with_its_till(
    loop: asyncio.AbstractEventLoop,
    work: Coroutine[Any, Any, _T] | Generator[Any, None, _T],
    *,
    context: Context | None = None,
) -> asyncio.Task[_T]:
    """Make a task; one that a till makes dies with it."""
    task = asyncio.Task(work, loop=loop, context=context)
    till = (context or copy_context()).get(TILL)
    if till is not None:
        its = till.tasks
        its[task] = None
        task.add_done_callback(lambda done: its.pop(done, None))
    return task
