"""What every address has in common: tokens, languages, limits, and requests that make no sense."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from giftill.sandbox import SHOWCASE, SandboxConfig, SandboxServer
from tests.contract.kit import NO_TLS, Till, connect, error, rows

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = SHOWCASE["full_50"].code


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        "Basic training-token",
        "training-token",
        "Bearer training-tokené",
    ],
)
def test_a_request_without_the_token_is_refused(
    server: SandboxServer, authorization: str | None
) -> None:
    headers = [] if authorization is None else [(b"Authorization", authorization.encode("latin-1"))]
    answer = httpx.get(server.url + "locations", headers=headers, trust_env=False, verify=NO_TLS)
    assert error(answer, 401)["type"] == "authentication_error"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_further_tokens_are_accepted() -> None:
    with SandboxServer(SandboxConfig(other_tokens=("second",))) as server:
        headers = {"Authorization": "Bearer second"}
        assert rows(
            httpx.get(server.url + "locations", headers=headers, trust_env=False, verify=NO_TLS)
        )


@pytest.mark.parametrize(
    "request_",
    [
        ("GET", "giftcards/AAAABBBBCCCCDDDD"),
        ("POST", "giftcards/AAAABBBBCCCCDDDD/redeem"),
        ("GET", f"giftcards/{CODE.lower()}"),
        ("GET", f"giftcards/{CODE[:4]}-{CODE[4:]}"),
        ("GET", "transactions/tr_unknown"),
        ("POST", "transactions/tr_unknown/capture"),
        ("POST", "transactions/tr_unknown/refund"),
        ("DELETE", "transactions/tr_unknown"),
        ("GET", "packages/gp_unknown"),
        ("GET", "locations/lc_unknown"),
        ("GET", "locations/"),
        ("GET", ""),
        ("GET", "giftcards/%00"),
        ("GET", "giftcards/%ff"),
        ("GET", "transactions/%F0%9F%92%B6"),
    ],
)
def test_what_does_not_exist_is_not_found(till: Till, request_: tuple[str, str]) -> None:
    method, path = request_
    body = {"amount": 1, "currency": "EUR", "capture": True} if method == "POST" else None
    assert error(till.client.request(method, path, json=body), 404)["type"] == "not_found_error"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "locations", {"GET", "HEAD"}),
        ("DELETE", f"giftcards/{CODE}", {"GET", "HEAD"}),
        ("GET", f"giftcards/{CODE}/redeem", {"POST"}),
        ("PATCH", "transactions/tr_1", {"GET", "HEAD", "DELETE"}),
    ],
)
def test_another_method_is_refused_and_the_right_ones_named(
    till: Till, method: str, path: str, allowed: set[str]
) -> None:
    answer = till.client.request(method, path)
    error(answer, 405)
    assert set(answer.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"amount": NaN}', "application/json", 400),
        (b'{"amount": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"amount"', "application/json", 400),
        (b"null", "application/json", 400),
        (b"amount=1&currency=EUR", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b" " * 70_000, "application/json", 413),
    ],
)
def test_a_body_that_is_not_a_json_object_is_refused(
    till: Till, body: bytes, content_type: str, status: int
) -> None:
    answer = till.client.post(
        f"giftcards/{CODE}/redeem", content=body, headers={"Content-Type": content_type}
    )
    assert error(answer, status)["type"] == "invalid_request_error"
    assert till.balance("full_50") == 5000


@pytest.mark.parametrize(
    ("accept_language", "dutch"),
    [
        ("nl", True),
        ("nl-NL,nl;q=0.9,en;q=0.8", True),
        ("NL-be", True),
        ("en;q=0.5, nl;q=0.6", True),
        ("en", False),
        ("en-GB,en;q=0.9,nl;q=0.8", False),
        ("de", False),
        ("nl;q=0", False),
        ("nl;q=much", False),
        ("", False),
    ],
)
def test_messages_come_in_the_language_that_is_asked_for(
    till: Till, accept_language: str, dutch: bool
) -> None:
    till.client.headers["Accept-Language"] = accept_language
    expected = "De cadeaubon is verlopen." if dutch else "The gift card has expired."
    assert error(till.redeem("expired", 100), 422)["detail"] == expected


@pytest.mark.parametrize(
    "ask",
    [
        lambda till: till.client.get("giftcards/AAAABBBBCCCCDDDD"),
        lambda till: till.client.get("nowhere"),
        lambda till: till.client.put("locations"),
        lambda till: till.client.get("locations", headers={"Authorization": "Bearer no"}),
        lambda till: till.client.post(f"giftcards/{CODE}/redeem", content=b"x"),
        lambda till: till.redeem("full_50", "x"),
    ],
    ids=["card", "route", "method", "token", "body", "field"],
)
def test_every_refusal_speaks_dutch(till: Till, ask: Callable[[Till], httpx.Response]) -> None:
    english = ask(till)
    till.client.headers["Accept-Language"] = "nl"
    dutch = ask(till)
    assert dutch.status_code == english.status_code >= 400
    assert dutch.headers["content-language"] == "nl"
    assert dutch.json()["message"] != english.json()["message"]


def test_the_121st_request_of_a_minute_closes_the_door_until_the_first_is_a_minute_old() -> None:
    moment = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    passed = timedelta()
    config = SandboxConfig(other_tokens=("second",), now=lambda: moment + passed)
    with (
        SandboxServer(config) as server,
        connect(server.url) as client,
    ):
        for _request in range(120):
            assert client.get("packages").status_code == 200
        passed = timedelta(seconds=20)
        refused = client.get("packages")
        assert error(refused, 429)["type"] == "rate_limit_error"
        assert refused.headers["retry-after"] == "40"
        other = client.get("packages", headers={"Authorization": "Bearer second"})
        assert other.status_code == 200
        passed = timedelta(seconds=59)
        assert client.get("packages").headers["retry-after"] == "1"
        passed = timedelta(seconds=60)
        assert client.get("packages").status_code == 200


def test_head_answers_like_get_without_a_body(till: Till) -> None:
    answer = till.client.head("locations")
    assert (answer.status_code, answer.content) == (200, b"")


def test_no_answer_waits_for_the_acknowledgement_of_its_head(till: Till) -> None:
    started = time.monotonic()
    for _request in range(100):
        till.client.get("packages")
    # Such a wait takes 40 ms each time, whatever else this machine is doing.
    assert time.monotonic() - started < 3
