"""A till on a real sandbox: real sockets, a real journal on disk, nothing faked."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import msgspec

from giftill.bootstrap import open_desk
from giftill.config import Folders, Settings
from giftill.domain.codes import read_code
from giftill.sandbox import SHOWCASE, SandboxConfig, SandboxServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from giftill.domain.codes import CardCode
    from giftill.services.desk import Desk

TOKEN = "test-token"


@contextmanager
def sandbox(data: Path | None = None, *, port: int = 0, rate: int = 0) -> Iterator[SandboxServer]:
    """Run a sandbox; without a limit of requests unless one is given."""
    config = SandboxConfig(data=data, port=port, token=TOKEN, rate_per_minute=rate)
    with SandboxServer(config) as server:
        yield server


@asynccontextmanager
async def desk_on(
    server: SandboxServer | str,
    folder: Path,
    *,
    works: bool = False,
    token: str = TOKEN,
    **settings: object,
) -> AsyncIterator[Desk]:
    """Open a till that uses a server, with its files in `folder`."""
    url = server if isinstance(server, str) else server.url
    chosen = msgspec.structs.replace(Settings(api_url=url), **settings)
    folders = Folders.within(folder)
    async with open_desk(chosen, folders, {"GIFTILL_TOKEN": token}, works=works) as desk:
        yield desk


def code_of(name: str) -> CardCode:
    """Return the code of a showcase card."""
    return read_code(SHOWCASE[name].code)


async def until(condition: Callable[[], bool], *, timeout_s: float = 20.0) -> None:
    """Wait for a condition.

    Raises:
        AssertionError: It did not come true in time.
    """
    await until_async(_as_async(condition), timeout_s=timeout_s)


async def until_async(condition: Callable[[], Awaitable[bool]], *, timeout_s: float = 20.0) -> None:
    """Wait for a condition that has to be awaited.

    Raises:
        AssertionError: It did not come true in time.
    """
    deadline = time.monotonic() + timeout_s
    while not await condition():
        assert time.monotonic() < deadline, f"did not come true within {timeout_s} s"
        await asyncio.sleep(0.01)


def _as_async(condition: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def ask() -> bool:
        return condition()

    return ask
