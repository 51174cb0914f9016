"""Decides what the Outbox screen shows, and carries a manager's decisions on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from giftill.domain.errors import GiftillError
from giftill.domain.operations import Hold, Operation, OperationId, OperationState, OutboxSummary
from giftill.services.connectivity import Link
from giftill.ui.screens.common import Addresses, LazyRows, ToneName

from .state import OutboxRow, OutboxState, Resolution, ResolveForm
from .words import OutboxWords, can_adopt

if TYPE_CHECKING:
    from giftill.domain.transactions import TransactionId
    from giftill.services.catalogue import LocationList
    from giftill.services.clock import Clock
    from giftill.services.connectivity import Connectivity
    from giftill.services.observable import Observable
    from giftill.services.results import Settled
    from giftill.texts import Texts

AsksResolution = Callable[[ResolveForm], Awaitable[Resolution | None]]

LONGEST_REASON: Final = 500


class OutboxService(Protocol):
    """The part of the outbox that this screen uses."""

    summary: Observable[OutboxSummary]

    async def items(self) -> tuple[Operation, ...]:
        """Return what is not settled or needs attention, oldest first."""

    async def send_now(self) -> None:
        """Try everything that waits at once."""

    async def resolve(self, operation: OperationId, reason: str, manager: str) -> Operation:
        """Close an operation that needs attention."""


class Sales(Protocol):
    """The part of the sale service that this screen uses."""

    cashier: str

    async def find_hold(self, transaction: TransactionId) -> Hold:
        """Return a hold by its transaction; one made elsewhere is read and taken over."""

    async def cancel(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        """Release holds."""


class StoredLocations(Protocol):
    """The part of the catalogue that this screen uses."""

    async def stored_locations(self) -> LocationList | None:
        """Return the locations without asking the API."""


class OutboxPresenter:
    """The Outbox screen without its looks."""

    def __init__(
        self,
        outbox: OutboxService,
        sales: Sales,
        catalogue: StoredLocations,
        connectivity: Connectivity,
        clock: Clock,
        t: Texts,
        render: Callable[[OutboxState], None],
        tell: Callable[[str, ToneName], None],
    ) -> None:
        """Present.

        Args:
            outbox: What is shown.
            sales: Takes over holds that were found.
            catalogue: Where addresses come from.
            connectivity: Whether anything may be sent just now.
            clock: The time.
            t: The reader's language.
            render: Draws a state.
            tell: Says in a toast what was done.
        """
        self._outbox = outbox
        self._sales = sales
        self._catalogue = catalogue
        self._connectivity = connectivity
        self._clock = clock
        self._t = t
        self._render = render
        self._tell = tell
        self._items: tuple[Operation, ...] | None = None
        self._rows: Sequence[OutboxRow] = ()
        self._chosen: OperationId | None = None
        self._addresses = Addresses()
        self._is_busy = False
        self._problem = ""

    def retranslate(self, t: Texts) -> None:
        """Show everything in another language."""
        self._t = t
        self._show(is_changed=True)

    async def refresh(self) -> None:
        """Read the outbox again."""
        try:
            stored = await self._catalogue.stored_locations()
            self._items = await self._outbox.items()
            self._problem = ""
        except GiftillError as error:
            self._fail(error)
            return
        self._addresses = Addresses(stored.locations if stored else ())
        if self._chosen is None or self._find(self._chosen) is None:
            self._chosen = self._first_of_interest()
        self._show(is_changed=True)

    def tick(self) -> None:
        """Let the ages move on."""
        self._show(is_changed=True)

    def choose(self, operation: OperationId | None) -> None:
        """Show the detail of one operation."""
        self._chosen = operation
        self._show()

    async def send_now(self) -> None:
        """Try everything that waits at once."""
        await self._outbox.send_now()
        if self._connectivity.link.value is Link.OFFLINE:
            self._tell(self._t("Trying again now"), "info")
        else:
            self._tell(self._t("Sending now"), "info")

    async def use_hold(self) -> None:
        """Take the hold that was found over; it appears on Holds, to be captured or released."""
        operation = self._adoptable()
        if operation is None or operation.result is None or self._is_busy:
            return
        hold = await self._take_over(operation, "Its hold was found and taken over.")
        if hold is not None:
            amount = self._t.money(hold.amount)
            self._tell(self._t("{amount} is on Holds now", amount=amount), "success")

    async def release_hold(self) -> None:
        """Give the hold that was found back to its card."""
        operation = self._adoptable()
        if operation is None or self._is_busy:
            return
        hold = await self._take_over(operation, "Its hold was found and released.")
        if hold is not None:
            await self._sales.cancel((hold,))
            amount = self._t.money(hold.amount)
            self._tell(self._t("{amount} goes back to the card", amount=amount), "success")
            await self.refresh()

    async def resolve(self, ask: AsksResolution) -> None:
        """Close the chosen operation with a manager's reason.

        Args:
            ask: Asks the manager for the reason; None means not to close it.
        """
        operation = self._find(self._chosen)
        if operation is None or operation.state is not OperationState.ATTENTION or self._is_busy:
            return
        resolution = await ask(self._words().form(operation))
        if resolution is None:
            return
        self._is_busy = True
        self._show()
        try:
            reason = resolution.reason.strip()[:LONGEST_REASON]
            await self._outbox.resolve(operation.id, reason, resolution.manager.strip())
        except GiftillError as error:
            self._is_busy = False
            self._fail(error)
            return
        self._is_busy = False
        self._tell(self._t("Resolved and recorded"), "success")
        await self.refresh()

    def _adoptable(self) -> Operation | None:
        operation = self._find(self._chosen)
        return operation if operation is not None and can_adopt(operation) else None

    async def _take_over(self, operation: Operation, reason: str) -> Hold | None:
        """Record the found hold as this till's, then close the operation that looked for it."""
        if operation.result is None:
            return None
        self._is_busy = True
        self._show()
        try:
            hold = await self._sales.find_hold(operation.result)
            await self._outbox.resolve(operation.id, reason, self._sales.cashier)
        except GiftillError as error:
            self._is_busy = False
            self._fail(error)
            return None
        self._is_busy = False
        await self.refresh()
        return hold

    def _find(self, operation: OperationId | None) -> Operation | None:
        return next((each for each in self._items or () if each.id == operation), None)

    def _first_of_interest(self) -> OperationId | None:
        """Choose what needs attention before what does not."""
        items = self._items or ()
        needy = (each.id for each in items if each.state is OperationState.ATTENTION)
        return next(needy, items[0].id if items else None)

    def _fail(self, error: GiftillError) -> None:
        self._problem = self._t.explain(error)
        self._show()

    def _words(self) -> OutboxWords:
        link = self._connectivity.link.value
        return OutboxWords(self._t, self._clock.now_ms(), link, self._addresses)

    def _show(self, *, is_changed: bool = False) -> None:
        words, summary, t = self._words(), self._outbox.summary.value, self._t
        if is_changed:
            self._rows = LazyRows(self._items or (), words.row)
        chosen = self._find(self._chosen)
        self._render(
            OutboxState(
                is_loading=self._items is None and not self._problem,
                rows=self._rows,
                chosen=chosen.id if chosen else None,
                detail=words.detail(chosen) if chosen else None,
                count=str(summary.waiting),
                total=" + ".join(t.money(each) for each in summary.total) or "–",
                oldest=self._oldest(summary),
                attention=str(summary.attention) if summary.attention else "",
                can_send=summary.waiting > 0 and self._may_send,
                is_busy=self._is_busy,
                problem=self._problem,
            )
        )

    @property
    def _may_send(self) -> bool:
        return self._connectivity.link.value not in {Link.TOKEN_REFUSED, Link.LIMITED}

    def _oldest(self, summary: OutboxSummary) -> str:
        if summary.oldest_at_ms is None:
            return "–"
        return self._t.age((self._clock.now_ms() - summary.oldest_at_ms) / 1000)
