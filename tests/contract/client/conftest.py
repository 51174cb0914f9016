"""A client and a server in raw bytes, closed after each test."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from giftill.gifty import Exchange, GiftyClient, Pacer, Timeouts
from tests.helpers.gifty_client import TOKEN, Connect
from tests.helpers.raw_server import RawServer, Reply, raw_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
def watched() -> list[Exchange]:
    """What the client told its watcher."""
    return []


@pytest.fixture
async def connect(watched: list[Exchange]) -> AsyncIterator[Connect]:
    """Start a server that gives these replies, and a client of it."""
    async with AsyncExitStack() as stack:

        async def start(
            *replies: Reply, timeouts: Timeouts | None = None
        ) -> tuple[GiftyClient, RawServer]:
            server = await stack.enter_async_context(raw_server(*replies))
            client = GiftyClient(
                TOKEN,
                base_url=server.url,
                timeouts=timeouts or Timeouts(),
                watch=watched.append,
                pacer=Pacer(0),
            )
            return await stack.enter_async_context(client), server

        yield start
