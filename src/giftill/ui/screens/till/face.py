"""What the Till's presenter works with: the services behind it and the face in front of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from giftill.domain.cards import Card, CardId, CardImage, PackageId
    from giftill.domain.codes import CardCode
    from giftill.domain.money import Money
    from giftill.domain.operations import Hold, Operation, OperationId, SaleId
    from giftill.domain.places import Package
    from giftill.services.attention import Resolved, Ruling
    from giftill.services.clock import Clock
    from giftill.services.connectivity import Connectivity
    from giftill.services.observable import Signal
    from giftill.services.results import Placed, Settled
    from giftill.ui.screens.common import Question

    from .state import TillState


class Sales(Protocol):
    """What the Till asks of the sale service."""

    cashier: str

    @property
    def resolved(self) -> Signal[Placed]:
        """Tells about each redeem whose outcome was unknown and now is not."""

    async def look_up(self, code: CardCode) -> Card:
        """Read a card."""

    async def hold(
        self, code: CardCode, card: Card, amount: Money, sale: SaleId, sale_total_cents: int | None
    ) -> Placed:
        """Reserve money on a card for a sale."""

    async def complete(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        """Capture holds, durably first."""

    async def cancel(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        """Release holds, durably first."""

    def new_sale(self) -> SaleId:
        """Return the id of a new sale."""

    async def open_holds(self) -> tuple[Hold, ...]:
        """Read every hold of this till that is not settled, oldest first."""


class Doubts(Protocol):
    """What the Till asks about requests whose outcome is not known."""

    async def about(self, card: CardId) -> Operation | None:
        """Return the redeem of a card that is being checked, or that needs attention."""

    async def resolve(self, operation: OperationId, ruling: Ruling) -> Resolved:
        """Carry out what was decided about what needs attention."""


class Adornments(Protocol):
    """What the Till shows of a card beside its money."""

    async def package(self, package: PackageId) -> Package:
        """Read the package a card was sold as."""

    async def picture(self, image: CardImage) -> bytes:
        """Fetch a picture of a card."""


@dataclass(frozen=True)
class TillParts:
    """The services behind the Till.

    Attributes:
        sales: Cards and holds.
        settlements: Tells about each capture and release that took a step.
        doubts: Requests whose outcome is not known.
        adornments: Packages and pictures.
        connectivity: The connection and the server's clock.
        clock: The time.
        cents_first: Reads the setting: whether `1250` means 12.50.
    """

    sales: Sales
    settlements: Signal[Operation]
    doubts: Doubts
    adornments: Adornments
    connectivity: Connectivity
    clock: Clock
    cents_first: Callable[[], bool]


@dataclass(frozen=True)
class News:
    """What is told beside the picture: to the ear and to screen readers.

    Attributes:
        text: What a screen reader says.
        sound: `accepted`, `refused`, `attention`, or empty for none.
    """

    text: str
    sound: str = ""


class Face(Protocol):
    """What the presenter asks of the view."""

    def render_state(self, state: TillState) -> None:
        """Show this."""

    def tell(self, news: News) -> None:
        """Make this heard."""

    async def ask(self, question: Question) -> bool:
        """Ask the cashier, and tell whether the answer was yes."""
