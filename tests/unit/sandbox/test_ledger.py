"""The ledger used as a library: whole transactions, audits, files."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giftill.sandbox import Ledger, SandboxError
from giftill.sandbox.ledger import Caller
from giftill.sandbox.model import BalanceError
from giftill.sandbox.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = 1_800_000_000
CALLER = Caller(NOW)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    opened = Ledger()
    yield opened
    opened.close()


def issued(ledger: Ledger, amount_cents: int = 1_000) -> str:
    """The code of a new card with money on it."""
    code = ledger.add_card(now=NOW).code
    ledger.issue(code, amount_cents=amount_cents, currency="EUR", caller=CALLER)
    return code


def balance_cents(ledger: Ledger, code: str) -> int:
    card = ledger.card_by_code(code)
    assert card is not None
    return card.balance_cents


def test_an_exception_undoes_everything_inside_one_transaction(ledger: Ledger) -> None:
    code = issued(ledger)

    def spend_and_fail() -> None:
        with ledger.atomically():
            ledger.redeem(code, 400, "EUR", capture=True, caller=CALLER)
            ledger.redeem(code, 601, "EUR", capture=True, caller=CALLER)

    with pytest.raises(Problem):
        spend_and_fail()
    assert balance_cents(ledger, code) == 1_000
    assert len(ledger.transactions()) == 1


def test_the_audit_finds_a_balance_that_was_tampered_with(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = Ledger(path)
    code = issued(ledger)
    assert ledger.balance_errors() == []
    ledger.close()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE card SET balance_cents = 5")
    other.close()
    ledger = Ledger(path)
    card = ledger.card_by_code(code)
    assert card is not None
    assert ledger.balance_errors() == [BalanceError(card.id, 5, 1_000)]
    ledger.close()


def test_a_ledger_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    Ledger(path).close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(SandboxError, match="not a sandbox ledger of this version"):
        Ledger(path)


def test_a_card_expires_in_the_second_that_it_says(ledger: Ledger) -> None:
    code = ledger.add_card(now=NOW, validity_days=1).code
    ledger.issue(code, amount_cents=500, currency="EUR", caller=CALLER)
    ledger.expire_due(NOW + 86_399)
    assert balance_cents(ledger, code) == 500
    ledger.expire_due(NOW + 86_400)
    assert balance_cents(ledger, code) == 0


def test_an_extension_gives_back_only_what_the_last_expiry_took(ledger: Ledger) -> None:
    code = ledger.add_card(now=NOW, validity_days=1).code
    ledger.issue(code, amount_cents=500, currency="EUR", caller=CALLER)
    day = 86_400
    ledger.expire_due(NOW + day)
    ledger.extend(code, NOW + 2 * day, caller=Caller(NOW + day))
    ledger.redeem(code, 200, "EUR", capture=True, caller=Caller(NOW + day + 1))
    ledger.expire_due(NOW + 2 * day)
    second = ledger.extend(code, NOW + 9 * day, caller=Caller(NOW + 2 * day))
    assert second.amount_cents == 300
    assert balance_cents(ledger, code) == 300


def test_a_refund_to_an_expired_card_expires_at_once(ledger: Ledger) -> None:
    code = ledger.add_card(now=NOW, validity_days=1).code
    ledger.issue(code, amount_cents=500, currency="EUR", caller=CALLER)
    redeem = ledger.redeem(code, 500, "EUR", capture=True, caller=CALLER)
    ledger.refund(redeem.id, 500, "EUR", caller=Caller(NOW + 86_400))
    assert balance_cents(ledger, code) == 0
    assert [row.type for row in ledger.transactions()][-2:] == ["refund", "expire"]


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["hold", "redeem", "capture", "release", "refund", "extend", "wait"]),
            st.integers(1, 1_200),
        ),
        max_size=30,
    )
)
def test_whatever_is_asked_the_balance_is_the_sum_and_never_negative(
    steps: list[tuple[str, int]],
) -> None:
    ledger = Ledger()
    code = ledger.add_card(now=NOW, validity_days=2).code
    ledger.issue(code, amount_cents=1_000, currency="EUR", caller=CALLER)
    now = NOW
    for action, size in steps:
        chosen = ledger.transactions()[size % len(ledger.transactions())].id
        caller = Caller(now)
        ledger.expire_due(now)
        with suppress(Problem):
            match action:
                case "hold" | "redeem":
                    captured = action == "redeem"
                    ledger.redeem(code, size, "EUR", capture=captured, caller=caller)
                case "capture":
                    ledger.capture(chosen, caller=caller)
                case "release":
                    ledger.release(chosen, caller=caller)
                case "refund":
                    ledger.refund(chosen, size, "EUR", caller=caller)
                case "extend":
                    ledger.extend(code, now + size * 100, caller=caller)
                case _:
                    now += size * 100
        assert ledger.balance_errors() == []
        assert 0 <= balance_cents(ledger, code) <= 1_000
    ledger.close()
