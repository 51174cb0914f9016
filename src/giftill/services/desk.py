"""Everything one till is made of, for the screens and the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from giftill.config import Folders, SettingsStore
    from giftill.domain.errors import GiftillError
    from giftill.domain.message import Message
    from giftill.domain.places import Location, LocationId
    from giftill.gifty import GiftyClient
    from giftill.journal import Journal

    from .accounts import Accounts
    from .attention import Attention
    from .catalogue import Catalogue
    from .clock import Clock
    from .connectivity import Connectivity
    from .observable import Observable
    from .reconcile import Reconciler
    from .sale import SaleService
    from .settle import Outbox
    from .workplace import Workplace


@dataclass(frozen=True)
class Disturbance:
    """A fault of the network or the server that training mode can play.

    Attributes:
        name: For `switch`.
        label: What people call it.
        explanation: What will happen to the next requests.
    """

    name: str
    label: Message
    explanation: Message


@dataclass(frozen=True)
class PracticeCard:
    """A card of the sandbox to practise with: its code, and what is on it now in words."""

    code: str
    shows: Message


class TrainingControls(Protocol):
    """What the training banner can do to the embedded sandbox."""

    disturbances: tuple[Disturbance, ...]
    current: Observable[str | None]

    async def cards(self) -> tuple[PracticeCard, ...]:
        """Return the cards to practise with, as they are now."""

    async def switch(self, name: str | None) -> None:
        """Play the disturbance of that name from now on, or none."""

    async def write_sheet(self, path: Path) -> None:
        """Write the PDF with the scannable codes of all practice cards."""


@dataclass(frozen=True)
class Desk:
    """One till, open for work.

    Attributes:
        client: The API client, with this till's token; without one while `has_token` is False.
        journal: The durable record.
        settings: This till's settings.
        folders: Where its files are.
        clock: The time.
        connectivity: Whether the API can be reached.
        accounts: Whose cards.
        catalogue: Locations, packages, transactions, pictures.
        sales: Cards, holds, and completing or cancelling a sale.
        outbox: Captures and releases not yet confirmed, and what needs attention.
        attention: What managers decide about what needs attention.
        reconciler: Finds out what became of requests whose answer was lost.
        workplace: The shop this till works for.
        has_token: Whether there is an API token to work with.
        token_problem: Why the keyring could not give one, or None.
        reload_token: Reads the token from the keyring again; True if there is one now.
        training: The sandbox's controls in training mode, else None.
    """

    client: GiftyClient
    journal: Journal
    settings: SettingsStore
    folders: Folders
    clock: Clock
    connectivity: Connectivity
    accounts: Accounts
    catalogue: Catalogue
    sales: SaleService
    outbox: Outbox
    attention: Attention
    reconciler: Reconciler
    workplace: Workplace
    has_token: Observable[bool]
    token_problem: Observable[GiftillError | None]
    reload_token: Callable[[], Awaitable[bool]]
    training: TrainingControls | None = None

    @property
    def location(self) -> Observable[LocationId | None]:
        """The shop this till works for; None if none was chosen, or none of this account."""
        return self.workplace.location

    def choose_location(self, location: Location) -> None:
        """Work for another shop from now on; what is already queued keeps its own."""
        self.settings.save(location=location.id)
        self.workplace.choose(location.id)
