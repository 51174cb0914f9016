"""Pauses of a whole account: what the API asks for, what a refused token means, and their end."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import OperationKind, OperationState
from giftill.gifty import AskedToWait, Priority, TokenAwaited, TokenRefused, Urgency
from giftill.gifty.errors import GiftyError, Offline, RateLimited, UnreadableAnswer
from giftill.gifty.exchange import Exchange, Purpose, Request
from giftill.sandbox import Fault, FaultKind, SandboxConfig, SandboxServer
from giftill.services.breaker import Breaker
from giftill.services.clock import SystemClock
from giftill.services.connectivity import Connectivity, Link
from giftill.services.results import LimitReached, Result
from tests.helpers.desk import TOKEN, code_of, desk_on
from tests.helpers.patience import until

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.domain.operations import Operation
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

CAPTURE = "/v1/transactions/*/capture"
ASKED = Request("GET", "/locations", Purpose.READ)
NOW_MS = 1_800_000_000_000
DAY_MS = 24 * 3_600_000


class HandClock(SystemClock):
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW_MS

    def now_ms(self) -> int:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def connectivity(clock: HandClock) -> Connectivity:
    return Connectivity(clock)


def met(connectivity: Connectivity, status: int | None, error: GiftyError | None = None) -> None:
    """Let a request meet something."""
    connectivity.watch(Exchange(ASKED, status, error, 0.1, None))


def limit(connectivity: Connectivity, asked_s: float | None) -> float:
    """Let the API ask for a wait; return how long the till waits, in seconds."""
    met(connectivity, 429, RateLimited(ASKED, 429, retry_after_s=asked_s))
    return (connectivity.limited_until_ms - NOW_MS) / 1000


def listen(desk: Desk) -> list[Exchange]:
    """Return a list that grows with every request that is made from now on."""
    heard: list[Exchange] = []

    def hear(exchange: Exchange) -> None:
        heard.append(exchange)
        desk.connectivity.watch(exchange)

    desk.client._watch = hear
    return heard


async def queue(desk: Desk, count: int) -> tuple[Operation, ...]:
    """Hold 1.00 so often and record the captures."""
    code = code_of("large")
    card = await desk.sales.look_up(code)
    made = [
        (await desk.sales.hold(code, card, Money(100), desk.sales.new_sale())).hold
        for _ in range(count)
    ]
    return await desk.outbox.record([each for each in made if each], OperationKind.CAPTURE)


@pytest.mark.parametrize(
    ("asked_s", "waits_s"), [(0.0, 1.0), (90.0, 90.0), (365 * 86_400.0, 3_600.0)]
)
def test_a_pause_is_as_long_as_asked_within_reason(
    connectivity: Connectivity, asked_s: float, waits_s: float
) -> None:
    assert limit(connectivity, asked_s) == waits_s


def test_without_a_time_pauses_double_from_a_minute_to_ten(connectivity: Connectivity) -> None:
    waits = [limit(connectivity, None) for _ in range(8)]
    longest = [60, 120, 240, 480, 600, 600, 600, 600]
    assert all(most / 2 <= waited <= most for waited, most in zip(waits, longest, strict=True))
    met(connectivity, 200)
    assert limit(connectivity, None) <= 60


@pytest.mark.parametrize("priority", Priority)
def test_while_the_api_asks_to_wait_nobody_asks_it_anything(
    connectivity: Connectivity, priority: Priority
) -> None:
    limit(connectivity, 90)
    until_then = datetime.fromtimestamp(NOW_MS / 1000 + 90, UTC)
    with pytest.raises(AskedToWait) as refusal:
        connectivity.admit(ASKED, priority)
    assert refusal.value.until == until_then


def test_a_pause_is_over_by_itself(connectivity: Connectivity, clock: HandClock) -> None:
    limit(connectivity, 90)
    clock.now += 90_000
    connectivity.admit(ASKED, Priority.OUTBOX)
    assert not connectivity.is_paused


@pytest.mark.parametrize("jump_ms", [-DAY_MS, DAY_MS, 365 * DAY_MS])
def test_a_clock_that_jumps_prolongs_no_pause(
    connectivity: Connectivity, clock: HandClock, jump_ms: int
) -> None:
    limit(connectivity, 3_600)
    clock.now += jump_ms
    assert not connectivity.is_paused


def test_with_a_refused_token_only_what_a_cashier_waits_for_is_asked(
    connectivity: Connectivity,
) -> None:
    met(connectivity, 401, TokenRefused(ASKED, 401))
    connectivity.admit(ASKED, Priority.CASHIER)
    hurried = Urgency(Priority.OUTBOX)
    with pytest.raises(TokenAwaited):
        connectivity.admit(ASKED, hurried)
    hurried.hurry()
    connectivity.admit(ASKED, hurried)


def test_what_forbids_everything_pauses_until_someone_asks(connectivity: Connectivity) -> None:
    connectivity.forgive()
    for _ in range(8):
        met(connectivity, 403)
    paused = [connectivity.is_paused]
    connectivity.forgive()
    paused.append(connectivity.is_paused)
    assert paused == [True, False]
    assert connectivity.link.value is Link.UNKNOWN


def test_a_page_of_the_networks_own_is_no_way_to_the_api(connectivity: Connectivity) -> None:
    met(connectivity, 200, UnreadableAnswer(ASKED, 200, looks_like_portal=True))
    assert connectivity.link.value is Link.OFFLINE


def test_breaks_between_probes_grow_and_end_with_one_that_works(
    connectivity: Connectivity, clock: HandClock
) -> None:
    woken: list[bool] = []
    breaker = Breaker(connectivity, clock, lambda: woken.append(True))
    seen = [(breaker.is_open, breaker.may_go_on)]
    met(connectivity, None, Offline(ASKED))
    assert not woken
    assert [breaker.break_s() for _ in range(6)] == [2, 4, 8, 16, 30, 30]
    breaker.reset()
    assert breaker.break_s() == 2
    seen.append((breaker.is_open, breaker.may_go_on))
    met(connectivity, 200)
    assert woken == [True]
    seen.append((breaker.is_open, breaker.may_go_on))
    assert seen == [(True, True), (True, False), (False, True)]
    assert (breaker.break_s(), breaker.take_return(), breaker.take_return()) == (0.0, True, False)


def test_a_long_pause_is_waited_for_in_pieces(connectivity: Connectivity, clock: HandClock) -> None:
    breaker = Breaker(connectivity, clock, lambda: None)
    limit(connectivity, 3_600)
    assert breaker.pause_s() == 60
    clock.now += 3_590_000
    assert breaker.pause_s() == 10
    met(connectivity, 401, TokenRefused(ASKED, 401))
    assert breaker.pause_s() == 60


async def test_a_limit_stops_what_is_already_in_the_queue(
    desk: Desk, server: SandboxServer
) -> None:
    operations = await queue(desk, 12)
    server.faults.set(Fault(FaultKind.LIMITED, path=CAPTURE, retry_after_s=60))
    heard = listen(desk)
    await desk.outbox.drain()
    # Those four that were on their way; nobody else asked.
    assert len(heard) <= 4
    for each in operations:
        now = await desk.journal.operation(each.id)
        assert now is not None
        assert (now.state, now.attempts) == (OperationState.QUEUED, 0)
    with pytest.raises((AskedToWait, LimitReached)):
        await desk.sales.look_up(code_of("full_50"))
    with pytest.raises(AskedToWait):
        await desk.catalogue.locations()
    assert len(heard) <= 4


async def test_a_till_asks_once_whether_a_new_token_works_and_then_sends_everything(
    tmp_path: Path,
) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    config = SandboxConfig(data=ledger, token=TOKEN, rate_per_minute=0)
    with SandboxServer(config) as server:
        async with desk_on(server, tmp_path / "till") as desk:
            operations = await queue(desk, 6)
            desk.client.token = "withdrawn"
            fingerprint = desk.accounts._fingerprint("withdrawn")
            await desk.journal.set_fact(f"token:{fingerprint}", operations[0].account)
            heard = listen(desk)
            await desk.outbox.send_now()
            desk.connectivity.link.set(Link.UNKNOWN)
            await desk.outbox.drain()
            assert desk.connectivity.link.value is Link.TOKEN_REFUSED
            assert len(heard) == 1
            await desk.outbox.drain()
            assert len(heard) == 1
            assert await desk.reload_token()
            await desk.outbox.drain()
            states = {(await desk.journal.operation(each.id) or each).state for each in operations}
            assert states == {OperationState.CONFIRMED}


async def test_a_cashier_who_completes_what_the_outbox_waits_to_send_does_not_wait(
    server: SandboxServer, tmp_path: Path
) -> None:
    # The outbox may use half of these; the card and the hold used two of them.
    async with desk_on(server, tmp_path, requests_per_minute=6) as desk:
        code = code_of("full_50")
        card = await desk.sales.look_up(code)
        placed = await desk.sales.hold(code, card, Money(100), desk.sales.new_sale())
        assert placed.hold is not None
        await desk.client.pacer.turn()
        await desk.outbox.record([placed.hold], OperationKind.CAPTURE)
        working = asyncio.create_task(desk.outbox.run())

        async def is_sending() -> bool:
            return (await desk.outbox.items())[0].state is OperationState.SENDING

        await until(is_sending)
        async with asyncio.timeout(5):
            (settled,) = await desk.sales.complete([placed.hold])
        assert settled.result is Result.DONE
        await desk.outbox.stop(1.0)
        await working
