"""The commands that move money, against a real sandbox and a real journal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import apsw
import pytest

from giftill.sandbox import SHOWCASE, Fault, FaultKind
from tests.helpers.shell import Shell

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.sandbox import SandboxServer

FULL = SHOWCASE["full_50"].code
CAPTURES = "/v1/transactions/*/capture"


def balance(shell: Shell, code: str = FULL) -> int:
    cents: int = shell.run("card", code, "--json").json["card"]["balance"]
    return cents


def redeems(shell: Shell, code: str = FULL) -> list[tuple[int, str]]:
    """Return amount and status of every redeem of a card, as the server knows them."""
    found = shell.run("transactions", "--card", code, "--json").json["transactions"]
    return [(each["amount"], each["status"]) for each in found if each["type"] == "redeem"]


@pytest.mark.parametrize("amount", ["12.50", "12,50", "12,5", "€12.50"])
def test_redeem_holds_the_amount_and_says_how_to_go_on(shell: Shell, amount: str) -> None:
    answer = shell.run("redeem", FULL, amount)
    assert answer.status == 0
    assert "Held €12.50" in answer.out
    assert "giftill capture tr_" in answer.out
    assert redeems(shell) == [(-1250, "pending")]


def test_redeem_with_capture_is_a_hold_and_then_its_capture(
    shell: Shell, server: SandboxServer
) -> None:
    server.faults.set(Fault(FaultKind.STATUS_503, method="POST", path=CAPTURES, times=1))
    answer = shell.run("redeem", FULL, "12.50", "--capture")
    assert answer.status == 5
    assert redeems(shell) == [(-1250, "pending")]
    assert shell.run("redeem", FULL, "1.00", "--capture").status == 0
    assert (-100, "success") in redeems(shell)


@pytest.mark.parametrize("amount", ["0", "-5", "1e9", "12,345", "99999999999", "", "abc", "0.00"])
def test_what_is_no_amount_is_never_sent(shell: Shell, amount: str) -> None:
    answer = shell.run("redeem", FULL, amount, GIFTILL_API_URL="http://127.0.0.1:9/v1/")
    assert answer.status == 2
    assert answer.err.startswith("giftill: ")


def test_more_than_the_balance_is_refused_and_nothing_is_taken(shell: Shell) -> None:
    answer = shell.run("redeem", FULL, "50.01")
    assert answer.status == 3
    assert "€50.00" in answer.err
    assert redeems(shell) == []


@pytest.mark.parametrize("name", ["expired", "empty", "new"])
def test_a_card_that_can_t_be_used_is_refused(shell: Shell, name: str) -> None:
    code = SHOWCASE[name].code
    before = redeems(shell, code)
    answer = shell.run("redeem", code, "1.00")
    assert answer.status == 3
    assert redeems(shell, code) == before


def test_capture_and_release_settle_a_hold_once(shell: Shell) -> None:
    captured, released = shell.hold(FULL), shell.hold(FULL, "5.00")
    assert shell.run("capture", captured).status == 0
    assert shell.run("release", released).status == 0
    assert balance(shell) == 3750
    too_late = shell.run("release", captured)
    assert too_late.status == 3
    assert "was completed" in too_late.err
    assert f"giftill refund {captured} AMOUNT" in too_late.err
    too_late = shell.run("capture", released)
    assert too_late.status == 3
    assert "back on the card" in too_late.err
    assert "Outbox" not in too_late.err
    assert balance(shell) == 3750


def test_capturing_twice_is_one_capture(shell: Shell) -> None:
    hold = shell.hold(FULL)
    assert [shell.run("capture", hold).status for _ in range(2)] == [0, 0]
    assert redeems(shell) == [(-1250, "success")]


def test_offline_a_known_hold_is_queued_and_sent_later(shell: Shell, server: SandboxServer) -> None:
    hold = shell.hold(FULL)
    server.faults.set(Fault(FaultKind.OFFLINE))
    answer = shell.run("capture", hold)
    assert answer.status == 5
    assert "recorded safely" in answer.out
    assert shell.run("release", hold).status == 3
    assert shell.run("outbox", "send").status == 5
    assert shell.run("outbox", "--json").json["outbox"][0]["transaction"] == hold
    server.faults.clear()
    assert shell.run("outbox", "send").status == 0
    assert redeems(shell) == [(-1250, "success")]


def test_offline_nothing_new_is_charged(shell: Shell, server: SandboxServer) -> None:
    server.faults.set(Fault(FaultKind.OFFLINE))
    assert shell.run("redeem", FULL, "1.00").status == 4
    assert shell.run("issue", SHOWCASE["new"].code, "25.00").status == 4
    server.faults.clear()
    assert redeems(shell) == []


def test_a_hold_of_another_till_is_taken_over_online_only(
    shell: Shell, server: SandboxServer, tmp_path: Path
) -> None:
    other, another = Shell(tmp_path / "other", server.url), Shell(tmp_path / "a", server.url)
    another.hold(SHOWCASE["full_25"].code)
    hold = other.hold(FULL)
    server.faults.set(Fault(FaultKind.OFFLINE))
    for till in (shell, another):
        answer = till.run("capture", hold)
        assert answer.status == 4
        assert "Nothing was queued" in answer.err
        assert "safely in the outbox" not in answer.err
        assert "The outbox is empty" in till.run("outbox").out
    server.faults.clear()
    assert shell.run("capture", hold).status == 0
    assert redeems(shell) == [(-1250, "success")]


def test_what_is_no_hold_can_t_be_captured(shell: Shell) -> None:
    issue = shell.run("card", FULL, "--json").json["card"]["transactions"][0]["id"]
    assert shell.run("capture", issue).status == 3
    assert shell.run("capture", "tr_unknown").status == 3
    assert shell.run("capture", "not-an-id").status == 2


def test_a_lost_answer_is_unknown_and_never_charged_again(
    shell: Shell, server: SandboxServer
) -> None:
    lost = Fault(FaultKind.LOSE_ANSWER_AFTER, method="POST", path="*/redeem", times=1)
    server.faults.set(lost)
    answer = shell.run("redeem", FULL, "12.50", "--wait", "0")
    assert answer.status == 6
    assert "Do not do it again" in answer.err
    assert redeems(shell) == [(-1250, "pending")]
    assert shell.run("redeem", FULL, "12.50", "--wait", "0").status == 6
    assert redeems(shell) == [(-1250, "pending")]
    (item,) = shell.run("outbox", "--json").json["outbox"]
    assert item["state"] == "unknown"


def test_issue_by_amount_and_by_package(shell: Shell) -> None:
    package = shell.run("packages", "--json").json["packages"][0]
    assert shell.run("issue", SHOWCASE["new"].code, "25.00").status == 0
    by_package = shell.run("issue", SHOWCASE["new_2"].code, "--package", package["id"])
    assert by_package.status == 0
    assert balance(shell, SHOWCASE["new"].code) == 2500
    assert balance(shell, SHOWCASE["new_2"].code) == package["amount"]
    assert shell.run("issue", SHOWCASE["new"].code, "25.00").status == 3


def test_a_promotional_card_is_marked_as_one(shell: Shell) -> None:
    assert shell.run("issue", SHOWCASE["new"].code, "5.00", "--promotional").status == 0
    card = shell.run("card", SHOWCASE["new"].code, "--json").json["card"]
    assert card["promotional"] is True


@pytest.mark.parametrize(
    "words", [(), ("25.00", "--package", "gp_a"), ("--package", "../x"), ("--package", "")]
)
def test_issue_wants_an_amount_or_a_package(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell.run("issue", SHOWCASE["new"].code, *words).status == 2


def test_extend_revives_an_expired_card_until_the_end_of_the_day(shell: Shell) -> None:
    code = SHOWCASE["expired_extendable"].code
    assert shell.run("extend", code, "--until", "2031-12-31").status == 0
    card = shell.run("card", code, "--json").json["card"]
    assert card["balance"] == 4000
    assert card["is_redeemable"]
    assert card["expires_at"].startswith(("2031-12-31", "2032-01-01"))


@pytest.mark.parametrize("until", ["yesterday", "2020-01-01", "2031-02-30", "", "31-12-2031"])
def test_a_day_that_is_none_or_past_is_never_sent(shell: Shell, until: str) -> None:
    code = SHOWCASE["expired_extendable"].code
    answer = shell.run("extend", code, "--until", until, GIFTILL_API_URL="http://127.0.0.1:9/")
    assert answer.status == 2


def test_refund_gives_captured_money_back_in_part(shell: Shell) -> None:
    hold = shell.hold(FULL)
    assert shell.run("capture", hold).status == 0
    assert shell.run("refund", hold, "2.50", "--reason", "Wrong size").status == 0
    assert balance(shell) == 4000
    assert shell.run("refund", hold, "10.01").status == 3
    assert balance(shell) == 4000


def test_holds_are_listed_until_they_are_settled(shell: Shell) -> None:
    assert "No open holds" in shell.run("holds").out
    hold = shell.hold(FULL)
    answer = shell.run("holds")
    assert hold in answer.out
    assert FULL not in answer.out
    shell.run("release", hold)
    assert "No open holds" in shell.run("holds").out


def test_the_location_of_a_sale_is_the_one_given_or_set(
    shell: Shell, server: SandboxServer
) -> None:
    places = [each["id"] for each in shell.run("locations", "--json").json["locations"]]
    given = shell.run("redeem", FULL, "1.00", "--location", places[2], "--json").json
    by_environ = shell.run("redeem", FULL, "1.00", "--json", GIFTILL_LOCATION=places[5]).json
    assert given["hold"]["location"] == places[2]
    assert by_environ["hold"]["location"] == places[5]
    refused = shell.run("redeem", FULL, "1.00", "--location", "lc_nowhere")
    assert refused.status == 3
    assert len(redeems(shell)) == 2


def test_resolve_wants_an_item_that_needs_attention_and_a_reason(shell: Shell) -> None:
    assert shell.run("outbox", "resolve").status == 2
    assert shell.run("outbox", "resolve", "op_x").status == 2
    assert shell.run("outbox", "resolve", "op_x", "--reason", " ").status == 2
    answer = shell.run("outbox", "resolve", "op_x", "--reason", "paid in cash")
    assert answer.status == 3
    assert "Send now" not in answer.err
    assert "lists what needs attention" in answer.err
    assert shell.run("outbox", "send", "op_x").status == 2


def test_what_needs_attention_says_what_it_means_and_is_closed_with_a_reason(
    shell: Shell, server: SandboxServer, tmp_path: Path
) -> None:
    hold = shell.hold(FULL)
    other = Shell(tmp_path / "other", server.url)
    server.faults.set(Fault(FaultKind.OFFLINE))
    assert shell.run("capture", hold).status == 5
    server.faults.clear()
    assert other.run("release", hold).status == 0
    answer = shell.run("outbox", "send")
    assert answer.status == 7
    assert "The money was given back to the card" in answer.out
    (item,) = shell.run("outbox", "--json").json["outbox"]
    words = ("outbox", "resolve", item["id"], "--reason", "Customer paid in cash")
    assert shell.run(*words, "--manager", "Eva").status == 0
    assert shell.run("outbox", "--json").json["outbox"] == []
    assert "Customer paid in cash" in shell.run("journal", "export").out


def test_the_journal_is_verified_and_exported_without_a_code(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("journal", "verify").status == 0
    assert shell.run("journal", "export").out == ""
    shell.run("capture", shell.hold(FULL))
    report = shell.run("journal", "verify", "--json").json["journal"]
    assert report["is_intact"]
    out = tmp_path / "journal.jsonl"
    assert shell.run("journal", "export", "--out", str(out)).status == 0
    lines = out.read_text(encoding="utf-8").splitlines()
    assert len(lines) == report["entries"]
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert FULL not in "".join(lines)
    assert shell.run("journal", "export", "--out", str(tmp_path)).status == 2


def doctor_says_of_the_journal(shell: Shell) -> str:
    checks = {each["check"]: each for each in shell.run("doctor", "--json").json["checks"]}
    assert checks["journal"]["level"] == "fail"
    return f"{checks['journal']['message']} {checks['journal']['hint']}"


def tamper(shell: Shell, change: str) -> None:
    """Change the journal behind Giftill's back."""
    connection = apsw.Connection(str(shell.data / "journal.sqlite3"))
    connection.execute(change)
    connection.close()


