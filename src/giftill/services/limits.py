"""How much may wait in the outbox, and for how long before people are told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from giftill.config import Settings
    from giftill.domain.operations import Operation, OutboxSummary

_HOUR_MS: Final = 3_600_000


class Age(IntEnum):
    """How long the oldest waits."""

    FINE = 0
    WARNING = 1
    MANAGER = 2


@dataclass(frozen=True)
class Limits:
    """What may wait while the API can't be reached.

    Attributes:
        items: Captures and releases.
        cents: Their money, in cents, all currencies together.
        warn_ms: After so long people are told.
        manager_ms: After so long a manager must look at it.
    """

    items: int = 200
    cents: int = 500_000
    warn_ms: int = 24 * _HOUR_MS
    manager_ms: int = 72 * _HOUR_MS

    @classmethod
    def of(cls, settings: Settings) -> Limits:
        """Return the limits that a till is set to."""
        return cls(
            items=settings.outbox_limit_items,
            cents=settings.outbox_limit_cents,
            warn_ms=settings.outbox_warn_hours * _HOUR_MS,
            manager_ms=settings.outbox_manager_hours * _HOUR_MS,
        )

    def check(self, waiting: OutboxSummary, new: Iterable[Operation]) -> None:
        """Make sure that more may wait.

        Args:
            waiting: What waits already.
            new: What is to wait as well.

        Raises:
            OutboxFull: It would be more than allowed.
        """
        amounts = [each.amount.cents for each in new]
        items = waiting.waiting + len(amounts)
        if items > self.items or _cents(waiting) + sum(amounts) > self.cents:
            raise OutboxFull(waiting.waiting)

    def is_filling(self, waiting: OutboxSummary) -> bool:
        """Tell whether four fifths are used: people are told before it is full."""
        return 5 * waiting.waiting >= 4 * self.items or 5 * _cents(waiting) >= 4 * self.cents

    def is_full(self, waiting: OutboxSummary) -> bool:
        """Tell whether not one more may wait."""
        return waiting.waiting >= self.items or _cents(waiting) >= self.cents

    def age(self, waiting: OutboxSummary, now_ms: int) -> Age:
        """Judge how long the oldest waits; one from a time to come was asked for just now."""
        if waiting.oldest_at_ms is None:
            return Age.FINE
        age_ms = now_ms - waiting.oldest_at_ms
        if age_ms >= self.manager_ms:
            return Age.MANAGER
        return Age.WARNING if age_ms >= self.warn_ms else Age.FINE


class OutboxFull(GiftillError):
    """More is to wait for the network than this till may keep waiting; nothing was recorded."""

    def __init__(self, waiting: int) -> None:
        """Tell how much waits, and what to do about it."""
        super().__init__(
            Message(N_("The outbox is full")),
            Message(
                N_("{n} captures and releases wait for the network already. Nothing was recorded."),
                {"n": waiting},
            ),
            Message(
                N_(
                    "The hold stays on the card. Bring the network back and do it again, or let "
                    "the customer pay another way."
                )
            ),
        )


def _cents(waiting: OutboxSummary) -> int:
    return sum(each.cents for each in waiting.total)
