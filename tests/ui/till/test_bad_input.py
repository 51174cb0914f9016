"""Bad codes, cards, amounts, tokens and answers, as the cashier reads of them in each language."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from giftill import bootstrap
from giftill.domain.money import Money
from giftill.domain.operations import OperationState
from giftill.journal import EventKind, Record
from giftill.sandbox import Fault, FaultKind
from tests.helpers.cashier import a_cashier
from tests.helpers.desk import code_of

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.sandbox import SandboxServer
    from tests.helpers.cashier import Cashier
    from tests.helpers.front import Front

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("language", ["en", "nl"])]

CODES = {
    "ABCD2456EFGH7": (
        "A card code has 16 characters; this has {length}.",
        "Scan the card again, or type all 16 characters.",
    ),
    "ABCD2456EFGH7K9QXX": (
        "A card code has 16 characters; this has {length}.",
        "Clear the field and scan the card again.",
    ),
    "ABCD2456ЖFGH7K9Q": (
        "A card code has only the letters A–Z and digits.",
        "Scan the card again. If it keeps happening, the scanner’s keyboard layout is wrong.",
    ),
    "8711327538481": (
        "This is the barcode of a product, not of a gift card.",
        "Scan the code on the gift card itself, often on its back.",
    ),
    "https://example.com/ABCD2456EFGH7K9Q": (
        "This link does not belong to a Gifty card.",
        "Scan the code on the card, or the customer’s wallet link from Gifty.",
    ),
    "ABCD2456EFGH7K9QZZZZ2456EFGH7K9Q": (
        "Two scans ran together, so no card was chosen.",
        "Scan the card once more.",
    ),
}
AMOUNTS = {
    "0": (
        "The amount must be more than zero.",
        "Type the amount to take from the card, such as 12,50.",
    ),
    "-5": (
        "The amount must be more than zero.",
        "Type the amount to take from the card, such as 12,50.",
    ),
    "1e9": (
        "“{text}” is not an amount.",
        "Type euros and cents, such as 12,50 or 12.50.",
    ),
    "12,345": (
        "“{text}” has more than two decimals.",
        "Type euros and cents, such as 12,50 or 12.50; no separator between thousands.",
    ),
    "1000000000": (
        "“{text}” is more than any gift card can hold.",
        "Check the amount and type it again.",
    ),
    "50.01": (
        "There is only {balance} on this card.",
        "Take that, and let another card or the customer pay the rest.",
    ),
}
CARDS = {
    "expired_extendable": (
        "This card has expired",
        "Ask the customer for another way to pay.",
    ),
    "empty": (
        "This card is empty",
        "Ask the customer for another card or another way to pay.",
    ),
    "new": (
        "This card has not been sold yet",
        "Ask the customer for another card or another way to pay.",
    ),
    "dollars": (
        "This card is not in euros",
        "Ask the customer for another way to pay.",
    ),
}
LOOK_AGAIN = "Check again in a minute, or let the customer pay another way."
BROWSER = "Open a web browser on this PC and see whether the network asks to log in."
NETWORK = "Check again, or let the customer pay another way."
ANSWERS = {
    FaultKind.HTML_200: ("full_50", BROWSER),
    FaultKind.EMPTY_BODY: ("full_25", LOOK_AGAIN),
    FaultKind.REDIRECT_302: ("large", BROWSER),
    FaultKind.HUGE_BODY: ("package", LOOK_AGAIN),
    FaultKind.WRONG_TYPE: ("never_expires", LOOK_AGAIN),
    FaultKind.HALF_BODY: ("partly_used", NETWORK),
}
INSTEAD_OF_THE_WORK = {FaultKind.HTML_200, FaultKind.REDIRECT_302}


async def test_what_is_no_card_code_is_explained_and_nobody_is_asked(
    front: Front, tmp_path: Path, language: str
) -> None:
    async with a_cashier(front, tmp_path, language) as cashier:
        for text, said in CODES.items():
            cashier.till.screen.scanned(text)
            await cashier.reads(*said, length=len(text))
        assert cashier.new_requests() == []


async def test_an_amount_that_cant_be_taken_is_explained_and_nothing_is_held(
    front: Front, tmp_path: Path, language: str
) -> None:
    async with a_cashier(front, tmp_path, language) as cashier:
        await cashier.scans("full_50")
        for text, said in AMOUNTS.items():
            await cashier.till.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            await cashier.till.type(text)
            await cashier.till.press(Qt.Key.Key_F8)
            await cashier.reads(*said, text=text, balance=Money(5_000))
        assert cashier.new_requests("POST") == []


async def test_a_card_that_cant_pay_says_what_to_ask_the_customer(
    front: Front, tmp_path: Path, language: str
) -> None:
    async with a_cashier(front, tmp_path, language) as cashier:
        cashier.till.screen.scanned("XXXX7777YYYY2222")
        await cashier.reads(
            "Unknown card",
            "The shop has no gift card with this code.",
            "Scan the card once more, or ask the customer for another way to pay.",
        )
        for card, said in CARDS.items():
            await cashier.scans(card)
            await cashier.reads(*said)
            cashier.till.screen.presenter.type_amount("1")
            await cashier.till.press(Qt.Key.Key_F8)
        assert cashier.new_requests("POST") == []


async def test_a_card_that_cant_be_checked_is_never_called_unknown(
    front: Front, server: SandboxServer, tmp_path: Path, language: str
) -> None:
    async with a_cashier(front, tmp_path, language) as cashier:
        for kind, (card, advice) in ANSWERS.items():
            server.faults.set(Fault(kind, path="/v1/giftcards/*", times=1))
            await cashier.scans(card)
            await cashier.reads(
                "Can’t check this card now",
                "The card could not be checked. Nothing was charged.",
                advice,
            )
            assert not cashier.has("Unknown card"), kind
        assert len(cashier.new_requests()) == len(ANSWERS)


async def test_a_hold_without_a_usable_answer_is_checked_and_never_made_again(
    front: Front, server: SandboxServer, tmp_path: Path, language: str
) -> None:
    async with a_cashier(front, tmp_path, language) as cashier:
        for kind, (card, _) in ANSWERS.items():
            server.faults.set(Fault(kind, path="/v1/giftcards/*/redeem", times=1))
            await cashier.holds(card, "5")
            await cashier.reads(
                "Checking, do not charge again",
                "No answer came, so {amount} may or may not be held on this card.",
                "The till finds out by itself and says so here.",
                amount=Money(500),
            )
        await find_out(cashier)
        posts = cashier.new_requests("POST")
        assert len(posts) == len(set(posts)) == len(ANSWERS)
        for kind, (card, _) in ANSWERS.items():
            worked = kind not in INSTEAD_OF_THE_WORK
            assert held_on(server, card) == worked, kind
        holds = await cashier.till.desk.sales.open_holds()
        assert len(holds) == len(ANSWERS) - len(INSTEAD_OF_THE_WORK)


async def find_out(cashier: Cashier) -> None:
    """Let the till look as often as it needs, without waiting for its times."""
    desk = cashier.till.desk
    unknown = (OperationState.UNKNOWN,)
    while operations := await desk.journal.operations(states=unknown):
        for each in operations:
            due = replace(each, next_at_ms=0)
            await desk.journal.commit(Record(EventKind.LOOKED, operation=due))
        await desk.reconciler.drain()


def held_on(server: SandboxServer, card: str) -> int:
    """Count the holds of five euros on a card."""
    code = code_of(card).secret
    found = next(each for each in server.ledger.cards() if each.code == code)
    rows = server.ledger.transactions(found.id)
    return sum((each.status, each.amount_cents) == ("pending", -500) for each in rows)


async def test_a_missing_token_is_told_with_the_command_that_sets_one(
    front: Front, tmp_path: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none_there(*_: object) -> None:
        return None

    monkeypatch.setattr(bootstrap, "find_token", none_there)
    async with a_cashier(front, tmp_path, language, token="") as cashier:
        await cashier.reads(
            "Take no gift cards yet: this till has no token. Run “giftill token set” and paste "
            "the token from Gifty’s dashboard, or practise with “giftill --training”.",
            "Check the token",
            "Not set up",
        )
        await cashier.scans("full_50")
        await cashier.reads(
            "Can’t check this card now",
            "Call a manager, and let the customer pay another way.",
        )
        assert cashier.new_requests() == []


async def test_a_wrong_token_is_told_with_the_command_that_sets_another(
    front: Front, tmp_path: Path, language: str
) -> None:
    async with a_cashier(front, tmp_path, language, token="wrong") as cashier:
        await cashier.reads(
            "Cards can’t be checked: call a manager. Sales on hold can be completed. Gifty "
            "refuses this till’s token: run “giftill token set” with a new one.",
            "Check the token",
            "Token refused",
        )
        await cashier.scans("full_50")
        await cashier.reads(
            "Can’t check this card now",
            "The card could not be checked. Nothing was charged.",
            "Call a manager, and let the customer pay another way.",
        )


async def test_a_location_that_the_account_has_not_is_to_be_chosen_anew(
    front: Front, tmp_path: Path, language: str
) -> None:
    async with a_cashier(front, tmp_path, language, location="lc_NotOurs") as cashier:
        await cashier.reads("Choose a location")
        await cashier.holds("full_50", "5")
        await cashier.reads("Complete sale {amount}", amount=Money(500))
        (hold,) = await cashier.till.desk.sales.open_holds()
        assert hold.location is None
