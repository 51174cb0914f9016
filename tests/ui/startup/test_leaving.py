"""A till that is being opened is given up at any instant: nothing half-open is left behind."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from giftill.bootstrap import open_desk, open_practice
from giftill.config import Folders, Settings, settings_for_training
from giftill.journal.opening import lock_folder
from tests.helpers.desk import TOKEN, sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

_INSTANTS = 25
_PRACTICE_SERVER = "giftill-sandbox"


@pytest.fixture
def url() -> Iterator[str]:
    with sandbox() as running:
        yield running.url


@pytest.fixture(params=["works", "practises"])
def opening(
    request: pytest.FixtureRequest, url: str, tmp_path: Path
) -> tuple[Callable[[], AbstractAsyncContextManager[Desk]], Path]:
    """Return how a till is opened, and its data folder."""
    settings, folders = Settings(api_url=url), Folders.within(tmp_path)
    begin = asyncio.Event()
    if request.param == "works":
        environ = {"GIFTILL_TOKEN": TOKEN}
        return lambda: open_desk(settings, folders, environ, works=True, begin=begin), folders.data
    practised = settings_for_training(settings, folders)
    return lambda: open_practice(practised, folders, begin), folders.training.data


def servers() -> int:
    return sum(each.name == _PRACTICE_SERVER for each in threading.enumerate())


async def test_an_opening_that_is_given_up_at_any_instant_gives_everything_back(
    opening: tuple[Callable[[], AbstractAsyncContextManager[Desk]], Path],
) -> None:
    open_till, folder = opening
    before, tasks = servers(), asyncio.all_tasks()

    async def work() -> None:
        async with open_till():
            await asyncio.Event().wait()

    for instant in range(_INSTANTS):
        working = asyncio.create_task(work())
        await asyncio.sleep(0.003 * instant)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        # Whoever opens it next does not have to wait for anything.
        lock_folder(folder).release()
        assert servers() == before
        assert asyncio.all_tasks() == tasks
    async with open_till() as desk:
        assert (await desk.journal.verify()).is_intact
