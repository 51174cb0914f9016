"""Puts the card on screen into words: its state, its dates and its newest transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from giftill.domain.attention import case_of
from giftill.domain.cards import Card, CardState
from giftill.domain.message import N_, Message
from giftill.domain.money import Money
from giftill.domain.operations import AttentionKind, OperationState
from giftill.domain.transactions import Transaction, TransactionStatus, TransactionType
from giftill.ui.screens.common import CHECKING_ICON, Pill

from . import keys
from .facts import Facts, Notice, ShownCard
from .sale import SALE_CURRENCY
from .state import Action, CardPanelState, NoticeState, TransactionLine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from giftill.domain.operations import Operation
    from giftill.services.results import Placed
    from giftill.texts import Texts
    from giftill.ui.screens.common import ToneName

# What one scrolls through at a glance; Activity is for the rest.
_NEWEST: Final = 12

# With so few days left a customer should hear of it, and may want to spend the rest.
_SOON_DAYS: Final = 30

_STATES: Final[Mapping[CardState, tuple[str, str, ToneName]]] = {
    CardState.REDEEMABLE: ("check", N_("Redeemable"), "success"),
    CardState.EXPIRED: ("expired", N_("Expired"), "danger"),
    CardState.EMPTY: ("empty", N_("Empty"), "neutral"),
    CardState.NOT_ACTIVATED: ("not_activated", N_("Not sold yet"), "info"),
    CardState.BLOCKED: ("blocked", N_("Blocked"), "danger"),
}

_TYPES: Final = {
    TransactionType.ISSUE: N_("Sold"),
    TransactionType.REDEEM: N_("Spent"),
    TransactionType.RELEASE: N_("Given back"),
    TransactionType.REFUND: N_("Refunded"),
    TransactionType.BLOCK: N_("Blocked"),
    TransactionType.EXPIRE: N_("Expired"),
    TransactionType.REVERSE_ISSUE: N_("Sale reversed"),
    TransactionType.REVERSE_REDEEM: N_("Spending reversed"),
    TransactionType.REVERSE_EXPIRE: N_("Re-activated"),
}

_ICONS: Final = {
    TransactionType.ISSUE: "plus",
    TransactionType.REDEEM: "check",
    TransactionType.RELEASE: "undo",
    TransactionType.REFUND: "undo",
    TransactionType.BLOCK: "blocked",
    TransactionType.EXPIRE: "expired",
    TransactionType.REVERSE_ISSUE: "undo",
    TransactionType.REVERSE_REDEEM: "undo",
    TransactionType.REVERSE_EXPIRE: "refresh",
}

_NOTICE_ICONS: Final = {
    "success": "check",
    "hold": CHECKING_ICON,
    "danger": "danger",
    "info": "info",
    "neutral": "info",
}


_COVERED: Final = Notice(
    "success",
    Message(N_("The sale’s total is covered")),
    Message(N_("Complete the sale, or correct its total first.")),
)


def card_panel(facts: Facts, t: Texts, now: datetime) -> CardPanelState | None:
    """Describe the card on screen, if there is one.

    Args:
        facts: What the Till knows.
        t: The reader's language.
        now: The server's time.
    """
    shown = facts.shown
    if shown is None:
        return None
    card = shown.card
    return CardPanelState(
        masked=shown.code.masked,
        balance=t.money(card.balance),
        caption=t("Balance"),
        pills=_pills(facts, shown, t, now),
        expiry=_expiry(card, t, now),
        soon=_soon(card, t, now),
        package=shown.package.title if shown.package else "",
        picture=shown.picture,
        lines=tuple(_line(each, t) for each in card.transactions[:_NEWEST]),
    )


def notice(facts: Facts, t: Texts, now: datetime) -> NoticeState | None:
    """Say what there is to tell beside the card: the last step's news, or the card's own."""
    asked = question_notice(facts.question) if facts.question else None
    told = _checking(facts) or facts.notice or asked or _about(facts, t, now)
    if told is None:
        return None
    sentences = (t.message(told.message), t.message(told.hint) if told.hint.text else "")
    return NoticeState(
        tone=told.tone,
        icon="help" if told is asked else _NOTICE_ICONS[told.tone],
        title=t.message(told.title),
        text=" ".join(each for each in sentences if each),
        leads_to=told.leads_to,
        action=t("Show in Outbox") if told.leads_to else "",
        choices=_choices(facts, t) if told is asked else (),
    )


def question_notice(placed: Placed) -> Notice:
    """Ask whose the hold is that was found, with what is known of it."""
    operation, found = placed.operation, placed.transaction
    assert operation is not None, "nothing is asked without an operation"
    amount = operation.amount
    if found is not None:
        amount = Money(-found.amount_cents, found.currency)
    if operation.attention is AttentionKind.AMOUNT_DIFFERS:
        title = Message(N_("Another amount was held"))
    else:
        title = Message(N_("Is this hold this sale’s?"))
    card = operation.card_masked[-4:]
    return Notice(
        "hold",
        title,
        Message(
            N_("There is a hold of {amount} on card {card}."), {"amount": amount, "card": card}
        ),
        Message(case_of(operation).advice),
    )


def _choices(facts: Facts, t: Texts) -> tuple[Action, ...]:
    is_free = not facts.is_busy
    return (
        Action(t("Use it for this sale"), keys.USE, is_enabled=is_free),
        Action(t("Release it"), keys.RELEASE, is_enabled=is_free),
    )


def _pills(facts: Facts, shown: ShownCard, t: Texts, now: datetime) -> tuple[Pill, ...]:
    card = shown.card
    pills = [_state_pill(facts, card, t, now)]
    if card.is_promotional:
        pills.append(Pill("promo", t("Promotional"), "info"))
    return tuple(pills)


def _state_pill(facts: Facts, card: Card, t: Texts, now: datetime) -> Pill:
    if facts.is_shown_checking:
        return Pill(CHECKING_ICON, t("Checking"), "hold")
    if facts.is_shown_asked_about:
        return Pill("help", t("Needs an answer"), "hold")
    state = card.state(now)
    if state is CardState.REDEEMABLE and card.currency != SALE_CURRENCY:
        return Pill("warning", t("Other currency"), "danger")
    icon, text, tone = _STATES[state]
    return Pill(icon, t(text), tone)


def _expiry(card: Card, t: Texts, now: datetime) -> str:
    if card.expires_at is None:
        return "" if card.is_issuable else t("Does not expire")
    day = t.date(card.expires_at)
    if card.expires_at <= now:
        return t("Expired on {date}", date=day)
    return t("Valid until {date}", date=day)


def _soon(card: Card, t: Texts, now: datetime) -> Pill | None:
    if card.expires_at is None or not card.is_redeemable or card.expires_at <= now:
        return None
    days = t.days_between(now, card.expires_at)
    if days > _SOON_DAYS:
        return None
    left = t.plural("{n} day left", "{n} days left", days) if days else t("Last day")
    return Pill("calendar", left, "hold")


def _checking(facts: Facts) -> Notice | None:
    if facts.shown is None:
        return None
    card, doubt = facts.shown.card.id, facts.shown.doubt
    of_card = [each for each in facts.sale.checking if each.card == card]
    amount = None
    if of_card and of_card[-1].operation is not None:
        amount = of_card[-1].amount
    elif doubt is not None and doubt.state is not OperationState.ATTENTION:
        amount = doubt.amount
    if amount is None:
        return None
    return Notice(
        "hold",
        Message(N_("Checking, do not charge again")),
        Message(
            N_("No answer came, so {amount} may or may not be held on this card."),
            {"amount": amount},
        ),
        Message(N_("The till finds out by itself and says so here.")),
    )


def _about(facts: Facts, t: Texts, now: datetime) -> Notice | None:
    if facts.shown is None:
        return None
    card = facts.shown.card
    if facts.shown.doubt is not None:
        return _in_doubt(facts.shown.doubt)
    state = card.state(now)
    if state is CardState.REDEEMABLE and card.currency != SALE_CURRENCY:
        return _other_currency(card)
    if state is CardState.REDEEMABLE:
        return _COVERED if facts.sale.is_covered and not facts.is_busy else None
    if state is CardState.EXPIRED:
        return _expired(card, t)
    if state is CardState.NOT_ACTIVATED:
        return Notice(
            "info",
            Message(N_("This card has not been sold yet")),
            Message(N_("There is no money on it until it has been sold.")),
            Message(N_("Ask the customer for another card or another way to pay.")),
        )
    if state is CardState.BLOCKED:
        return Notice(
            "danger",
            Message(N_("This card is blocked")),
            Message(N_("No money can be taken from it.")),
            Message(N_("Ask the customer for another way to pay; a manager can find out why.")),
        )
    return _empty(facts, card)


def _in_doubt(doubt: Operation) -> Notice:
    return Notice(
        "danger",
        Message(N_("A manager must decide about this card first")),
        Message(case_of(doubt).what),
        Message(
            N_("Don’t charge {amount} on it again; the facts are in Outbox."),
            {"amount": doubt.amount},
        ),
        leads_to="outbox",
    )


def _other_currency(card: Card) -> Notice:
    return Notice(
        "danger",
        Message(N_("This card is not in euros")),
        Message(
            N_("Its money is in {currency}; this till takes euros."), {"currency": card.currency}
        ),
        Message(N_("Ask the customer for another way to pay.")),
    )


def _expired(card: Card, t: Texts) -> Notice:
    text = Message(N_("No money can be taken from it any more."))
    if card.expires_at is not None:
        text = Message(
            N_("It was valid until {date}; no money can be taken from it any more."),
            {"date": t.date(card.expires_at)},
        )
    return Notice(
        "danger",
        Message(N_("This card has expired")),
        text,
        Message(N_("Ask the customer for another way to pay.")),
    )


def _empty(facts: Facts, card: Card) -> Notice:
    held = sum(each.amount.cents for each in facts.sale.holds if each.card == card.id)
    if held:
        return Notice(
            "success",
            Message(N_("All of this card is held for this sale")),
            Message(N_("{amount} is held on it."), {"amount": Money(held, card.currency)}),
        )
    return Notice(
        "neutral",
        Message(N_("This card is empty")),
        Message(N_("Everything on it has been spent.")),
        Message(N_("Ask the customer for another card or another way to pay.")),
    )


def _line(transaction: Transaction, t: Texts) -> TransactionLine:
    known = _TYPES.get(transaction.type)
    what = t(known) if known else transaction.description or t("Other")
    icon = _ICONS.get(transaction.type, "info")
    note = ""
    tone: ToneName | None = None
    if transaction.type is TransactionType.REDEEM:
        if transaction.is_open_hold:
            what, icon, tone = t("Held"), "holds", "hold"
        elif transaction.status is TransactionStatus.CANCELLED:
            what, note, icon = t("Held"), t("given back"), "undo"
    return TransactionLine(
        what=what,
        when=t.date_time(transaction.created_at) if transaction.created_at else t("just now"),
        amount=t.money(Money(transaction.amount_cents, transaction.currency)),
        note=note,
        icon=icon,
        tone=tone,
    )
