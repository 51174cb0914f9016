"""What the location selector says and does, without a window."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from giftill.domain.errors import GiftillError
from giftill.domain.message import Message
from giftill.domain.places import Location, LocationId
from giftill.gifty import GiftyError
from giftill.services.catalogue import LocationList
from giftill.texts import Texts
from giftill.ui.screens.location.presenter import LocationPresenter
from tests.helpers.journal import NOW_MS

if TYPE_CHECKING:
    from giftill.ui.screens.location.state import LocationState

pytestmark = pytest.mark.anyio

LEIDEN = Location(LocationId("lc_1"), "Breestraat", "70", None, "2311 CS", "Leiden", "NL")
UTRECHT = Location(LocationId("lc_2"), "Oudegracht", "12", "bis", "3511 AB", "Utrecht", "NL")
WILLEMSTAD = Location(LocationId("lc_3"), "Handelskade", "4", None, "", "Curaçao", "CW")


class Catalogue:
    """A list that was stored, and one that the API gives, or an error."""

    def __init__(self, stored: LocationList | None, answer: LocationList | GiftillError) -> None:
        self.stored = stored
        self.answer = answer

    async def stored_locations(self) -> LocationList | None:
        return self.stored

    async def locations(self) -> LocationList:
        await asyncio.sleep(0)
        if isinstance(self.answer, GiftillError):
            raise self.answer
        return self.answer


class Selector:
    """A presenter with everything it showed."""

    def __init__(self, catalogue: Catalogue, current: str | None = None) -> None:
        self.states: list[LocationState] = []
        self.chosen: list[Location] = []
        self.presenter = LocationPresenter(
            catalogue,
            LocationId(current) if current else None,
            self.chosen.append,
            Texts(),
            self.states.append,
        )

    @property
    def state(self) -> LocationState:
        return self.states[-1]

    @property
    def ids(self) -> list[str]:
        return [row.location for row in self.state.rows]


def listed(*locations: Location, error: GiftyError | None = None) -> LocationList:
    return LocationList(locations, NOW_MS, error)


async def opened(*locations: Location, current: str | None = None) -> Selector:
    selector = Selector(Catalogue(None, listed(*locations)), current)
    await selector.presenter.load()
    return selector


async def test_the_shop_of_this_till_is_marked_and_comes_first() -> None:
    selector = await opened(LEIDEN, UTRECHT, current="lc_2")
    assert selector.ids == ["lc_2", "lc_1"]
    assert [row.is_current for row in selector.state.rows] == [True, False]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("bree", ["lc_1"]),
        ("LEIDEN", ["lc_1"]),
        ("3511ab", ["lc_2"]),
        ("3511 AB", ["lc_2"]),
        ("utrecht oude", ["lc_2"]),
        ("curacao", ["lc_3"]),
        ("nowhere", []),
        ("  ", ["lc_3", "lc_1", "lc_2"]),
    ],
)
async def test_searching_looks_at_street_town_and_postal_code(query: str, ids: list[str]) -> None:
    selector = await opened(LEIDEN, UTRECHT, WILLEMSTAD)
    selector.presenter.search(query)
    assert selector.ids == ids


async def test_the_count_says_how_many_fit() -> None:
    selector = await opened(LEIDEN, UTRECHT)
    assert selector.state.count == "2 locations"
    selector.presenter.search("leiden")
    assert selector.state.count == "1 of 2"


async def test_choosing_switches_the_till() -> None:
    selector = await opened(LEIDEN, UTRECHT)
    assert selector.presenter.choose(LocationId("lc_2"))
    assert selector.chosen == [UTRECHT]


async def test_a_location_that_is_not_in_the_list_is_not_chosen() -> None:
    selector = await opened(LEIDEN)
    assert not selector.presenter.choose(LocationId("lc_9"))
    assert selector.chosen == []


async def test_the_stored_list_is_shown_while_the_api_is_asked() -> None:
    selector = Selector(Catalogue(listed(LEIDEN), listed(LEIDEN, UTRECHT)))
    await selector.presenter.load()
    counts = [len(state.rows) for state in selector.states]
    assert (counts[0], counts[-1]) == (1, 2)


async def test_without_a_network_the_list_says_how_old_it_is() -> None:
    error = GiftyError.__new__(GiftyError)
    selector = Selector(Catalogue(None, listed(LEIDEN, error=error)))
    await selector.presenter.load()
    assert selector.state.source.startswith("No connection: this is the list from ")
    assert selector.ids == ["lc_1"]


async def test_without_any_list_the_reason_is_told() -> None:
    error = GiftillError(Message("Offline"), Message("No network."), Message("Check the cable."))
    selector = Selector(Catalogue(None, error))
    await selector.presenter.load()
    assert selector.state.problem == "No network. Check the cable."
    assert not selector.state.is_loading


async def test_a_location_of_which_only_the_id_is_known_shows_its_id() -> None:
    selector = await opened(Location(LocationId("lc_7")))
    assert selector.state.rows[0].street == "lc_7"


@pytest.mark.serial
async def test_twenty_thousand_locations_are_searched_within_a_blink() -> None:
    many = [
        Location(LocationId(f"lc_{n}"), f"Straat {n}", "1", None, "1234 AB", f"Stad {n % 97}")
        for n in range(20_000)
    ]
    selector = await opened(*many)
    # The processor's time: what else a busy PC does meanwhile is not this search's.
    started = time.thread_time()
    selector.presenter.search("straat 1999 stad")
    assert time.thread_time() - started < 0.1
    assert len(selector.state.rows) == 12
