"""What the tests of settings and policies share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder for policies, with none in it."""
    folder = tmp_path / "policy.d"
    folder.mkdir()
    return folder