def test_a_state_from_nowhere_is_told_as_what_it_is(shell: Shell) -> None:
    shell.hold(FULL)
    tamper(
        shell,
        "CREATE TEMP TABLE copy AS SELECT * FROM hold; UPDATE copy SET transaction_id = 'tr_new';"
        "INSERT INTO hold SELECT * FROM copy;",
    )
    answer = shell.run("journal", "verify")
    finding = "No entry says where the state of tr_new comes from."
    assert answer.status == 7
    assert finding in answer.err
    assert finding in doctor_says_of_the_journal(shell)


def test_the_doctor_finds_damage_that_the_chain_does_not_show(shell: Shell) -> None:
    shell.hold(FULL)
    index = "CREATE INDEX hold_by_sale ON hold (sale)"
    redefine = (
        "PRAGMA writable_schema = 1;"
        " UPDATE sqlite_schema SET sql = '{}' WHERE name = 'hold_by_sale'"
    )
    tamper(shell, redefine.format(index.replace("(sale)", "(cashier)")))
    tamper(shell, "REINDEX hold_by_sale")
    tamper(shell, redefine.format(index))
    assert "hold_by_sale" in doctor_says_of_the_journal(shell)


def test_the_token_is_kept_while_the_outbox_needs_it(shell: Shell, server: SandboxServer) -> None:
    hold = shell.hold(FULL)
    server.faults.set(Fault(FaultKind.OFFLINE))
    assert shell.run("capture", hold).status == 5
    answer = shell.run("token", "forget")
    assert answer.status == 3
    assert "1 waiting" in answer.err
    # Forced, it goes on to the keyring, of which there is none here.
    assert shell.run("token", "forget", "--force").status == 8


def test_nothing_that_a_command_leaves_on_disk_has_a_code_or_the_token(shell: Shell) -> None:
    shell.run("capture", shell.hold(FULL))
    shell.run("card", FULL, GIFTILL_API_URL="http://127.0.0.1:9/v1/")
    written = b"".join(each.read_bytes() for each in shell.data.rglob("*") if each.is_file())
    assert FULL.encode() not in written
    assert b"test-token" not in written
