"""Holds a till's journal against the server's ledger: what must be true whatever was killed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .processes import until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .processes import Server, Till

# Two quiet periods of the reconciler, and room for a busy PC.
_SETTLED_WITHIN_S = 90.0
_LIVE = {"pending", "success"}


@dataclass(frozen=True)
class Books:
    """What the till says happened.

    Attributes:
        operations: Each operation as it stands, by its id.
        open_holds: The transactions of the holds that are neither captured nor released.
    """

    operations: dict[str, dict[str, Any]]
    open_holds: frozenset[str]


def settle(till: Till) -> None:
    """Let a till that nothing runs of finish what it began."""
    until(
        lambda: till.run("outbox", "send").status == 0,
        "nothing is queued or being checked",
        timeout_s=_SETTLED_WITHIN_S,
        pause_s=1.0,
    )


def read_books(till: Till) -> Books:
    """Read a till's journal.

    Raises:
        AssertionError: The journal is not intact.
    """
    report = till.json("journal", "verify")["journal"]
    assert report["is_intact"] is True, report
    operations = {}
    for line in till.run("journal", "export").out.splitlines():
        operation = json.loads(line)["operation"]
        if operation is not None:
            operations[operation["id"]] = operation
    holds = till.json("holds")["holds"]
    return Books(operations, frozenset(each["transaction"] for each in holds))


def audit(till: Till, server: Server, cards: Sequence[str]) -> Books:
    """Compare journal and ledger, after everything has come to an end.

    Args:
        till: A till that nothing runs of.
        server: Its server.
        cards: The showcase cards that it used; no two operations on one of them were for the same
            amount.

    Raises:
        AssertionError: They differ, or something is left without an end.
    """
    books = read_books(till)
    assert till.json("outbox")["outbox"] == []
    ledger = [each for name in cards for each in _transactions(server, name)]
    by_id = {each["id"]: each for each in ledger}
    for operation in books.operations.values():
        if operation["kind"] == "redeem":
            _check_redeem(operation, ledger)
        else:
            assert operation["state"] == "confirmed", operation
            assert by_id[operation["transaction_id"]]["status"] == "success", operation
    mine = {each["result"] for each in books.operations.values() if each["kind"] == "redeem"}
    pending = {each["id"] for each in ledger if each["status"] == "pending"}
    assert pending == books.open_holds, "a live hold is unknown, or a known one is not live"
    assert books.open_holds <= mine
    return books


def _transactions(server: Server, name: str) -> list[dict[str, Any]]:
    """Return a card's transactions, after checking that they add up to its balance."""
    card = server.card(name)
    found: list[dict[str, Any]] = [{**each, "card": card["id"]} for each in card["transactions"]]
    assert card["balance"] == sum(each["amount"] for each in found), name
    return found


def _check_redeem(operation: dict[str, Any], ledger: Sequence[dict[str, Any]]) -> None:
    wanted = (operation["card"], "redeem", -operation["amount_cents"])
    made = [
        each["id"]
        for each in ledger
        if (each["card"], each["type"], each["amount"]) == wanted and each["status"] in _LIVE
    ]
    if operation["state"] == "confirmed":
        assert made == [operation["result"]], operation
    else:
        assert operation["state"] == "not_done", operation
        assert made == [], operation
