"""Computes everything the Till shows from what it knows: one pure function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.domain.errors import GiftillError
from giftill.domain.money import Money, parse_amount
from giftill.domain.operations import OperationKind

from . import keys
from .card_words import card_panel, notice
from .problems import CantCheckError
from .sale import SALE_CURRENCY
from .sale_words import done_panel, field, sale_panel
from .state import Action, CardPanelState, FieldState, MainAction, NoticeState, TillState

if TYPE_CHECKING:
    from datetime import datetime

    from giftill.texts import Texts

    from .facts import Facts


def put_into_words(facts: Facts, t: Texts, now: datetime, *, cents_first: bool) -> TillState:
    """Compute what the Till shows.

    Args:
        facts: What it knows.
        t: The reader's language.
        now: The server's time, as this till knows it.
        cents_first: The setting: whether `1250` means 12.50.
    """
    done = done_panel(facts, t)
    card = None if facts.looking_up or done else card_panel(facts, t, now)
    action = main_action(facts)
    amount = _amount_cents(facts, cents_first=cents_first)
    return TillState(
        code=field(_code_text(facts), facts.code_error, t),
        busy=t("Looking up {card}", card=facts.looking_up.masked) if facts.looking_up else "",
        welcome=_welcome(facts, card, t),
        card=card,
        trouble=_trouble(facts, t),
        notice=None if done else notice(facts, t, now),
        amount=_amount_field(facts, card, t),
        full=_full(facts, card, t),
        redeem=_redeem(facts, card, amount, t),
        sale=sale_panel(facts, t),
        main=_main(facts, action, amount, t),
        main_action=action,
        complete=_complete(facts, action, t),
        cancel=_cancel(facts, t),
        later=_later(facts, t),
        done=done,
        focus=facts.focus,
        focus_count=facts.focus_count,
        input_count=facts.input_count,
    )


def main_action(facts: Facts) -> MainAction:
    """Decide what the wide button is for: the next step of the main flow."""
    if facts.done is not None:
        return MainAction.NEXT_SALE
    if facts.settling is not None:
        return MainAction.COMPLETE
    if facts.holding is not None:
        return MainAction.HOLD
    if facts.failed is not None and facts.looking_up is None:
        return MainAction.CHECK_AGAIN
    if facts.can_take_more and (facts.amount_text or not facts.sale.holds):
        return MainAction.HOLD
    return MainAction.COMPLETE if facts.sale.holds else MainAction.HOLD


def _code_text(facts: Facts) -> str:
    code = facts.looking_up or facts.failed or (facts.shown.code if facts.shown else None)
    return code.masked if code is not None and facts.done is None else ""


def _welcome(facts: Facts, card: CardPanelState | None, t: Texts) -> tuple[str, str] | None:
    if card or facts.looking_up or facts.done:
        return None
    if facts.sale.holds or facts.sale.checking:
        return (
            t("Scan another card"),
            t("Or complete the sale with what is held."),
        )
    return (t("Scan a gift card"), t("Or type the 16 characters on it and press Enter."))


def _trouble(facts: Facts, t: Texts) -> NoticeState | None:
    error = facts.look_up_error
    if error is None or facts.looking_up or facts.done:
        return None
    return NoticeState(
        tone="danger",
        icon=error.icon if isinstance(error, CantCheckError) else "warning",
        title=t.message(error.title),
        text=t.explain(error),
    )


def _amount_field(facts: Facts, card: CardPanelState | None, t: Texts) -> FieldState | None:
    if card is None or not facts.can_take_more:
        return None
    return field(
        facts.amount_text,
        facts.amount_error,
        t,
        is_enabled=not facts.is_busy,
    )


def _full(facts: Facts, card: CardPanelState | None, t: Texts) -> Action | None:
    if card is None or facts.shown is None or not facts.can_take_more:
        return None
    balance = facts.shown.card.balance
    most = Money(facts.sale.most_from(balance), balance.currency)
    text = t("Full balance") if most.cents == balance.cents else t("Rest of the sale")
    return Action(text, keys.FULL, is_enabled=not facts.is_busy)


def _redeem(
    facts: Facts, card: CardPanelState | None, amount: Money | None, t: Texts
) -> Action | None:
    if card is None or not facts.can_take_more:
        return None
    can_start = amount is not None and not facts.is_busy and not facts.sale.checking
    can_start = can_start and not _is_refused(facts, amount)
    return Action(t("Redeem now"), keys.REDEEM, is_enabled=can_start)


def _amount_cents(facts: Facts, *, cents_first: bool) -> Money | None:
    try:
        return Money(parse_amount(facts.amount_text, cents_first=cents_first), SALE_CURRENCY)
    except GiftillError:
        return None


def _is_refused(facts: Facts, amount: Money | None) -> bool:
    """Whether the till has just said why it can't hold this amount, and still can't."""
    if facts.amount_error is None or facts.shown is None or amount is None:
        return False
    try:
        facts.sale.check_amount(amount.cents, facts.shown.card.balance)
    except GiftillError:
        return True
    return False


def _main(facts: Facts, action: MainAction, amount: Money | None, t: Texts) -> Action:
    if facts.settling is OperationKind.RELEASE:
        return Action(t("Cancelling…"), keys.CANCEL, is_enabled=False, is_busy=True)
    if facts.settling is not None:
        text = t("Completing {amount}…", amount=facts.sale.held)
        return Action(text, keys.COMPLETE, is_enabled=False, is_busy=True)
    if facts.holding is not None:
        text = t("Holding {amount}…", amount=facts.holding)
        return Action(text, keys.HOLD, is_enabled=False, is_busy=True)
    if action is MainAction.NEXT_SALE:
        return Action(t("Next sale"), keys.SCAN)
    if action is MainAction.CHECK_AGAIN:
        return Action(t("Check again"), keys.ENTER)
    if action is MainAction.COMPLETE:
        text = t("Complete sale {amount}", amount=facts.sale.held)
        return Action(text, keys.COMPLETE, is_enabled=facts.can_settle)
    if amount is None or not facts.can_take_more:
        return Action(t("Hold"), keys.HOLD, is_enabled=False)
    is_enabled = not _is_refused(facts, amount)
    return Action(t("Hold {amount}", amount=amount), keys.HOLD, is_enabled=is_enabled)


def _complete(facts: Facts, action: MainAction, t: Texts) -> Action | None:
    if not facts.sale.holds or action is MainAction.COMPLETE:
        return None
    is_enabled = facts.can_settle and facts.holding is None
    text = t("Complete {amount}", amount=facts.sale.held)
    return Action(text, keys.COMPLETE, is_enabled=is_enabled)


def _cancel(facts: Facts, t: Texts) -> Action | None:
    if facts.done is not None or not facts.is_started:
        return None
    is_enabled = not facts.is_busy and not facts.sale.checking
    # With nothing held there is no sale to cancel: it only empties the screen.
    is_held = bool(facts.sale.holds or facts.sale.checking)
    return Action(t("Cancel sale") if is_held else t("Clear"), keys.CANCEL, is_enabled=is_enabled)


def _later(facts: Facts, t: Texts) -> Action | None:
    if facts.done is not None or not (facts.sale.holds or facts.sale.checking):
        return None
    is_enabled = not facts.is_busy
    return Action(t("Later"), keys.LATER, is_enabled=is_enabled)
