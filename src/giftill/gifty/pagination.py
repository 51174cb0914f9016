"""Cursor pagination (page section “Pagination”): from pages to one stream of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


_Item = TypeVar("_Item", bound=_HasId)


async def pages(
    fetch: Callable[[str | None], Awaitable[tuple[_Item, ...]]], page_size: int
) -> AsyncIterator[_Item]:
    """Yield the objects of all pages, each once.

    Stops at a page that is not full, and at one with nothing new in it: a server that ignores the
    cursor, or runs in a circle, must not keep a till busy for ever.

    Args:
        fetch: Gets the page before (older than) an id, or the first one.
        page_size: How many objects a full page has.
    """
    seen: set[str] = set()
    before: str | None = None
    while True:
        page = await fetch(before)
        new = [item for item in page if item.id not in seen]
        seen.update(item.id for item in new)
        for item in new:
            yield item
        if len(page) < page_size or not new:
            return
        before = page[-1].id
