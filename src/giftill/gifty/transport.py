"""The one module that knows the HTTP library: sends a request, translates what goes wrong.

The library's transport is used without its client: no cookies, no redirects, no proxies from the
environment, no address (which has the card's code in it) in its log, and no retries.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import sys
import time
import zlib
from typing import TYPE_CHECKING, Final

import anyio
import httpx
import truststore

from . import headers
from .answers import Answer
from .errors import MaybeSentError, NotSentError, Offline, PoolBusy, TlsError, UnusableAddress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .calls import Call
    from .exchange import Request, Timeouts

AsyncBaseTransport = httpx.AsyncBaseTransport

# A page of 100 transactions has some 100 KB; what is far beyond is no answer of this API.
LARGEST_BODY: Final = 2 * 1024 * 1024

# Below the 5 s after which common servers close an idle connection: sending on one that is just
# being closed looks like a lost answer, and costs the cashier a check.
_KEEP_ALIVE_S: Final = 4.0
_CONNECTIONS: Final = 10

# All that the library raises before the first byte of the request; whatever else it raises leaves
# open whether the server got the request.
_BEFORE_SENDING: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_GZIP: Final = 31


class Transport:
    """Sends calls to one API address over kept connections."""

    def __init__(
        self, base_url: str, timeouts: Timeouts, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        """Load what sending needs, and connect to nothing yet.

        It takes long enough to be made in a thread of its own, and must be: see `_network`.

        Args:
            base_url: With a slash at the end.
            timeouts: How long each step may take.
            transport: What carries the requests instead of the network, for tests.
        """
        self._base_url = base_url
        self._timeouts = timeouts
        self._transport = transport or _network(is_secure=base_url.startswith("https:"))

    async def send(
        self, call: Call, fields: Mapping[str, str], scrub: Callable[[str], str]
    ) -> Answer:
        """Send one call, once.

        Args:
            call: What to send.
            fields: All headers but those that belong to the transfer itself.
            scrub: Takes the secrets of the call out of a text.

        Raises:
            NotSentError: Surely not a byte of it reached the server.
            MaybeSentError: It may have reached the server, and no status came back.
        """
        return await self._exchange(self._message(call, fields), call.request, scrub)

    async def fetch(self, url: str, request: Request) -> Answer:
        """Fetch a public file, such as a picture, with nothing that tells who asks.

        Args:
            url: Where it is.
            request: The same for errors.

        Raises:
            NotSentError: No connection could be made.
            MaybeSentError: No answer came.
            UnusableAddress: `url` is none.
        """
        try:
            message = httpx.Request("GET", url, extensions=self._limits())
        except httpx.InvalidURL:
            raise UnusableAddress from None
        return await self._exchange(message, request, str)

    async def _exchange(
        self, message: httpx.Request, request: Request, scrub: Callable[[str], str]
    ) -> Answer:
        try:
            # The steps have their own limits, but for reading: a server could send a byte of its
            # answer at a time for ever.
            async with asyncio.timeout(self._timeouts.until_answer_s):
                response = await self._transport.handle_async_request(message)
        except (httpx.HTTPError, OSError) as error:
            failure = _translate(error, request, scrub)
        else:
            return await _receive(response, self._timeouts.answer_s)
        # Raised out here, without the library's exception in tow: that one carries the request,
        # with the code in its address and the token in its headers.
        raise failure

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    def _message(self, call: Call, fields: Mapping[str, str]) -> httpx.Request:
        return httpx.Request(
            call.request.method,
            self._base_url + call.path,
            headers={**fields, "Accept-Encoding": "gzip"},
            content=call.body,
            extensions=self._limits(),
        )

    def _limits(self) -> dict[str, dict[str, float]]:
        times = self._timeouts
        return {
            "timeout": {
                "pool": times.pool_s,
                "connect": times.connect_s,
                "write": times.write_s,
                "read": times.answer_s,
            }
        }


def _network(*, is_secure: bool) -> httpx.AsyncHTTPTransport:
    # The library loads its event-loop part when it first connects, and a window would stand still
    # meanwhile. Running an empty loop here, in a thread, has it loaded by then.
    anyio.run(anyio.sleep, 0)
    return httpx.AsyncHTTPTransport(
        # Plain HTTP only goes to this PC itself, and gets a context that trusts nobody.
        verify=_system_trust() if is_secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        trust_env=False,
        http1=True,
        http2=False,
        retries=0,
        limits=httpx.Limits(
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS,
            keepalive_expiry=_KEEP_ALIVE_S,
        ),
    )


def _system_trust() -> ssl.SSLContext:
    """Return a context that trusts whom the system trusts."""
    if sys.platform not in {"darwin", "win32"}:
        # Where the system's trust store is a file that OpenSSL finds, it is read here, once.
        # truststore reads it again for each connection and on the event loop: 30 ms and more in
        # which a window stands still.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_default_certs()
        if context.cert_store_stats()["x509_ca"]:
            return context
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _translate(
    error: Exception, request: Request, scrub: Callable[[str], str]
) -> NotSentError | MaybeSentError:
    problem = scrub(_describe(error))
    if not isinstance(error, _BEFORE_SENDING):
        return MaybeSentError(request, problem)
    if isinstance(error, httpx.PoolTimeout):
        return PoolBusy(request, problem)
    if any(isinstance(each, ssl.SSLError) for each in _chain(error)):
        return TlsError(request, problem)
    return Offline(request, problem)


def _describe(error: Exception) -> str:
    # The innermost exception has the system's own words, such as “Connection refused”.
    texts = [str(each) for each in _chain(error) if str(each)]
    return f"{type(error).__name__}: {texts[-1]}" if texts else type(error).__name__


def _chain(error: BaseException) -> list[BaseException]:
    chain = [error]
    while (inner := chain[-1].__cause__ or chain[-1].__context__) and inner not in chain:
        chain.append(inner)
    return chain


async def _receive(response: httpx.Response, answer_s: float) -> Answer:
    body = bytearray()
    try:
        async with asyncio.timeout(answer_s):
            problem = await _read_body(response, body)
    except (httpx.HTTPError, OSError) as error:
        # The status is known, so this is an answer: half of one.
        problem = f"cut off: {type(error).__name__}"
    finally:
        with contextlib.suppress(httpx.HTTPError, OSError):
            await response.aclose()
    date = response.headers.get("date")
    retry_after = response.headers.get("retry-after")
    return Answer(
        status=response.status_code,
        body=bytes(body),
        problem=problem,
        content_type=response.headers.get("content-type", ""),
        server_time_s=headers.server_time_s(date),
        retry_after_s=headers.retry_after_s(retry_after, date=date, now_s=time.time()),
    )


async def _read_body(response: httpx.Response, body: bytearray) -> str:
    """Read the body into `body`; return what is wrong with it, or an empty text.

    The library would unpack a small body into all of the memory; this stops at `LARGEST_BODY`.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity", "gzip"}:
        return f"content encoding {encoding!r}"
    unpack = zlib.decompressobj(wbits=_GZIP) if encoding == "gzip" else None
    received = 0
    async for chunk in response.aiter_raw():
        received += len(chunk)
        try:
            body += unpack.decompress(chunk, LARGEST_BODY + 1 - len(body)) if unpack else chunk
        except zlib.error:
            return "the body is not gzip as it says"
        if max(received, len(body)) > LARGEST_BODY:
            return f"the body is larger than {LARGEST_BODY} bytes"
    if unpack and not unpack.eof and received:
        return "cut off: the gzip body has no end"
    return ""
