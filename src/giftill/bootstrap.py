"""The only place where parts are wired: what a till is made of, and in which order it opens."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from giftill.config import SettingsStore
from giftill.domain.errors import GiftillError
from giftill.domain.places import LocationId
from giftill.gifty import GiftyClient, Pacer, Timeouts
from giftill.journal import Journal
from giftill.services.accounts import Accounts
from giftill.services.catalogue import Catalogue
from giftill.services.clock import SystemClock
from giftill.services.connectivity import Connectivity
from giftill.services.desk import Desk
from giftill.services.observable import Observable
from giftill.services.reconcile import Reconciler
from giftill.services.recovery import recover, reread_holds
from giftill.services.sale import SaleService
from giftill.services.settle import Outbox
from giftill.vault import find_token

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from pathlib import Path

    from giftill.config import Folders, Settings
    from giftill.services.clock import Clock
    from giftill.services.desk import TrainingControls
    from giftill.training import Training

_log = logging.getLogger(__name__)

# Longer than the longest wait for an answer: what was sent has arrived by then, or never will.
_QUIET_AFTER_ANSWER_S: Final = 5.0
_CLOSING_PATIENCE_S: Final = 5.0
_PACE_FACT: Final = "pace"
_MINUTE_MS: Final = 60_000


@dataclass(frozen=True)
class _Token:
    """A token, or why there is none."""

    text: str
    problem: GiftillError | None = None


@asynccontextmanager
async def open_desk(
    settings: Settings,
    folders: Folders,
    environ: Mapping[str, str],
    *,
    works: bool = False,
    begin: asyncio.Event | None = None,
) -> AsyncIterator[Desk]:
    """Open a till for work, and close it again in order.

    Args:
        settings: What is in force.
        folders: Where its files are.
        environ: The environment; `GIFTILL_TOKEN` stands in for the keyring.
        works: Let the outbox and the reconciler work by themselves until the till is closed.
        begin: They wait for this; None lets them begin at once.

    Raises:
        JournalInUse: Another program has the data folder open.
        GiftillError: The data folder or the journal can't be opened.
    """

    async def read_token() -> _Token:
        try:
            return _Token(await find_token(environ, settings.api_url) or "")
        except GiftillError as problem:
            return _Token("", problem)

    async with _open(
        settings,
        folders,
        read_token,
        identity=settings.api_url,
        training=None,
        works=works,
        begin=begin,
    ) as desk:
        yield desk


@asynccontextmanager
async def open_training_desk(
    settings: Settings,
    folders: Folders,
    training: Training,
    *,
    begin: asyncio.Event | None = None,
) -> AsyncIterator[Desk]:
    """Open a till that works with a training sandbox, which goes on running.

    Args:
        settings: What is in force; the address of the API is the sandbox's.
        folders: Where the till's files are.
        training: The sandbox.
        begin: The workers wait for this; None lets them begin at once.

    Raises:
        GiftillError: The data folder or the journal can't be opened.
    """
    practice = msgspec.structs.replace(settings, api_url=training.url)

    async def read_token() -> _Token:
        return _Token(training.token)

    async with _open(
        practice,
        folders,
        read_token,
        identity="training",
        training=training,
        works=True,
        begin=begin,
    ) as desk:
        yield desk


@asynccontextmanager
async def open_practice(
    settings: Settings, folders: Folders, begin: asyncio.Event
) -> AsyncIterator[Desk]:
    """Open training mode: the embedded sandbox and a till on it, in folders of their own.

    Args:
        settings: What is in force.
        folders: Those of the real till.
        begin: The workers wait for this.

    Raises:
        TrainingFailed: The sandbox can't be started.
        GiftillError: The data folder or the journal can't be opened.
    """
    from giftill.training import Training

    own = folders.training
    own.prepare()
    training = await Training.start(own.data / "sandbox.sqlite3")
    try:
        async with open_training_desk(settings, own, training, begin=begin) as desk:
            yield desk
    finally:
        await training.stop()


@asynccontextmanager
async def _open(
    settings: Settings,
    folders: Folders,
    read_token: Callable[[], Awaitable[_Token]],
    *,
    identity: str,
    training: TrainingControls | None,
    works: bool,
    begin: asyncio.Event | None = None,
) -> AsyncIterator[Desk]:
    clock = SystemClock()
    folders.prepare()
    async with AsyncExitStack() as stack:
        journal = await Journal.open(folders.data, now_ms=clock.now_ms)
        stack.push_async_callback(journal.close)
        token = await read_token()
        connectivity = Connectivity(clock)
        pacer = await _pacer(journal, settings, clock)
        stack.push_async_callback(_keep_pace, journal, pacer)
        timeouts = Timeouts()
        client = await stack.enter_async_context(
            GiftyClient(
                token.text or None,
                base_url=settings.api_url,
                language=settings.language,
                location=LocationId(settings.location) if settings.location else None,
                pacer=pacer,
                timeouts=timeouts,
                watch=connectivity.watch,
            )
        )
        accounts = Accounts(journal, client, identity)
        quiet_s = timeouts.answer_s + _QUIET_AFTER_ANSWER_S
        outbox = Outbox(journal, client, accounts, connectivity, clock)
        reconciler = Reconciler(
            journal,
            client,
            accounts,
            connectivity,
            clock,
            quiet_s=quiet_s,
            tills_on_account=settings.tills_on_account,
        )
        sales = SaleService(journal, client, accounts, connectivity, outbox, reconciler, clock)
        sales.cashier = settings.cashier
        has_token = Observable(bool(token.text))
        token_problem: Observable[GiftillError | None] = Observable(token.problem)

        async def reload_token() -> bool:
            again = await read_token()
            client.token = again.text or None
            connectivity.forget_refusal()
            token_problem.set(again.problem)
            has_token.set(bool(again.text))
            return bool(again.text)

        await recover(journal, clock, quiet_s=quiet_s)
        await outbox.refresh()
        stack.push_async_callback(sales.finish, _CLOSING_PATIENCE_S)
        if works:
            await stack.enter_async_context(
                _at_work(
                    outbox,
                    reconciler,
                    partial(reread_holds, journal, client, accounts, clock),
                    begin,
                )
            )
        yield Desk(
            client=client,
            journal=journal,
            settings=SettingsStore(folders, settings),
            folders=folders,
            clock=clock,
            connectivity=connectivity,
            accounts=accounts,
            catalogue=Catalogue(client, journal, accounts, clock),
            sales=sales,
            outbox=outbox,
            reconciler=reconciler,
            location=Observable(client.location),
            has_token=has_token,
            token_problem=token_problem,
            reload_token=reload_token,
            training=training,
        )


@asynccontextmanager
async def _at_work(
    outbox: Outbox,
    reconciler: Reconciler,
    reread: Callable[[], Awaitable[int]],
    begin: asyncio.Event | None,
) -> AsyncIterator[None]:
    """Let the workers work in the background; on the way out they finish what they began."""

    async def work(run: Callable[[], Awaitable[object]]) -> None:
        if begin is not None:
            await begin.wait()
        await run()

    tasks = (
        asyncio.create_task(work(outbox.run), name="outbox"),
        asyncio.create_task(work(reconciler.run), name="reconciler"),
        asyncio.create_task(work(reread), name="reread"),
    )
    for task in tasks:
        task.add_done_callback(_report)
    try:
        yield
    finally:
        reconciler.stop()
        await outbox.stop(_CLOSING_PATIENCE_S)
        if begin is None or begin.is_set():
            await asyncio.wait(tasks, timeout=1.0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        _log.error("A background task broke off", exc_info=task.exception())


async def _pacer(journal: Journal, settings: Settings, clock: Clock) -> Pacer:
    """Return a pacer that remembers the last minute's requests, also those before a restart."""
    kept = await journal.fact(_PACE_FACT)
    history = tuple(int(each) for each in kept.split()) if kept else ()
    now_ms = clock.now_ms()
    recent = tuple(each for each in history if now_ms - _MINUTE_MS < each <= now_ms)
    limit = max(1, settings.requests_per_minute // settings.tills_on_account)
    return Pacer(limit, history=recent)


async def _keep_pace(journal: Journal, pacer: Pacer) -> None:
    await journal.set_fact(_PACE_FACT, " ".join(str(each) for each in pacer.history))


def run_window(
    settings: Settings, folders: Folders, environ: Mapping[str, str], *, is_training: bool
) -> int:
    """Show the terminal until it is closed; return the exit status."""
    from giftill.ui.app import run

    if is_training:
        return run(lambda begin: open_practice(settings, folders, begin), settings, folders)
    return run(
        lambda begin: open_desk(settings, folders, environ, works=True, begin=begin),
        settings,
        folders,
    )


def run_demo(settings: Settings, out: Path) -> int:
    """Play the main flow by itself and leave pictures in `out`; return the exit status."""
    from giftill.demo import play

    return play(open_training_desk, settings, out)
