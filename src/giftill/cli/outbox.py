"""The outbox from the command line: what waits, sending it now, and resolving what can't go on."""

from __future__ import annotations

import getpass
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from giftill.domain.attention import Resolution
from giftill.domain.message import N_, Message
from giftill.domain.operations import OperationId, OperationState

from .documents import hold_document, operation_document
from .exits import Exit
from .outcomes import attention_sentences, tell_attention, ways_to_resolve
from .problems import UsageError
from .words import OPERATION_KINDS, OPERATION_STATES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from giftill.domain.operations import Operation
    from giftill.services.attention import Resolved
    from giftill.texts import Texts

    from .arguments import Parser
    from .context import Context

_LONGEST_REASON: Final = 500


def add_outbox(parser: Parser) -> None:
    """Add the arguments of `outbox`."""
    t = parser.t
    parser.own.add_argument(
        "action",
        choices=("list", "send", "resolve"),
        nargs="?",
        default="list",
        help=t("list what waits, send it now, or resolve what needs attention"),
    )
    parser.own.add_argument("id", metavar="ID", nargs="?", help=t("what to resolve, op_…"))
    parser.own.add_argument(
        "--by",
        choices=tuple(each.value for each in Resolution),
        default=Resolution.CLOSE.value,
        help=t("what to do: close it, look again, or use or release the hold that was found"),
    )
    parser.own.add_argument("--reason", metavar=t("REASON"), help=t("why it is decided so"))
    parser.own.add_argument(
        "--manager", metavar=t("NAME"), default="", help=t("who decides; else who is signed in")
    )


async def outbox(context: Context, arguments: argparse.Namespace) -> Exit:
    """Carry out `outbox`.

    Raises:
        UsageError: `resolve` lacks its id or reason, or another action was given one.
    """
    if arguments.action == "resolve":
        return await _resolve(context, arguments)
    if arguments.id is not None or arguments.reason is not None:
        raise UsageError(
            Message(N_("An id and a reason belong to “outbox resolve” only.")),
            Message(N_("Such as: giftill outbox resolve op_… --reason “paid in cash”")),
        )
    return await (_send(context) if arguments.action == "send" else _list(context))


async def _list(context: Context) -> Exit:
    from giftill.services.settle import SHOWN

    async with context.journal() as journal:
        items = await journal.operations(states=SHOWN) if journal else ()
    context.terminal.answer({"outbox": [operation_document(each) for each in items]})
    _tell_items(context, items)
    return Exit.DONE


async def _send(context: Context) -> Exit:
    async with context.desk() as desk:
        await desk.outbox.drain()
        await desk.reconciler.drain()
        items = await desk.outbox.items()
    context.terminal.answer({"outbox": [operation_document(each) for each in items]})
    _tell_items(context, items)
    states = {each.state for each in items}
    if OperationState.ATTENTION in states:
        return Exit.ATTENTION
    return Exit.QUEUED if states else Exit.DONE


async def _resolve(context: Context, arguments: argparse.Namespace) -> Exit:
    from giftill.services.attention import Ruling

    reason = (arguments.reason or "").strip()
    if not arguments.id or not reason or len(reason) > _LONGEST_REASON:
        raise UsageError(
            Message(N_("“outbox resolve” needs the id and a reason of at most 500 characters.")),
            Message(N_("Such as: giftill outbox resolve op_… --reason “paid in cash”")),
        )
    manager = arguments.manager.strip() or _signed_in()
    ruling = Ruling(Resolution(arguments.by), reason, manager)
    async with context.wiring.open_desk(context.settings, context.folders, context.environ) as desk:
        resolved = await desk.attention.resolve(OperationId(arguments.id), ruling)
        # Nothing else works here that would look, or send, by itself.
        await desk.reconciler.drain()
        operation = await desk.journal.operation(resolved.operation.id) or resolved.operation
    return _tell_resolved(context, replace(resolved, operation=operation), ruling.resolution)


def _tell_resolved(context: Context, resolved: Resolved, resolution: Resolution) -> Exit:
    t, terminal = context.t, context.terminal
    operation, hold = resolved.operation, resolved.hold
    document: dict[str, object] = {"operation": operation_document(operation)}
    if hold is not None:
        document["hold"] = hold_document(hold)
    terminal.answer(document)
    if resolution is Resolution.TRY_AGAIN:
        terminal.say(t("Tried {id} again: {state}.", id=operation.id, state=_state(t, operation)))
        if operation.state is OperationState.ATTENTION:
            tell_attention(context, operation)
            return Exit.ATTENTION
        if operation.state in {OperationState.UNKNOWN, OperationState.QUEUED}:
            return Exit.QUEUED if operation.kind.is_settlement else Exit.UNKNOWN
        return Exit.DONE
    if resolution is Resolution.USE_HOLD and hold is not None:
        terminal.say(t("Complete it:  giftill capture {id}", id=hold.transaction))
        terminal.say(t("Cancel it:    giftill release {id}", id=hold.transaction))
    elif resolved.settlement is not None and hold is not None:
        state = _state(t, resolved.settlement)
        terminal.say(t("Release of {amount}: {state}.", amount=hold.amount, state=state))
        is_done = resolved.settlement.state is OperationState.CONFIRMED
        return Exit.DONE if is_done else Exit.QUEUED
    else:
        terminal.say(t("Closed {id}; the reason is in the journal.", id=operation.id))
    return Exit.DONE


def _state(t: Texts, operation: Operation) -> str:
    return t(OPERATION_STATES[operation.state])


def _tell_items(context: Context, items: Sequence[Operation]) -> None:
    t, terminal = context.t, context.terminal
    if not items:
        terminal.say(t("The outbox is empty: everything is confirmed."))
        return
    now_s = datetime.now(UTC).timestamp()
    rows = [(t("Age"), t("What"), t("Amount"), t("Card"), t("State"), t("Id"))]
    rows += [
        (
            t.age(now_s - each.created_at_ms / 1000),
            t(OPERATION_KINDS[each.kind]),
            t.money(each.amount),
            each.card_masked or each.card or "–",
            t(OPERATION_STATES[each.state]),
            each.id,
        )
        for each in items
    ]
    terminal.table(rows, right=(2,))
    for each in items:
        if each.attention is not None:
            terminal.say("")
            sentences = " ".join(t(sentence) for sentence in attention_sentences(each))
            terminal.say(f"{each.id}: {sentences}")
            for line in ways_to_resolve(each):
                terminal.say(f"  {line}")


def _signed_in() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A system account without a name; the journal then has the reason alone.
        return ""
