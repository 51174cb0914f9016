"""A bad network: a proxy on real sockets that breaks requests and answers by a rule, and counts."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

_PORTAL: Final = b"<!doctype html><title>Wi-Fi</title><p>Please accept the terms of use."
_HTML: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b" % (
    len(_PORTAL),
    _PORTAL,
)
# A line in the head that is about one connection only, not about the message.
_OF_ONE_CONNECTION: Final = b"connection:"
_STARTS_WITHIN_S: Final = 30.0


class Fate(StrEnum):
    """What becomes of a request.

    Attributes:
        PASS: It is answered.
        DROP_BEFORE: The connection ends before the server gets it.
        DROP_AFTER: The server does the work, and the connection ends without an answer.
        RESET_BEFORE: As `DROP_BEFORE`, the hard way.
        RESET_AFTER: As `DROP_AFTER`, the hard way.
        HALF_BODY: The answer ends in the middle of its body.
        HTML_200: A captive portal answers in the server's place.
        DELAY_BEFORE: The server gets it late, whether or not anyone still waits for the answer.
        DELAY_AFTER: The answer comes late.
        DUPLICATE: The server gets it twice; the second answer is passed on.
        DUPLICATE_DROP: The server gets it twice, and no answer is passed on.
    """

    PASS = "pass"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    HALF_BODY = "half_body"
    HTML_200 = "html_200"
    DELAY_BEFORE = "delay_before"
    DELAY_AFTER = "delay_after"
    DUPLICATE = "duplicate"
    DUPLICATE_DROP = "duplicate_drop"


_BEFORE: Final = frozenset({Fate.DROP_BEFORE, Fate.RESET_BEFORE})
_NO_ANSWER: Final = frozenset({Fate.DROP_AFTER, Fate.RESET_AFTER, Fate.DUPLICATE_DROP})
_RESETS: Final = frozenset({Fate.RESET_BEFORE, Fate.RESET_AFTER})
_TWICE: Final = frozenset({Fate.DUPLICATE, Fate.DUPLICATE_DROP})


@dataclass(frozen=True)
class Passing:
    """A request on its way.

    Attributes:
        method: `GET` and the like.
        path: Its path and query, with the card's code in it: a test's cards are nobody's.
    """

    method: str
    path: str

    @property
    def last_word(self) -> str:
        """The last step of its path, such as `redeem` or `capture`."""
        return urlsplit(self.path).path.rsplit("/", 1)[-1]

    @property
    def may_be_doubled(self) -> bool:
        """Whether doing it twice is the same as doing it once.

        No till can undo what the network does with the others.
        """
        return self.method in {"GET", "DELETE"} or self.last_word == "capture"


def calm(_request: Passing) -> Fate:
    """Let everything pass."""
    return Fate.PASS


class Weather:
    """Breaks a part of the requests, by a seed."""

    def __init__(self, seed: int, share: float, *, doubles: bool = True) -> None:
        """Break a share from 0 to 1; `doubles` tells whether the network also repeats requests."""
        self._share = share
        self._doubles = doubles
        self._random = random.Random(seed)

    def __call__(self, request: Passing) -> Fate:
        """Decide about a request."""
        if self._random.random() >= self._share:
            return Fate.PASS
        impossible = {Fate.PASS}
        if not (self._doubles and request.may_be_doubled):
            impossible |= _TWICE
        return self._random.choice([fate for fate in Fate if fate not in impossible])


@dataclass(frozen=True)
class Passed:
    """A request that met its fate.

    Attributes:
        request: The request.
        fate: What became of it.
        statuses: What the server answered, once for each time that it got it.
    """

    request: Passing
    fate: Fate
    statuses: tuple[int, ...]


class Proxy:
    """Stands between tills and their server.

    Attributes:
        url: What the tills take for the API.
        choose: Decides about each request; may be replaced at any time.
        longest_delay_s: A delay is anything up to this.
        passed: Every request that met its fate, in that order.
    """

    def __init__(
        self,
        upstream: str,
        *,
        seed: int = 0,
        longest_delay_s: float = 0.5,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Stand before the API at `upstream`, once `open` was called; with `tls`, by HTTPS."""
        self._upstream = urlsplit(upstream)
        self._random = random.Random(seed)
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._is_open = threading.Event()
        self._stop: asyncio.Event | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""
        self.choose: Callable[[Passing], Fate] = calm
        self.longest_delay_s = longest_delay_s
        self.passed: list[Passed] = []

    def open(self) -> None:
        """Start to listen."""
        self._thread.start()
        assert self._is_open.wait(_STARTS_WITHIN_S), "the proxy did not start"

    def close(self) -> None:
        """Stop, and cut every connection."""
        if self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_STARTS_WITHIN_S)

    def counts(self) -> Counter[Fate]:
        """Return how many requests met which fate."""
        return Counter(each.fate for each in tuple(self.passed))

    def faults(self) -> int:
        """Return how many requests did not simply pass."""
        return sum(count for fate, count in self.counts().items() if fate is not Fate.PASS)

    def statuses(self) -> Counter[int]:
        """Return how often the server answered with which status."""
        return Counter(status for each in tuple(self.passed) for status in each.statuses)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve_until_stopped())
        finally:
            self._loop.close()

    async def _serve_until_stopped(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        port = server.sockets[0].getsockname()[1]
        scheme = "https" if self._tls else "http"
        self.url = f"{scheme}://127.0.0.1:{port}{self._upstream.path}"
        self._is_open.set()
        await self._stop.wait()
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (message := await _read_message(reader)) is not None:
                if not await self._meet_fate(message, writer):
                    return
        except OSError:
            # The till was killed, or has given up.
            return
        except asyncio.CancelledError:
            # The test is over. Python 3.11 would report a handler that ends cancelled as a fault.
            return
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _meet_fate(self, message: _Message, writer: asyncio.StreamWriter) -> bool:
        """Do with a request what was decided; tell whether the connection goes on."""
        request = message.request
        fate = self.choose(request)
        answers: list[_Answer] = []
        if fate is Fate.DELAY_BEFORE:
            # Rather long: what matters is a request that comes after the till has given it up.
            await asyncio.sleep(self._random.uniform(0.5, 1) * self.longest_delay_s)
        try:
            if fate not in _BEFORE and fate is not Fate.HTML_200:
                times = 2 if fate in _TWICE else 1
                answers += [await self._ask_server(message) for _ in range(times)]
        except (OSError, EOFError):
            # The server is away: to the till it is a lost answer.
            fate = Fate.DROP_AFTER
        if fate is Fate.DELAY_AFTER:
            await asyncio.sleep(self._random.uniform(0, self.longest_delay_s))
        self.passed.append(Passed(request, fate, tuple(each.status for each in answers)))
        if fate in _RESETS:
            _reset(writer)
        if fate in _BEFORE | _NO_ANSWER:
            return False
        answer = _HTML if fate is Fate.HTML_200 else answers[-1].content
        if fate is Fate.HALF_BODY:
            answer = answer[: -max(1, len(answers[-1].body) // 2)]
        writer.write(answer)
        await writer.drain()
        return fate is not Fate.HALF_BODY

    async def _ask_server(self, message: _Message) -> _Answer:
        host, port = self._upstream.hostname, self._upstream.port
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(message.content)
            await writer.drain()
            answer = _answer(await reader.read(-1))
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        return answer


@contextmanager
def proxy_before(
    upstream: str,
    *,
    seed: int = 0,
    longest_delay_s: float = 0.5,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Proxy]:
    """Run a proxy before a server for the length of the block; at first everything passes."""
    proxy = Proxy(upstream, seed=seed, longest_delay_s=longest_delay_s, tls=tls)
    proxy.open()
    try:
        yield proxy
    finally:
        proxy.close()


@dataclass(frozen=True)
class _Message:
    request: Passing
    content: bytes


@dataclass(frozen=True)
class _Answer:
    status: int
    content: bytes
    body: bytes


async def _read_message(reader: asyncio.StreamReader) -> _Message | None:
    """Read a request; None where the till has closed the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
        body = await reader.readexactly(_length(lines))
    except asyncio.IncompleteReadError:
        return None
    method, path, _version = lines[0].decode("ascii").split(" ", 2)
    kept = [each for each in lines if not each.lower().startswith(_OF_ONE_CONNECTION)]
    content = b"\r\n".join([*kept, b"Connection: close", b"", body])
    return _Message(Passing(method, path), content)


def _answer(content: bytes) -> _Answer:
    head, end, body = content.partition(b"\r\n\r\n")
    if not end:
        raise EOFError
    lines = head.split(b"\r\n")
    if len(body) < _length(lines):
        raise EOFError
    kept = [each for each in lines if not each.lower().startswith(_OF_ONE_CONNECTION)]
    status = int(lines[0].split(b" ", 2)[1])
    return _Answer(status, b"\r\n".join([*kept, b"", body]), body)


def _length(lines: list[bytes]) -> int:
    for each in lines:
        name, _, value = each.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection the hard way: the other end gets an error instead of an end."""
    own = writer.get_extra_info("socket")
    with suppress(OSError):
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
