"""Answering the question whose a hold is that was found after an answer was lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from giftill.domain.attention import Resolution
from giftill.domain.errors import GiftillError
from giftill.domain.operations import Operation, OperationState
from giftill.services.attention import Ruling
from giftill.services.results import Settled, result_of

from .facts import Notice
from .settling import removal_notice

if TYPE_CHECKING:
    from giftill.services.attention import Resolved

    from .board import Board

# The journal's words; it is in English.
_REASONS: Final = {
    Resolution.USE_HOLD: "Used for the sale on screen.",
    Resolution.RELEASE_HOLD: "Released at the Till.",
}


class Answering:
    """Uses or releases the hold that the question is about."""

    def __init__(self, board: Board) -> None:
        """Answer for `board`."""
        self._board = board

    async def answer(self, resolution: Resolution) -> None:
        """Use the hold for the sale on screen, or give it back to its card."""
        board = self._board
        asked = board.facts.question.operation if board.facts.question else None
        if asked is None or board.facts.is_busy:
            return
        ruling = Ruling(resolution, _REASONS[resolution], board.parts.sales.cashier)
        board.change(is_deciding=True, notice=None)
        try:
            resolved = await board.parts.doubts.resolve(asked.id, ruling)
        except GiftillError as error:
            board.change(is_deciding=False, notice=Notice.of(error))
            board.say_error(error)
            return
        finally:
            board.facts = replace(board.facts, is_deciding=False)
        self._answered(resolved)

    def moved(self, operation: Operation) -> None:
        """Ask no longer what was decided elsewhere."""
        board = self._board
        asked = board.facts.question.operation if board.facts.question else None
        is_over = operation.state not in {OperationState.ATTENTION, OperationState.CONFIRMED}
        if asked is not None and asked.id == operation.id and is_over:
            board.change(question=None)

    def _answered(self, resolved: Resolved) -> None:
        """Tell what became of it; a hold that is used has come by the way of a late answer."""
        board, hold, release = self._board, resolved.hold, resolved.settlement
        if hold is None or release is None:
            board.change(question=None)
            return
        shown = board.facts.shown
        if shown is not None and shown.card.id == hold.card:
            # A card that was read before the hold was made has it on its balance still.
            is_off = any(each.id == hold.transaction for each in shown.card.transactions)
            if is_off and release.state is OperationState.CONFIRMED:
                cents = shown.card.balance_cents + hold.amount.cents
                card = replace(shown.card, balance_cents=cents, is_redeemable=True)
                shown = replace(shown, card=card)
            shown = replace(shown, doubt=None)
        notice = removal_notice(Settled(result_of(release), hold, release))
        board.change(question=None, shown=shown, notice=notice)
        board.say(board.t.message(notice.title), "accepted")
