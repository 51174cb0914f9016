"""Training mode is given up while its practice server starts: nothing of it is left."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

import pytest

from giftill.training import Training

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio


async def test_a_server_that_would_not_have_started_is_no_crash(tmp_path: Path) -> None:
    crashes: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: crashes.append(told))
    # A folder is no ledger.
    starting = asyncio.create_task(Training.start(tmp_path))
    await asyncio.sleep(0)
    starting.cancel()
    await asyncio.wait({starting})
    assert starting.cancelled()
    # What nobody asked a task for is told when the task is thrown away.
    del starting
    gc.collect()
    assert crashes == []
