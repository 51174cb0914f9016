"""Decides what the Holds screen shows, and captures or releases what is chosen there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from giftill.domain.errors import GiftillError
from giftill.domain.money import Money
from giftill.domain.operations import Hold, Operation, OperationKind, OperationState
from giftill.services.results import Result, Settled
from giftill.ui.screens.common import (
    Addresses,
    Asks,
    LazyRows,
    Pill,
    Question,
    StoredLocations,
    ToneName,
    short_code,
    stored_addresses,
)

from .state import HoldRow, HoldsState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from giftill.domain.transactions import TransactionId
    from giftill.services.clock import Clock
    from giftill.texts import Texts

# reliability.md, “Limits and pace”: warn after a day, a manager after three.
_OLD_S: Final = 24 * 3600
_TOO_OLD_S: Final = 72 * 3600


class Sales(Protocol):
    """The part of the sale service that this screen uses."""

    async def open_holds(self) -> tuple[Hold, ...]:
        """Return every hold that is not confirmed as settled, oldest first."""

    async def complete(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        """Capture holds."""

    async def cancel(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        """Release holds."""


class OutboxItems(Protocol):
    """The part of the outbox that this screen uses."""

    async def items(self) -> tuple[Operation, ...]:
        """Return what is not settled or needs attention."""


class HoldsPresenter:
    """The Holds screen without its looks."""

    def __init__(
        self,
        sales: Sales,
        outbox: OutboxItems,
        catalogue: StoredLocations,
        clock: Clock,
        t: Texts,
        render: Callable[[HoldsState], None],
        tell: Callable[[str, ToneName], None],
    ) -> None:
        """Present.

        Args:
            sales: Where holds are read and settled.
            outbox: How far captures and releases are.
            catalogue: Where addresses come from.
            clock: The time.
            t: The reader's language.
            render: Draws a state.
            tell: Says in a toast what was done.
        """
        self._sales = sales
        self._outbox = outbox
        self._catalogue = catalogue
        self._clock = clock
        self._t = t
        self._render = render
        self._tell = tell
        self._holds: tuple[Hold, ...] | None = None
        self._rows: Sequence[HoldRow] = ()
        self._selected: frozenset[TransactionId] = frozenset()
        self._needy: frozenset[TransactionId] = frozenset()
        self._addresses = Addresses()
        self._is_busy = False
        self._problem = ""

    def retranslate(self, t: Texts) -> None:
        """Show everything in another language."""
        self._t = t
        self._show(is_changed=True)

    async def refresh(self) -> None:
        """Read the open holds again; what was chosen stays chosen as long as it is open."""
        try:
            self._addresses = await stored_addresses(self._catalogue)
            self._holds = await self._sales.open_holds()
            self._needy = frozenset(
                each.transaction
                for each in await self._outbox.items()
                if each.state is OperationState.ATTENTION and each.transaction is not None
            )
            self._problem = ""
        except GiftillError as error:
            self._problem = self._t.explain(error)
            self._show()
            return
        self._selected &= {hold.transaction for hold in self._free()}
        self._show(is_changed=True)

    def tick(self) -> None:
        """Let the ages move on."""
        self._show(is_changed=True)

    def select(self, transactions: Iterable[TransactionId]) -> None:
        """Choose exactly these; holds that are being settled can't be chosen."""
        free = {hold.transaction for hold in self._free()}
        self._selected = frozenset(transactions) & free
        self._show()

    def select_all(self) -> None:
        """Choose every hold that can be settled; if all are chosen, none."""
        free = frozenset(hold.transaction for hold in self._free())
        self._selected = frozenset() if self._selected == free else free
        self._show()

    async def capture(self) -> None:
        """Make the chosen holds final."""
        await self._settle(self._chosen(), OperationKind.CAPTURE)

    async def release(self, ask: Asks) -> None:
        """Give the chosen amounts back, once a person has said yes.

        Args:
            ask: Asks that person.
        """
        chosen = self._chosen()
        if not chosen or self._is_busy:
            return
        total = self._money(_total(chosen))
        question = Question(
            title=self._t.plural("Release this hold?", "Release {n} holds?", len(chosen)),
            text=self._t("{total} goes back to the customer’s card.", total=total)
            if len(chosen) == 1
            else self._t("{total} in all goes back to the customers’ cards.", total=total),
            yes=self._t("Release {amount}", amount=total),
            no=self._t("Keep"),
            is_danger=True,
        )
        if await ask(question):
            await self._settle(chosen, OperationKind.RELEASE)

    async def _settle(self, holds: tuple[Hold, ...], kind: OperationKind) -> None:
        if not holds or self._is_busy:
            return
        self._is_busy = True
        self._problem = ""
        self._show()
        settle = self._sales.complete if kind is OperationKind.CAPTURE else self._sales.cancel
        problem = ""
        try:
            settled = await settle(holds)
        except GiftillError as error:
            problem = self._t.explain(error)
        else:
            self._selected -= {hold.transaction for hold in holds}
            self._tell_result(kind, settled)
        self._is_busy = False
        await self.refresh()
        if problem:
            self._problem = problem
            self._show()

    def _tell_result(self, kind: OperationKind, settled: Sequence[Settled]) -> None:
        """Say the least certain of what came of it: a total that is half done is not done."""
        t = self._t
        results = {each.result for each in settled}
        total = self._money(_total([each.hold for each in settled]))
        if Result.ATTENTION in results:
            self._tell(t("Needs attention: see Outbox"), "danger")
        elif Result.CHECKING in results:
            self._tell(t("No answer yet: the till is checking by itself"), "hold")
        elif results & {Result.QUEUED}:
            self._tell(
                t("Queued: recorded safely, sent by itself when the network returns"), "info"
            )
        elif kind is OperationKind.CAPTURE:
            self._tell(t("Captured: {amount}", amount=total), "success")
        else:
            self._tell(t("Released: {amount}", amount=total), "success")

    def _free(self) -> tuple[Hold, ...]:
        return tuple(hold for hold in self._holds or () if hold.settlement is None)

    def _chosen(self) -> tuple[Hold, ...]:
        return tuple(hold for hold in self._free() if hold.transaction in self._selected)

    def _show(self, *, is_changed: bool = False) -> None:
        holds = self._holds or ()
        if is_changed:
            self._rows = LazyRows(holds, self._row)
        chosen = self._chosen()
        self._render(
            HoldsState(
                is_loading=self._holds is None and not self._problem,
                rows=self._rows,
                selected=self._selected,
                summary=self._summary(holds),
                selection=self._selection(chosen),
                can_choose=bool(self._free()),
                can_settle=bool(chosen) and not self._is_busy,
                is_busy=self._is_busy,
                problem=self._problem,
            )
        )

    def _summary(self, holds: Sequence[Hold]) -> str:
        t, free = self._t, self._free()
        parts = []
        if free:
            total = self._money(_total(free))
            parts.append(
                t.plural(
                    "{n} open hold · {total}", "{n} open holds · {total}", len(free), total=total
                )
            )
        if settling := len(holds) - len(free):
            parts.append(t.plural("{n} being settled", "{n} being settled", settling))
        return " · ".join(parts)

    def _selection(self, chosen: Sequence[Hold]) -> str:
        if not chosen:
            nothing = not self._free()
            return "" if nothing else self._t("Choose holds to capture or release")
        total = self._money(_total(chosen))
        return self._t.plural(
            "{n} chosen · {total}", "{n} chosen · {total}", len(chosen), total=total
        )

    def _row(self, hold: Hold) -> HoldRow:
        t = self._t
        age_s = (self._clock.now_ms() - hold.created_at_ms) / 1000
        made = datetime.fromtimestamp(hold.created_at_ms / 1000, UTC)
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        is_today = t.date(made) == t.date(now)
        sale = t.time(made) if is_today else t.date(made)
        if is_today and hold.sale_total_cents is not None:
            sale = f"{sale} · {t.money(Money(hold.sale_total_cents, hold.amount.currency))}"
        return HoldRow(
            transaction=hold.transaction,
            age=t.age(age_s),
            age_tone=_age_tone(age_s),
            amount=t.money(hold.amount),
            card=short_code(hold.card_masked),
            sale=sale,
            location=self._addresses(hold.location),
            cashier=hold.cashier,
            status=self._status(hold),
            can_settle=hold.settlement is None,
        )

    def _status(self, hold: Hold) -> Pill:
        t = self._t
        if hold.settlement is None:
            return Pill("holds", t("On hold"), "hold")
        if hold.transaction in self._needy:
            return Pill("warning", t("Needs attention"), "danger")
        if hold.settlement is OperationKind.CAPTURE:
            return Pill("queue", t("Capture queued"), "info")
        return Pill("queue", t("Release queued"), "info")

    def _money(self, totals: Sequence[Money]) -> str:
        return " + ".join(self._t.money(each) for each in totals)


def _age_tone(age_s: float) -> ToneName:
    if age_s >= _TOO_OLD_S:
        return "danger"
    return "hold" if age_s >= _OLD_S else "neutral"


def _total(holds: Sequence[Hold]) -> tuple[Money, ...]:
    """Add up, one sum for each currency; an account has one, but a sum of two would be a lie."""
    totals: dict[str, int] = {}
    for hold in holds:
        currency = hold.amount.currency
        totals[currency] = totals.get(currency, 0) + hold.amount.cents
    return tuple(Money(cents, currency) for currency, cents in sorted(totals.items()))
