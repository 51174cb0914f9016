"""How an operation of the outbox is put into words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from giftill.domain.attention import Resolution, case_of, resolutions_of
from giftill.domain.message import N_
from giftill.domain.operations import Operation, OperationKind, OperationState
from giftill.services.connectivity import Link
from giftill.ui.screens.common import CHECKING_ICON, Addresses, Pill, short_code

from .state import Detail, Fact, OutboxRow, ResolveForm

if TYPE_CHECKING:
    from giftill.texts import Texts

# The clock on screen has no seconds: what is due within its minute would seem to be late.
_SOON_MS: Final = 60_000
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

# What a manager can decide: the button, the dialog's title, and what then happens.
RESOLUTIONS: Final = {
    Resolution.USE_HOLD: (
        N_("Use the hold"),
        N_("Use the hold of {amount}?"),
        N_("The hold goes to Holds, to be captured or released. The reason goes into the journal."),
    ),
    Resolution.RELEASE_HOLD: (
        N_("Release it"),
        N_("Release the hold of {amount}?"),
        N_("The hold is given back to its card. The reason goes into the journal."),
    ),
    Resolution.TRY_AGAIN: (
        N_("Try again"),
        N_("Try again: {what} {amount}"),
        N_("The till looks again and does what is left to do. The reason goes into the journal."),
    ),
    Resolution.CLOSE: (
        N_("Resolve"),
        N_("Close without moving money: {what} {amount}"),
        N_("This closes it at this till and moves no money. The reason goes into the journal."),
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
                return Pill(CHECKING_ICON, t("Checking"), "hold")
            case OperationState.SENDING | OperationState.INTENDED:
                return Pill("send", t("Sending"), "info")
            case _:
                return Pill("queue", self._waiting(operation), "info")

    def _waiting(self, operation: Operation) -> str:
        if self._link is Link.TOKEN_REFUSED:
            return self._t("Waiting for a token")
        if operation.next_at_ms > self._now_ms + _SOON_MS:
            return self._t("Waiting until {time}", time=self._t.time(_time(operation.next_at_ms)))
        if operation.next_at_ms > self._now_ms:
            return self._t("Next try in a moment")
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
            resolutions=resolutions_of(operation),
        )

    def meaning(self, operation: Operation) -> tuple[str, str]:
        """Say what an operation's state means for customer and shop, and what to do."""
        t = self._t
        if operation.state is OperationState.ATTENTION:
            case = case_of(operation)
            return f"{t(case.what)} {t(case.meaning)}", t(case.advice)
        if operation.state is OperationState.UNKNOWN:
            return (
                t("No answer came, so it may or may not have been done. The till is checking."),
                t("Do not charge again; this settles itself."),
            )
        return t("Recorded safely; it is sent by itself."), t("Nothing needs to be done.")

    def form(self, operation: Operation, resolution: Resolution) -> ResolveForm:
        """Say what the resolving dialog asks."""
        t = self._t
        yes, title, text = RESOLUTIONS[resolution]
        amount = t.money(operation.amount)
        return ResolveForm(
            resolution,
            title=t(title, what=t(_KINDS[operation.kind]), amount=amount),
            text=t(text),
            meaning=self.meaning(operation)[0],
            yes=t(yes),
        )


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
