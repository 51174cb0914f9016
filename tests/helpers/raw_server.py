"""An HTTP server in raw bytes, for the answers that no proper server would give."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

Reply: TypeAlias = "bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]"


@dataclass
class RawServer:
    """What the server has seen so far.

    Attributes:
        url: The address of the API that it plays.
        requests: Each request as it came, head and body.
        connections: How many connections were opened.
        closed: Set once a connection is closed at this end.
        broken: Set once the other end has closed a connection before the reply was through.
    """

    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    broken: asyncio.Event = field(default_factory=asyncio.Event)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def paths(self) -> list[str]:
        """The path and query of each request."""
        return [request.split(b" ", 2)[1].decode() for request in self.requests]

    async def received(self, count: int) -> None:
        """Wait until so many requests have come."""
        while len(self.requests) < count:
            self._arrived.clear()
            await self._arrived.wait()

    def take(self, request: bytes) -> None:
        """Write down a request."""
        self.requests.append(request)
        self._arrived.set()


def answer(
    body: bytes = b"",
    status: str = "200 OK",
    headers: str = "Content-Type: application/json",
    *,
    length: int | None = None,
) -> bytes:
    """Return an HTTP answer; `length` lies about the body's."""
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {size}", *headers.splitlines()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def raw_server(
    *replies: Reply, context: ssl.SSLContext | None = None
) -> AsyncIterator[RawServer]:
    """Serve on a real socket: the first request gets the first reply, and so on.

    A reply of bytes is sent and the connection kept; a function may do with the connection what
    it likes, and the connection is closed when it returns. The last reply is repeated.
    """
    seen = RawServer()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        seen.connections += 1
        try:
            while request := await read_request(reader):
                reply = replies[min(len(seen.requests), len(replies) - 1)]
                seen.take(request)
                if not isinstance(reply, bytes):
                    await reply(writer)
                    return
                writer.write(reply)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            seen.broken.set()
        except asyncio.CancelledError:
            # The test is over. Python 3.11 would report a handler that ends cancelled as a fault.
            pass
        finally:
            tasks.discard(task)
            writer.close()
            with suppress(ConnectionError, OSError):
                await writer.wait_closed()
            seen.closed.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    seen.url = f"{'https' if context else 'http'}://127.0.0.1:{port}/v1/"
    try:
        yield seen
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Close the connection without a word."""
    writer.close()


async def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection the hard way: the other end gets an error instead of an end."""
    own = writer.get_extra_info("socket")
    own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def slowly(*parts: bytes, pause_s: float) -> Reply:
    """Send the parts with a pause after each."""

    async def send(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return send


def then_close(data: bytes) -> Reply:
    """Send the bytes and close the connection."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return send


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """Return the next request, head and body; empty when the other end has closed."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    return await read_body(reader, head)


async def read_body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """Return a message whose head was read, with as much of a body as the head tells."""
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ),
        0,
    )
    return head + await reader.readexactly(length)
