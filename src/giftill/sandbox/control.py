"""The fault switch over HTTP, for whoever sits at this machine: `/_sandbox/faults`."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import msgspec
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from giftill.sandbox.faults import Fault, FaultKind
from giftill.sandbox.mischief import CONTROL_ROOT

if TYPE_CHECKING:
    from starlette.requests import Request

    from giftill.sandbox.faults import FaultSwitch

_MAX_BODY_BYTES = 64 * 1024


class FaultList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `PUT /_sandbox/faults` and of every answer: exactly the faults that are on."""

    faults: tuple[Fault, ...]


def control_routes(switch: FaultSwitch) -> list[Route]:
    """The addresses of the fault switch.

    `GET` tells what is on, `PUT` switches exactly the given faults on, `DELETE` all off.
    """

    async def show(_request: Request) -> Response:
        return _answer(FaultList(switch.active()))

    async def put(request: Request) -> Response:
        try:
            wanted = msgspec.json.decode(await _body(request), type=FaultList)
        except (msgspec.MsgspecError, ValueError) as error:
            return _problem(422, str(error))
        offline = [each for each in wanted.faults if each.kind is FaultKind.OFFLINE]
        if any(each.duration_s is None for each in offline):
            return _problem(422, "offline closes this door too: give it a duration_s")
        if offline:
            # Applied once the answer is out, as going offline cuts this connection as well.
            return _answer(wanted, BackgroundTask(switch.set, *wanted.faults))
        await run_in_threadpool(switch.set, *wanted.faults)
        return _answer(wanted)

    async def clear(_request: Request) -> Response:
        await run_in_threadpool(switch.clear)
        return _answer(FaultList(()))

    answers = {"GET": show, "PUT": put, "DELETE": clear}

    async def answer(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return _refusal(request) or await answers[method](request)

    return [Route(CONTROL_ROOT + "faults", answer, methods=list(answers))]


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY_BYTES:
            message = "the body is too large"
            raise ValueError(message)
    return bytes(body)


def _refusal(request: Request) -> Response | None:
    """Refuse whoever is not on this machine, and web pages that run on it."""
    here = request.client is not None and ip_address(request.client.host).is_loopback
    if not here or "origin" in request.headers:
        return _problem(403, "only programs on this machine may switch faults")
    return None


def _answer(value: FaultList, background: BackgroundTask | None = None) -> Response:
    body = msgspec.json.encode(value)
    return Response(body, media_type="application/json", background=background)


def _problem(status: int, message: str) -> Response:
    body = msgspec.json.encode({"message": message})
    return Response(body, status, media_type="application/json")
