"""The shop that this till works for: never one of another account than its token's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .observable import Observable
from .results import ForeignLocation

if TYPE_CHECKING:
    from giftill.domain.places import LocationId
    from giftill.gifty import GiftyClient

    from .accounts import Accounts
    from .catalogue import Catalogue, LocationList


class Workplace:
    """Keeps the chosen shop out of requests as soon as it turns out not to be the account's.

    A till can be given a token of another account; the shop that was chosen before is the old
    one's then. It stays chosen: should the old token come back, the till works for it again.

    Attributes:
        location: The shop, or None if none was chosen or the chosen one is not the account's.
    """

    def __init__(
        self, client: GiftyClient, accounts: Accounts, catalogue: Catalogue, *, is_fixed: bool
    ) -> None:
        """Watch over the shop that `client` was made for.

        Args:
            client: Sends what is made for a shop.
            accounts: Whose the token is.
            catalogue: Tells which shops the account has.
            is_fixed: Whether only the administrator of this PC can choose another shop.
        """
        self._client = client
        self._accounts = accounts
        self._catalogue = catalogue
        self._is_fixed = is_fixed
        self._chosen = client.location
        self._judged: tuple[str | None, LocationId] | None = None
        self.location: Observable[LocationId | None] = Observable(client.location)
        catalogue.listed.subscribe(self._judge)

    @property
    def refusal(self) -> ForeignLocation | None:
        """Why nothing new may be made now, or None.

        A shop that was chosen here is left out of requests once it turns out not to be the
        account's. Without one that the administrator fixed, nothing is to be booked.
        """
        is_foreign = self._chosen is not None and self.location.value is None
        return ForeignLocation() if is_foreign and self._is_fixed else None

    def choose(self, location: LocationId) -> None:
        """Work for a shop of the account from now on."""
        self._chosen = location
        self._judged = None
        self._use(location, is_sent=True, is_shown=True)

    async def review(self) -> None:
        """Hold the chosen shop to what is known of the token's account, without asking the API.

        As long as it is not known whose the token is, a shop that is an account's own is sent
        to nobody; it is shown all the same, as the token may well be that account's.
        """
        chosen = self._chosen
        if chosen is None or self._judged == self._question(chosen):
            return
        asked = self._question(chosen)
        account = await self._accounts.known()
        owner = await self._accounts.whose((chosen,))
        if account is not None and owner != account:
            stored = await self._catalogue.stored_locations()
            if stored is not None and stored.find(chosen) is not None:
                # Kept, so that it is known as this account's when another token comes.
                await self._accounts.add(account, (chosen,))
                owner = account
        if chosen != self._chosen or asked != self._question(chosen):
            # Chosen anew, or the token was replaced: that has its own review.
            return
        self._judged = None if account is None else asked
        is_ours = owner is None or owner == account
        self._use(chosen, is_sent=is_ours, is_shown=is_ours or account is None)

    def _judge(self, listed: LocationList) -> None:
        """Hold the chosen shop to what the API has just said."""
        chosen = self._chosen
        if chosen is not None:
            is_ours = listed.find(chosen) is not None
            if not is_ours:
                self._judged = self._question(chosen)
            self._use(chosen, is_sent=is_ours, is_shown=is_ours)

    def _question(self, chosen: LocationId) -> tuple[str | None, LocationId]:
        return self._client.token, chosen

    def _use(self, chosen: LocationId, *, is_sent: bool, is_shown: bool) -> None:
        self._client.location = chosen if is_sent else None
        self.location.set(chosen if is_shown else None)
