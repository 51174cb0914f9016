"""A Till with everything fake around it."""

from __future__ import annotations

import pytest

from tests.helpers.till import Till


@pytest.fixture
def till() -> Till:
    """An empty Till in English."""
    return Till()


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio."""
    return "asyncio"
