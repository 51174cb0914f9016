"""Decides what the Outbox screen shows, and carries a manager's decisions on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from giftill.domain.attention import Resolution, resolutions_of
from giftill.domain.errors import GiftillError
from giftill.domain.operations import Operation, OperationId, OperationState, OutboxSummary
from giftill.services.attention import Resolved, Ruling
from giftill.services.connectivity import Link
from giftill.ui.screens.common import (
    Addresses,
    LazyRows,
    StoredLocations,
    ToneName,
    stored_addresses,
)

from .state import OutboxRow, OutboxState, ResolveForm
from .words import OutboxWords

if TYPE_CHECKING:
    from giftill.services.clock import Clock
    from giftill.services.connectivity import Connectivity
    from giftill.services.observable import Observable
    from giftill.texts import Texts

AsksRuling = Callable[[ResolveForm], Awaitable[Ruling | None]]

LONGEST_REASON: Final = 500


class OutboxService(Protocol):
    """The part of the outbox that this screen uses."""

    summary: Observable[OutboxSummary]

    async def items(self) -> tuple[Operation, ...]:
        """Return what is not settled or needs attention, oldest first."""

    async def send_now(self) -> None:
        """Try everything that waits at once."""


class Decides(Protocol):
    """Carries managers' decisions out."""

    async def resolve(self, operation: OperationId, ruling: Ruling) -> Resolved:
        """Record a decision and do it."""


class OutboxPresenter:
    """The Outbox screen without its looks."""

    def __init__(
        self,
        outbox: OutboxService,
        attention: Decides,
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
            attention: Does what managers decide.
            catalogue: Where addresses come from.
            connectivity: Whether anything may be sent just now.
            clock: The time.
            t: The reader's language.
            render: Draws a state.
            tell: Says in a toast what was done.
        """
        self._outbox = outbox
        self._attention = attention
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
            self._addresses = await stored_addresses(self._catalogue)
            self._items = await self._outbox.items()
            self._problem = ""
        except GiftillError as error:
            self._fail(error)
            return
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

    async def resolve(self, resolution: Resolution, ask: AsksRuling) -> None:
        """Let a manager decide about the chosen operation.

        Args:
            resolution: What is to be done.
            ask: Asks for the reason and the manager's name; None means not to do it.
        """
        operation = self._find(self._chosen)
        if operation is None or self._is_busy or resolution not in resolutions_of(operation):
            return
        ruling = await ask(self._words().form(operation, resolution))
        if ruling is None:
            return
        self._is_busy = True
        self._show()
        reason, manager = ruling.reason.strip()[:LONGEST_REASON], ruling.manager.strip()
        try:
            resolved = await self._attention.resolve(
                operation.id, replace(ruling, reason=reason, manager=manager)
            )
        except GiftillError as error:
            self._is_busy = False
            self._fail(error)
            return
        self._is_busy = False
        self._tell(*self._done(resolution, resolved))
        await self.refresh()

    def _done(self, resolution: Resolution, resolved: Resolved) -> tuple[str, ToneName]:
        t, hold = self._t, resolved.hold
        if resolution is Resolution.TRY_AGAIN:
            return t("Trying again now"), "info"
        if hold is None:
            return t("Resolved and recorded"), "success"
        if resolution is Resolution.RELEASE_HOLD:
            return t("{amount} goes back to the card", amount=hold.amount), "success"
        return t("{amount} is now under Holds", amount=hold.amount), "success"

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
        connectivity = self._connectivity
        return not connectivity.is_limited and connectivity.link.value is not Link.TOKEN_REFUSED

    def _oldest(self, summary: OutboxSummary) -> str:
        if summary.oldest_at_ms is None:
            return "–"
        return self._t.age((self._clock.now_ms() - summary.oldest_at_ms) / 1000)
