"""Tells how a request that moves money ended: in words, as JSON, and by the exit status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.domain.attention import case_of, resolutions_of
from giftill.domain.message import N_
from giftill.domain.operations import OperationKind
from giftill.services.connectivity import Link

from .documents import hold_document, operation_document, transaction_document
from .exits import Exit
from .problems import exit_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giftill.domain.operations import Operation
    from giftill.services.results import Placed, Settled

    from .context import Context

_DONE = {
    OperationKind.REDEEM: N_("Held {amount} on {card}."),
    OperationKind.CAPTURE: N_("Confirmed: {amount} taken from {card}."),
    OperationKind.RELEASE: N_("Confirmed: {amount} given back to {card}."),
    OperationKind.ISSUE: N_("Sold: {amount} on {card}."),
    OperationKind.EXTEND: N_("Extended: {card}."),
    OperationKind.REFUND: N_("Refunded {amount} to {card}."),
}
_QUEUED = {
    OperationKind.CAPTURE: N_("Queued: the capture of {amount} is recorded safely."),
    OperationKind.RELEASE: N_("Queued: the release of {amount} is recorded safely."),
}
_WHY_QUEUED = {
    Link.OFFLINE: N_("Gifty can’t be reached now."),
    Link.TOKEN_REFUSED: N_("Gifty refuses the token; run “giftill token set”."),
    Link.LIMITED: N_("Gifty asked this till to wait."),
}


def tell_placed(context: Context, placed: Placed) -> Exit:
    """Tell what became of a redeem, issue, extend or refund, and return the exit status."""
    from giftill.services.results import Result

    t, terminal, operation = context.t, context.terminal, placed.operation
    status = _status_of_placed(placed)
    if placed.error is not None and placed.result in {Result.REFUSED, Result.NOT_DONE}:
        terminal.problem(placed.error, status)
        return status
    terminal.answer(
        {
            "result": placed.result.value,
            "operation": operation_document(operation) if operation else None,
            "hold": hold_document(placed.hold) if placed.hold else None,
            "transaction": (
                transaction_document(placed.transaction) if placed.transaction else None
            ),
        }
    )
    if operation is None:
        return status
    if placed.result is Result.DONE:
        terminal.say(_done(context, operation))
        _tell_next_steps(context, placed)
    elif placed.result is Result.CHECKING:
        terminal.note(
            t(
                "Not known yet: {amount} on {card}. Do not do it again; the till keeps checking.",
                amount=operation.amount,
                card=operation.card_masked or "–",
            )
        )
        terminal.note(t("Run “giftill outbox” to see what was found."))
    elif placed.result is Result.ATTENTION:
        tell_attention(context, operation)
    return status


def tell_settled(context: Context, settled: Sequence[Settled], link: Link) -> Exit:
    """Tell what became of captures or releases, and return the gravest exit status.

    Args:
        context: Where to write.
        settled: What became of each.
        link: The connection afterwards: why something waits.
    """
    from giftill.services.results import Result

    t, terminal = context.t, context.terminal
    statuses = {
        Result.DONE: Exit.DONE,
        Result.QUEUED: Exit.QUEUED,
        Result.CHECKING: Exit.QUEUED,
        Result.ATTENTION: Exit.ATTENTION,
    }
    terminal.answer(
        {
            "settled": [
                {
                    "result": each.result.value,
                    "hold": hold_document(each.hold),
                    "operation": operation_document(each.operation),
                }
                for each in settled
            ]
        }
    )
    for each in settled:
        if each.result is Result.DONE:
            terminal.say(_done(context, each.operation))
        elif each.result is Result.ATTENTION:
            tell_attention(context, each.operation)
        else:
            terminal.say(t(_QUEUED[each.operation.kind], amount=each.operation.amount))
    gravest = max((statuses.get(each.result, Exit.REFUSED) for each in settled), default=Exit.DONE)
    if gravest is Exit.QUEUED:
        if link in _WHY_QUEUED:
            terminal.note(t(_WHY_QUEUED[link]))
        terminal.note(t("The terminal sends it by itself, or run “giftill outbox send”."))
    return gravest


def tell_attention(context: Context, operation: Operation) -> None:
    """Tell that a manager must decide, why, and how."""
    t, terminal = context.t, context.terminal
    terminal.note(
        t("Needs attention: {amount} on {card}.", amount=operation.amount, card=_card(operation))
    )
    for sentence in attention_sentences(operation):
        terminal.note("  " + t(sentence))
    for line in ways_to_resolve(operation):
        terminal.note("  " + line)


def attention_sentences(operation: Operation) -> tuple[str, ...]:
    """Return why an operation needs attention, what that means and what to do: source texts."""
    case = case_of(operation)
    return (case.what, case.meaning, case.advice)


def ways_to_resolve(operation: Operation) -> tuple[str, ...]:
    """Return the commands with which a manager can decide about an operation."""
    return tuple(
        f"giftill outbox resolve {operation.id} --by {each} --reason …"
        for each in resolutions_of(operation)
    )


def _done(context: Context, operation: Operation) -> str:
    return context.t(_DONE[operation.kind], amount=operation.amount, card=_card(operation))


def _card(operation: Operation) -> str:
    return operation.card_masked or operation.card or "–"


def _status_of_placed(placed: Placed) -> Exit:
    from giftill.services.results import Result

    if placed.result is Result.DONE:
        return Exit.DONE
    if placed.result is Result.CHECKING:
        return Exit.UNKNOWN
    if placed.result is Result.ATTENTION:
        return Exit.ATTENTION
    if placed.error is None:
        return Exit.REFUSED
    return exit_for(placed.error)


def _tell_next_steps(context: Context, placed: Placed) -> None:
    if placed.hold is None:
        return
    hold, t, terminal = placed.hold, context.t, context.terminal
    terminal.say(t("Complete it:  giftill capture {id}", id=hold.transaction))
    terminal.say(t("Cancel it:    giftill release {id}", id=hold.transaction))
