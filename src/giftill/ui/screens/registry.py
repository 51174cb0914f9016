"""The screens of the rail, in its order; each is imported when it is first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.domain.message import N_

from .screen import Screen, ScreenEntry

if TYPE_CHECKING:
    from .screen import ScreenParts


def screens() -> tuple[ScreenEntry, ...]:
    """Return the screens there are."""
    return (
        ScreenEntry("till", N_("Till"), "till", _till),
        ScreenEntry("holds", N_("Holds"), "holds", _holds),
        ScreenEntry("outbox", N_("Outbox"), "outbox", _outbox),
    )


def _till(parts: ScreenParts) -> Screen:
    from .till.view import TillScreen

    return TillScreen(parts)


def _holds(parts: ScreenParts) -> Screen:
    from .holds.view import HoldsScreen

    return HoldsScreen(parts)


def _outbox(parts: ScreenParts) -> Screen:
    from .outbox.view import OutboxScreen

    return OutboxScreen(parts)
