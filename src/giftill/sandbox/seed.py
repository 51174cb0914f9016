"""The demonstration data: the same cards each time, with a past that ends today."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, TypeVar

import msgspec

from giftill.sandbox.ids import IdSource
from giftill.sandbox.model import Location, Package
from giftill.sandbox.records import DEFAULT_VALIDITY_DAYS
from giftill.sandbox.resources import resource
from giftill.sandbox.story import Event, Extend, Hold, Issue, Redeem, Refund, Release, Story, tell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from giftill.sandbox.ledger import Ledger

_SEED = 20_260_101
_ORDINARY_CARDS = 36
_YEAR = 365

_SHORT_LIFE_DAYS = 30
_SOLD_CENTS = (1_000, 1_500, 2_000, 2_500, 2_500, 5_000, 5_000, 7_500, 10_000)
_SPENT_CENTS = (295, 450, 795, 1_250, 1_999, 2_450)
_DESIGNS = ("house", "house", "birthday", "winter", "thanks")

DINNER = "gp_N9kPzGh5TxVb7RcWqLm3JyDs"
BREAKFAST = "gp_q7BtXf3KzRn5WpYjGs9MvHcD"


@dataclass(frozen=True)
class ShowcaseCard:
    """A card that demonstrations, pictures and tests use by its name.

    Attributes:
        name: What to call it.
        code: Its 16 characters.
        shows: What it is there for.
        story: What happened to it so far.
    """

    name: str
    code: str
    shows: str
    story: Story


def _card(
    name: str,
    code: str,
    shows: str,
    *events: Event,
    currency: str = "EUR",
    extendable: bool = True,
    validity_days: int | None = DEFAULT_VALIDITY_DAYS,
    design: str = "house",
) -> ShowcaseCard:
    story = Story(code, events, currency, extendable, validity_days, design)
    return ShowcaseCard(name, code, shows, story)


_LONG_LIFE: tuple[Event, ...] = (
    Issue(170, 25_000),
    *(Redeem(168 - 4 * visit, 225 + 65 * (visit % 9)) for visit in range(40)),
    Hold(6, 1_250),
    Release(5.9),
    Redeem(3, 895),
)

_CARDS = (
    _card("full_50", "CARDFRESHEUR5555", "€ 50,00, never used", Issue(12, 5_000)),
    _card("full_25", "CARDFRESHEUR2525", "€ 25,00, never used", Issue(20, 2_500)),
    _card(
        "partly_used",
        "CARDPARTUSED2222",
        "€ 32,45 left of € 75,00 after two visits",
        Issue(64, 7_500),
        Redeem(31, 2_755),
        Redeem(9, 1_500),
    ),
    _card("cents", "CARDCENTSCENTS55", "€ 0,55 left", Issue(80, 2_000), Redeem(22, 1_945)),
    _card("empty", "CARDEMPTY7777777", "nothing left", Issue(95, 3_000), Redeem(40, 3_000)),
    _card("large", "CARDGREATGREAT99", "€ 1.500,00", Issue(15, 150_000)),
    _card("new", "CARDNEWNEWNEW222", "not activated yet"),
    _card("new_2", "CARDNEWNEWNEW444", "not activated yet, for several in a row"),
    _card("new_3", "CARDNEWNEWNEW555", "not activated yet, for several in a row"),
    _card(
        "expired",
        "CARDPASTPAST2222",
        "expired, may not be extended",
        Issue(150, 4_000),
        Redeem(120, 1_500),
        extendable=False,
        validity_days=110,
    ),
    _card(
        "expired_extendable",
        "CARDPASTMAYEXTND",
        "expired with € 40,00 on it, may be extended",
        Issue(140, 4_000),
        validity_days=120,
    ),
    _card(
        "extended",
        "CARDSECNDCHANCE2",
        "expired once, extended, used since",
        Issue(160, 6_000),
        Extend(30, _YEAR),
        Redeem(4, 1_850),
        validity_days=100,
    ),
    _card(
        "expires_soon",
        "CARDSUNSETSUNSET",
        "€ 20,00, expires in five days",
        Issue(115, 2_000),
        validity_days=120,
    ),
    _card(
        "promotional",
        "CARDPRESENTFREE2",
        "€ 10,00, given away",
        Issue(18, 1_000, promotional=True),
        validity_days=90,
        design="promo",
    ),
    _card(
        "never_expires",
        "CARDNEVERENDS222",
        "€ 60,00 for ever",
        Issue(100, 6_000),
        validity_days=None,
    ),
    _card(
        "package",
        "CARDTAPASMENU222",
        "sold as a package, € 42,50",
        Issue(27, 4_250, package_id=DINNER),
        design="dinner",
    ),
    _card(
        "pending_hold",
        "CARDRESERVED2222",
        "€ 100,00 with € 37,50 of it on hold since yesterday",
        Issue(33, 10_000),
        Hold(1, 3_750),
    ),
    _card(
        "expired_hold",
        "CARDPASTRESERVED",
        "expired while € 15,00 of it were on hold",
        Issue(62, 1_500),
        Hold(3, 1_500),
        validity_days=60,
    ),
    _card("long_history", "CARDMANYMANY4444", "more than 40 transactions", *_LONG_LIFE),
    _card(
        "refunded",
        "CARDREFUNDED2222",
        "one purchase refunded in part, one in whole",
        Issue(70, 8_000),
        Redeem(48, 2_995),
        Refund(46, 1_000),
        Redeem(14, 1_250),
        Refund(13, 1_250),
    ),
    _card(
        "released",
        "CARDHASRETURNED2",
        "a hold was made and released",
        Issue(26, 3_500),
        Hold(8, 2_000),
        Release(7.99),
    ),
    _card(
        "dollars",
        "CARDUSDUSDUSD222",
        "$ 80,00: another currency",
        Issue(52, 8_000),
        currency="USD",
    ),
)

SHOWCASE: dict[str, ShowcaseCard] = {card.name: card for card in _CARDS}
"""Every named card by its name."""

_Row = TypeVar("_Row")


def fill(ledger: Ledger, now: int) -> None:
    """Fill an empty ledger: locations, packages, cards and half a year of transactions.

    The same each time but for the dates, which lead up to `now`.

    Args:
        ledger: An empty one.
        now: The present, in seconds since 1970.
    """
    random = Random(_SEED)  # noqa: S311 - the point is that it can be foretold
    ids, ledger.ids = ledger.ids, IdSource(random)
    try:
        with ledger.atomically():
            for location in _rows("locations.json", list[LocationFile]):
                ledger.add_location(Location(0, *msgspec.structs.astuple(location)))
            for package in _rows("packages.json", list[PackageFile]):
                ledger.add_package(Package(0, *msgspec.structs.astuple(package)))
            stories = [*(card.story for card in _CARDS), *_ordinary(ledger.ids, random)]
            tell(ledger, stories, now, random)
    finally:
        ledger.ids = ids


class LocationFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `resources/sandbox/locations.json`."""

    id: str
    street: str
    house_number: str
    addition: str | None
    postal_code: str
    city: str
    country_code: str | None = None


class PackageFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `resources/sandbox/packages.json`."""

    id: str
    title: str
    description: str
    amount: int
    amount_visible: bool
    currency: str
    active: bool


def _rows(name: str, kind: type[list[_Row]]) -> list[_Row]:
    return msgspec.json.decode(resource("sandbox", name).read_bytes(), type=kind)


def _ordinary(ids: IdSource, random: Random) -> Iterable[Story]:
    """Cards without a name: sold in the last half year, used now and then."""
    for index in range(_ORDINARY_CARDS):
        sold = random.uniform(2, 175)
        promotional = index % 13 == 5  # noqa: PLR2004 - any one in thirteen
        if index % 9 == 0:
            sale = Issue(sold, 2_990, BREAKFAST, promotional)
        else:
            sale = Issue(sold, random.choice(_SOLD_CENTS), None, promotional)
        lapsed = index % 6 == 1 and sold > _SHORT_LIFE_DAYS
        yield Story(
            ids.card_code(),
            (sale, *(() if lapsed else _visits(sale, random))),
            validity_days=_SHORT_LIFE_DAYS if lapsed else 5 * _YEAR,
            extendable=index % 2 == 0,
            design="dinner" if sale.package_id else random.choice(_DESIGNS),
        )
    for _index in range(2):
        yield Story(ids.card_code(), ())


def _visits(sale: Issue, random: Random) -> Iterable[Redeem]:
    left_cents, day = sale.amount_cents, sale.days_ago
    for _visit in range(random.choice((0, 1, 2, 3, 4, 6, 8))):
        day *= random.uniform(0.35, 0.9)
        spent_cents = min(left_cents, random.choice(_SPENT_CENTS))
        if spent_cents > 0:
            yield Redeem(day, spent_cents)
            left_cents -= spent_cents
