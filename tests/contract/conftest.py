"""A real sandbox on a real socket, and a plain HTTP client that knows nothing of Giftill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.sandbox import SandboxConfig, SandboxServer
from tests.contract.kit import Till, connect

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    """A seeded sandbox without a request limit."""
    with SandboxServer(SandboxConfig(rate_per_minute=0)) as running:
        yield running
        assert running.ledger.balance_errors() == []


@pytest.fixture
def till(server: SandboxServer) -> Iterator[Till]:
    """A client of the sandbox with the right token."""
    with connect(server.url) as client:
        yield Till(client)
