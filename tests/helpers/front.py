"""Stands in front of a server on a real socket, and answers in its place what a test says."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.helpers.raw_server import read_body, read_request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.helpers.raw_server import Reply


class Front:
    """One address for a till, whatever a test does behind it.

    Attributes:
        url: The address of the API.
        replies: By HTTP method, what is answered without asking the server.
        requests: What was asked so far: method and path.
    """

    def __init__(self, server_url: str) -> None:
        """Hand on to `server_url` whatever has no reply of its own."""
        self.url = ""
        self.replies: dict[str, Reply] = {}
        self.requests: list[str] = []
        self._port = urlsplit(server_url).port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def stand_before(self, server_url: str) -> None:
        """Hand on to another server from now on."""
        self._port = urlsplit(server_url).port

    async def open(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1/"

    async def close(self) -> None:
        """Listen no more and end every connection: whoever connects is refused."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            while request := await read_request(reader):
                method, path, _ = request.decode("latin-1").split(" ", 2)
                self.requests.append(f"{method} {path}")
                reply = self.replies.get(method)
                if reply is None:
                    reply = await self._ask_server(request)
                if not isinstance(reply, bytes):
                    await reply(writer)
                    return
                writer.write(reply)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # The test is over, or the till gave up; Python 3.11 would report a cancelled handler.
            pass
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            writer.close()
            with suppress(ConnectionError, OSError):
                await writer.wait_closed()

    async def _ask_server(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(request)
            return await read_body(reader, await reader.readuntil(b"\r\n\r\n"))
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def front_of(server_url: str) -> AsyncIterator[Front]:
    """Stand in front of a server for as long as a test needs it."""
    front = Front(server_url)
    await front.open()
    try:
        yield front
    finally:
        await front.close()
