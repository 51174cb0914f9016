"""A till on a sandbox of its own for each test of the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.desk import desk_on

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from giftill.sandbox import SandboxServer
    from giftill.services.desk import Desk


@pytest.fixture
async def desk(server: SandboxServer, tmp_path: Path) -> AsyncIterator[Desk]:
    """A till without workers: it takes only the steps that a test asks for."""
    async with desk_on(server, tmp_path) as opened:
        yield opened
