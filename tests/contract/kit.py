"""What the contract tests have in common: the page's requests, written out by hand."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from typing import Any

import httpx

from giftill.sandbox import SHOWCASE

# Tests share few cores with each other, so patience is long; nothing waits for it when all is well.
PATIENCE_S = 30.0

# Loading the system's certificates takes longer than most of these tests, which speak plain HTTP.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

AUTHORIZED = {"Authorization": "Bearer training-token"}


def connect(address: str, headers: dict[str, str] | None = None) -> httpx.Client:
    """A client that carries the token and knows no proxy."""
    return httpx.Client(
        base_url=address,
        headers=AUTHORIZED if headers is None else headers,
        trust_env=False,
        verify=NO_TLS,
        timeout=PATIENCE_S,
    )


@dataclass(frozen=True)
class Till:
    """Says what the page says, over plain HTTP."""

    client: httpx.Client

    def card(self, name: str, **headers: str) -> httpx.Response:
        return self.client.get(f"giftcards/{SHOWCASE[name].code}", headers=headers)

    def balance(self, name: str) -> int:
        balance = data(self.card(name))["balance"]
        assert isinstance(balance, int)
        return balance

    def on_card(self, name: str, action: str, **body: object) -> httpx.Response:
        return self.post(f"giftcards/{SHOWCASE[name].code}/{action}", body)

    def post(self, path: str, body: object) -> httpx.Response:
        # httpx's own encoding can't write half a surrogate pair, which some tests send.
        headers = {"Content-Type": "application/json"}
        return self.client.post(path, content=json.dumps(body), headers=headers)

    def redeem(
        self, name: str, amount: object, *, capture: object = False, currency: object = "EUR"
    ) -> httpx.Response:
        return self.on_card(name, "redeem", amount=amount, currency=currency, capture=capture)

    def hold(self, name: str, amount: int) -> str:
        """Hold an amount and answer the transaction's id."""
        return str(data(self.redeem(name, amount))["id"])

    def capture(self, transaction: str) -> httpx.Response:
        return self.client.post(f"transactions/{transaction}/capture")

    def release(self, transaction: str) -> httpx.Response:
        return self.client.delete(f"transactions/{transaction}")

    def refund(self, transaction: str, **body: object) -> httpx.Response:
        return self.post(f"transactions/{transaction}/refund", body)

    def transaction(self, transaction: str) -> dict[str, Any]:
        return data(self.client.get(f"transactions/{transaction}"))


def data(answer: httpx.Response) -> dict[str, Any]:
    """The object of a successful answer."""
    assert answer.status_code == 200, answer.text
    value = answer.json()["data"]
    assert isinstance(value, dict)
    return value


def rows(answer: httpx.Response) -> list[dict[str, Any]]:
    """The objects of a successful list."""
    assert answer.status_code == 200, answer.text
    value = answer.json()["data"]
    assert isinstance(value, list)
    return value


def error(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The first error of a refusal, after its shape was checked."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"message", "errors"}
    for each in body["errors"]:
        assert set(each) == {"id", "status", "type", "title", "detail"}
        assert each["status"] == str(status)
    first = body["errors"][0]
    assert isinstance(first, dict)
    assert body["message"] == first["detail"]
    return first
