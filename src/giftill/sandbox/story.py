"""What happened to the demonstration cards, told through the ledger's own rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from giftill.sandbox.clock import DAY_S
from giftill.sandbox.ledger import Caller
from giftill.sandbox.records import DEFAULT_VALIDITY_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from giftill.sandbox.ledger import Ledger
    from giftill.sandbox.model import Transaction

_OPENS_S, _CLOSES_S = 8 * 3_600, 17 * 3_600
_MADE_BEFORE_DAYS = 14


@dataclass(frozen=True, slots=True)
class Issue:
    """The card was sold, so many days ago."""

    days_ago: float
    amount_cents: int
    package_id: str | None = None
    promotional: bool = False


@dataclass(frozen=True, slots=True)
class Redeem:
    """It paid for something."""

    days_ago: float
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Money was reserved on it; still is, unless a release follows."""

    days_ago: float
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Release:
    """The hold before was given back."""

    days_ago: float


@dataclass(frozen=True, slots=True)
class Refund:
    """Part of the redeem before, or all of it, was paid back."""

    days_ago: float
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Extend:
    """It had expired and was re-activated for so many days."""

    days_ago: float
    for_days: int


Event: TypeAlias = Issue | Redeem | Hold | Release | Refund | Extend


@dataclass(frozen=True, slots=True)
class Story:
    """A card and its past, oldest event first.

    Attributes:
        code: Its 16 characters.
        events: What happened to it.
        currency: ISO 4217 code.
        extendable: Whether it may be re-activated after it expired.
        validity_days: How long it is valid from its issue; None for ever.
        design: Name of its picture.
    """

    code: str
    events: tuple[Event, ...]
    currency: str = "EUR"
    extendable: bool = True
    validity_days: int | None = DEFAULT_VALIDITY_DAYS
    design: str = "house"


def tell(ledger: Ledger, stories: Sequence[Story], now: int, random: Random) -> None:
    """Write the stories into the ledger, in order of time over all cards.

    Args:
        ledger: Where they are written; has its locations and packages already.
        stories: The cards.
        now: The present, in seconds since 1970.
        random: Spreads the events over the opening hours and the locations.
    """
    scenes: list[tuple[int, int, Story, Event]] = []
    for story in stories:
        earliest = 0
        for event in story.events:
            at = max(earliest, _opening_hours(now - int(event.days_ago * DAY_S), now, random))
            earliest = at + random.randint(30, 300)
            scenes.append((at, len(scenes), story, event))
    first = min(at for at, *_rest in scenes)
    for story in stories:
        made = first - random.randint(1, _MADE_BEFORE_DAYS * DAY_S)
        ledger.add_card(
            story.code,
            now=made,
            currency=story.currency,
            extendable=story.extendable,
            validity_days=story.validity_days,
            design=story.design,
        )
    places = [location.id for location in ledger.locations()]
    for at, _order, story, event in sorted(scenes, key=lambda scene: scene[:2]):
        moment = min(at, now)
        ledger.expire_due(moment)
        _play(ledger, story, event, Caller(moment, random.choice(places)))
    ledger.expire_due(now)


def _opening_hours(at: int, now: int, random: Random) -> int:
    """A moment of the same day at which shops are open, and not in the future."""
    midnight = at - at % DAY_S
    moment = midnight + random.randint(_OPENS_S, _CLOSES_S)
    return moment if moment <= now else now - random.randint(60, 3_600)


def _play(ledger: Ledger, story: Story, event: Event, caller: Caller) -> None:
    match event:
        case Issue():
            ledger.issue(
                story.code,
                amount_cents=event.amount_cents,
                currency=story.currency,
                package_id=event.package_id,
                promotional=event.promotional,
                caller=caller,
            )
        case Redeem() | Hold():
            captured = isinstance(event, Redeem)
            ledger.redeem(
                story.code, event.amount_cents, story.currency, capture=captured, caller=caller
            )
        case Release():
            ledger.release(_last_redeem(ledger, story).id, caller=caller)
        case Refund():
            ledger.refund(
                _last_redeem(ledger, story).id,
                event.amount_cents,
                story.currency,
                reason="CUSTOMER_REQUEST",
                caller=caller,
            )
        case Extend():
            until = caller.now + event.for_days * DAY_S
            ledger.extend(story.code, until, caller=caller)


def _last_redeem(ledger: Ledger, story: Story) -> Transaction:
    card = ledger.card_by_code(story.code)
    assert card is not None
    return next(row for row in reversed(ledger.transactions(card.id)) if row.type == "redeem")
