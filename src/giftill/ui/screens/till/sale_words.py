"""Puts the sale into words: its total, its holds, and how it ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from giftill.domain.message import N_
from giftill.domain.money import Money
from giftill.domain.operations import Hold, OperationKind
from giftill.services.connectivity import Link
from giftill.services.results import Result, Settled
from giftill.ui.screens.common import CHECKING_ICON, Pill

from .facts import Done, Ending, Facts
from .sale import SALE_CURRENCY, Checking, Sale
from .state import DoneLine, DoneState, FieldState, HoldLine, SaleState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from giftill.domain.errors import GiftillError
    from giftill.texts import Texts
    from giftill.ui.screens.common import ToneName

_DONE_TITLES: Final = {
    Ending.CONFIRMED: N_("Paid"),
    Ending.QUEUED: N_("Queued"),
    Ending.ATTENTION: N_("Needs attention"),
    Ending.CANCELLED: N_("Sale cancelled"),
}

_DONE_TEXTS: Final = {
    Ending.CONFIRMED: N_("The sale is complete and confirmed."),
    Ending.QUEUED: N_(
        "Recorded safely, sent by itself when the network returns. The customer may go."
    ),
    Ending.ATTENTION: N_(
        "The till can’t settle this alone. Ask a manager to look at it in Outbox before the "
        "customer goes."
    ),
    Ending.CANCELLED: N_("The money is back on the card."),
}

# What a queue waits for when it is not the network.
_WAITS_FOR: Final = {
    Link.TOKEN_REFUSED: N_(
        "Recorded safely, sent by itself once the shop’s token works again. The customer may go."
    ),
    Link.LIMITED: N_("Recorded safely, sent by itself in a few minutes. The customer may go."),
}

_DONE_LOOKS: Final[Mapping[Ending, tuple[str, ToneName]]] = {
    Ending.CONFIRMED: ("check", "success"),
    Ending.QUEUED: ("queue", "info"),
    Ending.ATTENTION: ("danger", "danger"),
    Ending.CANCELLED: ("undo", "neutral"),
}


def field(
    text: str, error: GiftillError | None, t: Texts, *, is_enabled: bool = True
) -> FieldState:
    """Describe a field, with what is wrong with it and what to do about that."""
    if error is None:
        return FieldState(text, is_enabled=is_enabled)
    return FieldState(text, t.message(error.message), t.message(error.hint), is_enabled=is_enabled)


def ending(done: Done) -> Ending:
    """Tell how a sale ended; the hold that is worst off decides."""
    results = {each.result for each in done.settled}
    if Result.ATTENTION in results:
        return Ending.ATTENTION
    if results - {Result.DONE}:
        return Ending.QUEUED
    return Ending.CONFIRMED if done.kind is OperationKind.CAPTURE else Ending.CANCELLED


def sale_panel(facts: Facts, t: Texts) -> SaleState:
    """Describe the right third."""
    sale = _paid(facts.done) if facts.done else facts.sale
    is_cancelled = facts.done is not None and facts.done.kind is OperationKind.RELEASE
    # Nobody owes anything for a sale that is off, whatever its total was.
    due = None if is_cancelled else sale.due
    caption = t("This sale") if facts.done else t("Held for this sale")
    if due is not None:
        caption = t("Still due")
    if is_cancelled:
        caption = t("Taken from cards")
    return SaleState(
        total=field(
            _total_text(facts, t),
            facts.total_error,
            t,
            is_enabled=not facts.is_busy and facts.done is None,
        ),
        holds=_hold_lines(facts, t),
        due=t.money(sale.held if due is None else due),
        due_caption=caption,
        is_covered=due is not None and due.cents == 0,
        empty="" if facts.done else t("The cards that pay this sale appear here."),
        earlier=_earlier(facts, t),
    )


def done_panel(facts: Facts, t: Texts) -> DoneState | None:
    """Describe how the sale ended, if it just did."""
    done = facts.done
    if done is None:
        return None
    how = ending(done)
    icon, tone = _DONE_LOOKS[how]
    title, rest = t(_DONE_TITLES[how]), _rest(done, t)
    if how is Ending.QUEUED and done.kind is OperationKind.RELEASE:
        # Not to be taken for a sale that was paid.
        icon, title = "undo", t("Sale cancelled, queued")
    elif how is Ending.CONFIRMED and rest:
        title = t("Partly paid")
    return DoneState(
        tone=tone,
        icon=icon,
        title=title,
        amount=t.money(done.total),
        text=_done_text(done, how, t),
        rest=rest,
        next=t("Scan the next card to start the next sale."),
        lines=tuple(_done_line(done, each, t) for each in done.settled),
        leads_to="outbox" if how is Ending.ATTENTION else "",
        action=t("Show in Outbox") if how is Ending.ATTENTION else "",
    )


def _total_text(facts: Facts, t: Texts) -> str:
    if facts.done is None:
        return facts.total_text
    total = facts.done.sale.total_cents
    return amount_text(total, t) if total is not None else ""


def amount_text(cents: int, t: Texts) -> str:
    """Write an amount the way it is typed in the reader's language: `12,50` or `12.50`."""
    mark = "," if t.language == "nl" else "."
    return f"{cents // 100}{mark}{cents % 100:02d}"


