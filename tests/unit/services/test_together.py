"""Work that is done once for all who ask in time."""

from __future__ import annotations

import asyncio
import gc

import pytest

from giftill.services.together import Together

pytestmark = pytest.mark.anyio


class Counting:
    """Work that takes until it is let go."""

    def __init__(self) -> None:
        self.begun = 0
        self.let_go = asyncio.Event()
        self.problem: Exception | None = None

    async def __call__(self) -> None:
        self.begun += 1
        await self.let_go.wait()
        if self.problem is not None:
            raise self.problem


async def begun(together: Together) -> asyncio.Task[None]:
    """Ask, and let the work begin."""
    asked = asyncio.create_task(together())
    for _ in range(3):
        await asyncio.sleep(0)
    return asked


async def test_those_who_ask_together_are_served_by_one() -> None:
    work = Counting()
    work.let_go.set()
    together = Together(work)
    await asyncio.gather(*(together() for _ in range(50)))
    assert work.begun == 1


async def test_who_asks_while_it_is_being_done_waits_for_the_next() -> None:
    work = Counting()
    together = Together(work)
    first = await begun(together)
    second = await begun(together)
    third = await begun(together)
    assert work.begun == 1
    work.let_go.set()
    await asyncio.gather(first, second, third)
    assert work.begun == 2


async def test_a_caller_who_is_cancelled_leaves_it_to_the_others() -> None:
    work = Counting()
    together = Together(work)
    gives_up, stays = await begun(together), asyncio.create_task(together())
    gives_up.cancel()
    work.let_go.set()
    await stays
    assert gives_up.cancelled()


async def test_what_goes_wrong_is_told_to_all_and_the_next_begins_anew() -> None:
    work = Counting()
    work.problem = ValueError("no")
    work.let_go.set()
    together = Together(work)
    told = await asyncio.gather(together(), together(), return_exceptions=True)
    assert [type(each) for each in told] == [ValueError, ValueError]
    work.problem = None
    await together()
    assert work.begun == 2


async def test_work_that_was_cancelled_before_it_began_is_no_end() -> None:
    work = Counting()
    work.let_go.set()
    together = Together(work)
    before = asyncio.all_tasks()
    caller = asyncio.create_task(together())
    await asyncio.sleep(0)
    for each in asyncio.all_tasks() - before - {caller}:
        each.cancel()
    await asyncio.wait([caller])
    assert caller.cancelled()
    await together()
    assert work.begun == 1


async def test_what_goes_wrong_when_nobody_waits_any_more_is_no_crash() -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    work = Counting()
    work.problem = ValueError("no")
    together = Together(work)
    gives_up = await begun(together)
    gives_up.cancel()
    await asyncio.wait([gives_up])
    work.let_go.set()
    for _ in range(3):
        await asyncio.sleep(0)
    del together
    gc.collect()
    assert not told
