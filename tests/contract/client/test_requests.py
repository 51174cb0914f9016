"""What the client sends, what it keeps to itself, and what it tells its watcher."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from giftill.domain.places import LocationId
from giftill.domain.transactions import TransactionId
from giftill.gifty import UnusableAddress
from tests.helpers.gifty_client import HOLD, TOKEN, failure, redeem
from tests.helpers.raw_server import answer, hang_up

if TYPE_CHECKING:
    from giftill.gifty import Exchange
    from tests.helpers.gifty_client import Connect

pytestmark = pytest.mark.anyio


async def test_a_request_says_who_asks_for_what_and_in_which_language(connect: Connect) -> None:
    client, server = await connect(answer(HOLD))
    client.language = "nl"
    client.location = LocationId("lc_1")
    await redeem(client)
    head, _, body = server.requests[0].decode().partition("\r\n\r\n")
    lines = head.lower().split("\r\n")
    assert head.startswith("POST /v1/giftcards/AAAABBBBCCCC7K9Q/redeem HTTP/1.1\r\n")
    assert f"authorization: bearer {TOKEN}" in lines
    assert "accept: application/json" in lines
    assert "accept-language: nl" in lines
    assert "content-type: application/json" in lines
    assert "x-gifty-location: lc_1" in lines
    assert "user-agent: giftill/0.1.0" in lines
    assert json.loads(body) == {"amount": 1250, "currency": "EUR", "capture": False}


async def test_a_call_can_have_a_location_of_its_own_or_none(connect: Connect) -> None:
    client, server = await connect(answer(HOLD))
    client.location = LocationId("lc_1")
    await client.capture(TransactionId("tr_1"), location=LocationId("lc_2"))
    await client.capture(TransactionId("tr_1"), location=None)
    assert b"x-gifty-location: lc_2\r\n" in server.requests[0].lower()
    assert b"x-gifty-location" not in server.requests[1].lower()


async def test_one_connection_serves_one_request_after_the_other(connect: Connect) -> None:
    client, server = await connect(answer(HOLD))
    for _ in range(3):
        await redeem(client)
    assert server.connections == 1


async def test_no_cookie_is_ever_sent_back(connect: Connect) -> None:
    client, server = await connect(answer(HOLD, headers="Set-Cookie: till=1; Path=/"))
    await redeem(client)
    await redeem(client)
    assert b"cookie" not in server.requests[1].lower()


async def test_a_proxy_in_the_environment_is_not_used(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    client, _ = await connect(answer(HOLD))
    await redeem(client)


async def test_a_watcher_is_told_of_what_went_well(
    connect: Connect, watched: list[Exchange]
) -> None:
    client, _ = await connect(answer(HOLD, headers="Date: Sun, 06 Nov 1994 08:49:37 GMT"))
    await redeem(client)
    (exchange,) = watched
    assert (exchange.status, exchange.error) == (200, None)
    assert str(exchange.request) == "POST /giftcards/••••••••••••7K9Q/redeem"
    assert 0 < exchange.elapsed_s < 5
    assert exchange.server_time_offset_s is not None
    assert exchange.server_time_offset_s < -31 * 365 * 86_400


async def test_a_watcher_is_told_of_what_failed(connect: Connect, watched: list[Exchange]) -> None:
    client, _ = await connect(answer(b"", "500 Oops"), hang_up)
    errors = [await failure(client), await failure(client)]
    assert [(each.status, each.error) for each in watched] == [(500, errors[0]), (None, errors[1])]


async def test_a_picture_is_fetched_without_telling_who_asks(connect: Connect) -> None:
    client, server = await connect(answer(b"PNG", headers="Content-Type: image/png"))
    client.location = LocationId("lc_1")
    assert await client.picture(f"{server.url}small.png?size=1") == b"PNG"
    assert server.paths == ["/v1/small.png?size=1"]
    assert TOKEN.encode() not in server.requests[0]
    assert b"lc_1" not in server.requests[0]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "small.png",
        "http://pictures.example/x.png",
        "https://[::1",
        "https://x.nl/\x00",
        "data:,x",
    ],
)
async def test_a_picture_at_no_safe_address_is_not_fetched(connect: Connect, url: str) -> None:
    client, _ = await connect(answer(b"PNG"))
    with pytest.raises(UnusableAddress):
        await client.picture(url)
