"""Whatever people, network, disk, clock and power do in any order: nothing lost or doubled."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from giftill.domain.operations import OperationKind
from tests.simulation.day import Day
from tests.simulation.network import Fate
from tests.simulation.people import People
from tests.simulation.till import DiskTrouble
from tests.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from tests.simulation.till import Till

_DAY_MS: Final = 86_400_000

_TILLS = st.integers(0, 1)
_CENTS = st.sampled_from((500, 1_250))
_CARDS = st.integers(0, 1)
_PICKS = st.lists(st.integers(0, 3), min_size=1, max_size=3)
_LOOKS_S = st.sampled_from((60.0, 2.0, 0.02, 0.0))
_FATES = st.lists(st.sampled_from(tuple(Fate)), max_size=4)
_STEPS = st.none() | st.integers(1, 14)
_TROUBLES = st.lists(st.sampled_from(tuple(DiskTrouble)), min_size=1, max_size=3)
_CLOCKS_MS = st.sampled_from((0, -_DAY_MS, 365 * _DAY_MS))


@pytest.fixture(autouse=True)
def _without_a_log() -> Iterator[None]:
    # Thousands of failures are wanted here, and each would be logged with all there is.
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class Shop(RuleBasedStateMachine):
    """One till, or two on one account, and everything that happens to them."""

    world: World
    people: People

    @initialize(seed=st.integers(0, 1_000), tills=st.integers(1, 2))
    def open_up(self, seed: int, tills: int) -> None:
        self.world = World(seed, tills)
        self.people = People(self.world)

    @rule(till=_TILLS, card=_CARDS, cents=_CENTS, for_s=_LOOKS_S, fates=_FATES, killed=_STEPS)
    def hold(
        self, till: int, card: int, cents: int, for_s: float, fates: list[Fate], killed: int | None
    ) -> None:
        chosen = self._prepare(till, fates, killed)
        self._act(chosen, self.people.hold(chosen, card, cents), for_s)

    @rule(
        till=_TILLS,
        kind=st.sampled_from((OperationKind.CAPTURE, OperationKind.RELEASE)),
        picks=_PICKS,
        for_s=_LOOKS_S,
        fates=_FATES,
        killed=_STEPS,
    )
    def settle(
        self,
        till: int,
        kind: OperationKind,
        picks: list[int],
        for_s: float,
        fates: list[Fate],
        killed: int | None,
    ) -> None:
        chosen = self._prepare(till, fates, killed)
        self._act(chosen, self.people.settle(chosen, picks, kind), for_s)

    @rule(till=_TILLS, cents=_CENTS, for_s=_LOOKS_S, fates=_FATES, killed=_STEPS)
    def sell(
        self, till: int, cents: int, for_s: float, fates: list[Fate], killed: int | None
    ) -> None:
        chosen = self._prepare(till, fates, killed)
        self._act(chosen, self.people.sell(chosen, cents), for_s)

    @rule(till=_TILLS, pick=st.integers(0, 9), fates=_FATES, killed=_STEPS)
    def refund(self, till: int, pick: int, fates: list[Fate], killed: int | None) -> None:
        chosen = self._prepare(till, fates, killed)
        self._act(chosen, self.people.refund(chosen, pick, 100), 60.0)

    @rule(till=_TILLS, pick=st.integers(0, 3))
    def let_a_manager_decide(self, till: int, pick: int) -> None:
        chosen = self._prepare(till, [], None)
        self._act(chosen, self.people.decide(chosen, pick), 60.0)

    @rule(seconds=st.sampled_from((1.0, 20.0, 600.0, 4 * 3600.0)))
    def wait(self, seconds: float) -> None:
        self.world.advance(seconds)

    @rule(is_down=st.booleans())
    def cut_the_network(self, is_down: bool) -> None:
        self.world.network.is_down = is_down

    @rule(till=_TILLS, in_order=st.booleans())
    def end_the_program(self, till: int, in_order: bool) -> None:
        chosen = self._till(till)
        if in_order:
            self.world.close(chosen)
        else:
            chosen.kill()
            self.world.advance(0.0)

    @rule(till=_TILLS, troubles=_TROUBLES)
    def break_the_disk(self, till: int, troubles: list[DiskTrouble]) -> None:
        self._till(till).disk.extend(troubles)

    @rule(till=_TILLS, ahead_ms=_CLOCKS_MS)
    def set_the_clock(self, till: int, ahead_ms: int) -> None:
        self._till(till).set_clock(ahead_ms)
        # Nobody sets a clock twice while one request is under way.
        self.world.advance(60.0)

    @rule(till=_TILLS, which=st.integers(0, 2))
    def change_the_token(self, till: int, which: int) -> None:
        tokens = (*(bank.token for bank in self.world.banks), "revoked")
        self.world.run(self._till(till).use_token(tokens[which]))

    @rule(till=_TILLS, account=st.integers(0, 1), which=st.integers(0, 1))
    def move(self, till: int, account: int, which: int) -> None:
        self._till(till).work_for(self.world.banks[account].locations[which])

    @rule(till=_TILLS, pick=st.integers(0, 3), capture=st.booleans())
    def settle_from_the_dashboard(self, till: int, pick: int, capture: bool) -> None:
        self.people.settle_elsewhere(self._till(till), pick, capture=capture)

    @rule(seconds=st.sampled_from((0, 5)))
    def let_lists_lag(self, seconds: int) -> None:
        self.world.banks[0].lists_behind_s = seconds

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.world.settle()
        finally:
            self.world.end()

    def _till(self, number: int) -> Till:
        return self.world.tills[number % len(self.world.tills)]

    def _prepare(self, number: int, fates: list[Fate], killed: int | None) -> Till:
        till = self._till(number)
        self.world.open(till)
        self.world.network.fates.extend(fates)
        till.kill_after(killed)
        return till

    def _act(self, till: Till, work: Coroutine[object, object, None], for_s: float) -> None:
        self.world.act(till, work, for_s)


# The bounded form; `make soak` plays whole days.
Shop.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=20,
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
TestShop = Shop.TestCase


@pytest.mark.parametrize("seed", [1, 2])
def test_some_hours_of_a_shop(seed: int) -> None:
    counts = Day(seed).play(hours=3)
    assert counts["kills"]
    assert counts["audits"]
