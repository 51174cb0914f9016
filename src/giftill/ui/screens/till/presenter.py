"""What the Till does: every intent of the cashier, in the order of the main flow. Knows no Qt."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from giftill.services.results import Result

from .answering import Answering
from .board import Board
from .holding import Holding
from .looking import Looking
from .sale_words import amount_text
from .settling import Settling
from .state import Focus, MainAction
from .words import main_action

if TYPE_CHECKING:
    from collections.abc import Callable

    from giftill.domain.attention import Resolution
    from giftill.domain.transactions import TransactionId
    from giftill.texts import Texts

    from .face import Face, TillParts
    from .facts import Facts

# A second tap this soon after the wide button got another meaning was still meant for the old one.
_DOUBLE_TAP_MS: Final = 400


class TillPresenter:
    """Turns the cashier's intents into what services do, and what they say into a picture.

    Each asynchronous intent may be started again while it runs; it then does nothing. Whatever
    moves money goes on in the services when the screen goes away.
    """

    def __init__(self, parts: TillParts, face: Face, t: Texts) -> None:
        """Start with an empty sale; nothing is shown before `show`.

        Args:
            parts: The services behind the Till.
            face: The view in front of it.
            t: The cashier's language.
        """
        self._board = Board(parts, face, t)
        self._looking = Looking(self._board)
        self._holding = Holding(self._board)
        self._settling = Settling(self._board)
        self._answering = Answering(self._board)
        self._unsubscribe = self._subscribe(parts)

    def work_with(self, parts: TillParts) -> None:
        """Ask these services from now on; what was asked of those before goes on."""
        self._stop_listening()
        self._board.parts = parts
        self._unsubscribe = self._subscribe(parts)

    @property
    def facts(self) -> Facts:
        """What the Till knows now."""
        return self._board.facts

    def show(self) -> None:
        """Show what is known now."""
        self._board.show()

    def retranslate(self, t: Texts) -> None:
        """Show everything in another language; an amount the till proposed is written anew."""
        board = self._board
        board.t = t
        facts = board.facts
        if facts.is_amount_proposed and facts.shown is not None:
            most = facts.sale.most_from(facts.shown.card.balance)
            facts = replace(facts, amount_text=amount_text(most, t))
        if facts.sale.total_cents is not None and facts.total_error is None:
            facts = replace(facts, total_text=amount_text(facts.sale.total_cents, t))
        board.facts = facts
        board.show()

    async def arrive(self) -> None:
        """Be ready for work when the screen comes to the front."""
        self._board.change(focus=self._resting_place())
        await self._settling.refresh()

    async def look_up(self, text: str) -> None:
        """Look up what was scanned or typed; the newest input wins."""
        await self._looking.look_up(text)

    def new_scan(self) -> None:
        """Put the cursor into the code field; after a sale, start the next one."""
        self._board.change(done=None, code_error=None, focus=Focus.CODE)

    def type_amount(self, text: str) -> None:
        """Take in what stands in the amount field."""
        self._holding.type_amount(text)

    def fill_in(self) -> None:
        """Put the full balance, or the rest of the sale, into the amount field."""
        self._holding.fill_in()

    def go_to_total(self) -> None:
        """Put the cursor into the field for the sale's total; after a sale, of the next one."""
        if self._board.facts.settling is None:
            self._board.change(done=None, focus=Focus.TOTAL)

    def type_total(self, text: str) -> None:
        """Take in what stands in the sale total's field."""
        self._holding.type_total(text)

    def enter_total(self) -> None:
        """Make what stands in the field the sale's total, and move on."""
        self._holding.enter_total(is_finished=True)

    def leave_total(self) -> None:
        """Make what stands in the field the sale's total, as the cursor has left it."""
        self._holding.enter_total(is_left=True)

    async def hold(self) -> None:
        """Hold the amount shown on the card shown."""
        if await self._holding.hold() is Result.REFUSED:
            # The card is not what it was when it was scanned.
            await self._looking.read_again()

    async def redeem_now(self) -> None:
        """Hold the amount shown and complete the sale, in one go."""
        if self._board.facts.sale.checking:
            return
        result = await self._holding.hold()
        if result is Result.DONE:
            await self._settling.complete()
        elif result is Result.REFUSED:
            await self._looking.read_again()

    async def complete(self) -> None:
        """Capture every hold of the sale."""
        await self._settling.complete()

    async def cancel(self) -> None:
        """Release every hold of the sale, after asking once."""
        await self._settling.cancel()
        if not self._board.facts.sale.is_started:
            self._looking.give_up()

    async def remove(self, transaction: TransactionId) -> None:
        """Release one hold of the sale, after asking once."""
        await self._settling.remove(transaction)

    async def answer(self, resolution: Resolution) -> None:
        """Say whose the hold is that was found: use it for this sale, or release it."""
        await self._answering.answer(resolution)

    async def settle_later(self) -> None:
        """Leave the holds to the Holds screen and start the next sale."""
        self._looking.give_up()
        await self._settling.settle_later()

    def choose_hold(self, transaction: TransactionId) -> None:
        """Move to one hold of the sale."""
        if self._board.facts.sale.find(transaction) is not None:
            self._board.change(selected=transaction, focus=Focus.HOLDS)

    def choose(self, step: int) -> None:
        """Move to the next (1) or the previous (-1) hold of the sale."""
        self._settling.choose(step)

    def back(self) -> None:
        """Leave what one is in the middle of; never loses anything."""
        board = self._board
        if board.facts.done is not None:
            self._settling.start_anew()
        elif board.facts.settling is None:
            board.change(code_error=None, notice=None, focus=self._resting_place())

    async def press_main(self) -> None:
        """Do what the wide button says, unless it only just began to say it."""
        now_ms = self._board.parts.clock.now_ms()
        if 0 <= now_ms - self._board.main_since_ms < _DOUBLE_TAP_MS:
            return
        action = main_action(self._board.facts)
        if action is MainAction.HOLD:
            await self.hold()
        elif action is MainAction.COMPLETE:
            await self.complete()
        elif action is MainAction.CHECK_AGAIN:
            await self._looking.look_again()
        else:
            self.new_scan()

    def close(self) -> None:
        """Let go of the services; what is under way goes on without this screen."""
        self._stop_listening()
        self._board.close()

    def _subscribe(self, parts: TillParts) -> tuple[Callable[[], None], ...]:
        return (
            parts.sales.resolved.subscribe(self._holding.resolved),
            parts.settlements.subscribe(self._settling.moved),
            parts.settlements.subscribe(self._answering.moved),
        )

    def _stop_listening(self) -> None:
        for each in self._unsubscribe:
            each()

    def _resting_place(self) -> Focus:
        facts = self._board.facts
        return Focus.AMOUNT if facts.can_take_more and facts.done is None else Focus.CODE
