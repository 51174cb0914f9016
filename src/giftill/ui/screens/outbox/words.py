"""How an operation of the outbox is put into words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from giftill.domain.message import N_
from giftill.domain.operations import AttentionKind, Operation, OperationKind, OperationState
from giftill.services.connectivity import Link
from giftill.ui.screens.common import Addresses, Pill, short_code

from .state import Detail, Fact, OutboxRow, ResolveForm

if TYPE_CHECKING:
    from giftill.texts import Texts

# The server's own words inside the sentence that the journal keeps.
_QUOTED: Final = re.compile("“(.+?)”")

_KINDS: Final = {
    OperationKind.REDEEM: N_("Hold"),
    OperationKind.CAPTURE: N_("Capture"),
    OperationKind.RELEASE: N_("Release"),
    OperationKind.ISSUE: N_("Sell card"),
    OperationKind.EXTEND: N_("Extend"),
    OperationKind.REFUND: N_("Refund"),
}

# What it means, then what to do: two texts for each.
_ATTENTION: Final = {
    AttentionKind.RELEASED_BUT_CAPTURE_WANTED: (
        N_("The money was given back to the card; the goods are gone."),
        N_("Ask the customer to pay again, or write the loss off, and say here what was done."),
    ),
    AttentionKind.CAPTURED_BUT_RELEASE_WANTED: (
        N_("The customer was charged."),
        N_("Refund the amount to the card, and say here that it was done."),
    ),
    AttentionKind.TRANSACTION_MISSING: (
        N_("Gifty does not know this hold. It may belong to another account."),
        N_("Check which account and token this till uses, then say here what was found."),
    ),
    AttentionKind.FORBIDDEN: (
        N_("Gifty does not allow this till to settle the hold; it is still open."),
        N_("Settle it in Gifty’s dashboard, and say here what was done."),
    ),
    AttentionKind.KEEPS_BEING_REFUSED: (
        N_("Gifty refused this five times, though the hold is still open."),
        N_("Settle it in Gifty’s dashboard, and say here what was done."),
    ),
    AttentionKind.AMOUNT_DIFFERS: (
        N_("The card was charged another amount than was asked for."),
        N_(
            "Look the transaction up in Gifty’s dashboard, put it right and say here what was done."
        ),
    ),
    AttentionKind.POSSIBLE_HOLD: (
        N_("A hold on this card may be this sale’s, and this till can’t tell for sure."),
        N_("Ask who made it. If it is this sale’s, use it or release it; else leave it alone."),
    ),
    AttentionKind.UNCLEAR: (
        N_("It is not clear what became of this request."),
        N_("Look the card up in Gifty’s dashboard, and say here what was found."),
    ),
}


class OutboxWords:
    """Puts operations into words, at one moment and in one language."""

    def __init__(self, t: Texts, now_ms: int, link: Link, addresses: Addresses) -> None:
        """Use `now_ms`, Unix time in ms, for ages and due times."""
        self._t = t
        self._now_ms = now_ms
        self._link = link
        self._addresses = addresses

    def row(self, operation: Operation) -> OutboxRow:
        """Put an operation into a row of the table."""
        return OutboxRow(
            operation=operation.id,
            kind=self._t(_KINDS[operation.kind]),
            amount=self._t.money(operation.amount),
            card=short_code(operation.card_masked),
            status=self.status(operation),
            age=self._t.age((self._now_ms - operation.created_at_ms) / 1000),
            attempts=str(operation.attempts),
            problem=self.problem(operation),
        )

    def status(self, operation: Operation) -> Pill:
        """Say how far an operation is."""
        t = self._t
        match operation.state:
            case OperationState.ATTENTION:
                return Pill("warning", t("Needs attention"), "danger")
            case OperationState.UNKNOWN:
                return Pill("search", t("Checking"), "hold")
            case OperationState.SENDING | OperationState.INTENDED:
                return Pill("send", t("Sending"), "info")
            case _:
                return Pill("queue", self._waiting(operation), "info")

    def _waiting(self, operation: Operation) -> str:
        if self._link is Link.TOKEN_REFUSED:
            return self._t("Waiting for a token")
        if operation.next_at_ms > self._now_ms:
            return self._t("Waiting until {time}", time=self._t.time(_time(operation.next_at_ms)))
        return self._t("Queued")

    def problem(self, operation: Operation) -> str:
        """Say in a few words what the last attempt met.

        The journal keeps the whole sentence in English; it begins with the error's title, which
        is a text like any other.
        """
        title = operation.last_problem.partition(":")[0].strip()
        return self._t(title) if title else ""

    def _whole_problem(self, operation: Operation) -> str:
        """Say all that is known of the last attempt.

        In another language than the journal's that is the title and the server's own words.
        """
        if self._t.language == "en":
            return operation.last_problem
        said = _QUOTED.search(operation.last_problem)
        words = self._t("Gifty says: “{detail}”", detail=said[1]) if said else ""
        return ". ".join(filter(None, (self.problem(operation), words)))

    def detail(self, operation: Operation) -> Detail:
        """Put everything about an operation into words."""
        t = self._t
        meaning, advice = self.meaning(operation)
        when = t.date_time(_time(operation.created_at_ms))
        facts = (
            (t("Asked for"), when),
            (t("Location"), self._addresses(operation.location)),
            (t("Cashier"), operation.cashier),
            (t("Transaction"), operation.transaction or operation.result or ""),
            (t("Sale"), operation.sale or ""),
            (t("Number"), operation.id),
        )
        return Detail(
            operation=operation.id,
            title=f"{t(_KINDS[operation.kind])} {t.money(operation.amount)}",
            status=self.status(operation),
            meaning=meaning,
            advice=advice,
            facts=tuple(Fact(label, value) for label, value in facts if value),
            problem=self._whole_problem(operation),
            can_resolve=operation.state is OperationState.ATTENTION,
            can_adopt=can_adopt(operation),
        )

    def meaning(self, operation: Operation) -> tuple[str, str]:
        """Say what an operation's state means for customer and shop, and what to do."""
        t = self._t
        if operation.state is OperationState.ATTENTION:
            what, advice = _ATTENTION[operation.attention or AttentionKind.UNCLEAR]
            return t(what), t(advice)
        if operation.state is OperationState.UNKNOWN:
            return (
                t("No answer came, so it may or may not have been done. The till is checking."),
                t("Do not charge again; this is settled by itself."),
            )
        return t("Recorded safely; it is sent by itself."), t("Nothing needs to be done.")

    def form(self, operation: Operation) -> ResolveForm:
        """Say what the resolving dialog asks."""
        t = self._t
        amount = t.money(operation.amount)
        return ResolveForm(
            title=t("Resolve: {what} {amount}", what=t(_KINDS[operation.kind]), amount=amount),
            text=t(
                "This closes it at this till and moves no money. The reason goes into the journal."
            ),
            meaning=self.meaning(operation)[0],
        )


def can_adopt(operation: Operation) -> bool:
    """Tell whether an operation found a hold on the card that may be its own."""
    return (
        operation.state is OperationState.ATTENTION
        and operation.attention is AttentionKind.POSSIBLE_HOLD
        and operation.result is not None
    )


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
