"""HTTP answers: the page's JSON bodies and the errors of every kind in its one shape."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from starlette.responses import Response

from giftill.sandbox import texts, wire
from giftill.sandbox.problems import ErrorItem, ErrorType, Problem

if TYPE_CHECKING:
    from starlette.exceptions import HTTPException
    from starlette.requests import Request

_log = logging.getLogger(__name__)


class JsonResponse(Response):
    """A JSON body in the sandbox's own encoding."""

    media_type = "application/json"

    def __init__(
        self, value: wire.Json, status: int = 200, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(wire.encode(value), status, headers)


def language_of(request: Request) -> texts.Language:
    """The language that a request asks for."""
    return texts.preferred_language(request.headers.get("accept-language", ""))


def problem_response(request: Request, problem: Problem) -> Response:
    """Answer a refusal in the request's language."""
    language = language_of(request)
    return JsonResponse(
        wire.errors(language, problem.status, problem.items),
        problem.status,
        {"Content-Language": language, **dict(problem.headers)},
    )


def routing_problem(request: Request, error: HTTPException) -> Problem:
    """What the router refuses: no such address (404), no such method (405), or worse."""
    if error.status_code == 404:  # noqa: PLR2004 - statuses are clearest as numbers
        return Problem(404, ErrorItem(ErrorType.NOT_FOUND, "route_not_found"))
    if error.status_code == 405:  # noqa: PLR2004 - the same
        headers = dict(error.headers or {})
        allowed = headers.get("Allow", "")
        item = ErrorItem(ErrorType.METHOD, "method_not_allowed", (request.method, allowed))
        return Problem(405, item, headers=tuple(headers.items()))
    return Problem(error.status_code, ErrorItem(ErrorType.REQUEST, "bad_request"))


def broken(error: Exception) -> Problem:
    """A bug of the sandbox itself: logged whole, answered in the page's shape."""
    _log.error("The sandbox failed to answer a request", exc_info=error)
    return Problem(500, ErrorItem(ErrorType.SERVER, "server_error"))
