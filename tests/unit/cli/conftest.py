"""A shell at a till on a sandbox of its own, for each test of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.shell import Shell

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.sandbox import SandboxServer


@pytest.fixture
def shell(server: SandboxServer, tmp_path: Path) -> Shell:
    return Shell(tmp_path / "till", server.url)
