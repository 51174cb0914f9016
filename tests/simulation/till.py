"""One till as a process that can be started, closed and killed between any two of its steps."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar
from unittest.mock import patch

import msgspec

import giftill.journal.writer
from giftill import bootstrap
from giftill.config import TOKEN_VARIABLE, Folders, Settings
from giftill.domain.errors import GiftillError
from giftill.domain.operations import OperationKind, OperationState
from giftill.domain.places import LocationId
from giftill.gifty import GiftyClient, TurnsOnDisk
from giftill.journal import JournalUnclear, JournalWriteError
from giftill.journal.writer import Writer
from giftill.services import pace
from giftill.services.results import Result

from .network import Wire
from .virtual import PC, PcClock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterator
    from pathlib import Path
    from types import ModuleType

    import httpx

    from giftill.journal.store import Store
    from giftill.journal.writes import Write
    from giftill.services.desk import Desk
    from giftill.services.results import Placed

    from .bank import Answer
    from .intents import Intent
    from .network import Network
    from .virtual import SimulatedLoop

_T = TypeVar("_T")

_ROUNDS_TO_DIE: Final = 200
_URL: Final = "http://127.0.0.1:1/v1/"
_LAST_OK: Final = 299
_ON_ITS_WAY: Final = (OperationState.INTENDED, OperationState.SENDING)


class DiskTrouble(StrEnum):
    """What happens to one commit."""

    FULL = "full"
    UNCLEAR_SAVED = "failed, but saved"
    UNCLEAR_LOST = "failed, not saved"


class Till:
    """A till of one shop.

    Attributes:
        name: What the log calls it.
        clock: Its PC's clock.
        desk: Its services while it is open, else None.
        is_dead: Whether it was killed and has not been buried yet.
        disk: What happens to the next commits.
        asked: The settlements that a cashier ever asked for: kind and transaction.
        sent: The settlement that was sent for a transaction.
        owners: Who wanted what the server made: the intent by transaction.
        intents: What its cashiers wanted.
        wrongs: What it did that no till may do.
    """

    def __init__(
        self, name: str, folder: Path, network: Network, loop: SimulatedLoop, *, tills: int
    ) -> None:
        self.name = name
        self.clock = PcClock(loop)
        self.desk: Desk | None = None
        self.is_dead = False
        self.disk: deque[DiskTrouble] = deque()
        self.asked: set[tuple[OperationKind, str]] = set()
        self.sent: dict[str, OperationKind] = {}
        self.owners: dict[str, Intent] = {}
        self.wrongs: list[str] = []
        self.intents: list[Intent] = []
        self.log: Callable[[str], None] = print
        self.tasks: dict[asyncio.Task[Any], None] = {}
        self.wire = Wire(network, self)
        self.loop = loop
        self.died = asyncio.Event()
        self._folders = Folders.within(folder)
        self._settings = Settings(api_url=_URL, tills_on_account=tills)
        self._environ = {TOKEN_VARIABLE: network.banks[0].token}
        self._steps_left: int | None = None
        self._closing = asyncio.Event()
        self._main: asyncio.Task[None] | None = None

    def note(self, what: str) -> None:
        """Write a line into the log of the run."""
        self.log(f"{self.name}: {what}")

    # The life of the process.

    async def open(self) -> None:
        """Start it; should that fail or it be killed, it stays closed."""
        if self.desk is not None:
            return
        self._closing = asyncio.Event()
        self.died = asyncio.Event()
        ready = asyncio.Event()
        self._main = self.spawn(self._live(ready))
        waits = [asyncio.create_task(each.wait()) for each in (ready, self.died)]
        await asyncio.wait([*waits, self._main], return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
        if self._main.done():
            self._gone()

    async def close(self) -> None:
        """Close it in order."""
        if self._main is None:
            return
        self.note("is closed")
        self._closing.set()
        died = asyncio.create_task(self.died.wait())
        await asyncio.wait([self._main, died], return_when=asyncio.FIRST_COMPLETED)
        died.cancel()
        await asyncio.gather(died, return_exceptions=True)
        if self._main.done():
            self._gone()

    def kill(self) -> None:
        """Let nothing that it does from now on have any effect."""
        if self._main is not None and not self.is_dead:
            self.note("is killed")
            self.is_dead = True
            self.died.set()

    def set_clock(self, ahead_ms: int) -> None:
        """Set its clock; what was being checked may be looked at too soon then."""
        self.note(f"the clock is {ahead_ms} ms ahead")
        self.clock.ahead_ms = ahead_ms
        for intent in self.intents:
            if intent.told[-1:] in ([], [Result.CHECKING]):
                intent.is_late = True

    def kill_after(self, steps: int | None) -> None:
        """Kill it so many steps from now: before or after a commit, a request or an answer."""
        self._steps_left = steps

    async def bury(self) -> None:
        """Take away what is left of a killed one, so that it can be opened again."""
        me = asyncio.current_task()
        for _ in range(_ROUNDS_TO_DIE):
            left = [each for each in self.tasks if not each.done() and each is not me]
            if not left:
                self._gone()
                return
            for each in left:
                each.cancel()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        msg = f"what does not die: {list(self.tasks)}"
        raise AssertionError(msg)

    def spawn(self, work: Coroutine[object, object, _T]) -> asyncio.Task[_T]:
        """Run something on this till's PC; it ends with the till."""
        context = copy_context()
        context.run(TILL.set, self)
        context.run(PC.set, self.clock)
        return self.loop.create_task(work, context=context)

    async def _live(self, ready: asyncio.Event) -> None:
        settings, folders = self._settings, self._folders
        try:
            opening = bootstrap.open_desk(settings, folders, self._environ, works=True)
            async with opening as self.desk:
                self.note("is open")
                self.desk.sales.resolved.subscribe(self._hear)
                await self._look_for_forgotten(self.desk)
                ready.set()
                await self._closing.wait()
        except GiftillError as error:
            self.note(f"could not go on: {error}")

    async def _look_for_forgotten(self, desk: Desk) -> None:
        """Judge what a start leaves behind: nothing can be on its way before anything is sent."""
        for each in await desk.journal.operations(states=_ON_ITS_WAY):
            self.wrongs.append(f"{self.name} was opened, and takes this for being sent: {each}")

    def _hear(self, placed: Placed) -> None:
        """Let the cashier see how a check ended."""
        sale = placed.operation.sale if placed.operation is not None else None
        intent = next((each for each in self.intents if each.sale == sale), None)
        if intent is not None and not self.is_dead:
            self.note(f"{intent}: the check ends: {placed.result}")
            intent.told.append(placed.result)

    def _gone(self) -> None:
        assert self._main is not None
        if not self._main.cancelled() and self._main.exception() is not None:
            raise AssertionError("the till broke down") from self._main.exception()
        self.desk, self._main, self.is_dead, self._steps_left = None, None, False, None
        self.tasks.clear()

    # What people set.

    async def use_token(self, token: str) -> None:
        """Give it another token."""
        self._environ[TOKEN_VARIABLE] = token
        if self.desk is not None:
            await self.spawn(_awaited(self.desk.reload_token()))

    def work_for(self, location: str) -> None:
        """Let it work for another shop, now and after a restart."""
        self._settings = msgspec.structs.replace(self._settings, location=location)
        if self.desk is not None:
            self.desk.workplace.choose(LocationId(location))

    # What its disk and network tell.

    def is_alive_after_step(self) -> bool:
        """Count one step."""
        if self._steps_left is not None and not self.is_dead:
            self._steps_left -= 1
            if self._steps_left <= 0:
                self._steps_left = None
                self.kill()
        return not self.is_dead

    async def step(self, _what: str) -> None:
        """Count one step; who is dead goes no further."""
        if not self.is_alive_after_step():
            await self.loop.create_future()

    def watch(self, request: httpx.Request, intent: Intent | None) -> None:
        """Judge a request that leaves."""
        kind, transaction = what_is_asked(request)
        if kind is None:
            return
        if not kind.is_settlement:
            if intent is None or intent.kind is not kind:
                self.wrongs.append(f"{self.name} sent a {kind} that nobody asked for")
            else:
                intent.posts += 1
                if intent.posts > 1:
                    self.wrongs.append(f"{self.name} sent {intent} twice")
            return
        if (kind, transaction) not in self.asked:
            self.wrongs.append(f"{self.name} sent a {kind} that nobody asked for")
        if self.sent.setdefault(transaction, kind) is not kind:
            self.wrongs.append(f"{self.name} sent both capture and release of {transaction}")

    def learn(self, request: httpx.Request, answer: Answer, intent: Intent | None) -> None:
        """Keep who wanted what the server made."""
        kind, _ = what_is_asked(request)
        if intent is None or kind is not intent.kind or answer.status > _LAST_OK:
            return
        made = str(json.loads(answer.body)["data"]["id"])
        intent.made.append(made)
        self.owners[made] = intent


