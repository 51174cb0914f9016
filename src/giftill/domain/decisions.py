"""The decision table: what to do after a request, from what it met and what a GET then said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .operations import AttentionKind, OperationKind
from .outcomes import Found, Outcome

# A refusal while the hold is still open can be a passing fault; five in a row can't.
REFUSALS_BEFORE_ATTENTION: Final = 5


class Action(StrEnum):
    """What to do next.

    Attributes:
        CONFIRM: It is done; tell the cashier.
        REFUSE: The API said no; tell the cashier why.
        GIVE_UP: It was surely not done; tell the cashier, who may try again.
        RETRY: Send it again later, with backoff.
        LOOK: GET the transaction (or the card's transactions), then decide by that.
        LOOK_LATER: The GET gave nothing; make it again later, and send nothing before.
        RECONCILE: Find out by the card's transactions whether it was done; send nothing before.
        PAUSE_FOR_TOKEN: Hold the whole account until it has a token that works.
        PAUSE_FOR_LIMIT: Hold the whole account as long as the server asks.
        ATTENTION: A manager must decide.
    """

    CONFIRM = "confirm"
    REFUSE = "refuse"
    GIVE_UP = "give_up"
    RETRY = "retry"
    LOOK = "look"
    LOOK_LATER = "look_later"
    RECONCILE = "reconcile"
    PAUSE_FOR_TOKEN = "pause_for_token"  # noqa: S105 - an action, not a token
    PAUSE_FOR_LIMIT = "pause_for_limit"
    ATTENTION = "attention"


@dataclass(frozen=True)
class Decision:
    """An action, and for `ATTENTION` the reason a manager is given."""

    action: Action
    attention: AttentionKind | None = None


_LOOK_FIRST: Final = frozenset(
    {
        Outcome.MISFITS,
        Outcome.UNREADABLE,
        Outcome.MAYBE_SENT,
        Outcome.FORBIDDEN,
        Outcome.NOT_FOUND,
        Outcome.STATE_REFUSED,
    }
)

_SETTLEMENT_AT_ONCE: Final = {
    Outcome.FITS: Action.CONFIRM,
    Outcome.NOT_SENT: Action.RETRY,
    Outcome.SERVER_FAULT: Action.RETRY,
    Outcome.TOKEN_REFUSED: Action.PAUSE_FOR_TOKEN,
    Outcome.LIMITED: Action.PAUSE_FOR_LIMIT,
}

_ONLINE_ONLY: Final = {
    Outcome.FITS: Action.CONFIRM,
    Outcome.UNREADABLE: Action.RECONCILE,
    Outcome.NOT_SENT: Action.GIVE_UP,
    Outcome.MAYBE_SENT: Action.RECONCILE,
    Outcome.TOKEN_REFUSED: Action.GIVE_UP,
    Outcome.FORBIDDEN: Action.REFUSE,
    Outcome.NOT_FOUND: Action.REFUSE,
    Outcome.LIMITED: Action.GIVE_UP,
    Outcome.SERVER_FAULT: Action.RECONCILE,
}

_AFTER_LOOK: Final = {
    Found.NOT_ASKED: Decision(Action.LOOK),
    Found.WANTED: Decision(Action.CONFIRM),
    Found.UNREACHABLE: Decision(Action.LOOK_LATER),
    Found.MISSING: Decision(Action.ATTENTION, AttentionKind.TRANSACTION_MISSING),
    Found.FORBIDDEN: Decision(Action.ATTENTION, AttentionKind.FORBIDDEN),
    Found.UNCLEAR: Decision(Action.ATTENTION, AttentionKind.UNCLEAR),
}

_OPPOSITE: Final = {
    OperationKind.CAPTURE: AttentionKind.RELEASED_BUT_CAPTURE_WANTED,
    OperationKind.RELEASE: AttentionKind.CAPTURED_BUT_RELEASE_WANTED,
}


def decide(
    kind: OperationKind,
    outcome: Outcome,
    found: Found = Found.NOT_ASKED,
    *,
    refusals: int = 0,
) -> Decision:
    """Decide what an operation does next.

    Args:
        kind: What was asked of the API.
        outcome: What the last request met.
        found: What a GET has said since, for a capture or release.
        refusals: How often this capture or release was refused with the hold still open, this
            time included.
    """
    if kind.is_settlement:
        return _decide_settlement(kind, outcome, found, refusals)
    if outcome is Outcome.MISFITS:
        if kind is OperationKind.REDEEM:
            return Decision(Action.ATTENTION, AttentionKind.AMOUNT_DIFFERS)
        return Decision(Action.RECONCILE)
    if outcome is Outcome.STATE_REFUSED:
        # A refused redeem did nothing; a refused issue can be the echo of one that worked.
        return Decision(Action.REFUSE if kind is OperationKind.REDEEM else Action.LOOK)
    return Decision(_ONLINE_ONLY[outcome])


def _decide_settlement(
    kind: OperationKind, outcome: Outcome, found: Found, refusals: int
) -> Decision:
    if outcome not in _LOOK_FIRST:
        return Decision(_SETTLEMENT_AT_ONCE[outcome])
    if found is Found.OPEN:
        return _decide_still_open(outcome, refusals)
    if found is Found.OPPOSITE:
        return Decision(Action.ATTENTION, _OPPOSITE[kind])
    return _AFTER_LOOK[found]


def _decide_still_open(outcome: Outcome, refusals: int) -> Decision:
    if outcome is Outcome.FORBIDDEN:
        return Decision(Action.ATTENTION, AttentionKind.FORBIDDEN)
    if refusals >= REFUSALS_BEFORE_ATTENTION:
        return Decision(Action.ATTENTION, AttentionKind.KEEPS_BEING_REFUSED)
    return Decision(Action.RETRY)
