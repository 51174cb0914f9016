"""What the presenters of several screens say alike: plain Python, no Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Generic, Literal, Protocol, TypeVar, overload

from msgspec import Struct

if TYPE_CHECKING:
    from giftill.domain.places import Location, LocationId
    from giftill.services.catalogue import LocationList

# The names of giftill.ui.theme.Tone, for what must not import Qt.
ToneName = Literal["neutral", "success", "hold", "danger", "info", "training"]

# What is being checked looks the same wherever it is told.
CHECKING_ICON: Final = "clock"

Source = TypeVar("Source")
Row = TypeVar("Row")


class Pill(Struct, frozen=True):
    """A state in a word or two.

    Attributes:
        icon: The name of the icon that says it too.
        text: The words.
        tone: The colour's meaning.
    """

    icon: str
    text: str
    tone: ToneName


class Question(Struct, frozen=True):
    """A decision that is asked for once.

    Attributes:
        title: The question.
        text: What saying yes means.
        yes: The button that goes on.
        no: The button that goes back.
        is_danger: Whether yes can't be taken back.
    """

    title: str
    text: str
    yes: str
    no: str
    is_danger: bool = False


class Asks(Protocol):
    """Asks a person; the view does it with a dialog."""

    async def __call__(self, question: Question) -> bool:
        """Return whether the answer was yes."""


class LazyRows(Sequence[Row], Generic[Source, Row]):
    """Rows that are put into words when they are looked at: a list may have 20,000 of them."""

    def __init__(self, sources: Sequence[Source], make: Callable[[Source], Row]) -> None:
        """Keep `sources`, in the order of the rows; `make` puts one into words."""
        self.sources = sources
        self._make = make
        self._made: dict[int, Row] = {}

    def __len__(self) -> int:
        return len(self.sources)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> LazyRows[Source, Row]: ...

    def __getitem__(self, index: int | slice) -> Row | LazyRows[Source, Row]:
        if isinstance(index, slice):
            return LazyRows(self.sources[index], self._make)
        if index not in self._made:
            self._made[index] = self._make(self.sources[index])
        return self._made[index]

    def __iter__(self) -> Iterator[Row]:
        return (self[index] for index in range(len(self)))


def address(location: Location) -> str:
    """Write street and town on one line; the id where the API tells neither."""
    parts = (location.street_line, location.city)
    return ", ".join(part for part in parts if part) or location.id


def short_code(masked: str) -> str:
    """Shorten a masked card code for a column of a table: `•••• 7K9Q`."""
    return " ".join(masked.split()[-2:])


class Addresses:
    """Finds the address that belongs to a location's id."""

    def __init__(self, locations: Sequence[Location] = ()) -> None:
        """Know `locations`."""
        self._by_id = {each.id: each for each in locations}

    def __call__(self, location: LocationId | None) -> str:
        """Return the address, the bare id of an unknown location, or nothing without one."""
        if location is None:
            return ""
        known = self._by_id.get(location)
        return address(known) if known else location


class StoredLocations(Protocol):
    """The part of the catalogue that lists use."""

    async def stored_locations(self) -> LocationList | None:
        """Return the locations without asking the API."""


async def stored_addresses(catalogue: StoredLocations) -> Addresses:
    """Return the addresses that are known without asking the API.

    Raises:
        GiftillError: The journal can't be read.
    """
    stored = await catalogue.stored_locations()
    return Addresses(stored.locations if stored else ())