TILL: Final[ContextVar[Till]] = ContextVar("the till that is at work")


async def _awaited(what: Awaitable[_T]) -> _T:
    return await what


def what_is_asked(request: httpx.Request) -> tuple[OperationKind | None, str]:
    """Tell what a request moves, and on which transaction; None for one that moves nothing."""
    _, thing, name, *verb = (*request.url.path.strip("/").split("/"), "")
    if request.method == "DELETE":
        return OperationKind.RELEASE, name
    if request.method != "POST":
        return None, ""
    return OperationKind(verb[0]), name if thing == "transactions" else ""


class _StepwiseWriter(Writer):
    """The journal's own thread and file, for a loop in virtual time and a till that can die."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - whatever it takes
        super().__init__(*args, **options)
        self._till = TILL.get()

    def start(self) -> None:
        super().start()
        # How long it takes is no matter of the simulation.
        self.started.exception()

    def stop(self) -> None:
        super().stop()
        if self._till.loop.is_home:
            self.ended.exception()

    def read(self, ask: Callable[[Store], _T]) -> asyncio.Future[_T]:
        if self._till.is_dead:
            return self._till.loop.create_future()
        return self._till.loop.wait_for_thread(partial(super().read, ask))

    def when_idle(self, ask: Callable[[Store], _T]) -> asyncio.Future[_T]:
        return self.read(ask)

    def write(self, write: Write) -> asyncio.Future[None]:
        never: asyncio.Future[None] = self._till.loop.create_future()
        if not self._till.is_alive_after_step():
            return never
        trouble = self._till.disk.popleft() if self._till.disk else None
        if trouble is not None:
            self._till.note(f"disk: {trouble}")
        if trouble is DiskTrouble.FULL:
            never.set_exception(JournalWriteError("full", is_disk_full=True))
            return never
        if trouble is DiskTrouble.UNCLEAR_LOST:
            never.set_exception(JournalUnclear("lost"))
            return never
        future = self._till.loop.wait_for_thread(partial(super().write, write))
        if not self._till.is_alive_after_step():
            return self._till.loop.create_future()
        if trouble is DiskTrouble.UNCLEAR_SAVED:
            never.set_exception(JournalUnclear("saved"))
            return never
        return future


@contextmanager
def real_tills() -> Iterator[None]:
    """Let the program's own wiring make tills on the simulation's clock, network and disk."""
    stand_ins: dict[tuple[ModuleType, str], Callable[..., object]] = {
        (bootstrap, "SystemClock"): lambda: TILL.get().clock,
        (bootstrap, "GiftyClient"): lambda *args, **options: GiftyClient(
            *args, **options, transport=TILL.get().wire
        ),
        (pace, "TurnsOnDisk"): lambda *args, **options: TurnsOnDisk(
            *args, **options, now_ns=TILL.get().clock.steady_ns
        ),
        (giftill.journal.writer, "Writer"): _StepwiseWriter,
    }
    with contextlib.ExitStack() as stack:
        for (module, name), stand_in in stand_ins.items():
            stack.enter_context(patch.object(module, name, stand_in))
        yield
