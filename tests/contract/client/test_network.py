"""Whether a request was surely not sent or maybe sent, on real sockets that misbehave."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from giftill.domain.outcomes import Outcome
from giftill.gifty import GiftyClient, MaybeSentError, Offline, PoolBusy, Timeouts, TokenMissing
from tests.helpers.gifty_client import HOLD, SHORT, TOKEN, failure, redeem
from tests.helpers.raw_server import Reply, answer, hang_up, reset, slowly, then_close

if TYPE_CHECKING:
    from giftill.gifty import Exchange
    from tests.helpers.gifty_client import Connect

pytestmark = pytest.mark.anyio


async def test_a_refused_connection_was_not_sent(watched: list[Exchange]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    async with GiftyClient(
        TOKEN, base_url=f"http://127.0.0.1:{port}/v1/", watch=watched.append
    ) as client:
        error = await failure(client)
    assert isinstance(error, Offline)
    assert error.outcome is Outcome.NOT_SENT
    assert "refused" in error.problem.lower() or "111" in error.problem
    assert watched[0].status is None


async def test_a_name_that_does_not_exist_was_not_sent() -> None:
    async with GiftyClient(TOKEN, base_url="https://gifty.invalid/v1/") as client:
        error = await failure(client)
    assert isinstance(error, Offline)


async def test_a_connection_that_never_stands_was_not_sent() -> None:
    # A full queue of connections that nobody accepts drops all others, as a black hole does.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        url = f"http://127.0.0.1:{address[1]}/v1/"
        async with GiftyClient(TOKEN, base_url=url, timeouts=SHORT) as client:
            error = await failure(client)
        for each in waiting:
            each.close()
    assert isinstance(error, Offline)
    assert "Timeout" in error.problem


async def test_a_request_that_finds_no_free_connection_was_not_sent(connect: Connect) -> None:
    client, server = await connect(slowly(b"", pause_s=30), timeouts=Timeouts(pool_s=0.2))
    busy = [asyncio.create_task(redeem(client)) for _ in range(10)]
    await server.received(len(busy))
    error = await failure(client)
    for task in busy:
        task.cancel()
    await asyncio.gather(*busy, return_exceptions=True)
    assert isinstance(error, PoolBusy)
    assert error.outcome is Outcome.NOT_SENT
    assert len(server.requests) == len(busy)


async def test_without_a_token_nothing_is_sent(connect: Connect) -> None:
    client, server = await connect(answer(HOLD))
    client.token = None
    assert isinstance(await failure(client), TokenMissing)
    assert server.connections == 0


@pytest.mark.parametrize("reply", [hang_up, reset, then_close(b"HTTP/1.1 200 OK\r\nContent-")])
async def test_a_connection_lost_before_the_status_may_have_been_enough(
    connect: Connect, reply: Reply
) -> None:
    client, server = await connect(reply)
    error = await failure(client)
    assert isinstance(error, MaybeSentError)
    assert error.outcome is Outcome.MAYBE_SENT
    assert len(server.requests) == 1


async def test_an_answer_that_does_not_come_may_have_been_sent(connect: Connect) -> None:
    client, server = await connect(slowly(b"", pause_s=30), timeouts=SHORT)
    error = await failure(client)
    assert isinstance(error, MaybeSentError)
    assert len(server.requests) == 1


async def test_an_answer_that_drips_without_end_is_given_up(connect: Connect) -> None:
    drips = slowly(b"HTTP/1.1 200 OK\r\nX-Drip: ", *[b"X"] * 600, pause_s=0.05)
    client, _ = await connect(drips, timeouts=SHORT)
    started = asyncio.get_running_loop().time()
    assert isinstance(await failure(client), MaybeSentError)
    assert asyncio.get_running_loop().time() - started < 15


async def test_what_is_no_http_may_have_been_a_server(connect: Connect) -> None:
    client, _ = await connect(then_close(b"SSH-2.0-OpenSSH AAAABBBBCCCC7K9Q\r\n"))
    assert isinstance(await failure(client), MaybeSentError)


async def test_a_kept_connection_that_is_closed_on_the_next_request_may_have_been_enough(
    connect: Connect,
) -> None:
    client, server = await connect(answer(HOLD), hang_up)
    await redeem(client)
    assert isinstance(await failure(client), MaybeSentError)
    assert server.connections == 1
    assert len(server.requests) == 2


async def test_a_kept_connection_that_was_closed_meanwhile_is_replaced(connect: Connect) -> None:
    client, server = await connect(then_close(answer(HOLD)))
    await redeem(client)
    await server.closed.wait()
    await redeem(client)
    assert server.connections == 2


async def test_a_cancelled_request_stays_a_cancellation(
    connect: Connect, watched: list[Exchange]
) -> None:
    client, server = await connect(slowly(b"", pause_s=30), timeouts=Timeouts())
    task = asyncio.create_task(redeem(client))
    await server.received(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert watched == []
