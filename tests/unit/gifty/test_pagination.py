"""From pages to one stream, with servers that page as they should and servers that don't."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from giftill.gifty.pagination import pages

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Thing:
    id: str


THINGS = tuple(Thing(f"x_{number}") for number in range(10))


class Server:
    """Has ten things, and counts how often it is asked."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.asked: list[str | None] = []

    async def page(self, before: str | None) -> tuple[Thing, ...]:
        self.asked.append(before)
        start = 0 if before is None else THINGS.index(Thing(before)) + 1
        return THINGS[start : start + self.size]

    async def same_page_always(self, before: str | None) -> tuple[Thing, ...]:
        self.asked.append(before)
        return THINGS[: self.size]

    async def page_with_the_cursor_in_it(self, before: str | None) -> tuple[Thing, ...]:
        self.asked.append(before)
        start = 0 if before is None else THINGS.index(Thing(before))
        return THINGS[start : start + self.size]


async def test_all_pages_are_one_stream() -> None:
    server = Server(4)
    assert tuple([thing async for thing in pages(server.page, 4)]) == THINGS
    assert server.asked == [None, "x_3", "x_7"]


async def test_a_full_last_page_costs_one_empty_one() -> None:
    server = Server(5)
    assert tuple([thing async for thing in pages(server.page, 5)]) == THINGS
    assert server.asked == [None, "x_4", "x_9"]


async def test_a_page_is_asked_for_only_when_it_is_needed() -> None:
    server = Server(4)
    stream = pages(server.page, 4)
    for _ in range(4):
        await anext(stream)
    assert server.asked == [None]


async def test_a_server_that_ignores_the_cursor_is_left_after_its_second_page() -> None:
    server = Server(4)
    assert tuple([thing async for thing in pages(server.same_page_always, 4)]) == THINGS[:4]
    assert len(server.asked) == 2


async def test_a_server_that_repeats_the_cursor_gives_each_thing_once() -> None:
    server = Server(4)
    found = [thing async for thing in pages(server.page_with_the_cursor_in_it, 4)]
    assert tuple(found) == THINGS
