"""Faults as they are felt on the wire: answers delayed, lost, cut, replaced or spoilt."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from giftill.sandbox import wire
from giftill.sandbox.answers import problem_response
from giftill.sandbox.faults import Fault, FaultKind
from giftill.sandbox.problems import ErrorItem, ErrorType, Problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from giftill.sandbox.faults import FaultSwitch

CONTROL_ROOT = "/_sandbox/"

_HUGE_CHUNK = b" " * 65_536
_HUGE_CHUNKS = 512
_PORTAL = (
    "<!doctype html><title>Guest Wi-Fi</title><h1>Welcome</h1><p>Log in to use the network.</p>"
)
_STATUS = {FaultKind.STATUS_500: 500, FaultKind.STATUS_502: 502, FaultKind.STATUS_503: 503}


class Mischief:
    """Applies the faults that are switched on to every request but the switch's own."""

    def __init__(self, app: ASGIApp, faults: FaultSwitch) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Delay the request, then spoil it or let it pass."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_ROOT):
            await self._app(scope, receive, send)
            return
        decided: Fault | None = None
        for fault in self._faults.take(scope["method"], scope["path"]):
            if fault.kind is FaultKind.LATENCY:
                await asyncio.sleep(fault.latency_ms / 1000)
            else:
                decided = fault
        if decided is None:
            await self._app(scope, receive, send)
        else:
            await self._spoil(decided, scope, receive, send)

    async def _spoil(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind in {FaultKind.LOSE_BEFORE, FaultKind.OFFLINE}:
            await _read_whole(receive)
            await _hang_up(scope, receive)
            return
        instead = _instead_of_work(fault, scope, receive)
        if instead is not None:
            await instead(scope, receive, send)
            return
        answer = _Recorder()
        await self._app(scope, receive, answer)
        match fault.kind:
            case FaultKind.HALF_BODY:
                await send(answer.start)
                half = bytes(answer.body[: len(answer.body) // 2])
                await send({"type": "http.response.body", "body": half, "more_body": True})
                await _hang_up(scope, receive, gently=True)
            case FaultKind.EMPTY_BODY:
                await Response(b"", 200, media_type="application/json")(scope, receive, send)
            case FaultKind.HUGE_BODY:
                await _send_huge(send)
            case FaultKind.WRONG_TYPE:
                spoilt = wire.encode(_numbers_as_text(json.loads(answer.body or b"null")))
                status = answer.start["status"]
                await Response(spoilt, status, media_type="application/json")(scope, receive, send)
            case FaultKind.STATUS_500 | FaultKind.STATUS_502 | FaultKind.STATUS_503:
                await _server_error(fault, scope, receive)(scope, receive, send)
            case _:
                await _hang_up(scope, receive)


def _instead_of_work(fault: Fault, scope: Scope, receive: Receive) -> Response | None:
    """The answer of a fault that keeps the work from being done, else None."""
    if fault.kind in _STATUS and not fault.after_work:
        return _server_error(fault, scope, receive)
    match fault.kind:
        case FaultKind.LIMITED:
            wait_s = str(fault.retry_after_s)
            item = ErrorItem(ErrorType.RATE_LIMIT, "too_many_requests", (wait_s,))
            problem = Problem(429, item, headers=(("Retry-After", wait_s),))
            return problem_response(Request(scope, receive), problem)
        case FaultKind.HTML_200:
            return HTMLResponse(_PORTAL)
        case FaultKind.REDIRECT_302:
            return RedirectResponse("http://portal.invalid/login", 302)
        case _:
            return None


def _server_error(fault: Fault, scope: Scope, receive: Receive) -> Response:
    item = ErrorItem(ErrorType.SERVER, "server_error")
    return problem_response(Request(scope, receive), Problem(_STATUS[fault.kind], item))


class _Recorder:
    """Keeps the answer that the application meant to send."""

    def __init__(self) -> None:
        self.start: Message = {"type": "http.response.start", "status": 500, "headers": []}
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")


async def _read_whole(receive: Receive) -> None:
    """Take the request in: what is lost is the work or the answer, never half a request."""
    while (message := await receive())["type"] == "http.request" and message.get("more_body"):
        pass


async def _hang_up(scope: Scope, receive: Receive, *, gently: bool = False) -> None:
    """Close the connection under the request, and wait until the server has noticed.

    Without the wait the server would take the missing answer for a bug of the application.
    """
    transport: asyncio.Transport = scope["state"]["transport"]
    if gently:
        transport.close()
    else:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_huge(send: Send) -> None:
    """Answer with JSON of 32 MiB, nearly all of it blanks."""
    head, tail = b'{"data":{"id":"', b'"}}'
    length = len(head) + len(_HUGE_CHUNK) * _HUGE_CHUNKS + len(tail)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(length).encode("ascii")),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for chunk in (head, *([_HUGE_CHUNK] * _HUGE_CHUNKS), tail):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _numbers_as_text(value: wire.Json) -> wire.Json:
    """The same JSON with every number written as a text."""
    if isinstance(value, dict):
        return {key: _numbers_as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_numbers_as_text(each) for each in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value
