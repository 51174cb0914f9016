"""Holding money: the amount, the sale's total, the hold, and holds that are being checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from giftill.domain.attention import Resolution, resolutions_of
from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message
from giftill.domain.money import Money, parse_amount
from giftill.domain.transactions import Transaction, TransactionStatus, TransactionType
from giftill.gifty import StateRefused
from giftill.services.results import NotDoneAfterAll, Placed, Result

from .card_words import question_notice
from .facts import Notice, ShownCard
from .sale import Checking, NoAmountError, Sale
from .sale_words import amount_text
from .state import Focus

if TYPE_CHECKING:
    from giftill.domain.operations import Hold

    from .board import Board

_ATTENTION: Final = Notice(
    "danger",
    Message(N_("A manager must decide")),
    Message(N_("The till can’t tell by itself what this card was charged.")),
    Message(N_("Don’t charge it again; the facts are in Outbox.")),
    leads_to="outbox",
)


class Holding:
    """Reserves money on the card on screen."""

    def __init__(self, board: Board) -> None:
        """Hold for `board`."""
        self._board = board

    def type_amount(self, text: str) -> None:
        """Take in what stands in the amount field."""
        if text != self._board.facts.amount_text and not self._board.facts.is_busy:
            self._board.change(amount_text=text, is_amount_proposed=False, amount_error=None)

    def fill_in(self) -> None:
        """Put the most the card can give into the amount field."""
        facts = self._board.facts
        if facts.shown is None or not facts.can_take_more or facts.is_busy:
            return
        if not self.enter_total():
            return
        facts = self._board.facts
        most = facts.sale.most_from(facts.shown.card.balance) if facts.shown else 0
        self._board.change(
            amount_text=amount_text(most, self._board.t),
            is_amount_proposed=False,
            amount_error=None,
            focus=Focus.AMOUNT,
        )

    def type_total(self, text: str) -> None:
        """Take in what stands in the sale total's field."""
        if text != self._board.facts.total_text:
            # Another total may let an amount pass that was more than is due.
            self._board.change(total_text=text, total_error=None, amount_error=None)

    def enter_total(self, *, is_finished: bool = False, is_left: bool = False) -> bool:
        """Make what stands in the total's field the sale's total.

        Args:
            is_finished: Whether the cashier is done with the field, so that the cursor moves on.
            is_left: Whether the cursor is elsewhere already, and must not be pulled back.

        Returns:
            Whether it could be.
        """
        board, facts = self._board, self._board.facts
        if is_left and facts.total_error is not None:
            return False
        try:
            cents = self._read(facts.total_text) if facts.total_text.strip() else None
            sale = facts.sale.with_total(cents)
        except GiftillError as error:
            board.change(total_error=error, focus=None if is_left else Focus.TOTAL)
            board.say("", "refused")
            return False
        changes: dict[str, Any] = {"sale": sale, "total_error": None}
        if cents is not None:
            changes["total_text"] = amount_text(cents, board.t)
        if sale != facts.sale:
            changes |= self._new_proposal(sale)
        if is_finished:
            board.facts = replace(facts, sale=sale)
            changes["focus"] = self.next_focus()
        board.change(**changes)
        return True

    def next_focus(self) -> Focus:
        """Tell where work goes on."""
        facts = self._board.facts
        if facts.can_take_more:
            return Focus.AMOUNT
        return Focus.MAIN if facts.can_settle and facts.sale.is_covered else Focus.CODE

    async def hold(self) -> Result | None:
        """Hold the amount shown; tell how that ended, or None if the API was not asked."""
        board = self._board
        if board.facts.is_busy or board.facts.shown is None or not board.facts.can_take_more:
            return None
        if not self.enter_total():
            return None
        amount = self._checked_amount(board.facts.shown)
        if amount is None:
            return None
        shown, sale = board.facts.shown, board.facts.sale
        under_way = Checking(shown.card.id, shown.code.masked, amount)
        board.change(holding=amount, notice=None, sale=sale.with_checking(under_way))
        try:
            placed = await board.parts.sales.hold(
                shown.code, shown.card, amount, sale.id, sale.total_cents
            )
        except GiftillError as error:
            placed = Placed(Result.NOT_DONE, error=error)
        finally:
            # However it ended, no request is running any more.
            over = board.facts.sale.without_checking(None)
            board.facts = replace(board.facts, holding=None, sale=over)
        self._take_in(shown, amount, placed)
        return placed.result

    def resolved(self, placed: Placed) -> None:
        """Take in that a hold which was being checked is known now."""
        operation, facts = placed.operation, self._board.facts
        if operation is None:
            return
        self._forget_doubt(placed)
        facts = self._board.facts
        asked = facts.question.operation if facts.question else None
        if asked is not None and asked.id == operation.id and placed.hold is not None:
            self._board.facts = replace(facts, question=None)
            self._held(placed.hold)
            return
        of_sale = [each for each in facts.sale.checking if each.operation == operation.id]
        if not of_sale:
            # Its sale was left for later; the hold, if there is one, is in Holds.
            if placed.hold is not None:
                shown = facts.shown
                if shown is not None and shown.card.id == placed.hold.card:
                    shown = _after(shown, placed.hold)
                self._board.change(shown=shown, earlier_holds=facts.earlier_holds + 1)
            return
        over = replace(facts, sale=facts.sale.without_checking(operation.id))
        self._board.facts = over
        if placed.hold is not None:
            self._held(placed.hold)
            notice = Notice(
                "success",
                Message(N_("{amount} is held"), {"amount": placed.hold.amount}),
                Message(
                    N_("The answer for {card} came late; the card was charged only once."),
                    {"card": placed.hold.card_masked},
                ),
            )
            self._board.change(notice=notice)
        elif placed.result is Result.ATTENTION:
            self._ask(placed)
        else:
            self._not_held(of_sale[0].card_masked, placed)

    def _checked_amount(self, shown: ShownCard) -> Money | None:
        board = self._board
        try:
            if not board.facts.amount_text.strip():
                raise NoAmountError
            cents = self._read(board.facts.amount_text)
            board.facts.sale.check_amount(cents, shown.card.balance)
        except GiftillError as error:
            board.change(amount_error=error, focus=Focus.AMOUNT)
            board.say("", "refused")
            return None
        return Money(cents, shown.card.currency)

    def _read(self, text: str) -> int:
        return parse_amount(text, cents_first=self._board.parts.cents_first())

    def _new_proposal(self, sale: Sale) -> dict[str, object]:
        """Propose an amount anew after the total changed; what the cashier typed stays."""
        facts = self._board.facts
        is_typed = bool(facts.amount_text) and not facts.is_amount_proposed
        if facts.shown is None or not facts.shown.is_usable or is_typed:
            return {}
        most = sale.most_from(facts.shown.card.balance) if sale.due is not None else 0
        text = amount_text(most, self._board.t) if most else ""
        return {"amount_text": text, "is_amount_proposed": bool(text), "amount_error": None}

    def _take_in(self, shown: ShownCard, amount: Money, placed: Placed) -> None:
        board, sale = self._board, self._board.facts.sale
        if placed.hold is not None:
            self._held(placed.hold)
        elif placed.result is Result.CHECKING and placed.operation is not None:
            checking = Checking(shown.card.id, shown.code.masked, amount, placed.operation.id)
            board.change(sale=sale.with_checking(checking), amount_text="", focus=Focus.CODE)
            board.say(board.t("Checking, do not charge again"), "attention")
        elif placed.result is Result.ATTENTION:
            board.facts = replace(board.facts, amount_text="")
            self._ask(placed)
        else:
            self._not_held(shown.code.masked, placed)

    def _ask(self, placed: Placed) -> None:
        """Let the cashier decide about a hold that was found, or send for a manager."""
        board, operation = self._board, placed.operation
        can_decide = operation is not None and Resolution.USE_HOLD in resolutions_of(operation)
        told = {"question": placed} if can_decide else {"notice": _ATTENTION}
        board.change(**told, focus=Focus.CODE)
        title = question_notice(placed).title if can_decide else _ATTENTION.title
        board.say(board.t.message(title), "attention")

    def _forget_doubt(self, placed: Placed) -> None:
        """Let the card on screen be charged again once the check of its earlier redeem is over."""
        shown, operation = self._board.facts.shown, placed.operation
        if shown is None or shown.doubt is None or operation is None:
            return
        if shown.doubt.id == operation.id:
            doubt = operation if placed.result is Result.ATTENTION else None
            self._board.change(shown=replace(shown, doubt=doubt))

    def _held(self, hold: Hold) -> None:
        board = self._board
        sale = board.facts.sale.with_hold(hold)
        shown = board.facts.shown
        changes: dict[str, object] = {"sale": sale}
        if shown is not None and shown.card.id == hold.card:
            changes |= {"shown": _after(shown, hold), "amount_text": "", "amount_error": None}
        goes_on = sale.due is not None and not sale.is_covered
        focus = Focus.CODE if goes_on else Focus.MAIN
        is_elsewhere = board.facts.looking_up is not None or (
            shown is not None and shown.card.id != hold.card
        )
        # With the next card on screen already, the cursor stays where the cashier works.
        board.change(**changes, focus=None if is_elsewhere else focus)
        board.say(board.t("{amount} is held", amount=hold.amount), "accepted")

    def _not_held(self, masked: str, placed: Placed) -> None:
        error = placed.error
        title = Message(N_("Card {card} was not charged"), {"card": masked[-4:]})
        if error is not None and not isinstance(error, StateRefused | NotDoneAfterAll):
            title = error.title
        message, hint = (error.message, error.hint) if error else (Message(""), Message(""))
        self._board.change(notice=Notice("danger", title, message, hint), focus=Focus.AMOUNT)
        self._board.say(" ".join(map(self._board.t.message, (title, message))), "refused")


def _after(shown: ShownCard, hold: Hold) -> ShownCard:
    """Return the card as it is after a hold, without asking the API again."""
    card = shown.card
    if any(each.id == hold.transaction for each in card.transactions):
        # It was read after the hold was made: the balance has it taken off already.
        return shown
    left = hold.card_balance_cents
    if left is None:
        left = max(0, card.balance_cents - hold.amount.cents)
    line = Transaction(
        id=hold.transaction,
        amount_cents=-hold.amount.cents,
        currency=hold.amount.currency,
        status=TransactionStatus.PENDING,
        type=TransactionType.REDEEM,
        is_capturable=True,
    )
    after = replace(
        card,
        balance_cents=left,
        is_redeemable=card.is_redeemable and left > 0,
        transactions=(line, *card.transactions),
    )
    return replace(shown, card=after)
