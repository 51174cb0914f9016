"""Looking cards up: the newest scan wins, and what it shows never gets in the way of money."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from giftill.domain.codes import CodeError, CodeProblem, read_code
from giftill.domain.errors import GiftillError
from giftill.gifty import NotFound

from .facts import ShownCard
from .problems import CantCheckError, SettlingError, UnknownCardError
from .sale_words import amount_text
from .state import Focus

if TYPE_CHECKING:
    from giftill.domain.cards import Card, CardId
    from giftill.domain.codes import CardCode

    from .board import Board


class Looking:
    """Turns what was scanned or typed into the card on screen."""

    def __init__(self, board: Board) -> None:
        """Look up for `board`."""
        self._board = board
        self._running: asyncio.Task[object] | None = None

    async def look_up(self, text: str) -> None:
        """Look up what was scanned or typed; an older look-up that still runs is given up."""
        board = self._board
        if board.facts.settling is not None:
            self._refuse(SettlingError())
            return
        try:
            code = read_code(text)
        except CodeError as error:
            if error.problem is not CodeProblem.EMPTY or not await self._go_on():
                self._refuse(error)
            return
        if code != board.facts.looking_up:
            await self._read(code)

    async def _go_on(self) -> bool:
        """Take Enter in the empty code field as “go on”; tell whether there was a way on."""
        board = self._board
        if board.facts.done is not None:
            board.change(done=None, focus=Focus.CODE)
        elif board.facts.failed is not None:
            await self.look_again()
        elif board.facts.can_take_more:
            board.change(focus=Focus.AMOUNT)
        elif board.facts.can_settle:
            board.change(focus=Focus.MAIN)
        else:
            return board.facts.looking_up is not None
        return True

    async def look_again(self) -> None:
        """Try the look-up that failed once more."""
        if self._board.facts.failed is not None:
            await self._read(self._board.facts.failed)

    async def read_again(self) -> None:
        """Bring the card on screen up to date; if that can't be done, it stays as it is."""
        shown = self._board.facts.shown
        if shown is None:
            return
        try:
            card = await self._board.parts.sales.look_up(shown.code)
            doubt = await self._board.parts.doubts.about(card.id)
        except GiftillError:
            return
        self._renew(card.id, card=card, doubt=doubt)

    def give_up(self) -> None:
        """Give up the look-up that is running, if any."""
        if self._running is not None and self._running is not asyncio.current_task():
            self._running.cancel()
        self._running = None

    async def _read(self, code: CardCode) -> None:
        self.give_up()
        mine = self._running = asyncio.current_task()
        board = self._board
        board.change(
            looking_up=code,
            code_error=None,
            look_up_error=None,
            failed=None,
            shown=None,
            amount_text="",
            amount_error=None,
            notice=None,
            done=None,
            input_count=board.facts.input_count + 1,
        )
        try:
            card = await board.parts.sales.look_up(code)
            doubt = await board.parts.doubts.about(card.id)
        except NotFound:
            if self._running is mine:
                self._fail(UnknownCardError(code), None)
            return
        except GiftillError as error:
            if self._running is mine:
                self._fail(CantCheckError(error), code)
            return
        finally:
            # A look-up that was cancelled with nothing after it must not look busy for ever.
            if self._running is mine and board.facts.looking_up is not None:
                board.facts = replace(board.facts, looking_up=None)
        if self._running is mine:
            self._show(ShownCard(code, card, doubt=doubt))
            await self._adorn(card)

    def _show(self, shown: ShownCard) -> None:
        board = self._board
        board.facts = replace(board.facts, shown=shown)
        can_take = board.facts.can_take_more
        proposal = ""
        if can_take and board.facts.sale.due is not None:
            proposal = amount_text(board.facts.sale.most_from(shown.card.balance), board.t)
        board.change(
            looking_up=None,
            amount_text=proposal,
            is_amount_proposed=bool(proposal),
            focus=Focus.AMOUNT if can_take else Focus.CODE,
        )
        balance = board.t("Balance {balance}", balance=shown.card.balance)
        board.say(balance, "accepted" if shown.is_usable else "refused")

    def _fail(self, error: GiftillError, failed: CardCode | None) -> None:
        self._board.change(looking_up=None, look_up_error=error, failed=failed, focus=Focus.CODE)
        self._board.say_error(error)

    def _refuse(self, error: GiftillError) -> None:
        self._board.change(code_error=error, focus=Focus.CODE)
        self._board.say("", "refused")

    async def _adorn(self, card: Card) -> None:
        """Fetch the package's title and the picture; a card does without what can't be had."""
        await asyncio.gather(self._add_package(card), self._add_picture(card))

    async def _add_package(self, card: Card) -> None:
        if card.package_id is None:
            return
        try:
            package = await self._board.parts.adornments.package(card.package_id)
        except GiftillError:
            return
        self._renew(card.id, package=package)

    async def _add_picture(self, card: Card) -> None:
        if not card.images:
            return
        small = next((each for each in card.images if "SMALL" in each.type), card.images[0])
        try:
            picture = await self._board.parts.adornments.picture(small)
        except GiftillError:
            return
        self._renew(card.id, picture=picture)

    def _renew(self, shown_card: CardId, **changes: Any) -> None:  # noqa: ANN401 - fields of ShownCard
        """Change what is shown of a card, unless another one is on screen by now."""
        shown = self._board.facts.shown
        if shown is not None and shown.card.id == shown_card:
            self._board.change(shown=replace(shown, **changes))
