"""One picture: a name, what has to be there, and what a person does to get there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from .stage import Setting, Stage

Act: TypeAlias = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True)
class Shot:
    """A state worth seeing.

    Attributes:
        name: What its file is called.
        act: What is done after the window has opened.
        setting: What is there before.
        is_key: Whether it is made in every language, scheme and size rather than in some.
        is_there: Tells whether what it is named after is there; looked at just before each picture.
    """

    name: str
    act: Act
    setting: Setting = field(default_factory=Setting)
    is_key: bool = False
    is_there: Callable[[Stage], bool] | None = None


async def nothing(_stage: Stage) -> None:
    """Leave the window as it opens."""


def scan(card: str) -> Act:
    """Scan a card of the showcase, or a text."""

    async def act(stage: Stage) -> None:
        await stage.scan(card)

    return act
