"""A redeem whose answer is lost after the server worked: one hold in the end, never two."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from giftill.domain.operations import OperationKind, OperationState
from giftill.sandbox import SHOWCASE
from tests.helpers.desktop import terminal
from tests.helpers.processes import Till, kill, new_till
from tests.helpers.proxy import Fate, Passing, Proxy, proxy_before
from tests.soak.books import audit, read_books, read_ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from giftill.domain.operations import Operation
    from tests.helpers.desktop import Desktop
    from tests.helpers.processes import Server

FULL = SHOWCASE["full_50"].code
DONE, ATTENTION = 0, 7


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with proxy_before(server.url) as running:
        yield running


def lose_first(fate: Fate) -> Callable[[Passing], Fate]:
    """Return a network that loses the answer to the first redeem, and no other."""
    lost: list[Passing] = []

    def choose(request: Passing) -> Fate:
        if request.last_word != "redeem" or lost:
            return Fate.PASS
        lost.append(request)
        return fate

    return choose


def till_of(home: Path, proxy: Proxy, tills: int) -> Till:
    till = new_till(home, proxy.url)
    with (till.data / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"tills_on_account = {tills}\n")
    return till


def the_redeem(till: Till, server: Server) -> Operation:
    """Return the one redeem of a till that nothing runs of, after holding it to the ledger."""
    books = asyncio.run(read_books(till.data, ()))
    (redeem,) = (each for each in books.operations if each.kind is OperationKind.REDEEM)
    made = server.redeems("full_50", 1234)
    assert [each["status"] for each in made] == ["pending"], "one hold, never two"
    # What the demonstration's own past left open is nobody's here.
    ours = {each["id"] for each in server.card("full_50")["transactions"]}
    ledger = read_ledger(server.ledger)
    kept = {id_: each for id_, each in ledger.transactions.items() if id_ in ours}
    assert audit([books], type(ledger)(kept, ledger.wrong_balances), is_settled=True) == []
    return redeem


def test_a_till_that_is_alone_adopts_the_hold_of_a_command_whose_answer_was_lost(
    server: Server, proxy: Proxy, tmp_path: Path
) -> None:
    till = till_of(tmp_path / "home", proxy, 1)
    proxy.choose = lose_first(Fate.DROP_AFTER)
    ended = till.run("redeem", FULL, "12.34", "--json")
    assert ended.status == DONE, ended
    assert proxy.counts()[Fate.DROP_AFTER] == 1
    redeem = the_redeem(till, server)
    assert redeem.state is OperationState.CONFIRMED
    (made,) = server.redeems("full_50", 1234)
    assert redeem.result == made["id"] == json.loads(ended.out)["hold"]["transaction"]
    assert till.run("capture", made["id"]).status == DONE


def test_of_two_tills_a_command_asks_a_manager_about_the_hold_it_finds(
    server: Server, proxy: Proxy, tmp_path: Path
) -> None:
    till = till_of(tmp_path / "home", proxy, 2)
    proxy.choose = lose_first(Fate.DROP_AFTER)
    ended = till.run("redeem", FULL, "12.34")
    assert ended.status == ATTENTION, ended
    redeem = the_redeem(till, server)
    assert redeem.state is OperationState.ATTENTION
    assert till.json("holds")["holds"] == []


@pytest.mark.serial
@pytest.mark.parametrize(
    ("tills", "said", "state"),
    [
        (1, "€12.34 is held", OperationState.CONFIRMED),
        (2, "Use it for this sale", OperationState.ATTENTION),
    ],
)
def test_the_window_finds_the_hold_whose_answer_was_lost_and_there_is_one(
    desktop: Desktop,
    server: Server,
    proxy: Proxy,
    tmp_path: Path,
    tills: int,
    said: str,
    state: OperationState,
) -> None:
    till = till_of(tmp_path / "home", proxy, tills)
    proxy.choose = lose_first(Fate.RESET_AFTER)
    with terminal(desktop, till) as window:
        desktop.scan(FULL)
        window.until_focus_on("Amount to hold")
        desktop.type("12.34")
        window.until_shows("Hold €12.34")
        desktop.press("F8")
        window.until_shows("do not charge again")
        window.until_shows(said)
        kill(window.process)
    assert the_redeem(till, server).state is state
