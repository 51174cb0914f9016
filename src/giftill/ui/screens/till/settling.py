"""Settling: completing a sale, cancelling it, releasing one hold, or leaving it for later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message
from giftill.domain.operations import Hold, Operation, OperationKind
from giftill.services.results import Result, result_of
from giftill.ui.screens.common import Question

from .facts import Done, Ending, Notice
from .sale import Sale
from .sale_words import done_panel, ending
from .state import Focus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giftill.domain.money import Money
    from giftill.domain.transactions import TransactionId
    from giftill.services.results import Settled

    from .board import Board

_SOUNDS = {
    Ending.CONFIRMED: "accepted",
    Ending.CANCELLED: "accepted",
    Ending.QUEUED: "accepted",
    Ending.ATTENTION: "attention",
}


class Settling:
    """Ends sales."""

    def __init__(self, board: Board) -> None:
        """Settle for `board`."""
        self._board = board

    async def complete(self) -> None:
        """Capture every hold of the sale."""
        if self._may_settle():
            await self._settle(OperationKind.CAPTURE)

    async def cancel(self) -> None:
        """Release every hold of the sale, after asking once; without holds just start anew."""
        board = self._board
        if board.facts.done is not None or self._is_settling():
            return
        if not (board.facts.sale.holds or board.facts.sale.checking):
            self.start_anew()
            return
        if not self._may_settle():
            return
        if await board.face.ask(self._cancel_question()) and self._may_settle():
            await self._settle(OperationKind.RELEASE)

    async def remove(self, transaction: TransactionId) -> None:
        """Release one hold of the sale, after asking once."""
        board = self._board
        hold = board.facts.sale.find(transaction)
        if hold is None or self._is_settling():
            return
        if not await board.face.ask(self._remove_question(hold)):
            return
        # Another key may have settled the sale while the dialog was open.
        if self._is_settling() or board.facts.sale.find(transaction) is None:
            return
        settled = await self._carry_out(OperationKind.RELEASE, (hold,))
        if settled:
            self._removed(settled[0])

    async def settle_later(self) -> None:
        """Leave the holds to the Holds screen and start the next sale."""
        facts = self._board.facts
        if not facts.is_busy:
            self.start_anew()
            await self.refresh()

    def start_anew(self) -> None:
        """Show an empty sale."""
        board = self._board
        board.change(**_blank(), sale=Sale(board.parts.sales.new_sale()), focus=Focus.CODE)

    def choose(self, step: int) -> None:
        """Move to the hold `step` places further in the sale, round and round."""
        holds = self._board.facts.sale.holds
        if not holds or self._board.facts.done is not None:
            return
        ids = [each.transaction for each in holds]
        chosen = self._board.facts.selected
        start = ids.index(chosen) if chosen in ids else (-1 if step > 0 else 0)
        self._board.change(selected=ids[(start + step) % len(ids)], focus=Focus.HOLDS)

    async def refresh(self) -> None:
        """Take in what other screens did to holds meanwhile, and count the earlier ones."""
        board = self._board
        found = await board.parts.sales.open_holds()
        waiting = [each for each in found if each.settlement is None]
        facts = board.facts
        if not facts.is_busy:
            still_open = {each.transaction for each in waiting}
            gone = frozenset(each.transaction for each in facts.sale.holds) - still_open
            facts = replace(facts, sale=facts.sale.without(gone))
        earlier = sum(each.sale != facts.sale.id for each in waiting)
        if earlier != facts.earlier_holds or facts.sale != board.facts.sale:
            board.change(sale=facts.sale, earlier_holds=earlier)

    def moved(self, operation: Operation) -> None:
        """Show how far a settlement of the sale that just ended is now."""
        done = self._board.facts.done
        if done is None:
            return
        settled = tuple(
            replace(each, operation=operation, result=result_of(operation))
            if each.operation.id == operation.id
            else each
            for each in done.settled
        )
        if settled == done.settled:
            return
        after = replace(done, settled=settled)
        self._board.change(done=after)
        if ending(after) is not ending(done):
            self._say_ending(after)

    def _is_settling(self) -> bool:
        return self._board.facts.settling is not None

    def _may_settle(self) -> bool:
        board, facts = self._board, self._board.facts
        if facts.is_busy or facts.done is not None:
            return False
        if facts.can_settle:
            return True
        if facts.sale.checking:
            told = Notice(
                "hold",
                Message(N_("A card of this sale is still being checked")),
                Message(N_("The sale can be settled when the check is over.")),
                Message(N_("To help the next customer now, choose “Later”.")),
            )
        else:
            told = Notice(
                "neutral",
                Message(N_("Nothing is held yet")),
                Message(N_("Scan a card and hold an amount first; then complete the sale.")),
            )
        board.change(notice=told)
        board.say(f"{board.t.message(told.title)}. {board.t.message(told.message)}", "refused")
        return False

    async def _settle(self, kind: OperationKind) -> None:
        board = self._board
        sale = board.facts.sale
        settled = await self._carry_out(kind, sale.holds)
        if not settled:
            return
        done = Done(kind, settled, sale, board.parts.connectivity.link.value)
        blank = _blank() | {"done": done, "sale": Sale(board.parts.sales.new_sale())}
        board.change(**blank, focus=Focus.CODE)
        self._say_ending(done)
        await self.refresh()

    async def _carry_out(
        self, kind: OperationKind, holds: Sequence[Hold]
    ) -> tuple[Settled, ...] | None:
        board = self._board
        board.change(settling=kind, notice=None, code_error=None)
        ask = board.parts.sales.complete
        if kind is OperationKind.RELEASE:
            ask = board.parts.sales.cancel
        error: GiftillError | None = None
        settled: tuple[Settled, ...] | None = None
        try:
            settled = await ask(holds)
        except GiftillError as refusal:
            error = refusal
        finally:
            board.facts = replace(board.facts, settling=None)
        if error is not None:
            board.change(notice=Notice.of(error))
            board.say_error(error)
            await self.refresh()
        return settled

    def _removed(self, settled: Settled) -> None:
        board, hold = self._board, settled.hold
        sale = board.facts.sale.without(frozenset({hold.transaction}))
        shown = board.facts.shown
        if shown is not None and shown.card.id == hold.card and settled.result is Result.DONE:
            cents = shown.card.balance_cents + hold.amount.cents
            card = replace(shown.card, balance_cents=cents, is_redeemable=True)
            shown = replace(shown, card=card)
        notice = removal_notice(settled)
        board.change(sale=sale, shown=shown, notice=notice, selected=None, focus=Focus.CODE)
        sound = "attention" if settled.result is Result.ATTENTION else "accepted"
        board.say(board.t.message(notice.title), sound)

    def _say_ending(self, done: Done) -> None:
        panel = done_panel(replace(self._board.facts, done=done), self._board.t)
        if panel is not None:
            words = f"{panel.title}. {panel.amount}. {panel.text} {panel.rest}"
            self._board.say(words.strip(), _SOUNDS[ending(done)])

    def _cancel_question(self) -> Question:
        t, sale = self._board.t, self._board.facts.sale
        return Question(
            title=t("Cancel this sale?"),
            text=t.plural(
                "{amount} goes back to the card.",
                "{amount} goes back to the cards: {n} holds are released.",
                len(sale.holds),
                amount=sale.held,
            ),
            yes=t("Cancel the sale"),
            no=t("Keep it"),
            is_danger=True,
        )

    def _remove_question(self, hold: Hold) -> Question:
        t = self._board.t
        return Question(
            title=t("Release this hold?"),
            text=t("{amount} goes back to {card}.", amount=hold.amount, card=hold.card_masked),
            yes=t("Release {amount}", amount=hold.amount),
            no=t("Keep it"),
            is_danger=True,
        )


def _blank() -> dict[str, object]:
    """Return the fields of `Facts` as they are when nobody is at the till."""
    return {
        "looking_up": None,
        "code_error": None,
        "look_up_error": None,
        "failed": None,
        "shown": None,
        "amount_text": "",
        "is_amount_proposed": False,
        "amount_error": None,
        "total_text": "",
        "total_error": None,
        "notice": None,
        "question": None,
        "done": None,
        "selected": None,
    }


def removal_notice(settled: Settled) -> Notice:
    """Tell what became of a hold that was to be given back."""
    values: dict[str, Money | str] = {
        "amount": settled.hold.amount,
        "card": settled.hold.card_masked[-4:],
    }
    if settled.result is Result.DONE:
        return Notice(
            "success",
            Message(N_("{amount} given back to card {card}"), values),
            Message(N_("The hold is released.")),
        )
    if settled.result is Result.ATTENTION:
        return Notice(
            "danger",
            Message(N_("{amount} could not be given back to card {card}"), values),
            Message(N_("A manager must decide what happens.")),
            leads_to="outbox",
        )
    return Notice(
        "info",
        Message(N_("Giving {amount} back to card {card} is queued"), values),
        Message(N_("It is recorded safely and happens by itself when the network returns.")),
    )
