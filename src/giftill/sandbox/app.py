"""The web application: the page's addresses behind token, request limit and faults."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route

from giftill.sandbox import images, validate, wire
from giftill.sandbox.answers import JsonResponse, broken, problem_response, routing_problem
from giftill.sandbox.control import control_routes
from giftill.sandbox.endpoints import ENDPOINTS, Call, Endpoint
from giftill.sandbox.ledger import Caller
from giftill.sandbox.mischief import Mischief
from giftill.sandbox.problems import ErrorItem, ErrorType, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from giftill.sandbox.clock import Clock
    from giftill.sandbox.faults import FaultSwitch
    from giftill.sandbox.ledger import Ledger
    from giftill.sandbox.limiter import RateLimiter

API_ROOT = "/v1"
IMAGE_ROOT = "/storage/images/preview/"


@dataclass(frozen=True)
class Site:
    """What the application works on.

    Attributes:
        ledger: Cards and transactions.
        faults: What goes wrong.
        limiter: Requests a minute and token.
        clock: The time.
        tokens: Accepted bearer tokens.
        origin: Scheme, host and port that the pictures are served at.
    """

    ledger: Ledger
    faults: FaultSwitch
    limiter: RateLimiter
    clock: Clock
    tokens: tuple[str, ...]
    origin: str


def build_app(site: Site) -> Starlette:
    """Put the application together.

    Args:
        site: What it works on.

    Returns:
        An ASGI application; needs no lifespan.
    """
    app = Starlette(
        routes=[
            *_routes(site),
            Route(IMAGE_ROOT + "{design}/{size}.png", images.serve),
            *control_routes(site.faults),
        ],
        middleware=[
            Middleware(Dated, clock=site.clock),
            Middleware(Mischief, faults=site.faults),
            Middleware(Gate, site=site),
        ],
        exception_handlers={
            Problem: _answer_problem,
            HTTPException: _answer_http_exception,
        },
    )
    app.router.redirect_slashes = False
    return app


def _routes(site: Site) -> list[Route]:
    """One route for each path, so that a 405 names every method that the path has."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in ENDPOINTS:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    return [_route(site, path, methods) for path, methods in by_path.items()]


def _route(site: Site, path: str, methods: Mapping[str, Endpoint]) -> Route:
    async def answer(request: Request) -> Response:
        endpoint = methods["GET" if request.method == "HEAD" else request.method]
        fields = await _read_fields(request, endpoint)
        now = site.clock.seconds()
        try:
            # Expiries stay written even when the request itself is refused.
            site.ledger.expire_due(now)
            with site.ledger.atomically():
                call = Call(
                    ledger=site.ledger,
                    caller=Caller(now, _location(site.ledger, request, endpoint)),
                    path=request.path_params,
                    query=request.query_params,
                    body=fields,
                    encoder=wire.Encoder(site.ledger, now, site.origin + IMAGE_ROOT),
                )
                data = endpoint.work(call)
        except Problem:
            raise
        except Exception as error:  # noqa: BLE001 - the last line of defence of a server
            return problem_response(request, broken(error))
        return JsonResponse({"data": data})

    return Route(API_ROOT + path, answer, methods=list(methods))


async def _read_fields(request: Request, endpoint: Endpoint) -> validate.Fields:
    if not endpoint.takes_body:
        return validate.Fields({})
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > validate.MAX_BODY_BYTES:
            break
    content_type = request.headers.get("content-type", "")
    return validate.Fields(validate.json_object(bytes(body), content_type))


def _location(ledger: Ledger, request: Request, endpoint: Endpoint) -> str | None:
    """The store that the request is for.

    The page doesn't say what an unknown one gets; here it is a validation error, as a 404 would
    read as "unknown card".
    """
    location_id = request.headers.get("x-gifty-location")
    if location_id is None or not endpoint.tracks_location:
        return None
    if ledger.location(location_id) is None:
        raise validate.unknown_choice("X-Gifty-Location")
    return location_id


async def _answer_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(request, error)


async def _answer_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem_response(request, routing_problem(request, error))


class Gate:
    """Lets only requests with a token through to the API, and not too many of them."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site
        self._tokens = tuple(token.encode() for token in site.tokens)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 or 429 in the API's stead, or let the request pass."""
        path = scope.get("path", "")
        if scope["type"] == "http" and (path == API_ROOT or path.startswith(API_ROOT + "/")):
            request = Request(scope, receive)
            problem = self._refusal(request)
            if problem is not None:
                await problem_response(request, problem)(scope, receive, send)
                return
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            # The client left while it was still sending: there is nobody to answer.
            return

    def _refusal(self, request: Request) -> Problem | None:
        token = self._token(request.headers.get("authorization", ""))
        if token is None:
            item = ErrorItem(ErrorType.AUTHENTICATION, "unauthenticated")
            return Problem(401, item, headers=(("WWW-Authenticate", "Bearer"),))
        wait_s = self._site.limiter.admit(token, self._site.clock.steady_s())
        if wait_s is not None:
            item = ErrorItem(ErrorType.RATE_LIMIT, "too_many_requests", (str(wait_s),))
            return Problem(429, item, headers=(("Retry-After", str(wait_s)),))
        return None

    def _token(self, authorization: str) -> str | None:
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return None
        offered = given.strip().encode("latin-1", "replace")
        for known in self._tokens:
            if hmac.compare_digest(known, offered):
                return known.decode()
        return None


class Dated:
    """Gives each answer the `Date` of the sandbox's own clock."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header to whatever is answered."""

        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Date"] = self._clock.http_date().decode("ascii")
            await send(message)

        await self._app(scope, receive, send_dated)