def _earlier(facts: Facts, t: Texts) -> str:
    if not facts.earlier_holds:
        return ""
    return t.plural("Show {n} open hold", "Show {n} open holds", facts.earlier_holds)


def _paid(done: Done) -> Sale:
    """Return the ended sale with what paid it: nothing, if it was cancelled."""
    return done.sale if done.kind is OperationKind.CAPTURE else replace(done.sale, holds=())


def _hold_lines(facts: Facts, t: Texts) -> tuple[HoldLine, ...]:
    if facts.done is not None:
        # The left two thirds tell about them now.
        return ()
    return (
        *(_hold_line(facts, each, t) for each in facts.sale.holds),
        *(_checking_line(each, t) for each in facts.sale.checking),
    )


def _hold_line(facts: Facts, hold: Hold, t: Texts) -> HoldLine:
    return HoldLine(
        key=hold.transaction,
        card=short(hold.card_masked),
        amount=t.money(hold.amount),
        pill=Pill("holds", t("Held"), "hold"),
        remove="" if facts.settling else t("Release {amount}", amount=hold.amount),
        is_selected=hold.transaction == facts.selected,
    )


def _checking_line(checking: Checking, t: Texts) -> HoldLine:
    word = t("Holding…") if checking.operation is None else t("Checking")
    return HoldLine(
        key=checking.operation or "",
        card=short(checking.card_masked),
        amount=t.money(checking.amount),
        pill=Pill(CHECKING_ICON, word, "hold"),
    )


def short(masked: str) -> str:
    """Shorten a masked code to what tells cards apart: `•••• 7K9Q`."""
    return masked[-9:]


def _done_text(done: Done, how: Ending, t: Texts) -> str:
    if how is Ending.QUEUED and done.link in _WAITS_FOR:
        return t(_WAITS_FOR[done.link])
    if how is Ending.QUEUED and done.kind is OperationKind.RELEASE:
        return t(
            "Cancelled and recorded safely: the money goes back to the card by itself when the "
            "network returns. The customer may go."
        )
    if how is Ending.CONFIRMED and _rest(done, t):
        return t("What came from the cards is confirmed.")
    if how is Ending.CANCELLED and len(done.settled) > 1:
        return t("The money is back on the cards.")
    return t(_DONE_TEXTS[how])


def _rest(done: Done, t: Texts) -> str:
    total = done.sale.total_cents
    if done.kind is not OperationKind.CAPTURE or total is None:
        return ""
    rest = Money(total - done.total.cents, SALE_CURRENCY)
    return t("{amount} still to pay another way", amount=rest) if rest.cents > 0 else ""


def _done_line(done: Done, settled: Settled, t: Texts) -> DoneLine:
    hold = settled.hold
    return DoneLine(
        card=short(hold.card_masked),
        amount=t.money(hold.amount),
        remaining=_remaining(done, hold, t),
        pill=_result_pill(done, settled.result, t),
    )


def _remaining(done: Done, hold: Hold, t: Texts) -> str:
    if hold.card_balance_cents is None:
        return ""
    here = [each for each in done.settled if each.hold.card == hold.card]
    if any(each.result is Result.ATTENTION for each in here):
        # Something else was done with the hold than this till asked: only the API knows the rest.
        return ""
    newest = max(
        (each.hold for each in here),
        key=lambda each: each.created_at_ms,
    )
    left = newest.card_balance_cents
    if left is None:
        return ""
    if done.kind is OperationKind.RELEASE:
        # What is queued or being checked is not back on the card yet.
        left += sum(each.hold.amount.cents for each in here if each.result is Result.DONE)
    return t("{amount} left on it", amount=Money(left, hold.amount.currency))


def _result_pill(done: Done, result: Result, t: Texts) -> Pill:
    if result is Result.DONE:
        word = t("Confirmed") if done.kind is OperationKind.CAPTURE else t("Given back")
        return Pill("check", word, "success")
    if result is Result.CHECKING:
        return Pill(CHECKING_ICON, t("Checking"), "hold")
    if result is Result.QUEUED:
        return Pill("queue", t("Queued"), "info")
    return Pill("danger", t("Needs attention"), "danger")
