"""What the client makes of answers: unreadable ones, web pages, and errors."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import TYPE_CHECKING

import pytest

from giftill.domain.outcomes import Outcome
from giftill.gifty import (
    ApiError,
    Forbidden,
    NotFound,
    RateLimited,
    ServerFault,
    StateRefused,
    Timeouts,
    TokenRefused,
    UnreadableAnswer,
    ValidationError,
)
from tests.helpers.gifty_client import HOLD, SHORT, failure, redeem
from tests.helpers.raw_server import Reply, answer, slowly, then_close

if TYPE_CHECKING:
    from tests.helpers.gifty_client import Connect

pytestmark = pytest.mark.anyio

LIMIT = 2 * 1024 * 1024


def zeros(size: int) -> bytes:
    return gzip.compress(b"0" * size)


GZIPPED = "Content-Encoding: gzip"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(answer(b""), id="empty"),
        pytest.param(answer(b"", "204 No Content"), id="no content"),
        pytest.param(answer(b"{}"), id="no data"),
        pytest.param(answer(HOLD.replace(b"-1250", b'"-1250"')), id="wrong type"),
        pytest.param(answer(HOLD.replace(b"tr_1", b"tr_\xff")), id="not UTF-8"),
        pytest.param(then_close(answer(HOLD[:40], length=len(HOLD))), id="half a body"),
        pytest.param(answer(zeros(LIMIT + 1), headers=GZIPPED), id="gzip bomb"),
        pytest.param(answer(gzip.compress(HOLD)[:-9], headers=GZIPPED), id="half a gzip"),
        pytest.param(answer(HOLD, headers=GZIPPED), id="no gzip"),
        pytest.param(answer(HOLD, headers="Content-Encoding: br"), id="unknown coding"),
    ],
)
async def test_a_success_that_can_not_be_read_is_neither_done_nor_not_done(
    connect: Connect, reply: Reply
) -> None:
    client, _ = await connect(reply)
    error = await failure(client)
    assert isinstance(error, UnreadableAnswer)
    assert error.outcome is Outcome.UNREADABLE
    assert not error.looks_like_portal


async def test_a_body_without_end_is_cut_at_two_mebibytes_and_the_connection_closed(
    connect: Connect,
) -> None:
    chunk = b"0" * 65_536
    client, server = await connect(
        slowly(b"HTTP/1.1 200 OK\r\n\r\n", *[chunk] * 1_000, pause_s=0), timeouts=Timeouts()
    )
    error = await failure(client)
    assert isinstance(error, UnreadableAnswer)
    assert "larger" in error.problem
    await asyncio.wait_for(server.broken.wait(), 5)


async def test_a_body_that_hangs_is_given_up(connect: Connect) -> None:
    hangs = slowly(answer(HOLD[:40], length=len(HOLD)), pause_s=30)
    client, _ = await connect(hangs, timeouts=SHORT)
    assert isinstance(await failure(client), UnreadableAnswer)


async def test_a_body_that_drips_is_given_up(connect: Connect) -> None:
    drips = slowly(answer(length=1_000), *[b" "] * 600, pause_s=0.05)
    client, _ = await connect(drips, timeouts=SHORT)
    started = asyncio.get_running_loop().time()
    assert isinstance(await failure(client), UnreadableAnswer)
    assert asyncio.get_running_loop().time() - started < 15


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(answer(b"<!doctype html><p>Log in", headers="Content-Type: text/html")),
        pytest.param(answer(b"\r\n <html>")),
        pytest.param(answer(b"", "302 Found", "Location: https://portal.example/login")),
    ],
    ids=["html", "unnamed html", "redirect"],
)
async def test_a_web_page_or_a_redirect_looks_like_a_portal(connect: Connect, reply: Reply) -> None:
    client, server = await connect(reply)
    error = await failure(client)
    assert isinstance(error, UnreadableAnswer)
    assert error.looks_like_portal
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(answer(HOLD, headers="Content-Type: text/plain"), id="wrong type"),
        pytest.param(answer(HOLD, headers="X-Nothing: here"), id="no type"),
        pytest.param(answer(gzip.compress(HOLD), headers=GZIPPED), id="gzip"),
        pytest.param(answer(HOLD, "201 Created"), id="created"),
    ],
)
async def test_an_answer_that_can_be_read_counts_whatever_it_calls_itself(
    connect: Connect, reply: Reply
) -> None:
    client, _ = await connect(reply)
    await redeem(client)


ERROR = json.dumps(
    {
        "message": "The balance is too low.",
        "errors": [
            {
                "id": "9fb1",
                "status": "422",
                "type": "giftcard_transaction_error",
                "title": "Giftcard transaction error",
                "detail": "The balance of aaaa-bbbb-cccc-7k9q is too low.",
            }
        ],
    }
).encode()
INVALID = b'{"errors": [{"type": "validation_error", "title": "amount", "detail": "Too small."}]}'


@pytest.mark.parametrize(
    ("status", "kind", "outcome"),
    [
        ("400 Bad Request", StateRefused, Outcome.STATE_REFUSED),
        ("401 Unauthorized", TokenRefused, Outcome.TOKEN_REFUSED),
        ("403 Forbidden", Forbidden, Outcome.FORBIDDEN),
        ("404 Not Found", NotFound, Outcome.NOT_FOUND),
        ("409 Conflict", StateRefused, Outcome.STATE_REFUSED),
        ("422 Unprocessable Content", StateRefused, Outcome.STATE_REFUSED),
        ("429 Too Many Requests", RateLimited, Outcome.LIMITED),
        ("500 Internal Server Error", ServerFault, Outcome.SERVER_FAULT),
        ("503 Service Unavailable", ServerFault, Outcome.SERVER_FAULT),
        ("599 Whatever", ServerFault, Outcome.SERVER_FAULT),
    ],
)
@pytest.mark.parametrize(
    "body", [ERROR, b"", b"<html>", b"\xff{"], ids=["json", "empty", "html", "bytes"]
)
async def test_an_error_is_told_by_its_status_whatever_its_body(
    connect: Connect, status: str, kind: type[ApiError], outcome: Outcome, body: bytes
) -> None:
    client, _ = await connect(answer(body, status))
    error = await failure(client)
    assert type(error) is kind
    assert error.outcome is outcome
    assert error.status == int(status[:3])


async def test_an_error_carries_what_the_server_says(connect: Connect) -> None:
    client, _ = await connect(answer(ERROR, "422 Unprocessable Content"))
    error = await failure(client)
    assert isinstance(error, StateRefused)
    assert error.type == "giftcard_transaction_error"
    assert error.title_text == "Giftcard transaction error"
    assert error.error_id == "9fb1"
    assert error.detail == "The balance of ••••7K9Q is too low."
    assert error.message.values == {"detail": error.detail}
    assert str(error.request) == "POST /giftcards/••••••••••••7K9Q/redeem"


async def test_a_wrong_field_is_named(connect: Connect) -> None:
    client, _ = await connect(answer(INVALID, "422 Unprocessable Content"))
    error = await failure(client)
    assert isinstance(error, ValidationError)
    assert error.field == "amount"


async def test_half_an_error_is_still_told_by_its_status(connect: Connect) -> None:
    client, _ = await connect(then_close(answer(ERROR[:40], "401 No", length=len(ERROR))))
    assert isinstance(await failure(client), TokenRefused)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ("Retry-After: 30", 30.0),
        ("Retry-After: Sun, 06 Nov 1994 08:50:37 GMT\nDate: Sun, 06 Nov 1994 08:49:37 GMT", 60.0),
        ("Retry-After: soon", None),
        ("X-Nothing: here", None),
    ],
    ids=["seconds", "date", "garbage", "absent"],
)
async def test_the_servers_wait_is_told(
    connect: Connect, headers: str, seconds: float | None
) -> None:
    client, _ = await connect(answer(ERROR, "429 Too Many Requests", headers))
    error = await failure(client)
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == seconds
