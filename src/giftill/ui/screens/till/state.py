"""What the Till shows: plain values in the reader's language, ready to be drawn."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from giftill.ui.screens.common import Pill, ToneName


class Focus(StrEnum):
    """Where the cursor can be sent."""

    CODE = "code"
    AMOUNT = "amount"
    TOTAL = "total"
    HOLDS = "holds"
    MAIN = "main"


class MainAction(StrEnum):
    """What the wide button does."""

    HOLD = "hold"
    COMPLETE = "complete"
    CHECK_AGAIN = "check_again"
    NEXT_SALE = "next_sale"


class FieldState(Struct, frozen=True):
    """A field one types in, with what stands beneath it.

    Attributes:
        text: What stands in it.
        problem: What is wrong with it; empty if nothing is.
        hint: What to do about it.
        is_enabled: Whether one can type now.
    """

    text: str = ""
    problem: str = ""
    hint: str = ""
    is_enabled: bool = True


class TransactionLine(Struct, frozen=True):
    """One change of the card on screen."""

    what: str
    when: str
    amount: str
    note: str = ""
    icon: str = ""
    tone: ToneName | None = None


class CardPanelState(Struct, frozen=True):
    """The card on screen.

    Attributes:
        masked: Its code as people may see it.
        balance: The biggest thing on screen.
        caption: What the balance is, such as “Balance”.
        pills: Its states; the first is the one that counts.
        expiry: When it expires, in a sentence.
        soon: How little time that leaves; None while there is plenty.
        package: The title of the package it was sold as, or empty.
        picture: The bytes of its picture, or None for the placeholder.
        lines: Its newest transactions.
    """

    masked: str
    balance: str
    caption: str
    pills: tuple[Pill, ...]
    expiry: str = ""
    soon: Pill | None = None
    package: str = ""
    picture: bytes | None = None
    lines: tuple[TransactionLine, ...] = ()


class Action(Struct, frozen=True):
    """A button.

    Attributes:
        text: What it will do.
        key: The key that does the same, Qt's portable name; empty if there is none.
        is_enabled: Whether it does anything now.
        is_busy: Whether it is being done.
    """

    text: str
    key: str = ""
    is_enabled: bool = True
    is_busy: bool = False


class NoticeState(Struct, frozen=True):
    """A few sentences beside what they are about.

    Attributes:
        tone: How serious it is.
        icon: Which icon says so.
        title: What happened.
        text: What it means and what to do; may be the server's words, so plain text.
        leads_to: The screen that tells more, or empty.
        action: The text of the button that leads there.
        choices: The buttons that answer it, where it is a question: yes, then no.
    """

    tone: ToneName
    icon: str
    title: str
    text: str
    leads_to: str = ""
    action: str = ""
    choices: tuple[Action, ...] = ()


class HoldLine(Struct, frozen=True):
    """A hold of the sale, or what may become one.

    Attributes:
        key: What `TillPresenter.remove` and `choose_hold` take.
        card: The end of the card's code.
        amount: How much.
        pill: How far it is.
        remove: What the button that releases it says; empty for no button.
        is_selected: Whether F6 or F7 chose it.
    """

    key: str
    card: str
    amount: str
    pill: Pill
    remove: str = ""
    is_selected: bool = False


class DoneLine(Struct, frozen=True):
    """What one card gave and what is left on it."""

    card: str
    amount: str
    remaining: str
    pill: Pill


class DoneState(Struct, frozen=True):
    """The sale is over.

    Attributes:
        tone: The colour of the big sign.
        icon: The big sign.
        title: What became of the sale.
        amount: How much, in large type.
        text: What it means for the customer and what to do.
        rest: What the customer still pays another way, or empty.
        next: How the next sale starts.
        lines: Each card.
        leads_to: The screen that tells more, or empty.
        action: The text of the button that leads there.
    """

    tone: ToneName
    icon: str
    title: str
    amount: str
    text: str
    rest: str
    next: str
    lines: tuple[DoneLine, ...]
    leads_to: str = ""
    action: str = ""


class SaleState(Struct, frozen=True):
    """The right third: the sale.

    Attributes:
        total: The field for the total.
        holds: Its holds, oldest first.
        due: What is still due, or how much is held if no total is known.
        due_caption: What `due` is.
        is_covered: Whether nothing is due any more.
        empty: What to say in place of holds.
        earlier: Says that there are open holds of other sales; empty if there are none.
    """

    total: FieldState
    holds: tuple[HoldLine, ...]
    due: str
    due_caption: str
    is_covered: bool
    empty: str
    earlier: str


class TillState(Struct, frozen=True):
    """Everything the Till shows.

    Attributes:
        code: The code field; its text is the masked code of the card on screen or on its way.
        busy: What the till is waiting for, in place of the card; empty if it is not.
        welcome: The title and the sentence shown in place of a card; None if a card is shown.
        card: The card on screen.
        trouble: Why no card is shown, beside the code field.
        notice: What to tell beside the card.
        amount: The amount field; None where there is no card to take money from.
        full: The button that fills in the most the card can give.
        redeem: The button that holds and completes in one go.
        sale: The right third.
        main: The wide button.
        main_action: What it does.
        complete: The button that completes while the wide one does something else, or None.
        cancel: The button that releases everything, or None.
        later: The button that leaves the holds for later, or None.
        done: The sale is over; shown in place of the card.
        focus: Where the cursor belongs.
        focus_count: The cursor moves there when this changes.
        input_count: The code field is emptied when this changes.
    """

    code: FieldState
    busy: str
    welcome: tuple[str, str] | None
    card: CardPanelState | None
    trouble: NoticeState | None
    notice: NoticeState | None
    amount: FieldState | None
    full: Action | None
    redeem: Action | None
    sale: SaleState
    main: Action
    main_action: MainAction
    complete: Action | None
    cancel: Action | None
    later: Action | None
    done: DoneState | None
    focus: Focus
    focus_count: int
    input_count: int
