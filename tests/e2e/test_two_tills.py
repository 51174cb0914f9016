"""Two tills on one account and card, in the same second: nothing adopted or charged twice."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import pytest

from giftill.domain.operations import OperationKind, OperationState
from giftill.sandbox import SHOWCASE
from tests.helpers.processes import Ended, Till, kill, new_till, until, until_idle
from tests.helpers.proxy import Fate, Passing, Proxy, proxy_before
from tests.soak.books import Books, read_books

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from subprocess import Popen

    from tests.helpers.processes import Server

FULL = SHOWCASE["full_50"].code
DONE, REFUSED, ATTENTION = 0, 3, 7
# Requests a minute of the whole account, which its two tills share.
LIMIT = 4


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with proxy_before(server.url) as running:
        yield running


@pytest.fixture
def tills(proxy: Proxy, tmp_path: Path) -> tuple[Till, Till]:
    one, other = new_till(tmp_path / "one", proxy.url), new_till(tmp_path / "other", proxy.url)
    for each in (one, other):
        with (each.data / "settings.toml").open("a", encoding="utf-8") as settings:
            settings.write("tills_on_account = 2\n")
    return one, other


def at_once(*commands: tuple[Till, tuple[str, ...]]) -> list[Ended]:
    with ThreadPoolExecutor(len(commands)) as pool:
        running = [pool.submit(till.run, *words, "--json") for till, words in commands]
        return [each.result() for each in running]


def books_of(till: Till) -> Books:
    return asyncio.run(read_books(till.data, ()))


def held_by(till: Till) -> list[str]:
    return [each["transaction"] for each in till.json("holds")["holds"]]


def balance_agrees(server: Server) -> bool:
    card = server.card("full_50")
    total: int = sum(each["amount"] for each in card["transactions"])
    return bool(card["balance"] == total)


def lose_every_redeem(request: Passing) -> Fate:
    return Fate.DROP_AFTER if request.last_word == "redeem" else Fate.PASS


def lose_the_first_redeem() -> Callable[[Passing], Fate]:
    """Return a network that loses the answer to the first redeem, and no other."""
    lost: list[Passing] = []

    def choose(request: Passing) -> Fate:
        if request.last_word != "redeem" or lost:
            return Fate.PASS
        lost.append(request)
        return Fate.DROP_AFTER

    return choose


def test_two_lost_answers_of_one_second_are_asked_about_and_adopted_by_nobody(
    server: Server, proxy: Proxy, tills: tuple[Till, Till]
) -> None:
    proxy.choose = lose_every_redeem
    ended = at_once(*((each, ("redeem", FULL, "12.34")) for each in tills))
    assert [each.status for each in ended] == [ATTENTION, ATTENTION]
    assert [each["status"] for each in server.redeems("full_50", 1234)] == ["pending", "pending"]
    for till in tills:
        (redeem,) = books_of(till).operations
        assert (redeem.kind, redeem.state) == (OperationKind.REDEEM, OperationState.ATTENTION)
        assert held_by(till) == []
    assert balance_agrees(server)


def test_an_answer_lost_beside_one_that_came_leaves_each_hold_to_its_own_till(
    server: Server, proxy: Proxy, tills: tuple[Till, Till]
) -> None:
    proxy.choose = lose_the_first_redeem()
    ended = at_once(*((each, ("redeem", FULL, "12.34")) for each in tills))
    assert sorted(each.status for each in ended) == [DONE, ATTENTION]
    well, lost = sorted(zip(ended, tills, strict=True), key=lambda each: each[0].status)
    own = well[0].json["hold"]["transaction"]
    assert held_by(well[1]) == [own]
    assert held_by(lost[1]) == []
    (redeem,) = books_of(lost[1]).operations
    assert (redeem.kind, redeem.state) == (OperationKind.REDEEM, OperationState.ATTENTION)
    made = server.redeems("full_50", 1234)
    assert [each["status"] for each in made] == ["pending", "pending"]
    assert balance_agrees(server)


def test_two_sales_of_one_second_are_two_holds_and_each_till_has_its_own(
    server: Server, tills: tuple[Till, Till]
) -> None:
    made = at_once(*((each, ("redeem", FULL, "12.34")) for each in tills))
    own = [each.json["hold"]["transaction"] for each in made]
    assert len(set(own)) == 2
    assert [held_by(each) for each in tills] == [[own[0]], [own[1]]]
    at_once(*((till, ("capture", hold)) for till, hold in zip(tills, own, strict=True)))
    assert [each["status"] for each in server.redeems("full_50", 1234)] == ["success", "success"]
    assert server.card("full_50")["balance"] == 5000 - 2 * 1234
    assert balance_agrees(server)


def test_one_hold_captured_at_both_tills_is_captured_once(
    server: Server, proxy: Proxy, tills: tuple[Till, Till]
) -> None:
    one, other = tills
    hold = one.json("redeem", FULL, "12.34")["hold"]["transaction"]
    ended = at_once((one, ("capture", hold)), (other, ("capture", hold)))
    # The first to see the server did it; the other is told so, and neither does it again.
    assert DONE in (statuses := {each.status for each in ended}), ended
    assert statuses <= {DONE, REFUSED}, ended
    done = [
        each
        for each in proxy.passed
        if each.request.last_word == "capture" and each.statuses[0] < 300
    ]
    assert len(done) == 1
    assert [each["status"] for each in server.redeems("full_50", 1234)] == ["success"]
    assert server.card("full_50")["balance"] == 5000 - 1234
    assert balance_agrees(server)


def test_both_tills_together_ask_no_more_than_the_account_may(
    proxy: Proxy, tills: tuple[Till, Till]
) -> None:
    for each in tills:
        with (each.data / "settings.toml").open("a", encoding="utf-8") as settings:
            settings.write(f"requests_per_minute = {LIMIT}\n")
    # Of each till, one command finds that there is no request left.
    share = LIMIT // len(tills)
    running = [[till.start("locations") for _ in range(share + 1)] for till in tills]
    try:
        until(lambda: len(proxy.passed) >= LIMIT, "all that may be asked was asked")
        for own in running:
            until(partial(only_one_runs, own), "the others have ended")
            (waiting,) = filter(is_running, own)
            until_idle(waiting)
        assert len(proxy.passed) == LIMIT
        assert all(map(only_one_runs, running))
    finally:
        for process in chain.from_iterable(running):
            kill(process)


def only_one_runs(processes: list[Popen[bytes]]) -> bool:
    return sum(map(is_running, processes)) == 1


def is_running(process: Popen[bytes]) -> bool:
    return process.poll() is None


def test_a_hold_captured_here_and_released_there_ends_one_way_and_the_other_till_hears_of_it(
    server: Server, tills: tuple[Till, Till]
) -> None:
    one, other = tills
    hold = one.json("redeem", FULL, "12.34")["hold"]["transaction"]
    captured, released = at_once((one, ("capture", hold)), (other, ("release", hold)))
    (status,) = {each["status"] for each in server.redeems("full_50", 1234)}
    if status == "success":
        assert captured.status == DONE
        assert released.status != DONE
        assert server.card("full_50")["balance"] == 5000 - 1234
    else:
        assert released.status == DONE
        assert captured.status == ATTENTION
        assert server.card("full_50")["balance"] == 5000
    assert balance_agrees(server)
