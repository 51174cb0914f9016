"""The command line on a real sandbox process: every command, every exit status."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.processes import TOKEN, Till, kill, until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from tests.helpers.processes import Server

FULL = SHOWCASE["full_50"].code
REDEEMS = "/v1/giftcards/*/redeem"
DONE, USAGE, REFUSED, OFFLINE, QUEUED, UNKNOWN, ATTENTION, NOT_SET_UP, IN_USE = 0, *range(2, 10)


@contextmanager
def window_without_display(till: Till) -> Iterator[subprocess.Popen[bytes]]:
    """Run a terminal whose window is drawn nowhere, until it has the data folder."""
    process = till.with_environ(QT_QPA_PLATFORM="offscreen").start()
    try:
        until(lambda: till.run("holds").status == IN_USE, "the terminal has the data folder")
        yield process
    finally:
        kill(process)


def test_a_hold_is_captured_released_and_refunded(till: Till, server: Server) -> None:
    made = till.json("redeem", FULL, "12.50")
    assert made["result"] == "done"
    first = made["hold"]["transaction"]
    assert [each["transaction"] for each in till.json("holds")["holds"]] == [first]
    assert till.json("capture", first)["settled"][0]["result"] == "done"
    second = till.json("redeem", FULL, "7,25")["hold"]["transaction"]
    assert till.json("release", second)["settled"][0]["result"] == "done"
    third = till.json("redeem", FULL, "20", "--capture")["settled"][0]["hold"]["transaction"]
    assert till.json("refund", third, "5.00", "--reason", "Wrong size")["result"] == "done"
    assert till.json("card", FULL)["card"]["balance"] == 5000 - 1250 - 2000 + 500
    states = {each["id"]: each["status"] for each in server.card("full_50")["transactions"]}
    assert (states[first], states[second], states[third]) == ("success", "cancelled", "success")
    assert till.json("holds")["holds"] == []


def test_cards_are_sold_and_extended(till: Till, server: Server) -> None:
    sold = till.json("issue", SHOWCASE["new"].code, "25.00", "--promotional")
    assert sold["transaction"]["amount"] == 2500
    assert server.card("new")["promotional"] is True
    package = next(each for each in till.json("packages")["packages"] if each["active"])
    till.json("issue", SHOWCASE["new_2"].code, "--package", package["id"])
    assert server.card("new_2")["balance"] == package["amount"]
    until_day = (datetime.now(UTC) + timedelta(days=400)).date().isoformat()
    till.json("extend", SHOWCASE["expired_extendable"].code, "--until", until_day)
    assert server.card("expired_extendable")["is_redeemable"] is True


def test_what_the_account_has_is_listed(till: Till, server: Server) -> None:
    locations = till.json("locations")["locations"]
    assert [each["id"] for each in locations] == [
        each["id"] for each in server.get("locations?limit=100")
    ]
    newest = till.json("transactions", "--limit", "7")["transactions"]
    assert [each["id"] for each in newest] == [
        each["id"] for each in server.get("transactions?limit=7")
    ]
    card = server.card("long_history")
    of_one = till.json("transactions", "--card", card["id"], "--limit", "200")["transactions"]
    assert {each["giftcard"] for each in of_one} == {card["id"]}
    assert len(of_one) > 40
    at = locations[1]["id"]
    assert till.run("--location", at, "redeem", FULL, "1.00").status == DONE
    assert till.run("redeem", FULL, "1.00", "--location", "lc_nowhere").status != DONE


def test_the_journal_and_the_doctor_speak_to_machines(till: Till, tmp_path: Path) -> None:
    till.json("redeem", FULL, "3.00", "--capture")
    report = till.json("journal", "verify")["journal"]
    assert report["is_intact"] is True
    file = tmp_path / "journal.jsonl"
    assert till.json("journal", "export", "--out", str(file))["exported"]["entries"] > 0
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert till.json("token", "check")["token"]["works"] is True
    levels = {each["level"] for each in till.json("doctor")["checks"]}
    assert "fail" not in levels
    out = tmp_path / "cards.pdf"
    assert till.run("sandbox", "cards", "--out", str(out)).status == DONE
    assert out.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("redeem", FULL, "1e9"), USAGE),
        (("redeem", FULL, "-5"), USAGE),
        (("redeem", "TOO-SHORT", "5.00"), USAGE),
        (("capture", "FULL"), USAGE),
        (("nonsense",), USAGE),
        (("card", "AAAABBBBCCCCDDDD"), REFUSED),
        (("redeem", FULL, "50.01"), REFUSED),
        (("redeem", SHOWCASE["empty"].code, "1.00"), REFUSED),
        (("issue", FULL, "10.00"), REFUSED),
        (("capture", "tr_NoSuchTransaction"), REFUSED),
    ],
)
def test_what_can_t_be_done_is_a_sentence_and_a_status(
    till: Till, server: Server, words: tuple[str, ...], status: int
) -> None:
    ended = till.run(*words)
    assert ended.status == status, ended
    title, hint = ended.err.strip().splitlines()[:2]
    assert title.startswith("giftill: ")
    assert hint.strip()
    assert "Traceback" not in ended.err
    assert ended.out == ""
    assert server.card("full_50")["balance"] == 5000


def test_without_a_network_new_sales_are_refused_and_captures_queued(
    till: Till, server: Server
) -> None:
    hold = till.json("redeem", FULL, "12.50")["hold"]["transaction"]
    server.kill()
    assert till.run("redeem", FULL, "5.00").status == OFFLINE
    assert till.run("card", FULL).status == OFFLINE
    queued = till.run("capture", hold, "--json")
    assert (queued.status, queued.json["settled"][0]["result"]) == (QUEUED, "queued")
    assert till.run("outbox", "send").status == QUEUED
    server.start()
    assert till.run("outbox", "send").status == DONE
    assert till.json("outbox")["outbox"] == []
    assert server.card("full_50")["balance"] == 3750
    assert [each["status"] for each in server.redeems("full_50", 1250)] == ["success"]


def test_a_lost_answer_is_unknown_until_the_card_says_what_happened(
    till: Till, server: Server
) -> None:
    with server.fault("lose_answer_after", method="POST", path=REDEEMS):
        lost = till.run("redeem", FULL, "12.50", "--wait", "0")
    assert lost.status == UNKNOWN
    # The same again would charge twice: it is refused until the first is known.
    assert till.run("redeem", FULL, "12.50", "--wait", "0").status == UNKNOWN
    assert len(server.redeems("full_50", 1250)) == 1
    until(lambda: till.run("outbox", "send").status == DONE, "the hold was found")
    (hold,) = till.json("holds")["holds"]
    assert hold["transaction"] == server.redeems("full_50", 1250)[0]["id"]


def test_a_hold_released_elsewhere_needs_attention_and_is_closed_with_a_reason(
    till: Till, server: Server
) -> None:
    hold = till.json("redeem", FULL, "12.50")["hold"]["transaction"]
    assert server.request("DELETE", f"transactions/{hold}").status_code == 200
    refused = till.run("capture", hold)
    assert refused.status == ATTENTION
    assert "The money was given back to the card" in refused.err
    (item,) = till.json("outbox", "list")["outbox"]
    assert till.run("outbox", "resolve", item["id"]).status == USAGE
    till.json("outbox", "resolve", item["id"], "--reason", "paid in cash", "--manager", "Ada")
    assert till.json("outbox")["outbox"] == []
    assert "paid in cash" in till.run("journal", "export").out


@pytest.mark.parametrize("token", ["", "a-wrong-token"])
def test_without_a_token_that_works_it_is_not_set_up(till: Till, token: str) -> None:
    stranger = till.with_environ(GIFTILL_TOKEN=token)
    for words in (("card", FULL), ("redeem", FULL, "5.00"), ("token", "check")):
        ended = stranger.run(*words)
        assert ended.status == NOT_SET_UP, ended
        assert "token" in ended.err


def test_beside_a_running_terminal_reading_works_and_moving_money_is_9(
    till: Till, server: Server
) -> None:
    with window_without_display(till) as process:
        for line in (f"card {FULL}", "transactions", "locations", "packages", "doctor"):
            assert till.run(*line.split()).status == DONE, line
        for line in (f"redeem {FULL} 5.00", "outbox send", "journal verify"):
            ended = till.run(*line.split())
            assert ended.status == IN_USE, ended
            assert "already open" in ended.err
        assert TOKEN.encode() not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
    assert server.card("full_50")["balance"] == 5000
    # The folder is free again at once, also after a kill.
    assert till.run("holds").status == DONE
