"""What an account has to choose from: locations, packages, transactions, and pictures of cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from giftill.domain.places import Location, LocationId, Package
from giftill.gifty import GiftyClient, GiftyError, Priority

from .observable import Signal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from giftill.domain.cards import CardId, CardImage, PackageId
    from giftill.domain.transactions import Transaction
    from giftill.journal import Journal

    from .accounts import Accounts
    from .clock import Clock


@dataclass(frozen=True)
class LocationList:
    """The locations of the account.

    Attributes:
        locations: In the order of the API, newest first.
        read_at_ms: When the API said so, this PC's Unix time in ms.
        error: Why the API could not be asked just now, if the list is an older one.
    """

    locations: tuple[Location, ...]
    read_at_ms: int
    error: GiftyError | None = None

    def find(self, location: LocationId | None) -> Location | None:
        """Return the location of that id, or None."""
        return next((each for each in self.locations if each.id == location), None)


class _StoredLocations(msgspec.Struct, frozen=True):
    locations: tuple[Location, ...]
    read_at_ms: int


class Catalogue:
    """Reads what the account has, and remembers the locations for when the network is away.

    Attributes:
        listed: The locations of the account, each time the API has told them.
    """

    def __init__(
        self, client: GiftyClient, journal: Journal, accounts: Accounts, clock: Clock
    ) -> None:
        """Read through `client`; keep the last list of locations in `journal`."""
        self._client = client
        self._journal = journal
        self._accounts = accounts
        self._clock = clock
        self._packages: dict[PackageId, Package] = {}
        self.listed: Signal[LocationList] = Signal()

    async def locations(self) -> LocationList:
        """Read all locations; offline, the list that was last read.

        Raises:
            GiftyError: The API can't be asked and the list was never read before.
        """
        token = self._client.token
        try:
            # For no shop: the chosen one may be another account's, and refused.
            read = tuple([each async for each in self._client.locations(location=None)])
        except GiftyError as error:
            stored = await self.stored_locations()
            if stored is None:
                raise
            return LocationList(stored.locations, stored.read_at_ms, error)
        listed = LocationList(read, self._clock.now_ms())
        account = await self._accounts.ensure()
        # Replaced meanwhile, and what was listed is another token's.
        if self._client.token == token:
            kept = msgspec.json.encode(_StoredLocations(listed.locations, listed.read_at_ms))
            self.listed.tell(listed)
            await self._journal.set_fact(f"locations:{account}", kept.decode())
        return listed

    async def stored_locations(self) -> LocationList | None:
        """Return the list as it was last read, without asking the API."""
        account = await self._accounts.known()
        kept = await self._journal.fact(f"locations:{account}") if account else None
        if kept is None:
            return None
        stored = msgspec.json.decode(kept, type=_StoredLocations)
        return LocationList(stored.locations, stored.read_at_ms)

    async def packages(self) -> tuple[Package, ...]:
        """Read all packages, those no longer sold included.

        Raises:
            GiftyError: The API could not be asked.
        """
        read = tuple([each async for each in self._client.packages()])
        self._packages.update({each.id: each for each in read})
        return read

    async def package(self, package: PackageId) -> Package:
        """Read one package; a package read before is not asked for again.

        Raises:
            GiftyError: The API could not be asked, or knows no such package.
        """
        if package not in self._packages:
            self._packages[package] = await self._client.package(package)
        return self._packages[package]

    def transactions(self, card: CardId | None = None) -> AsyncIterator[Transaction]:
        """Read all transactions, newest first, or those of one card; page by page as one goes."""
        return self._client.transactions(card=card, priority=Priority.CASHIER)

    async def picture(self, image: CardImage) -> bytes:
        """Fetch a picture of a card: the bytes of a PNG or JPEG of at most 2 MiB.

        Raises:
            GiftyError: It could not be had.
        """
        return await self._client.picture(image.url)
