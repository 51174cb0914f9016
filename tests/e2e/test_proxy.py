"""The bad network of the tests does to real connections what its fates say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.processes import PATIENCE_S, TOKEN
from tests.helpers.proxy import Fate, Passing, Weather, proxy_before

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.helpers.processes import Server

HOLD = {"amount": 200, "currency": "EUR", "capture": False}
# What becomes of a redeem: whether a usable answer comes, and how often the server gets it.
FATES = {
    Fate.PASS: (True, 1),
    Fate.DELAY_BEFORE: (True, 1),
    Fate.DELAY_AFTER: (True, 1),
    Fate.DUPLICATE: (True, 2),
    Fate.HTML_200: (False, 0),
    Fate.DROP_BEFORE: (False, 0),
    Fate.RESET_BEFORE: (False, 0),
    Fate.DROP_AFTER: (False, 1),
    Fate.RESET_AFTER: (False, 1),
    Fate.HALF_BODY: (False, 1),
    Fate.DUPLICATE_DROP: (False, 2),
}


def always(fate: Fate) -> Callable[[Passing], Fate]:
    return lambda _request: fate


def answers(url: str) -> bool:
    """Ask for a hold as any client does; tell whether a usable answer came."""
    try:
        answer = httpx.post(
            f"{url}giftcards/{SHOWCASE['full_50'].code}/redeem",
            json=HOLD,
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=PATIENCE_S,
            trust_env=False,
        )
    except httpx.TransportError:
        return False
    return answer.headers["content-type"] == "application/json"


def test_each_fate_is_what_it_says_on_both_sides(server: Server) -> None:
    assert set(FATES) == set(Fate)
    with proxy_before(server.url, longest_delay_s=0.05) as proxy:
        met = {}
        for fate in FATES:
            before = len(server.redeems("full_50", 200))
            proxy.choose = always(fate)
            met[fate] = (answers(proxy.url), len(server.redeems("full_50", 200)) - before)
        assert met == FATES
        assert proxy.faults() == len(FATES) - 1


@pytest.mark.parametrize(("doubles", "method"), [(True, "POST"), (False, "GET")])
def test_the_network_doubles_only_what_may_be_doubled(doubles: bool, method: str) -> None:
    weather = Weather(7, 1.0, doubles=doubles)
    fates = {weather(Passing(method, "/v1/giftcards/CODE/redeem")) for _ in range(500)}
    assert fates == set(Fate) - {Fate.PASS, Fate.DUPLICATE, Fate.DUPLICATE_DROP}


def test_the_same_seed_is_the_same_weather() -> None:
    request = Passing("GET", "/v1/locations")
    one, other = Weather(3, 0.5), Weather(3, 0.5)
    assert [one(request) for _ in range(50)] == [other(request) for _ in range(50)]
