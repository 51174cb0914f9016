"""A day at the till, drawn from a seed: people work, everything goes wrong, nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from giftill.domain.operations import OperationKind

from .network import Fate
from .people import People
from .till import DiskTrouble
from .world import World

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from .till import Till

_HOUR_S: Final = 3600.0
_HOURS_BETWEEN_AUDITS: Final = 4
_LOOKS_S: Final = (0.0, 0.02, 0.2, 2.0, 15.0, 60.0)
_PAUSES_S: Final = (0.0, 1.0, 10.0, 60.0, 300.0)
_CENTS: Final = (500, 500, 1_250, 1_999)
_IS_DOWN: Final = 0.15
_THINKS_OF_THE_SHOP: Final = 0.9
_MOST_STEPS: Final = 14
_DAY_MS: Final = 86_400_000
_CLOCKS_MS: Final = (-_DAY_MS, 365 * _DAY_MS, 3_600_000, -3_600_000, 0)
# How bad the network is by turns: a share of the requests has a fate that is not fine.
_BAD: Final = (0.0, 0.1, 0.4, 0.8)
# What arrives late is the hardest to be right about, so there is more of it.
_FATES: Final = (*(fate for fate in Fate if fate is not Fate.VERY_LATE), *(4 * [Fate.LATE]))


class Day:
    """Plays hours of a shop with one or two tills.

    Args:
        seed: Everything follows from it.
    """

    def __init__(self, seed: int) -> None:
        self.world = World(seed, tills=1 + seed % 2)
        self._people = People(self.world)
        self._dice = self.world.dice
        self._bad = 0.0
        self.world.network.chance = self._draw_fate
        self._clock_set_at_s = 0.0

    def play(self, hours: float) -> Counter[str]:
        """Play and audit; return what happened how often.

        Raises:
            AssertionError: Something was lost, doubled, stuck or said wrongly.
        """
        world = self.world
        audit_at_s = _HOURS_BETWEEN_AUDITS * _HOUR_S
        try:
            while world.now_s < hours * _HOUR_S:
                self._do_something()
                world.advance(self._dice.choice(_PAUSES_S))
                if world.now_s > audit_at_s:
                    world.settle()
                    self._new_hours()
                    audit_at_s = world.now_s + _HOURS_BETWEEN_AUDITS * _HOUR_S
            world.settle()
            world.counts["audits"] += 1
            world.counts.update({f"network: {fate}": n for fate, n in world.network.met.items()})
            return world.counts
        finally:
            world.end()

    def _new_hours(self) -> None:
        self.world.counts["audits"] += 1
        self.world.network.chance = self._draw_fate

    def _do_something(self) -> None:
        till = self._dice.choice(self.world.tills)
        self.world.open(till)
        deeds: tuple[tuple[int, Callable[[Till], None]], ...] = (
            (30, self._hold),
            (6, self._hold_late),
            (24, self._complete),
            (10, self._cancel),
            (4, self._sell),
            (3, self._refund),
            (1, self._extend),
            (8, self._arm_a_kill),
            (3, self._kill),
            (2, self._close),
            (6, self._change_the_network),
            (3, self._break_the_disk),
            (2, self._set_the_clock),
            (2, self._change_the_token),
            (2, self._move),
            (2, self._settle_elsewhere),
            (2, self._let_lists_lag),
            (3, self._send_now),
            (3, self._let_a_manager_decide),
        )
        (deed,) = self._dice.choices([each for _, each in deeds], [weight for weight, _ in deeds])
        deed(till)

    def _hold(self, till: Till) -> None:
        card, cents = self._dice.randrange(3), self._dice.choice(_CENTS)
        self.world.act(till, self._people.hold(till, card, cents), self._a_while())

    def _hold_late(self, till: Till) -> None:
        """Let the hold reach the server after the till gave up, whatever is asked before it."""
        self.world.network.fates_of["redeem"].append(Fate.LATE)
        self._hold(till)

    def _complete(self, till: Till) -> None:
        self._settle(till, OperationKind.CAPTURE)

    def _cancel(self, till: Till) -> None:
        self._settle(till, OperationKind.RELEASE)

    def _settle(self, till: Till, kind: OperationKind) -> None:
        picks = [self._dice.randrange(8) for _ in range(self._dice.randrange(1, 4))]
        self.world.act(till, self._people.settle(till, picks, kind), self._a_while())

    def _sell(self, till: Till) -> None:
        self.world.act(till, self._people.sell(till, self._dice.choice(_CENTS)), self._a_while())

    def _extend(self, till: Till) -> None:
        self.world.act(till, self._people.extend(till), self._a_while())

    def _refund(self, till: Till) -> None:
        pick = self._dice.randrange(50)
        self.world.act(till, self._people.refund(till, pick, 100), self._a_while())

    def _arm_a_kill(self, till: Till) -> None:
        till.kill_after(self._dice.randrange(1, _MOST_STEPS))
        self._hold(till) if self._dice.random() < 0.5 else self._complete(till)

    def _kill(self, till: Till) -> None:
        till.kill()
        self.world.advance(0.0)

    def _close(self, till: Till) -> None:
        self.world.close(till)

    def _change_the_network(self, _till: Till) -> None:
        self.world.network.is_down = self._dice.random() < _IS_DOWN
        self._bad = self._dice.choice(_BAD)

    def _break_the_disk(self, till: Till) -> None:
        for _ in range(self._dice.randrange(1, 4)):
            till.disk.append(self._dice.choice(tuple(DiskTrouble)))
        self.world.counts["disk troubles"] += 1

    def _set_the_clock(self, till: Till) -> None:
        till.set_clock(self._dice.choice(_CLOCKS_MS))
        self.world.counts["clock set"] += 1
        # Nobody sets a clock twice while one request is under way.
        self.world.advance(60.0)

    def _change_the_token(self, till: Till) -> None:
        token = self._dice.choice((*(each.token for each in self.world.banks), "revoked"))
        till.note(f"gets the token {token}")
        self.world.run(till.use_token(token))
        self.world.counts["token changed"] += 1
        if self._dice.random() < _THINKS_OF_THE_SHOP:
            self._move(till)

    def _move(self, till: Till) -> None:
        till.work_for(self._dice.choice(self._people.bank_of(till).locations))

    def _settle_elsewhere(self, till: Till) -> None:
        self._people.settle_elsewhere(
            till, self._dice.randrange(8), capture=self._dice.random() < 0.5
        )

    def _let_lists_lag(self, _till: Till) -> None:
        bank = self.world.banks[0]
        bank.lists_behind_s = 0 if bank.lists_behind_s else 5

    def _send_now(self, till: Till) -> None:
        self.world.act(till, self._people.send_now(till), self._a_while())

    def _let_a_manager_decide(self, till: Till) -> None:
        pick = self._dice.randrange(8)
        self.world.act(till, self._people.decide(till, pick), self._a_while())

    def _a_while(self) -> float:
        return self._dice.choice(_LOOKS_S)

    def _draw_fate(self) -> Fate:
        return self._dice.choice(_FATES) if self._dice.random() < self._bad else Fate.FINE
