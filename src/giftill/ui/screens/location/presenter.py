"""Decides what the location selector shows, and switches the till to another shop."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from giftill.domain.errors import GiftillError
from giftill.ui.screens.common import LazyRows

from .state import LocationRow, LocationState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from giftill.domain.places import Location, LocationId
    from giftill.services.catalogue import LocationList
    from giftill.texts import Texts


class Locations(Protocol):
    """The part of the catalogue that the selector uses."""

    async def locations(self) -> LocationList:
        """Read all locations from the API; offline, the list that was last read."""

    async def stored_locations(self) -> LocationList | None:
        """Return the locations as they were last read."""


class LocationPresenter:
    """The location selector without its looks."""

    def __init__(
        self,
        catalogue: Locations,
        current: LocationId | None,
        choose: Callable[[Location], None],
        t: Texts,
        render: Callable[[LocationState], None],
    ) -> None:
        """Present.

        Args:
            catalogue: Where the shops come from.
            current: The shop this till works for now.
            choose: Switches the till.
            t: The reader's language.
            render: Draws a state.
        """
        self._catalogue = catalogue
        self._current = current
        self._choose = choose
        self._t = t
        self._render = render
        self._list: LocationList | None = None
        self._sorted: list[Location] = []
        self._haystacks: list[str] = []
        self._query = ""
        self._problem = ""
        self._is_asking = True

    async def load(self) -> None:
        """Show what was last read at once, and the API's list as soon as it is there."""
        try:
            stored = await self._catalogue.stored_locations()
            if stored is not None:
                self._take(stored)
            self._take(await self._catalogue.locations())
        except GiftillError as error:
            self._problem = self._t.explain(error)
        # Not in a `finally`: when the dialog was closed meanwhile there is nothing to draw on.
        self._is_asking = False
        self._show()

    def search(self, query: str) -> None:
        """Keep the shops in which every word of `query` occurs, whatever its case or accents."""
        self._query = query
        self._show()

    def choose(self, location: LocationId) -> bool:
        """Switch the till to a shop of the list; False if it is not there."""
        found = self._list.find(location) if self._list else None
        if found is None:
            return False
        self._choose(found)
        return True

    def _take(self, found: LocationList) -> None:
        is_same = self._list is not None and self._list.locations == found.locations
        self._list = found
        self._problem = ""
        if not is_same:
            # The shop this till works for comes first: one looks for that before changing it.
            self._sorted = sorted(
                found.locations, key=lambda each: (each.id != self._current, each.city, each.street)
            )
            self._haystacks = [
                _plain(f"{each.street_line} {each.city_line} {each.postal_code.replace(' ', '')}")
                for each in self._sorted
            ]
        self._show()

    def _show(self) -> None:
        t, known = self._t, self._list
        matching = self._matching()
        total = len(known.locations) if known else 0
        self._render(
            LocationState(
                is_loading=known is None and self._is_asking,
                rows=LazyRows(matching, self._row),
                query=self._query,
                count=t("{n} of {total}", n=len(matching), total=total)
                if self._query.strip()
                else t.plural("{n} location", "{n} locations", total),
                source=self._source(known),
                problem=self._problem,
            )
        )

    def _source(self, known: LocationList | None) -> str:
        if known is None or known.error is None:
            return ""
        read_at = datetime.fromtimestamp(known.read_at_ms / 1000, UTC)
        return self._t("No connection: this is the list from {when}.", when=self._moment(read_at))

    def _moment(self, when: datetime) -> str:
        is_today = self._t.date(when) == self._t.date(datetime.now(UTC))
        return self._t.time(when) if is_today else self._t.date_time(when)

    def _matching(self) -> Sequence[Location]:
        words = _plain(self._query).split()
        pairs = zip(self._sorted, self._haystacks, strict=True)
        return [each for each, text in pairs if all(word in text for word in words)]

    def _row(self, location: Location) -> LocationRow:
        return LocationRow(
            location=location.id,
            street=location.street_line or location.id,
            city=location.city_line,
            is_current=location.id == self._current,
        )


def _plain(text: str) -> str:
    """Strip case and accents, so that `Curacao` finds `Curaçao`."""
    if text.isascii():
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(each for each in decomposed if not unicodedata.combining(each)).casefold()
