"""What a command works with: its terminal, settings and folders, and the way to the API."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .problems import NoTokenError, UnknownLocationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from giftill.config import Folders, Policy, Settings
    from giftill.domain.errors import GiftillError
    from giftill.domain.places import LocationId
    from giftill.gifty import Exchange, GiftyClient
    from giftill.journal import Journal
    from giftill.services.desk import Desk
    from giftill.texts import Texts
    from giftill.vault import Vault

    from .terminal import Terminal
    from .wiring import Wiring


@dataclass(frozen=True)
class Context:
    """Everything a command is given besides its own arguments.

    Attributes:
        terminal: Where it reads and writes.
        settings: What is in force.
        folders: Where this till keeps its things.
        environ: The environment.
        wiring: Opens tills and windows.
        policy: What an administrator decided.
        chosen_location: The location given for this very command, which is checked, or None.
        settings_problem: Why the settings file can't be used; only `doctor` goes on with that.
    """

    terminal: Terminal
    settings: Settings
    folders: Folders
    environ: Mapping[str, str]
    wiring: Wiring
    policy: Policy
    chosen_location: LocationId | None = None
    settings_problem: GiftillError | None = None

    @property
    def t(self) -> Texts:
        """The language."""
        return self.terminal.t

    def vault(self) -> Vault:
        """Return the place in the keyring for this API's token."""
        from giftill.vault import Vault, service_name

        return Vault(service_name(self.settings.api_url))

    async def token(self) -> str:
        """Return the API token: the environment's, or else the keyring's.

        Raises:
            NoTokenError: There is none.
            VaultUnavailable: The keyring can't be asked.
        """
        from giftill.vault import find_token

        token = await find_token(self.environ, self.settings.api_url)
        if not token:
            raise NoTokenError
        return token

    @asynccontextmanager
    async def client(
        self, watch: Callable[[Exchange], None] | None = None
    ) -> AsyncIterator[GiftyClient]:
        """Open the API for a command that only reads; the journal stays closed.

        Args:
            watch: Told after every request.

        Raises:
            NoTokenError: There is no token.
            VaultUnavailable: The keyring can't be asked.
            UnknownLocationError: The location given for this command is not the account's.
            GiftyError: The location could not be checked.
        """
        from giftill.gifty import GiftyClient
        from giftill.services.pace import pacer_of

        async with GiftyClient(
            await self.token(),
            base_url=self.settings.api_url,
            language=self.settings.language,
            pacer=pacer_of(self.settings, self.folders),
            watch=watch,
        ) as client:
            await self.check_location(client)
            client.location = _as_location(self.settings.location)
            yield client

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        """Open the till for a command that moves money.

        Raises:
            NoTokenError: There is no token.
            GiftillError: The journal or the keyring can't be opened.
        """
        async with self.wiring.open_desk(self.settings, self.folders, self.environ) as desk:
            if not desk.has_token.value:
                raise desk.token_problem.value or NoTokenError
            await self._tell_repair(desk.journal)
            yield desk

    @asynccontextmanager
    async def journal(self, *, tells_repair: bool = True) -> AsyncIterator[Journal | None]:
        """Open the journal for a command that only reads it; None where there is none yet.

        Args:
            tells_repair: Say what became of a damaged file; not for a command that does so itself.

        Raises:
            JournalInUse: Another Giftill has it open.
            GiftillError: It can't be opened, or the data folder is none.
        """
        from giftill.journal import Journal
        from giftill.journal.starting import is_begun

        # An empty answer must mean that nothing is there, not that nothing could be looked at.
        self.folders.prepare()
        if not is_begun(self.folders.data):
            yield None
            return
        from giftill.services.clock import SystemClock

        journal = await Journal.open(self.folders.data, now_ms=SystemClock().now_ms)
        try:
            if tells_repair:
                await self._tell_repair(journal)
            yield journal
        finally:
            await journal.close()

    async def _tell_repair(self, journal: Journal) -> None:
        """Say what became of a damaged file, with each command until a manager has read it."""
        repair = await journal.salvage()
        if repair is not None:
            t = self.t
            title = t("The journal was repaired")
            self.terminal.note(f"{title}. {t.message(repair.told)}")
            self.terminal.note(t("When a manager has read this: giftill journal check --seen"))

    async def check_workplace(self, desk: Desk) -> None:
        """Refuse to make anything for a shop of another account than the token's.

        Raises:
            UnknownLocationError: The location, given or chosen, is not the account's.
            GiftyError: It could not be checked.
        """
        if self.settings.location is not None and desk.client.location is None:
            # It is some account's own, but whose the token is may not be known yet.
            await desk.accounts.ensure()
            await desk.workplace.review()
            if desk.location.value is None:
                raise UnknownLocationError(self.settings.location)
        await self.check_location(desk.client)

    async def check_location(self, client: GiftyClient) -> None:
        """Hold the location given for this command to the account's own list.

        Raises:
            UnknownLocationError: It is not on the list.
            GiftyError: The list can't be read.
        """
        if self.chosen_location is None:
            return
        # Asked without the header: a server may refuse the very list that names the right ones.
        client.location = None
        async for each in client.locations():
            if each.id == self.chosen_location:
                client.location = self.chosen_location
                return
        raise UnknownLocationError(self.chosen_location)


def _as_location(text: str | None) -> LocationId | None:
    from giftill.domain.places import LocationId

    return LocationId(text) if text else None
