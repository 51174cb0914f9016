"""The commands that only read from the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.journal import Journal
from giftill.sandbox import SHOWCASE, Fault, FaultKind
from tests.helpers.desk import sandbox
from tests.helpers.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from giftill.sandbox import SandboxServer

FULL = SHOWCASE["full_50"].code


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with sandbox() as running:
        yield running


@pytest.fixture
def shell(server: SandboxServer, tmp_path: Path) -> Iterator[Shell]:
    yield Shell(tmp_path / "till", server.url)
    server.faults.clear()


def test_a_card_is_shown_with_its_code_masked(shell: Shell) -> None:
    answer = shell.run("card", f"{FULL[:4]}-{FULL[4:8]}-{FULL[8:12]}-{FULL[12:]}".lower())
    assert answer.status == 0
    assert "€50.00" in answer.out
    assert "Can be used" in answer.out
    assert f"•••• •••• •••• {FULL[-4:]}" in answer.out
    assert FULL not in answer.out + answer.err


def test_a_wallet_link_is_a_code_and_its_secret_is_never_repeated(shell: Shell) -> None:
    answer = shell.run("card", f"https://wallet.gifty.nl/{FULL}/topsecret")
    assert answer.status == 0
    assert "topsecret" not in answer.out + answer.err


def test_a_machine_gets_cents_and_iso_times(shell: Shell) -> None:
    card = shell.run("card", FULL, "--json").json["card"]
    assert (card["balance"], card["currency"], card["state"]) == (5000, "EUR", "redeemable")
    assert card["transactions"][0]["type"] == "issue"
    assert "T" in card["expires_at"]


def test_a_machine_gets_no_code_either(shell: Shell) -> None:
    answer = shell.run("card", FULL, "--json")
    assert answer.json["card"]["code"] == f"•••• •••• •••• {FULL[-4:]}"
    assert FULL not in answer.out + answer.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("expired", "Expired"),
        ("empty", "Empty"),
        ("new", "Not activated"),
        ("never_expires", "never"),
        ("promotional", "Promotional"),
        ("dollars", "US$80.00"),
    ],
)
def test_every_kind_of_card_is_told_in_words(shell: Shell, name: str, words: str) -> None:
    assert words in shell.run("card", SHOWCASE[name].code).out


@pytest.mark.parametrize(
    "code",
    ["", "AAAA", "A" * 17, "A" * 32, "AAAABBBBCCCCDDD€", "8710400280507", "https://evil.nl/A"],
)
def test_what_is_no_card_code_is_never_sent(shell: Shell, code: str) -> None:
    answer = shell.run("card", code, GIFTILL_API_URL="http://127.0.0.1:9/v1/")
    assert answer.status == 2
    assert answer.out == ""
    assert len(answer.err.splitlines()) == 2


def test_an_unknown_card_is_refused_by_the_api(shell: Shell) -> None:
    answer = shell.run("card", "ZZZZZZZZZZZZZZZZ")
    assert answer.status == 3
    assert "Unknown card" in answer.err


def test_offline_is_never_called_an_unknown_card(shell: Shell) -> None:
    answer = shell.run("card", FULL, GIFTILL_API_URL="http://127.0.0.1:9/v1/")
    assert answer.status == 4
    assert "Can’t reach Gifty" in answer.err
    assert "nknown" not in answer.err


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.HTML_200,
        FaultKind.REDIRECT_302,
        FaultKind.EMPTY_BODY,
        FaultKind.HALF_BODY,
        FaultKind.HUGE_BODY,
        FaultKind.WRONG_TYPE,
        FaultKind.LOSE_BEFORE,
        FaultKind.STATUS_503,
        FaultKind.LIMITED,
    ],
)
def test_no_usable_answer_is_a_sentence_and_try_again_later(
    shell: Shell, server: SandboxServer, kind: FaultKind
) -> None:
    server.faults.set(Fault(kind))
    answer = shell.run("card", FULL)
    assert answer.status == 4
    assert answer.out == ""
    assert "Traceback" not in answer.err
    assert answer.err.startswith("giftill: ")


def test_a_refused_token_is_something_to_set_up(shell: Shell) -> None:
    answer = shell.run("card", FULL, GIFTILL_TOKEN="wrong-token")
    assert answer.status == 8
    assert "token" in answer.err
    assert "wrong-token" not in answer.err


def test_without_a_keyring_or_a_token_it_says_what_to_install(shell: Shell) -> None:
    answer = shell.run("card", FULL, GIFTILL_TOKEN="")
    assert answer.status == 8
    assert "gnome-keyring" in answer.err


def test_dutch_is_spoken_where_the_system_speaks_it(shell: Shell) -> None:
    answer = shell.run("card", FULL, LANG="nl_NL.UTF-8")
    assert "€\u00a050,00" in answer.out
    assert "Saldo" in answer.out


def test_transactions_come_newest_first_and_no_more_than_asked_for(shell: Shell) -> None:
    found = shell.run("transactions", "--limit", "130", "--json").json["transactions"]
    assert len(found) == 130
    times = [each["created_at"] for each in found]
    assert times == sorted(times, reverse=True)


def test_transactions_of_one_card_by_its_code_or_its_id(shell: Shell) -> None:
    code = SHOWCASE["long_history"].code
    by_code = shell.run("transactions", "--card", code, "--limit", "500", "--json").json
    card = shell.run("card", code, "--json").json["card"]["id"]
    by_id = shell.run("transactions", "--card", card, "--limit", "500", "--json").json
    assert by_code == by_id
    assert len(by_code["transactions"]) > 40


@pytest.mark.parametrize("limit", ["0", "-1", "1000000", "ten"])
def test_a_limit_that_is_none_is_a_usage_error(shell: Shell, limit: str) -> None:
    assert shell.run("transactions", "--limit", limit).status == 2


def test_all_locations_are_listed_over_all_pages(shell: Shell, server: SandboxServer) -> None:
    found = shell.run("locations", "--json").json["locations"]
    assert len(found) == 12
    answer = shell.run("locations", GIFTILL_LOCATION=found[3]["id"])
    (line,) = [line for line in answer.out.splitlines() if "← this till" in line]
    assert found[3]["id"] in line


def test_packages_are_listed_with_what_is_no_longer_sold(shell: Shell) -> None:
    answer = shell.run("packages")
    assert answer.status == 0
    assert "not sold now" in answer.out


def test_a_location_that_the_account_lacks_is_refused_before_anything_is_asked(
    shell: Shell,
) -> None:
    answer = shell.run("card", FULL, "--location", "lc_nowhere")
    assert answer.status == 3
    assert "lc_nowhere" in answer.err
    assert answer.out == ""


def test_general_options_stand_before_the_command_or_after_it(shell: Shell) -> None:
    before = shell.run("--json", "--api-url", shell.url, "card", FULL, GIFTILL_API_URL="")
    after = shell.run("card", FULL, "--json", "--api-url", shell.url, GIFTILL_API_URL="")
    assert before == after
    assert before.status == 0


def test_a_problem_is_json_too_where_json_was_asked_for(shell: Shell) -> None:
    answer = shell.run("--json", "card", "AAAA")
    assert answer.out == ""
    assert '"exit_status": 2' in answer.err


@pytest.mark.anyio
async def test_reading_works_beside_a_running_terminal(shell: Shell) -> None:
    import anyio.to_thread

    journal = await Journal.open(shell.data, now_ms=lambda: 0)
    try:
        answer = await anyio.to_thread.run_sync(shell.run, "card", FULL)
        in_use = await anyio.to_thread.run_sync(shell.run, "holds")
    finally:
        await journal.close()
    assert answer.status == 0
    assert in_use.status == 9
    assert "already open" in in_use.err
