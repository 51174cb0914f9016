"""The services behind the Till: those of an open till, or ones that wait until it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.services.clock import SystemClock
from giftill.services.connectivity import Connectivity
from giftill.services.ids import new_sale_id
from giftill.services.observable import Signal

from .face import TillParts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giftill.domain.cards import Card, CardId, CardImage, PackageId
    from giftill.domain.codes import CardCode
    from giftill.domain.money import Money
    from giftill.domain.operations import Hold, Operation, OperationId, SaleId
    from giftill.domain.places import Package
    from giftill.services.attention import Resolved, Ruling
    from giftill.services.clock import Clock
    from giftill.services.desk import Desk
    from giftill.services.results import Placed, Settled
    from giftill.ui.coming import DeskToCome


def parts_of(desk: Desk) -> TillParts:
    """Return the services of an open till."""
    return TillParts(
        sales=desk.sales,
        settlements=desk.outbox.changed,
        doubts=desk.attention,
        adornments=desk.catalogue,
        connectivity=desk.connectivity,
        clock=desk.clock,
        cents_first=lambda: desk.settings.current.cents_first,
    )


def parts_to_come(coming: DeskToCome) -> TillParts:
    """Return services that take whatever is asked and do it once the till is open.

    So what is scanned meanwhile is looked up then, once, by the same way as any other card.
    """
    clock = SystemClock()
    return TillParts(
        sales=_SalesToCome(coming, clock),
        settlements=Signal(),
        doubts=_DoubtsToCome(coming),
        adornments=_AdornmentsToCome(coming),
        connectivity=Connectivity(clock),
        clock=clock,
        cents_first=lambda: coming.settings.cents_first,
    )


class _SalesToCome:
    """The sale service of a till that is being opened."""

    def __init__(self, coming: DeskToCome, clock: Clock) -> None:
        self._coming = coming
        self._clock = clock
        self.cashier = coming.settings.cashier
        # Nobody tells anything before the till is open; whoever listens then listens to that.
        self.resolved: Signal[Placed] = Signal()

    async def look_up(self, code: CardCode) -> Card:
        return await (await self._coming.wait()).sales.look_up(code)

    async def hold(
        self, code: CardCode, card: Card, amount: Money, sale: SaleId, sale_total_cents: int | None
    ) -> Placed:
        desk = await self._coming.wait()
        return await desk.sales.hold(code, card, amount, sale, sale_total_cents)

    async def complete(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        return await (await self._coming.wait()).sales.complete(holds)

    async def cancel(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        return await (await self._coming.wait()).sales.cancel(holds)

    def new_sale(self) -> SaleId:
        return new_sale_id(self._clock.now_ms())

    async def open_holds(self) -> tuple[Hold, ...]:
        return await (await self._coming.wait()).sales.open_holds()


class _DoubtsToCome:
    """What is known about requests without an outcome, once the till is open."""

    def __init__(self, coming: DeskToCome) -> None:
        self._coming = coming

    async def about(self, card: CardId) -> Operation | None:
        return await (await self._coming.wait()).attention.about(card)

    async def resolve(self, operation: OperationId, ruling: Ruling) -> Resolved:
        return await (await self._coming.wait()).attention.resolve(operation, ruling)


class _AdornmentsToCome:
    """Packages and pictures, once the till is open."""

    def __init__(self, coming: DeskToCome) -> None:
        self._coming = coming

    async def package(self, package: PackageId) -> Package:
        return await (await self._coming.wait()).catalogue.package(package)

    async def picture(self, image: CardImage) -> bytes:
        return await (await self._coming.wait()).catalogue.picture(image)
