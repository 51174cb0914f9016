"""The table of what needs attention: every kind has words and a way out."""

from __future__ import annotations

import pytest

from giftill.domain.attention import CASES, Resolution, case_of, resolutions_of
from giftill.domain.operations import AttentionKind, OperationKind, OperationState
from giftill.domain.transactions import TransactionId
from tests.helpers.journal import an_operation

USE, RELEASE, AGAIN, CLOSE = (
    Resolution.USE_HOLD,
    Resolution.RELEASE_HOLD,
    Resolution.TRY_AGAIN,
    Resolution.CLOSE,
)

# What a manager can decide, with a hold that is known and a card that can be looked at.
TABLE = {
    AttentionKind.RELEASED_BUT_CAPTURE_WANTED: (CLOSE,),
    AttentionKind.CAPTURED_BUT_RELEASE_WANTED: (CLOSE,),
    AttentionKind.TRANSACTION_MISSING: (AGAIN, CLOSE),
    AttentionKind.FORBIDDEN: (AGAIN, CLOSE),
    AttentionKind.KEEPS_BEING_REFUSED: (AGAIN, CLOSE),
    AttentionKind.AMOUNT_DIFFERS: (USE, RELEASE, CLOSE),
    AttentionKind.POSSIBLE_HOLD: (USE, RELEASE, CLOSE),
    AttentionKind.ORPHANED_HOLD: (RELEASE, USE, CLOSE),
    AttentionKind.POSSIBLY_DONE: (AGAIN, CLOSE),
    AttentionKind.DONE_AFTER_ALL: (CLOSE,),
    AttentionKind.UNCLEAR: (AGAIN, CLOSE),
}


@pytest.mark.parametrize("kind", AttentionKind)
def test_each_kind_has_the_ways_out_of_the_table(kind: AttentionKind) -> None:
    needy = an_operation(
        state=OperationState.ATTENTION, attention=kind, result=TransactionId("tr_9")
    )
    assert resolutions_of(needy) == TABLE[kind]


@pytest.mark.parametrize("kind", AttentionKind)
def test_each_kind_says_what_happened_what_it_means_and_what_to_do(kind: AttentionKind) -> None:
    case = CASES[kind]
    assert all(sentence.endswith((".", "?")) for sentence in (case.what, case.meaning, case.advice))
    assert case.resolutions[-1] is CLOSE, "a manager can always close it"


@pytest.mark.parametrize("state", sorted(set(OperationState) - {OperationState.ATTENTION}))
def test_what_needs_nobody_has_nothing_to_be_decided(state: OperationState) -> None:
    assert resolutions_of(an_operation(state=state)) == ()


def test_without_a_hold_there_is_none_to_use_or_release() -> None:
    needy = an_operation(state=OperationState.ATTENTION, attention=AttentionKind.POSSIBLE_HOLD)
    assert resolutions_of(needy) == (CLOSE,)


def test_without_a_card_there_is_nothing_to_look_at_again() -> None:
    needy = an_operation(
        kind=OperationKind.REDEEM,
        state=OperationState.ATTENTION,
        attention=AttentionKind.UNCLEAR,
        card=None,
    )
    assert resolutions_of(needy) == (CLOSE,)


def test_without_a_reason_it_is_not_clear() -> None:
    assert case_of(an_operation()) is CASES[AttentionKind.UNCLEAR]
