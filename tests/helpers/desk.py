"""A till on a real sandbox: real sockets, a real journal on disk, nothing faked."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import msgspec

from giftill.bootstrap import open_desk
from giftill.config import Folders, Settings
from giftill.domain.codes import read_code
from giftill.sandbox import SHOWCASE, SandboxConfig, SandboxServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
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
