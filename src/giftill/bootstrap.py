"""The only place where parts are wired: what a till is made of, and in which order it opens."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from giftill import __version__
from giftill.config import SettingsStore, settings_for_training
from giftill.domain.errors import GiftillError
from giftill.domain.places import LocationId
from giftill.gifty import GiftyClient, Timeouts
from giftill.journal import Journal, Purpose
from giftill.services.accounts import Accounts
from giftill.services.attention import Attention
from giftill.services.catalogue import Catalogue
from giftill.services.clock import SystemClock
from giftill.services.connectivity import Connectivity
from giftill.services.desk import Desk
from giftill.services.limits import Limits
from giftill.services.observable import Observable
from giftill.services.pace import pacer_of
from giftill.services.reconcile import Reconciler
from giftill.services.recovery import recover, reread_until_complete
from giftill.services.sale import SaleService
from giftill.services.settle import Outbox
from giftill.services.upkeep import Upkeep
from giftill.services.workplace import Workplace
from giftill.vault import find_token

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
    from pathlib import Path

    from giftill.config import Folders, Settings
    from giftill.gifty import Pacer
    from giftill.services.desk import TrainingControls
    from giftill.training import Training
    from giftill.ui.session import Opening

_log = logging.getLogger(__name__)

_TIMEOUTS: Final = Timeouts()
# Longer than the wait for an answer: what was sent has arrived by then, or never will.
_QUIET_S: Final = _TIMEOUTS.answer_s + 5.0
_MEGABYTE: Final = 1_000_000
_CLOSING_PATIENCE_S: Final = 5.0
_PRACTICE_LEDGER: Final = "sandbox.sqlite3"


@dataclass(frozen=True)
class _Plan:
    """Which till to open.

    Attributes:
        settings: What is in force.
        folders: Where its files are.
        find_token: Finds the API token, or None.
        identity: What its accounts are remembered under: the API that knows them.
        training: The sandbox's controls in training mode, else None.
        works: Let the outbox and the reconciler work by themselves.
        begin: They wait for this; None lets them begin at once.
    """

    settings: Settings
    folders: Folders
    find_token: Callable[[], Awaitable[str | None]]
    identity: str
    training: TrainingControls | None
    works: bool
    begin: asyncio.Event | None


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
    plan = _Plan(
        settings=settings,
        folders=folders,
        find_token=partial(find_token, environ, settings.api_url),
        identity=settings.api_url,
        training=None,
        works=works,
        begin=begin,
    )
    async with _journal(settings, folders, Purpose.REAL) as journal, _open(plan, journal) as desk:
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
    async with (
        _journal(settings, folders, Purpose.PRACTICE) as journal,
        _practise(settings, folders, training, journal, begin) as desk,
    ):
        yield desk


@asynccontextmanager
async def _practise(
    settings: Settings,
    folders: Folders,
    training: Training,
    journal: Journal,
    begin: asyncio.Event | None,
) -> AsyncIterator[Desk]:
    async def its_token() -> str:
        return training.token

    plan = _Plan(
        settings=msgspec.structs.replace(settings, api_url=training.url),
        folders=folders,
        find_token=its_token,
        identity="training",
        training=training,
        works=True,
        begin=begin,
    )
    async with _open(plan, journal) as desk:
        yield desk


@asynccontextmanager
async def open_practice(
    settings: Settings, folders: Folders, begin: asyncio.Event
) -> AsyncIterator[Desk]:
    """Open training mode: the embedded sandbox and a till on it, in folders of their own.

    Args:
        settings: What is in force while training.
        folders: Those of the real till.
        begin: The workers wait for this.

    Raises:
        TrainingFailed: The sandbox can't be started.
        GiftillError: The data folder or the journal can't be opened.
    """
    from giftill.training import Training

    own = folders.prepare_training()
    # First, as it refuses a folder that a real till works in: nothing is put there then.
    async with _journal(settings, own, Purpose.PRACTICE) as journal:
        training = await Training.start(own.data / _PRACTICE_LEDGER)
        try:
            async with _practise(settings, own, training, journal, begin) as desk:
                yield desk
        finally:
            await training.stop()


def clear_practice(folders: Folders) -> None:
    """Delete training's ledger and journal, which must not be open; its settings stay.

    Args:
        folders: Those of the real till, whose files are elsewhere.

    Raises:
        FolderError: What is called training's folder is a link to another.
        JournalError: The journal is in use, can't be read, or is a real till's; nothing is deleted.
    """
    from giftill.journal.clearing import clear_practice as clear

    clear(folders.prepare_training().data, _PRACTICE_LEDGER)


@asynccontextmanager
async def _journal(
    settings: Settings, folders: Folders, purpose: Purpose
) -> AsyncIterator[Journal]:
    folders.prepare()
    journal = await Journal.open(
        folders.data,
        now_ms=SystemClock().now_ms,
        least_free_bytes=settings.least_free_mb * _MEGABYTE,
        purpose=purpose,
    )
    try:
        yield journal
    finally:
        await journal.close()


@asynccontextmanager
async def _open(plan: _Plan, journal: Journal) -> AsyncIterator[Desk]:
    settings, clock = plan.settings, SystemClock()
    _log.info("The till opens", extra={"version": __version__, "address": settings.api_url})
    connectivity = Connectivity(clock)
    async with AsyncExitStack() as stack:
        pacer = pacer_of(settings, plan.folders)
        client = await stack.enter_async_context(_client(settings, pacer, connectivity))
        accounts = Accounts(journal, client, plan.identity)
        catalogue = Catalogue(client, journal, accounts, clock)
        workplace = Workplace(client, accounts, catalogue, is_fixed="location" in settings.fixed)
        token = _TokenFeed(plan.find_token, client, connectivity, workplace)
        await token.feed()
        outbox = Outbox(journal, client, accounts, connectivity, clock, Limits.of(settings))
        reconciler = Reconciler(
            journal,
            client,
            accounts,
            connectivity,
            clock,
            quiet_s=_QUIET_S,
            tills_on_account=settings.tills_on_account,
        )
        sales = SaleService(
            journal, client, accounts, workplace, connectivity, outbox, reconciler, clock
        )
        sales.cashier = settings.cashier
        await recover(journal, clock, quiet_s=_QUIET_S)
        await outbox.refresh()
        for finish in (outbox.stop, sales.finish):
            stack.push_async_callback(finish, _CLOSING_PATIENCE_S)
        if plan.works:
            parts = (journal, client, accounts, connectivity, clock)
            reread = partial(reread_until_complete, *parts)
            others = (reread, Upkeep(journal, clock).run)
            await stack.enter_async_context(_at_work(outbox, reconciler, others, plan.begin))
        yield Desk(
            client=client,
            journal=journal,
            settings=SettingsStore(plan.folders, settings),
            folders=plan.folders,
            clock=clock,
            connectivity=connectivity,
            accounts=accounts,
            catalogue=catalogue,
            sales=sales,
            outbox=outbox,
            attention=Attention(journal, client, accounts, outbox, reconciler, clock),
            reconciler=reconciler,
            workplace=workplace,
            has_token=token.is_there,
            token_problem=token.problem,
            reload_token=token.feed,
            training=plan.training,
        )


def _client(settings: Settings, pacer: Pacer, connectivity: Connectivity) -> GiftyClient:
    client = GiftyClient(
        None,
        base_url=settings.api_url,
        language=settings.language,
        location=LocationId(settings.location) if settings.location else None,
        pacer=pacer,
        timeouts=_TIMEOUTS,
        watch=connectivity.watch,
    )
    client.admit = connectivity.admit
    return client


class _TokenFeed:
    """Gives the client its token: at the start, and again when another was set.

    Attributes:
        is_there: Whether there is one.
        problem: Why it could not be found, or None.
    """

    def __init__(
        self,
        find: Callable[[], Awaitable[str | None]],
        client: GiftyClient,
        connectivity: Connectivity,
        workplace: Workplace,
    ) -> None:
        """Feed `client` with what `find` finds, and let the shop be one of its account."""
        self._find = find
        self._client = client
        self._connectivity = connectivity
        self._workplace = workplace
        self.is_there = Observable(value=False)
        self.problem: Observable[GiftillError | None] = Observable(None)

    async def feed(self) -> bool:
        """Find the token and use it from now on; tell whether there is one."""
        token, problem = None, None
        try:
            token = await self._find()
        except GiftillError as error:
            problem = error
        self._client.token = token
        self._connectivity.forget_refusal()
        self.problem.set(problem)
        self.is_there.set(token is not None)
        await self._workplace.review()
        return token is not None


@asynccontextmanager
async def _at_work(
    outbox: Outbox,
    reconciler: Reconciler,
    others: Iterable[Callable[[], Awaitable[None]]],
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
        *(asyncio.create_task(work(each)) for each in others),
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


def opening(
    settings: Settings, folders: Folders, environ: Mapping[str, str], *, is_training: bool
) -> Opening:
    """Return how the terminal opens its till."""
    from giftill.ui.session import Opening

    if not is_training:
        return Opening(
            lambda begin: open_desk(settings, folders, environ, works=True, begin=begin),
            lambda: settings,
        )

    def practice() -> Settings:
        return settings_for_training(settings, folders)

    return Opening(
        lambda begin: open_practice(practice(), folders, begin),
        practice,
        clear=partial(clear_practice, folders),
    )


def run_demo(settings: Settings, out: Path) -> int:
    """Play the main flow by itself and leave pictures in `out`; return the exit status."""
    from giftill.demo import play

    return play(open_training_desk, settings, out)
