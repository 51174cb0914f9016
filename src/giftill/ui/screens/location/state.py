"""What the location selector shows: plain values in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giftill.domain.places import LocationId


@dataclass(frozen=True)
class LocationRow:
    """One shop.

    Attributes:
        location: Which one.
        street: Street, number and addition.
        city: Postal code and city.
        is_current: Whether this till works for it now.
    """

    location: LocationId
    street: str
    city: str
    is_current: bool


@dataclass(frozen=True)
class LocationState:
    """The whole dialog.

    Attributes:
        is_loading: Whether there is no list yet, and one is on its way.
        rows: The shops that fit the search.
        query: What was typed to search.
        count: How many fit, of how many.
        source: Where the list comes from when it is not fresh; empty if it is.
        problem: Why there is no list, and what to do.
    """

    is_loading: bool = True
    rows: Sequence[LocationRow] = field(default=())
    query: str = ""
    count: str = ""
    source: str = ""
    problem: str = ""
