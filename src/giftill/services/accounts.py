"""Whose cards these are: an account is known by its locations, so it outlives its tokens."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Final

from giftill.domain.operations import AccountId
from giftill.gifty import Priority
from giftill.journal import EventKind, Journal, Record

from .ids import new_account_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giftill.domain.places import LocationId
    from giftill.gifty import GiftyClient


_NO_LOCATIONS: Final = "none"


class Accounts:
    """Finds the account that the client's token belongs to.

    The API names no account. Two tokens that see a location in common are of one account; what
    was found is kept, so that a till that starts offline knows it too.
    """

    def __init__(self, journal: Journal, client: GiftyClient, api_url: str) -> None:
        """Look tokens of `client`, used at `api_url`, up in `journal`."""
        self._journal = journal
        self._client = client
        self._api_url = api_url
        self._found: dict[str, AccountId] = {}
        self._finding = asyncio.Lock()

    async def known(self) -> AccountId | None:
        """Return the token's account if it was found before, without asking the API."""
        if self._client.token is None:
            return None
        fingerprint = self._fingerprint(self._client.token)
        if fingerprint not in self._found:
            stored = await self._journal.fact(f"token:{fingerprint}")
            if stored is None:
                return None
            self._found[fingerprint] = AccountId(stored)
        return self._found[fingerprint]

    async def ensure(self, priority: Priority = Priority.CASHIER) -> AccountId:
        """Return the token's account, asking the API the first time a token is used.

        Args:
            priority: Who waits for it.

        Raises:
            GiftyError: The token is new here and the API could not be asked.
        """
        async with self._finding:
            while True:
                known = await self.known()
                if known is not None:
                    return known
                token = self._client.token
                # For no shop: the chosen one may be another account's, and refused.
                listed = self._client.locations(location=None, priority=priority)
                locations = [each.id async for each in listed]
                # Replaced meanwhile, and what was listed is another token's.
                if self._client.token == token:
                    return await self._remember(token or "", locations)

    async def whose(self, locations: Sequence[LocationId]) -> AccountId | None:
        """Return the account that was found by any of these locations before, or None."""
        return await self._account_of(self._keys(locations))

    async def add(self, account: AccountId, locations: Sequence[LocationId]) -> None:
        """Know an account by these locations as well."""
        for key in self._keys(locations):
            await self._journal.set_fact(key, account)

    async def _remember(self, token: str, locations: Sequence[LocationId]) -> AccountId:
        account = await self.whose(locations)
        if account is None:
            account = new_account_id()
            await self._journal.commit(Record(EventKind.ACCOUNT_ADDED, facts={"account": account}))
        await self.add(account, locations)
        fingerprint = self._fingerprint(token)
        await self._journal.set_fact(f"token:{fingerprint}", account)
        self._found[fingerprint] = account
        return account

    def _keys(self, locations: Sequence[LocationId]) -> list[str]:
        # A company with one shop may have none; its next token must find the same account.
        # Should another such company's token come, the API knows none of the first one's holds.
        names = [str(each) for each in locations] or [_NO_LOCATIONS]
        return [f"location:{self._digest(each)}" for each in names]

    def is_current(self, account: AccountId) -> bool:
        """Tell whether a request made in this very instant goes to `account`.

        A token can be replaced between any two awaits; a request takes the one that is there when
        it is made.
        """
        token = self._client.token
        return token is not None and self._found.get(self._fingerprint(token)) == account

    async def _account_of(self, keys: list[str]) -> AccountId | None:
        for key in keys:
            stored = await self._journal.fact(key)
            if stored is not None:
                return AccountId(stored)
        return None

    def _fingerprint(self, token: str) -> str:
        return self._digest(f"token {token}")

    def _digest(self, text: str) -> str:
        return hashlib.sha256(f"{self._api_url}\n{text}".encode()).hexdigest()[:32]
