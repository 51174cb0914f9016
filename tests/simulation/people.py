"""What cashiers, managers and others do in the simulated shop."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from giftill.domain.attention import Resolution, resolutions_of
from giftill.domain.errors import GiftillError
from giftill.domain.money import Money
from giftill.domain.operations import Hold, Operation, OperationKind, OperationState
from giftill.domain.transactions import TransactionId, TransactionStatus
from giftill.sandbox.problems import Problem
from giftill.services.attention import Ruling
from giftill.services.results import Result, result_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from giftill.domain.codes import CardCode
    from giftill.services.results import Placed

    from .bank import Bank
    from .intents import Intent
    from .till import Till
    from .world import World

_REASON: Final = "CUSTOMER_REQUEST"


class People:
    """Everybody who has to do with the tills of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def bank_of(self, till: Till) -> Bank:
        """Return the account that a till works for now; the first one if its token is refused."""
        token = till.desk.client.token if till.desk is not None else None
        return next(
            (each for each in self._world.banks if each.token == token), self._world.banks[0]
        )

    async def hold(self, till: Till, card: int, cents: int) -> None:
        """Scan a card and hold money on it."""
        desk, bank = till.desk, self.bank_of(till)
        assert desk is not None
        code = bank.cards[card % len(bank.cards)]
        intent = self._world.intend(till, OperationKind.REDEEM, cents)
        till.note(f"{intent}: hold {cents} on card {card}")
        with self._trouble(till, str(intent)):
            found = await desk.sales.look_up(code)
            placed = await desk.sales.hold(code, found, Money(cents), intent.sale, cents)
            self._told(till, intent, placed)

    async def settle(self, till: Till, pick: Sequence[int], kind: OperationKind) -> None:
        """Complete or cancel some of the open holds."""
        desk = till.desk
        assert desk is not None
        with self._trouble(till, str(kind)):
            found = await desk.sales.open_holds()
            chosen = (
                list({each % len(found): found[each % len(found)] for each in pick}.values())
                if found
                else []
            )
            accounts = {each.account for each in chosen}
            if not chosen or len(accounts) > 1:
                return
            names = [each.transaction for each in chosen]
            till.note(f"{kind} {' '.join(names)}")
            till.asked.update((kind, each) for each in names)
            ask = desk.sales.complete if kind is OperationKind.CAPTURE else desk.sales.cancel
            for settled in await ask(chosen):
                if not till.is_dead:
                    self._promise(till, settled.hold, kind, settled.result)

    async def sell(self, till: Till, cents: int) -> None:
        """Activate a new card."""
        bank = self.bank_of(till)
        code = bank.new_card()
        if code is not None:
            await self._on_other_card(till, bank, code, OperationKind.ISSUE, cents)

    async def extend(self, till: Till) -> None:
        """Extend an expired card."""
        bank = self.bank_of(till)
        code = bank.expired_card()
        if code is not None:
            await self._on_other_card(till, bank, code, OperationKind.EXTEND, 0)

    async def refund(self, till: Till, pick: int, cents: int) -> None:
        """Give captured money back."""
        desk, bank = till.desk, self.bank_of(till)
        assert desk is not None
        taken = [
            row.id
            for row in bank.ledger.transactions()
            if row.type == "redeem" and row.status == "success"
        ]
        if not taken:
            return
        intent = self._world.intend(till, OperationKind.REFUND, cents)
        chosen = taken[pick % len(taken)]
        till.note(f"{intent}: refund {cents} of {chosen}")
        with self._trouble(till, str(intent)):
            found = await desk.client.transaction(TransactionId(chosen))
            if found.status is TransactionStatus.SUCCESS:
                placed = await desk.sales.refund(found, Money(cents), reason=_REASON)
                self._told(till, intent, placed)

    async def send_now(self, till: Till) -> None:
        """Press “Send now”."""
        assert till.desk is not None
        await till.desk.outbox.send_now()

    async def decide(self, till: Till, pick: int) -> None:
        """Let a manager decide about something that needs attention."""
        desk = till.desk
        assert desk is not None
        with self._trouble(till, "the manager"):
            shown = await desk.journal.operations(states=(OperationState.ATTENTION,))
            if not shown:
                return
            chosen = shown[pick % len(shown)]
            ways = self._wise_ways(till, chosen)
            way = ways[pick % len(ways)]
            till.note(f"the manager decides about {chosen.id} ({chosen.attention}): {way}")
            if way is Resolution.RELEASE_HOLD and chosen.result is not None:
                till.asked.add((OperationKind.RELEASE, chosen.result))
            if way is Resolution.CLOSE and chosen.transaction is not None:
                # What was promised ends with the manager: the hold may be settled anew.
                till.sent.pop(chosen.transaction, None)
            resolved = await desk.attention.resolve(chosen.id, Ruling(way, "Asked", "Manager"))
            self._world.counts[f"manager: {way}"] += 1
            if resolved.settlement is not None and resolved.hold is not None and not till.is_dead:
                result = result_of(resolved.settlement)
                self._promise(till, resolved.hold, OperationKind.RELEASE, result)

    def _wise_ways(self, till: Till, operation: Operation) -> tuple[Resolution, ...]:
        """Return what can be decided by a manager who asks whose the hold is."""
        ways = resolutions_of(operation)
        owner = till.owners.get(operation.result or "")
        if owner is not None and owner.sale == operation.sale:
            return ways
        of_hold = (Resolution.USE_HOLD, Resolution.RELEASE_HOLD)
        return tuple(each for each in ways if each not in of_hold)

    def settle_elsewhere(self, till: Till, pick: int, *, capture: bool) -> None:
        """Settle a hold of a till from the dashboard."""
        bank = self._world.banks[0]
        pending = [
            row.id
            for row in bank.ledger.transactions()
            if row.status == "pending" and row.id in till.owners
        ]
        if pending:
            chosen = pending[pick % len(pending)]
            self._world.note(f"dashboard: {'capture' if capture else 'release'} {chosen}")
            with contextlib.suppress(Problem):
                bank.settle_by_hand(chosen, capture=capture)
            self._world.counts["settled elsewhere"] += 1

    async def _on_other_card(
        self, till: Till, bank: Bank, code: CardCode, kind: OperationKind, cents: int
    ) -> None:
        desk = till.desk
        assert desk is not None
        intent = self._world.intend(till, kind, cents)
        till.note(f"{intent}: {kind} {cents}")
        with self._trouble(till, str(intent)):
            card = await desk.sales.look_up(code)
            if kind is OperationKind.ISSUE:
                placed = await desk.sales.issue(code, card, amount=Money(cents))
            else:
                until = datetime.fromtimestamp(bank.now_s, UTC) + timedelta(days=30)
                placed = await desk.sales.extend(code, card, until)
            self._told(till, intent, placed)

    def _told(self, till: Till, intent: Intent, placed: Placed) -> None:
        """Remember what a cashier saw; what is said to be done must be so at that very moment."""
        if till.is_dead:
            return
        till.note(f"{intent}: the cashier is told {placed.result}: {placed.error}")
        intent.told.append(placed.result)
        self._world.counts[f"{intent.kind} {placed.result}"] += 1
        if placed.result is not Result.DONE:
            return
        made = placed.operation.result if placed.operation is not None else None
        # The token can have been changed meanwhile, and the codes are the same in both accounts.
        is_so = any(each.ledger.transaction(made or "") for each in self._world.banks)
        if not is_so:
            till.wrongs.append(f"{intent} was told as done, but is not: {placed}")

    def _promise(self, till: Till, hold: Hold, kind: OperationKind, result: Result) -> None:
        till.note(f"{kind} {hold.transaction}: the cashier is told {result}")
        self._world.counts[f"{kind} {result}"] += 1
        self._world.promised[till][hold.transaction] = kind

    @contextlib.contextmanager
    def _trouble(self, till: Till, whose: str) -> Iterator[None]:
        """Let the cashier be told of trouble; only what is a bug goes further."""
        try:
            yield
        except GiftillError as error:
            till.note(f"{whose}: the cashier is told: {error}")
            self._world.counts["told of trouble"] += 1
