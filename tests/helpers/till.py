"""A Till without Qt and without a network: services that answer as a test tells them to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from giftill.domain.attention import Resolution
from giftill.domain.cards import Card, CardId
from giftill.domain.money import Money
from giftill.domain.operations import (
    AccountId,
    Hold,
    HoldState,
    Operation,
    OperationId,
    OperationKind,
    OperationState,
    SaleId,
)
from giftill.domain.places import Package
from giftill.domain.transactions import TransactionId
from giftill.services.attention import Resolved, Ruling
from giftill.services.connectivity import Connectivity
from giftill.services.observable import Signal
from giftill.services.results import Placed, Result, Settled
from giftill.texts import Texts
from giftill.ui.screens.till.face import News, TillParts
from giftill.ui.screens.till.presenter import TillPresenter
from tests.helpers.journal import a_hold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giftill.domain.cards import CardImage, PackageId
    from giftill.domain.codes import CardCode
    from giftill.domain.errors import GiftillError
    from giftill.ui.screens.common import Question
    from giftill.ui.screens.till.facts import Facts
    from giftill.ui.screens.till.state import TillState

CODE = "AAAABBBBCCCC7K9Q"
OTHER_CODE = "DDDDEEEEFFFF2X4Y"

# A gate that no test opens is a mistake; the test fails rather than hangs.
_PATIENCE_S = 5.0


def a_card(code: str = CODE, cents: int = 5_000, **changes: Any) -> Card:  # noqa: ANN401 - fields
    """Return a redeemable card whose id tells its code."""
    card = Card(
        id=CardId(f"gc_{code}"), balance_cents=cents, currency="EUR", is_redeemable=cents > 0
    )
    return replace(card, **changes)


class Gate:
    """Lets what waits at it through when a test says so; open until it is closed."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()

    def shut(self) -> None:
        """Let nobody through."""
        self._open.clear()

    def open(self) -> None:
        """Let everybody through."""
        self._open.set()

    async def through(self) -> None:
        """Wait for the gate to be open."""
        async with asyncio.timeout(_PATIENCE_S):
            await self._open.wait()


