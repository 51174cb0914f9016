"""A journal in a folder of its own, opened and closed around each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.journal import Journal
from tests.helpers.journal import NOW_MS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
async def journal(folder: Path, anyio_backend: str) -> AsyncIterator[Journal]:
    opened = await Journal.open(folder, now_ms=lambda: NOW_MS)
    yield opened
    await opened.close()
