"""The client gives its token only to a server that the system's trust store vouches for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from giftill.domain.outcomes import Outcome
from giftill.gifty import GiftyClient, Offline, TlsError
from tests.helpers.certificates import self_signed
from tests.helpers.gifty_client import HOLD, TOKEN, failure, redeem
from tests.helpers.raw_server import answer, raw_server, then_close

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

needs_openssl = pytest.mark.skipif(
    sys.platform in {"win32", "darwin"}, reason="the trust store can be chosen with OpenSSL only"
)


async def test_a_certificate_that_nobody_vouches_for_gets_no_request(tmp_path: Path) -> None:
    context, _ = self_signed(tmp_path)
    async with (
        raw_server(answer(HOLD), context=context) as server,
        GiftyClient(TOKEN, base_url=server.url) as client,
    ):
        error = await failure(client)
        assert isinstance(error, TlsError)
        assert error.outcome is Outcome.NOT_SENT
        assert "CERTIFICATE_VERIFY_FAILED" in error.problem
        assert server.requests == []


@needs_openssl
async def test_a_certificate_of_the_systems_trust_store_is_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, file = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with (
        raw_server(answer(HOLD), context=context) as server,
        GiftyClient(TOKEN, base_url=server.url) as client,
    ):
        await redeem(client)
        assert len(server.requests) == 1


@needs_openssl
@pytest.mark.parametrize(
    ("name", "is_expired"), [("127.0.0.2", False), ("127.0.0.1", True)], ids=["name", "date"]
)
async def test_a_trusted_certificate_for_another_name_or_time_gets_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_expired: bool
) -> None:
    context, file = self_signed(tmp_path, name=name, is_expired=is_expired)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with (
        raw_server(answer(HOLD), context=context) as server,
        GiftyClient(TOKEN, base_url=server.url) as client,
    ):
        assert isinstance(await failure(client), TlsError)
        assert server.requests == []


async def test_a_server_without_tls_gets_no_request() -> None:
    async with raw_server(then_close(answer(HOLD))) as server:
        url = server.url.replace("http:", "https:")
        async with GiftyClient(TOKEN, base_url=url) as client:
            error = await failure(client)
    assert isinstance(error, TlsError | Offline)
    assert error.outcome is Outcome.NOT_SENT
    assert all(TOKEN.encode() not in request for request in server.requests)
