"""A sandbox for each test of the command line, and a shell at a till on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.desk import sandbox
from tests.helpers.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from giftill.sandbox import SandboxServer


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with sandbox() as running:
        yield running


@pytest.fixture
def shell(server: SandboxServer, tmp_path: Path) -> Shell:
    return Shell(tmp_path / "till", server.url)
