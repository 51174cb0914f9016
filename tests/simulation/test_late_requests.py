"""A request that reaches the server after the till gave it up, and a till that does not wait."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from giftill import bootstrap
from giftill.services.results import Result
from tests.simulation.network import Fate
from tests.simulation.people import People
from tests.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

# Two tills on the account, and one that is alone.
SEEDS = (1, 2)
CENTS = 1_250


@pytest.fixture(autouse=True)
def _without_a_log() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def hold_late(seed: int) -> list[Result]:
    """Let a hold arrive late, settle and audit; return what the cashier was told of it.

    Raises:
        AssertionError: Till and server differ, or the cashier was told what is not so.
    """
    world = World(seed, tills=1 + seed % 2)
    try:
        till, people = world.tills[0], People(world)
        world.open(till)
        world.network.fates_of["redeem"].append(Fate.LATE)
        world.act(till, people.hold(till, 0, CENTS), 60.0)
        # The cashier waits for the end of the check.
        world.advance(60.0)
        world.settle()
        assert world.network.met[Fate.LATE] == 1
        (intent,) = till.intents
        return intent.told
    finally:
        world.end()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hold_that_arrives_late_is_found(seed: int) -> None:
    is_alone = seed % 2 == 0
    found = Result.DONE if is_alone else Result.ATTENTION
    assert hold_late(seed) == [Result.CHECKING, found]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_till_without_the_quiet_period_is_caught(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "_QUIET_S", 0.0)
    with pytest.raises(AssertionError, match=r"was told as .*NOT_DONE.*, but is live"):
        hold_late(seed)
