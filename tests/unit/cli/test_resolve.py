"""What managers decide from the command line, against a real sandbox and a real journal."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from giftill.domain.operations import AttentionKind, OperationState
from giftill.domain.transactions import TransactionId
from giftill.journal import EventKind, Journal, Record
from giftill.sandbox import SHOWCASE, Fault, FaultKind

if TYPE_CHECKING:
    from giftill.sandbox import SandboxServer
    from tests.helpers.shell import Shell

FULL = SHOWCASE["full_50"].code


def balance(shell: Shell) -> int:
    cents: int = shell.run("card", FULL, "--json").json["card"]["balance"]
    return cents


def needs_attention(shell: Shell, server: SandboxServer, attention: AttentionKind) -> str:
    """Let a hold's answer get lost, find it, and bring it to a manager; return the operation."""
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path="/v1/giftcards/*/redeem", times=1))
    answer = shell.run("redeem", FULL, "12.50", "--json", "--wait", "0")
    assert answer.status == 6, answer

    async def settle() -> str:
        journal = await Journal.open(shell.data, now_ms=lambda: 0)
        (operation,) = await journal.operations(states=(OperationState.UNKNOWN,))
        made = server.ledger.latest_transactions(1, before_seq=None, card_id=operation.card)
        needy = replace(
            operation,
            state=OperationState.ATTENTION,
            attention=attention,
            result=TransactionId(made[0].id),
        )
        await journal.commit(Record(EventKind.ATTENTION, operation=needy))
        await journal.close()
        return operation.id

    return asyncio.run(settle())


def test_a_hold_that_was_found_is_used_and_captured(shell: Shell, server: SandboxServer) -> None:
    operation = needs_attention(shell, server, AttentionKind.POSSIBLE_HOLD)
    listed = shell.run("outbox")
    for way in ("use-hold", "release-hold", "close"):
        assert f"giftill outbox resolve {operation} --by {way} --reason" in listed.out
    words = ("outbox", "resolve", operation, "--by", "use-hold", "--reason", "It is ours")
    answer = shell.run(*words, "--manager", "Eva")
    assert answer.status == 0
    (hold,) = shell.run("holds", "--json").json["holds"]
    assert f"giftill capture {hold['transaction']}" in answer.out
    assert shell.run("capture", hold["transaction"]).status == 0
    assert balance(shell) == 3750


def test_a_hold_that_turned_up_late_is_released(shell: Shell, server: SandboxServer) -> None:
    operation = needs_attention(shell, server, AttentionKind.ORPHANED_HOLD)
    words = ("outbox", "resolve", operation, "--by", "release-hold", "--reason", "Paid in cash")
    answer = shell.run(*words)
    assert answer.status == 0
    assert "Release of €12.50: confirmed." in answer.out
    assert balance(shell) == 5000


def test_a_release_that_finds_no_answer_is_queued(shell: Shell, server: SandboxServer) -> None:
    operation = needs_attention(shell, server, AttentionKind.ORPHANED_HOLD)
    server.faults.set(Fault(FaultKind.LOSE_BEFORE, method="DELETE"))
    words = ("outbox", "resolve", operation, "--by", "release-hold", "--reason", "Paid in cash")
    assert shell.run(*words, "--json").status == 5


def test_what_is_not_clear_is_looked_at_again(shell: Shell, server: SandboxServer) -> None:
    operation = needs_attention(shell, server, AttentionKind.UNCLEAR)
    words = ("outbox", "resolve", operation, "--by", "try-again", "--reason", "It works again")
    (shell.data / "settings.toml").write_text("tills_on_account = 2\n", encoding="utf-8")
    answer = shell.run(*words)
    # Two tills are on the account, so that what it finds is a question again.
    assert answer.status == 7
    assert "may be this sale’s" in answer.err
    assert shell.run(*words).status == 3, "a question about a hold is not tried again"


def test_what_is_tried_again_and_found_is_done(shell: Shell, server: SandboxServer) -> None:
    operation = needs_attention(shell, server, AttentionKind.UNCLEAR)
    words = ("outbox", "resolve", operation, "--by", "try-again", "--reason", "It works again")
    answer = shell.run(*words)
    assert (answer.status, "confirmed" in answer.out) == (0, True)


def test_what_is_tried_again_offline_is_being_checked(shell: Shell, server: SandboxServer) -> None:
    operation = needs_attention(shell, server, AttentionKind.UNCLEAR)
    server.faults.set(Fault(FaultKind.OFFLINE))
    words = ("outbox", "resolve", operation, "--by", "try-again", "--reason", "Now")
    assert shell.run(*words).status == 6
