"""A till that is given the token of another account, behind one address as in real life."""

from __future__ import annotations

from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final

from giftill.bootstrap import open_desk
from giftill.config import Folders, Settings
from giftill.domain.places import LocationId
from giftill.sandbox import SandboxConfig, SandboxServer
from giftill.sandbox.ledger import Caller
from giftill.sandbox.model import Location
from tests.helpers.desk import TOKEN, code_of
from tests.helpers.front import Front, front_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from giftill.domain.operations import Hold
    from giftill.services.desk import Desk

NEXT_TOKEN: Final = "the-next-token"
OTHER_TOKEN: Final = "the-other-token"
OTHER_SHOP: Final = LocationId("lc_Other")
THEN: Final = 1_700_000_000


class TwoAccounts:
    """Two accounts, of which one is there at a time.

    Attributes:
        front: The one address of the API.
        environ: Where a till finds its token.
        one: The account that a till begins with.
        other: Another one, with one shop and a card of the same code.
    """

    def __init__(self, front: Front, one: SandboxServer, other: SandboxServer) -> None:
        self.front = front
        self.one = one
        self.other = other
        self.environ = {"GIFTILL_TOKEN": TOKEN}

    def take_next(self) -> None:
        """Let the first account's next token be found from now on."""
        self.environ["GIFTILL_TOKEN"] = NEXT_TOKEN

    def take_other(self) -> None:
        """Let the other account's token be found from now on."""
        self.environ["GIFTILL_TOKEN"] = OTHER_TOKEN
        self.front.stand_before(self.other.url)

    def take_first(self) -> None:
        """Let the first account's token be found again."""
        self.environ["GIFTILL_TOKEN"] = TOKEN
        self.front.stand_before(self.one.url)

    @property
    def shop(self) -> LocationId:
        """A shop of the first account."""
        return LocationId(self.one.ledger.locations()[0].id)

    @asynccontextmanager
    async def till(self, folder: Path, location: LocationId | None) -> AsyncIterator[Desk]:
        """Open a till that works for a shop."""
        settings = Settings(api_url=self.front.url, location=location)
        async with open_desk(settings, Folders.within(folder), self.environ) as desk:
            yield desk

    def shops_of(self, hold: Hold) -> list[str | None]:
        """Return the shop that each account has for a hold; nothing where it is unknown."""
        rows = [each.ledger.transaction(hold.transaction) for each in (self.one, self.other)]
        return [each.location_id for each in rows if each is not None]


@contextmanager
def _first_sandbox() -> Iterator[SandboxServer]:
    config = SandboxConfig(token=TOKEN, other_tokens=(NEXT_TOKEN,), rate_per_minute=0)
    with SandboxServer(config) as server:
        yield server


@contextmanager
def _other_sandbox() -> Iterator[SandboxServer]:
    config = SandboxConfig(token=OTHER_TOKEN, rate_per_minute=0, seed=False)
    with SandboxServer(config) as server:
        code = code_of("full_50").secret
        with server.ledger.atomically():
            shop = Location(0, OTHER_SHOP, "Elsewhere", "1", None, "1234 AB", "Breda", "NL")
            server.ledger.add_location(shop)
            server.ledger.add_card(code, now=THEN, validity_days=None)
            server.ledger.issue(code, amount_cents=5_000, currency="EUR", caller=Caller(THEN))
        yield server


@asynccontextmanager
async def two_accounts() -> AsyncIterator[TwoAccounts]:
    """Run both accounts behind one address; the first is there."""
    with _first_sandbox() as one, _other_sandbox() as other:
        async with front_of(one.url) as front:
            yield TwoAccounts(front, one, other)
