"""The one thread that touches the file: jobs go in from any task, futures come back.

A whole transaction is one job, so that a cancelled task can't leave one open. Writes that wait
together share one transaction and so one fsync; a savepoint around each lets it fail alone.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import queue
import threading
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, TypeVar

import apsw

from .errors import (
    JournalClosed,
    JournalDamaged,
    JournalError,
    JournalUnavailable,
    JournalUnclear,
    JournalWriteError,
)
from .jobs import IdleJob, Job, Outcome, Read, WriteJob, tell
from .opening import FILE_NAME, Looking, lock_folder, open_store
from .quarantine import mark
from .records import Purpose
from .rescue import bring_back
from .starting import start_store
from .store import DAMAGE, DISK_TROUBLE, Store, read_failure, write_failure
from .writes import Commit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from .chain import Tip
    from .writes import Write

T = TypeVar("T")

# More would let one write wait for many others; the gain from sharing an fsync is long spent.
_MOST_WRITES_TOGETHER: Final = 100
_PATIENCE_AT_EXIT_S: Final = 10.0
# How many of SQLite's steps go by until it looks whether something else is to be done. A page that
# is checked counts as one, and may have to come from a slow disk.
_STEPS_TO_LOOK: Final = 100
_SHORTEST_QUIET_S: Final = 0.1
_LONGEST_QUIET_S: Final = 10.0


class Writer:
    """Owns the file and the folder's lock from `start` until `stop`.

    Attributes:
        started: Done when the file is open, or holds why it can't be opened.
        ended: Done when the file is closed and the lock given back.
        damage: Done as soon as the file turns out to be damaged; nothing is saved from then on.
    """

    def __init__(
        self,
        folder: Path,
        now_ms: Callable[[], int],
        vfs: str = "",
        purpose: Purpose = Purpose.REAL,
    ) -> None:
        """Remember where the file is; `vfs` names an SQLite VFS that stands in for the system's."""
        self.started: Future[None] = Future()
        self.ended: Future[None] = Future()
        self.damage: Future[JournalDamaged] = Future()
        self._now_ms = now_ms
        self._folder = folder
        self._vfs = vfs
        self._purpose = purpose
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._idle_jobs: deque[IdleJob[Any]] = deque()
        self._quiet_s = 0.0
        self._gate = threading.Lock()
        self._is_stopped = False
        self._store: Store | None = None
        # A daemon: a task that forgot to close the journal must not keep the program alive.
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        """Open the file on the thread; `started` says how that went."""
        # At exit the thread must not be inside SQLite while the interpreter is taken down.
        atexit.register(self._stop_at_exit)
        self._thread.start()

    def stop(self) -> None:
        """Let the jobs that wait be done, then close the file; `ended` says when."""
        with self._gate:
            if not self._is_stopped:
                self._is_stopped = True
                self._jobs.put(None)
        atexit.unregister(self._stop_at_exit)

    def read(self, ask: Callable[[Store], T]) -> asyncio.Future[T]:
        """Let the thread answer a question after everything that was asked for before."""
        job = Read(ask, asyncio.get_running_loop().create_future())
        self._put(job)
        return job.future

    def when_idle(self, ask: Callable[[Store], T]) -> asyncio.Future[T]:
        """Let the thread answer a question while nothing else is to be done.

        As soon as there is, the question is broken off, and asked anew later: it must not change
        anything.
        """
        job = IdleJob(ask, asyncio.get_running_loop().create_future())
        self._put(job)
        return job.future

    def write(self, write: Write) -> asyncio.Future[None]:
        """Let the thread save something; the future is done when it is durable.

        Cancelling the future takes back the wish to be told, not the wish to save.
        """
        job = WriteJob(write, asyncio.get_running_loop().create_future())
        self._put(job)
        return job.future

    def _put(self, job: Read[Any] | WriteJob | IdleJob[Any]) -> None:
        with self._gate:
            if self._is_stopped:
                raise JournalClosed
            self._jobs.put(job)

    def _stop_at_exit(self) -> None:
        self.stop()
        self._thread.join(_PATIENCE_AT_EXIT_S)

    def _run(self) -> None:
        try:
            lock = lock_folder(self._folder)
            with contextlib.ExitStack() as ending:
                ending.callback(lock.release)
                ending.callback(self._close)
                self._store = start_store(self._folder, self._vfs, self._now_ms, self._purpose)
                self.started.set_result(None)
                self._work()
        except BaseException as error:  # noqa: BLE001 - whoever waits for the thread gets it
            if not self.started.done():
                self.started.set_exception(error)
            else:
                self.ended.set_exception(error)
        finally:
            self._refuse_the_rest()
            if not self.ended.done():
                self.ended.set_result(None)

    def _work(self) -> None:
        """Do the jobs in order until the one that says stop."""
        held_back: deque[Job] = deque()
        while True:
            job = held_back.popleft() if held_back else self._next()
            if job is None:
                return
            if isinstance(job, Read):
                self._answer(job)
                continue
            if isinstance(job, IdleJob):
                self._idle_jobs.append(job)
                continue
            batch = [job]
            with contextlib.suppress(queue.Empty):
                while len(batch) < _MOST_WRITES_TOGETHER and not held_back:
                    following = self._jobs.get_nowait()
                    if isinstance(following, WriteJob):
                        batch.append(following)
                    else:
                        held_back.append(following)
            self._save(batch)

    def _next(self) -> Job:
        """Return what is to be done next; questions for idle moments are asked meanwhile."""
        while self._idle_jobs:
            with contextlib.suppress(queue.Empty):
                return self._jobs.get(block=self._quiet_s > 0, timeout=self._quiet_s)
            self._ask_at_ease()
        return self._jobs.get()

    def _ask_at_ease(self) -> None:
        """Ask a question for idle moments, and break it off as soon as something else comes."""
        job = self._idle_jobs.popleft()
        if job.future.cancelled():
            return
        try:
            store = self._open_store()
            store.connection.set_progress_handler(lambda: not self._jobs.empty(), _STEPS_TO_LOOK)
            try:
                outcome = Outcome(job.future, job.ask(store))
            finally:
                store.connection.set_progress_handler(None)
        except apsw.InterruptError:
            # The busier the till, the longer the pause that shows it is not.
            self._quiet_s = min(_LONGEST_QUIET_S, max(_SHORTEST_QUIET_S, 2 * self._quiet_s))
            self._idle_jobs.appendleft(job)
            return
        except BaseException as error:  # noqa: BLE001 - the asker gets it
            outcome = Outcome(job.future, error=self._in_words(error))
        self._quiet_s = 0.0
        tell([outcome])

    def _in_words(self, error: BaseException) -> BaseException:
        """Put what went wrong while reading into words; damage is told to everybody."""
        file = self._folder / FILE_NAME
        told = read_failure(error, file)
        if isinstance(told, JournalDamaged):
            self._stop_saving(told)
        return told

    def _stop_saving(self, damage: JournalDamaged) -> None:
        """Save nothing any more: the next start puts the file aside."""
        if not self.damage.done():
            mark(self._folder, damage.finding)
            self.damage.set_result(damage)

    def _refuse_the_rest(self) -> None:
        self.stop()
        rest = [Outcome(job.future, error=JournalClosed()) for job in self._idle_jobs]
        self._idle_jobs.clear()
        tell(rest)
        with contextlib.suppress(queue.Empty):
            while True:
                job = self._jobs.get_nowait()
                if job is not None:
                    tell([Outcome(job.future, error=JournalClosed())])

    def _answer(self, job: Read[Any]) -> None:
        if job.future.cancelled():
            return
        try:
            outcome = Outcome(job.future, job.ask(self._open_store()))
        except BaseException as error:  # noqa: BLE001 - the asker gets it
            outcome = Outcome(job.future, error=self._in_words(error))
        tell([outcome])

    def _save(self, batch: Sequence[WriteJob]) -> None:
        refusals: Sequence[BaseException | None]
        try:
            refusals = self._transact([job.write for job in batch])
        except BaseException as error:  # noqa: BLE001 - each asker gets it
            if isinstance(error, JournalDamaged):
                self._stop_saving(error)
            refusals = [error] * len(batch)
        tell(
            [
                Outcome(job.future, error=refusal)
                for job, refusal in zip(batch, refusals, strict=True)
            ]
        )

    def _transact(self, writes: Sequence[Write]) -> list[Exception | None]:
        """Save all writes in one transaction.

        Returns:
            For each write why it was refused, or None; the others are durable.

        Raises:
            JournalWriteError, JournalDamaged: The disk refused; nothing of them was saved.
            JournalUnclear: The disk failed at the last moment, and can't be read.
        """
        if self.damage.done():
            raise self.damage.result()
        try:
            store = self._in_place(self._open_store())
        except JournalUnavailable as error:
            raise JournalWriteError(str(error.message)) from error
        before = store.tip
        try:
            store.begin()
            refusals = [_refusal(store, write) for write in writes]
        except BaseException as error:
            # Whatever it was: a transaction left open would take what comes next down with it.
            self._roll_back(store, before)
            if isinstance(error, apsw.Error):
                raise write_failure(error, store.file) from error
            raise
        accepted = [write for write, no in zip(writes, refusals, strict=True) if no is None]
        after = store.tip
        try:
            store.commit()
        except apsw.Error as error:
            if not self._is_saved(store, accepted, after, error):
                raise write_failure(error, store.file) from error
        return refusals

    def _roll_back(self, store: Store, before: Tip) -> None:
        try:
            store.roll_back(before)
        except apsw.Error:
            self._let_go(store)

    def _is_saved(
        self, failed: Store, writes: Sequence[Write], after: Tip, error: apsw.Error
    ) -> bool:
        """Find out what a commit did that raised: its bytes may have reached the disk all the same.

        Raises:
            JournalUnclear: The file can't be read, or not be made sure of.
        """
        self._let_go(failed)
        # All were one transaction; an entry's hash tells more surely than a fact that was set.
        decisive = next((write for write in writes if isinstance(write, Commit)), writes[-1])
        try:
            store = self._open_store()
            is_saved = decisive.is_saved(store, after)
            if is_saved:
                store.make_sure()
        except (apsw.Error, JournalError) as trouble:
            raise JournalUnclear(f"{error}; {trouble}") from error
        return is_saved

    def _open_store(self) -> Store:
        """Return the file, opened anew if a failing disk made us let go of it."""
        if self._store is None:
            self._store = open_store(self._folder, self._vfs, Looking.NOT, self._purpose)
        return self._store

    def _in_place(self, store: Store) -> Store:
        """Return the file, brought back if somebody deleted or replaced it.

        Raises:
            JournalWriteError: It can't be; what is saved now would be lost with the program.
        """
        if store.is_in_place:
            return store
        try:
            bring_back(store, self._now_ms())
        except OSError as error:
            raise JournalWriteError(str(error)) from error
        except apsw.Error as error:
            raise write_failure(error, store.file) from error
        self._store = None
        return self._open_store()

    def _close(self) -> None:
        try:
            if self._store is not None:
                with contextlib.suppress(JournalError):
                    self._in_place(self._store)
        finally:
            # Not open any more if it was brought back and could not be opened there.
            if self._store is not None:
                self._store.close()

    def _let_go(self, store: Store) -> None:
        self._store = None
        with contextlib.suppress(apsw.Error):
            store.abandon()


def _refusal(store: Store, write: Write) -> Exception | None:
    """Write one thing of several; return why it can't be, if that is no matter of the disk."""
    try:
        store.apply(write)
    except (*DAMAGE, *DISK_TROUBLE):
        raise
    except Exception as error:  # noqa: BLE001 - it is this one's alone; the others go on
        return error
    return None
