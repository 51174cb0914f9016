"""The sandbox on a real socket: a thread with an event loop, a door that can close and open."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from giftill.sandbox.app import API_ROOT, Site, build_app
from giftill.sandbox.clock import Clock
from giftill.sandbox.config import SandboxConfig, SandboxError
from giftill.sandbox.faults import FaultSwitch
from giftill.sandbox.ledger import Ledger
from giftill.sandbox.limiter import RateLimiter
from giftill.sandbox.seed import fill

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_BACKLOG = 128
_DRAIN_S = 1.0
_START_S = 10.0
_DOOR_S = 5.0
_STEPS_TO_COME_IN = 3

_log = logging.getLogger(__name__)


class _Connection(H11Protocol):
    """A connection that lets the application see its transport, so that faults can cut it."""

    # A stream protocol is only ever given a Transport, which asyncio's own type leaves open.
    def connection_made(
        self,
        transport: asyncio.Transport,  # type: ignore[override] # asyncio's own type says less
    ) -> None:
        # asyncio only sets this on sockets that were made with an explicit protocol number; without
        # it each answer waits 40 ms for the client's acknowledgement of its head.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class SandboxServer:
    """A running sandbox; may be started, watched and stopped from any thread.

    Args:
        config: What to serve and where.

    Attributes:
        faults: What goes wrong; switched while it runs.
    """

    def __init__(self, config: SandboxConfig | None = None) -> None:
        self._config = config or SandboxConfig()
        self.faults = FaultSwitch()
        self._ledger: Ledger | None = None
        self._port = 0
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None

    @property
    def ledger(self) -> Ledger:
        """Every card and transaction, for audits beside the running server.

        Raises:
            SandboxError: The sandbox has not been started.
        """
        if self._ledger is None:
            message = "The sandbox has not been started."
            raise SandboxError(message)
        return self._ledger

    @property
    def url(self) -> str:
        """Address of the API, `http://127.0.0.1:PORT/v1/`."""
        return f"{self._origin()}{API_ROOT}/"

    def start(self) -> str:
        """Open the ledger and the door.

        Returns:
            The address of the API, once it accepts connections.

        Raises:
            SandboxError: The address is taken or not allowed, or the ledger can't be opened.
        """
        if self._thread is not None:
            message = "The sandbox is running already."
            raise SandboxError(message)
        door = self._listen(self._config.port)
        self._port = door.getsockname()[1]
        clock = Clock(self._config.now)
        try:
            ledger = self._open_ledger(clock.seconds())
        except BaseException:
            door.close()
            raise
        self._ledger = ledger
        site = Site(
            ledger=ledger,
            faults=self.faults,
            limiter=RateLimiter(self._config.rate_per_minute),
            clock=clock,
            tokens=self._config.tokens,
            origin=self._origin(),
        )
        self._ready.clear()
        self._failure = None
        self._thread = threading.Thread(
            target=self._run, args=(site, door), name="giftill-sandbox", daemon=True
        )
        self._thread.start()
        if not self._ready.wait(_START_S) or self._failure is not None:
            self.stop()
            message = "The sandbox could not be started."
            raise SandboxError(message) from self._failure
        return self.url

    def stop(self) -> None:
        """Finish what is being answered, free the port, close the ledger; harmless when stopped."""
        thread, loop, stop = self._thread, self._loop, self._stop
        if thread is None:
            return
        if loop is not None and stop is not None:
            # The loop may have ended by itself in between.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(stop.set)
        thread.join()
        self._thread = None
        if self._ledger is not None:
            self._ledger.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def _origin(self) -> str:
        host = self._config.host
        if host in {"", "0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
            host = "127.0.0.1"
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}"

    def _listen(self, port: int) -> socket.socket:
        host = self._config.host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            return socket.create_server((host, port), family=family, backlog=_BACKLOG)
        except (OSError, OverflowError) as error:
            message = f"The sandbox can't listen on {host} port {port}: {_reason(error)}."
            raise SandboxError(message) from error

    def _open_ledger(self, now: int) -> Ledger:
        ledger = Ledger(self._config.data)
        try:
            if self._config.seed and ledger.is_empty():
                fill(ledger, now)
        except BaseException:
            ledger.close()
            raise
        return ledger

    def _run(self, site: Site, door: socket.socket) -> None:
        try:
            # The selector loop on Windows too: its sockets are the ones that `_close_door` knows.
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._serve(site, door))
        except Exception as error:  # noqa: BLE001 - handed to whoever started the thread
            _log.exception("The sandbox stopped by itself")
            self._failure = error
        finally:
            self.faults.listen(None)
            self._ready.set()

    async def _serve(self, site: Site, door: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        house = _House(site, self._listen, self._port)
        await house.open(door)
        self.faults.listen(lambda: self._move_door(house))
        await house.follow_faults()
        self._ready.set()
        try:
            await self._stop.wait()
        finally:
            self.faults.listen(None)
            await house.shut()

    def _move_door(self, house: _House) -> None:
        """Let the door follow a change of the faults, and wait for it from outside the loop."""
        assert self._loop is not None
        moving = asyncio.run_coroutine_threadsafe(house.follow_faults(), self._loop)
        moving.result(_DOOR_S)


class _House:
    """The listening socket and its connections; lives on the server's loop only."""

    def __init__(self, site: Site, listen: Callable[[int], socket.socket], port: int) -> None:
        self._faults = site.faults
        self._listen = listen
        self._port = port
        self._state = ServerState()
        self._config = uvicorn.Config(
            build_app(site),
            http=_Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
        )
        self._config.load()
        self._door: asyncio.Server | None = None
        self._moving = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, door: socket.socket) -> None:
        """Accept connections on a socket."""
        loop = asyncio.get_running_loop()
        self._door = await loop.create_server(
            lambda: _Connection(config=self._config, server_state=self._state, app_state={}),
            sock=door,
            backlog=_BACKLOG,
        )

    async def follow_faults(self) -> None:
        """Close or open the door as the faults want it, and look again when one ends."""
        async with self._moving:
            offline = self._faults.is_offline()
            if offline:
                await self._close_door()
                self._cut_connections()
            elif self._door is None:
                await self.open(self._listen(self._port))
            if self._timer is not None:
                self._timer.cancel()
            ends_s = self._faults.soonest_end_s()
            loop = asyncio.get_running_loop()
            self._timer = None if ends_s is None else loop.call_later(ends_s, self._look_again)

    async def shut(self) -> None:
        """Stop accepting, let running answers finish for a moment, close everything."""
        if self._timer is not None:
            self._timer.cancel()
        async with self._moving:
            await self._close_door()
        for connection in list(self._state.connections):
            connection.shutdown()
        if self._state.tasks:
            await asyncio.wait(self._state.tasks, timeout=_DRAIN_S)
        self._cut_connections()
        leftover = [task for task in self._state.tasks if not task.done()]
        for task in leftover:
            task.cancel()
        await asyncio.gather(*leftover, return_exceptions=True)

    async def _close_door(self) -> None:
        """Stop listening, after whoever stands in the doorway has come in.

        A connection that asyncio has accepted but not yet attached to its server when that closes
        would be left open with nobody at the other end.
        """
        if self._door is None:
            return
        loop = asyncio.get_running_loop()
        for listening in self._door.sockets:
            loop.remove_reader(listening.fileno())
        for _step in range(_STEPS_TO_COME_IN):
            await asyncio.sleep(0)
        self._door.close()
        self._door = None

    def _cut_connections(self) -> None:
        for connection in list(self._state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()

    def _look_again(self) -> None:
        task = asyncio.get_running_loop().create_task(self.follow_faults())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _reason(error: Exception) -> str:
    """Return the system's own words; asyncio and socket add theirs to them."""
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return getattr(error, "strerror", None) or str(error)


def run_forever(config: SandboxConfig) -> int:
    """Serve until SIGINT or SIGTERM; must be called on the main thread.

    The first line on stdout is `Listening on http://127.0.0.1:PORT/v1/`.

    Returns:
        The process's exit status, 0.

    Raises:
        SandboxError: It could not be started.
    """
    asked_to_stop = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()

    earlier = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    server = SandboxServer(config)
    try:
        address = server.start()
        sys.stdout.write(f"Listening on {address}\n")
        sys.stdout.flush()
        # Windows delivers Ctrl+C to Python only between waits, so this one has an end.
        while not asked_to_stop.wait(0.5):
            pass
    finally:
        server.stop()
        for number, handler in earlier.items():
            signal.signal(number, handler)
    return 0