@dataclass
class FakeSales:
    """Holds and settles at once, unless it is told otherwise.

    Attributes:
        cards: Balances are not kept up: these are what a look-up answers.
        gate: What look-ups, holds and settlements wait for.
        error: Raised by the next look-up, hold or settlement.
        hold_result: How the next holds end.
        hold_error: What they say about it.
        settle_result: How the next settlements end.
        answers_the_cancelled: Whether a look-up that is cancelled answers all the same.
        log: What was asked for.
        open: The open holds, of all sales.
    """

    cards: dict[str, Card] = field(default_factory=dict)
    gate: Gate = field(default_factory=Gate)
    error: GiftillError | None = None
    hold_result: Result = Result.DONE
    hold_error: GiftillError | None = None
    settle_result: Result = Result.DONE
    answers_the_cancelled: bool = False
    log: list[str] = field(default_factory=list)
    open: dict[str, Hold] = field(default_factory=dict)
    resolved: Signal[Placed] = field(default_factory=Signal)
    cashier: str = "Noor"
    _count: int = 0

    def new_sale(self) -> SaleId:
        self._count += 1
        return SaleId(f"sale_{self._count}")

    async def look_up(self, code: CardCode) -> Card:
        self.log.append(f"look up {code.secret}")
        try:
            await self._answer()
        except asyncio.CancelledError:
            if not self.answers_the_cancelled:
                raise
        return self.cards.get(code.secret) or a_card(code.secret)

    async def hold(
        self, code: CardCode, card: Card, amount: Money, sale: SaleId, sale_total_cents: int | None
    ) -> Placed:
        self.log.append(f"hold {amount.cents} on {code.secret}")
        result = self.hold_result
        await self._answer()
        operation = self.operation(OperationKind.REDEEM, amount, card.id)
        if result is not Result.DONE:
            return Placed(result, operation, error=self.hold_error)
        hold = Hold(
            transaction=TransactionId(f"tr_{operation.id}"),
            account=operation.account,
            card=card.id,
            card_masked=code.masked,
            amount=amount,
            state=HoldState.OPEN,
            sale=sale,
            created_at_ms=operation.created_at_ms,
            sale_total_cents=sale_total_cents,
            card_balance_cents=card.balance_cents - amount.cents,
        )
        self.open[hold.transaction] = hold
        return Placed(result, operation, hold=hold)

    async def complete(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        return await self._settle(OperationKind.CAPTURE, holds)

    async def cancel(self, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        return await self._settle(OperationKind.RELEASE, holds)

    async def open_holds(self) -> tuple[Hold, ...]:
        return tuple(self.open.values())

    async def _settle(self, kind: OperationKind, holds: Sequence[Hold]) -> tuple[Settled, ...]:
        self.log.append(f"{kind} {' '.join(str(each.amount.cents) for each in holds)}")
        await self._answer()
        for each in holds:
            self.open.pop(each.transaction, None)
        return tuple(
            Settled(self.settle_result, each, self.operation(kind, each.amount, each.card))
            for each in holds
        )

    async def _answer(self) -> None:
        await self.gate.through()
        if self.error is not None:
            error, self.error = self.error, None
            raise error

    def operation(self, kind: OperationKind, amount: Money, card: CardId) -> Operation:
        """Return a new operation."""
        self._count += 1
        return Operation(
            id=OperationId(f"op_{self._count}"),
            kind=kind,
            state=OperationState.CONFIRMED,
            account=AccountId("ac_1"),
            amount=amount,
            card=card,
            created_at_ms=self._count,
            updated_at_ms=self._count,
        )


class FakeDoubts:
    """Has the doubts that a test gives it, and resolves them as they should be.

    Attributes:
        doubt: What is told about every card.
        error: Raised by the next resolution.
        rulings: What was decided.
    """

    def __init__(self, sales: FakeSales) -> None:
        self._sales = sales
        self.doubt: Operation | None = None
        self.error: GiftillError | None = None
        self.rulings: list[tuple[OperationId, Ruling]] = []

    async def about(self, card: CardId) -> Operation | None:
        return self.doubt if self.doubt is None or self.doubt.card == card else None

    async def resolve(self, operation: OperationId, ruling: Ruling) -> Resolved:
        if self.error is not None:
            raise self.error
        self.rulings.append((operation, ruling))
        is_used = ruling.resolution is Resolution.USE_HOLD
        state = OperationState.CONFIRMED if is_used else OperationState.CLOSED
        card = a_card()
        redeem = self._sales.operation(OperationKind.REDEEM, Money(1250), card.id)
        after = replace(redeem, id=operation, state=state, sale=SaleId("sale_1"))
        hold = a_hold(1, card=card.id, sale=SaleId("sale_1"), card_balance_cents=3_750)
        if is_used:
            self._sales.resolved.tell(Placed(Result.DONE, after, hold=hold))
            return Resolved(after, hold)
        return Resolved(
            after, hold, self._sales.operation(OperationKind.RELEASE, hold.amount, card.id)
        )


class FakeAdornments:
    """Has every package and every picture."""

    def __init__(self) -> None:
        self.error: GiftillError | None = None

    async def package(self, package: PackageId) -> Package:
        if self.error is not None:
            raise self.error
        return Package(package, "Tapas for two", 4_250, "EUR")

    async def picture(self, image: CardImage) -> bytes:
        assert image.url
        if self.error is not None:
            raise self.error
        return b"a picture"


class FakeClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.ms = 1_795_000_000_000

    def now_ms(self) -> int:
        return self.ms

    async def wait(self, event: asyncio.Event, timeout_s: float) -> bool:
        raise NotImplementedError


class FakeFace:
    """Keeps what it is shown and told, and answers as a test says."""

    def __init__(self) -> None:
        self.states: list[TillState] = []
        self.news: list[News] = []
        self.questions: list[Question] = []
        self.answer = True

    def render_state(self, state: TillState) -> None:
        self.states.append(state)

    def tell(self, news: News) -> None:
        self.news.append(news)

    async def ask(self, question: Question) -> bool:
        self.questions.append(question)
        return self.answer


class Till:
    """A presenter with everything fake around it."""

    def __init__(self, language: str = "en") -> None:
        self.sales = FakeSales()
        self.adornments = FakeAdornments()
        self.doubts = FakeDoubts(self.sales)
        self.settlements: Signal[Operation] = Signal()
        self.clock = FakeClock()
        self.connectivity = Connectivity(self.clock)
        self.cents_first = False
        self.face = FakeFace()
        self.presenter = TillPresenter(
            TillParts(
                sales=self.sales,
                settlements=self.settlements,
                doubts=self.doubts,
                adornments=self.adornments,
                connectivity=self.connectivity,
                clock=self.clock,
                cents_first=lambda: self.cents_first,
            ),
            self.face,
            Texts(language),
        )
        self.presenter.show()

    @property
    def state(self) -> TillState:
        """What is on screen now."""
        return self.face.states[-1]

    @property
    def facts(self) -> Facts:
        """What the Till knows now."""
        return self.presenter.facts

    @property
    def sounds(self) -> list[str]:
        """The sounds so far."""
        return [each.sound for each in self.face.news if each.sound]

    async def hold(self, amount: str, code: str = CODE) -> None:
        """Scan a card and hold an amount on it."""
        await self.presenter.look_up(code)
        self.presenter.type_amount(amount)
        await self.presenter.hold()

    def total(self, text: str) -> None:
        """Enter the sale's total."""
        self.presenter.type_total(text)
        self.presenter.enter_total()
