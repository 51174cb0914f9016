"""A way to a sandbox on which tests can answer in the server's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.desk import sandbox
from tests.helpers.front import Front, front_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from giftill.sandbox import SandboxServer


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with sandbox() as running:
        yield running


@pytest.fixture
async def front(server: SandboxServer, anyio_backend: str) -> AsyncIterator[Front]:
    async with front_of(server.url) as opened:
        yield opened
