"""The decision table of what happens to money, cell by cell."""

from __future__ import annotations

import pytest

from giftill.domain.decisions import Action, Decision, decide
from giftill.domain.operations import AttentionKind, OperationKind
from giftill.domain.outcomes import Found, Outcome, OutcomeClass

SETTLEMENTS = (OperationKind.CAPTURE, OperationKind.RELEASE)
ONLINE_ONLY = (
    OperationKind.REDEEM,
    OperationKind.ISSUE,
    OperationKind.EXTEND,
    OperationKind.REFUND,
)
LOOKED_AT = (
    Outcome.MISFITS,
    Outcome.UNREADABLE,
    Outcome.MAYBE_SENT,
    Outcome.FORBIDDEN,
    Outcome.NOT_FOUND,
    Outcome.STATE_REFUSED,
)


@pytest.mark.parametrize("kind", SETTLEMENTS)
@pytest.mark.parametrize(
    ("outcome", "action"),
    [
        (Outcome.FITS, Action.CONFIRM),
        (Outcome.MISFITS, Action.LOOK),
        (Outcome.UNREADABLE, Action.LOOK),
        (Outcome.NOT_SENT, Action.RETRY),
        (Outcome.MAYBE_SENT, Action.LOOK),
        (Outcome.TOKEN_REFUSED, Action.PAUSE_FOR_TOKEN),
        (Outcome.FORBIDDEN, Action.LOOK),
        (Outcome.NOT_FOUND, Action.LOOK),
        (Outcome.STATE_REFUSED, Action.LOOK),
        (Outcome.LIMITED, Action.PAUSE_FOR_LIMIT),
        (Outcome.SERVER_FAULT, Action.RETRY),
    ],
)
def test_a_capture_or_release_first_does(
    kind: OperationKind, outcome: Outcome, action: Action
) -> None:
    assert decide(kind, outcome) == Decision(action)


@pytest.mark.parametrize("outcome", LOOKED_AT)
@pytest.mark.parametrize(
    ("found", "decision"),
    [
        (Found.WANTED, Decision(Action.CONFIRM)),
        (Found.MISSING, Decision(Action.ATTENTION, AttentionKind.TRANSACTION_MISSING)),
        (Found.UNREACHABLE, Decision(Action.LOOK_LATER)),
        (Found.FORBIDDEN, Decision(Action.ATTENTION, AttentionKind.FORBIDDEN)),
        (Found.UNCLEAR, Decision(Action.ATTENTION, AttentionKind.UNCLEAR)),
    ],
)
@pytest.mark.parametrize("kind", SETTLEMENTS)
def test_after_a_look_the_server_decides(
    kind: OperationKind, outcome: Outcome, found: Found, decision: Decision
) -> None:
    assert decide(kind, outcome, found) == decision


@pytest.mark.parametrize("outcome", LOOKED_AT)
def test_the_opposite_state_needs_a_manager(outcome: Outcome) -> None:
    assert decide(OperationKind.CAPTURE, outcome, Found.OPPOSITE) == Decision(
        Action.ATTENTION, AttentionKind.RELEASED_BUT_CAPTURE_WANTED
    )
    assert decide(OperationKind.RELEASE, outcome, Found.OPPOSITE) == Decision(
        Action.ATTENTION, AttentionKind.CAPTURED_BUT_RELEASE_WANTED
    )


@pytest.mark.parametrize("outcome", [each for each in LOOKED_AT if each is not Outcome.FORBIDDEN])
@pytest.mark.parametrize("kind", SETTLEMENTS)
def test_a_hold_found_open_is_tried_again(kind: OperationKind, outcome: Outcome) -> None:
    assert decide(kind, outcome, Found.OPEN) == Decision(Action.RETRY)


@pytest.mark.parametrize("kind", SETTLEMENTS)
def test_a_forbidden_settlement_of_an_open_hold_needs_a_manager(kind: OperationKind) -> None:
    assert decide(kind, Outcome.FORBIDDEN, Found.OPEN).attention is AttentionKind.FORBIDDEN


@pytest.mark.parametrize("kind", SETTLEMENTS)
def test_five_refusals_of_an_open_hold_need_a_manager(kind: OperationKind) -> None:
    for refusals in range(1, 5):
        again = decide(kind, Outcome.STATE_REFUSED, Found.OPEN, refusals=refusals)
        assert again == Decision(Action.RETRY)
    enough = decide(kind, Outcome.STATE_REFUSED, Found.OPEN, refusals=5)
    assert enough == Decision(Action.ATTENTION, AttentionKind.KEEPS_BEING_REFUSED)


@pytest.mark.parametrize("kind", ONLINE_ONLY)
@pytest.mark.parametrize(
    ("outcome", "action"),
    [
        (Outcome.FITS, Action.CONFIRM),
        (Outcome.UNREADABLE, Action.RECONCILE),
        (Outcome.NOT_SENT, Action.GIVE_UP),
        (Outcome.MAYBE_SENT, Action.RECONCILE),
        (Outcome.TOKEN_REFUSED, Action.GIVE_UP),
        (Outcome.FORBIDDEN, Action.REFUSE),
        (Outcome.NOT_FOUND, Action.REFUSE),
        (Outcome.LIMITED, Action.GIVE_UP),
        (Outcome.SERVER_FAULT, Action.RECONCILE),
    ],
)
def test_what_can_not_wait_does(kind: OperationKind, outcome: Outcome, action: Action) -> None:
    assert decide(kind, outcome) == Decision(action)


def test_a_redeem_of_another_amount_needs_a_manager() -> None:
    assert decide(OperationKind.REDEEM, Outcome.MISFITS) == Decision(
        Action.ATTENTION, AttentionKind.AMOUNT_DIFFERS
    )


@pytest.mark.parametrize("kind", [OperationKind.ISSUE, OperationKind.EXTEND, OperationKind.REFUND])
def test_another_answer_than_expected_is_looked_into(kind: OperationKind) -> None:
    assert decide(kind, Outcome.MISFITS) == Decision(Action.RECONCILE)
    assert decide(kind, Outcome.STATE_REFUSED) == Decision(Action.LOOK)


def test_a_refused_redeem_is_refused() -> None:
    assert decide(OperationKind.REDEEM, Outcome.STATE_REFUSED) == Decision(Action.REFUSE)


def test_nothing_that_may_have_been_sent_is_ever_sent_again_without_a_look() -> None:
    for kind in OperationKind:
        for outcome in (Outcome.MAYBE_SENT, Outcome.UNREADABLE):
            assert decide(kind, outcome).action in {Action.LOOK, Action.RECONCILE}


def test_every_outcome_but_two_is_an_answer() -> None:
    classes = {each: each.outcome_class for each in Outcome}
    assert classes[Outcome.NOT_SENT] is OutcomeClass.SURELY_NOT_SENT
    assert classes[Outcome.MAYBE_SENT] is OutcomeClass.MAYBE_SENT
    assert list(classes.values()).count(OutcomeClass.ANSWERED) == len(Outcome) - 2
