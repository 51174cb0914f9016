"""Judging an answer by its status, and by its body only where the status promises one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

from . import wire
from .errors import (
    ApiError,
    ErrorDetail,
    Forbidden,
    GiftyError,
    NotFound,
    RateLimited,
    ServerFault,
    StateRefused,
    TokenRefused,
    UnreadableAnswer,
    ValidationError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .exchange import Request

_T = TypeVar("_T")

_BEYOND_ERRORS: Final = 600

_BY_STATUS: Final[dict[int, type[ApiError]]] = {
    HTTPStatus.UNAUTHORIZED: TokenRefused,
    HTTPStatus.FORBIDDEN: Forbidden,
    HTTPStatus.NOT_FOUND: NotFound,
}


@dataclass(frozen=True)
class Answer:
    """What came back, before anybody judged it.

    Attributes:
        status: The HTTP status.
        body: The decoded body; what is there of it if `problem` is set.
        problem: Why the body is not whole, in words for logs; empty if it is.
        content_type: The header, or empty.
        server_time_s: The Unix time that the server's `Date` header tells; None without it.
        retry_after_s: How long its `Retry-After` header asks to wait; None without it.
    """

    status: int
    body: bytes
    problem: str = ""
    content_type: str = ""
    server_time_s: float | None = None
    retry_after_s: float | None = None

    @property
    def is_success(self) -> bool:
        """Whether the server says that it is done (2xx)."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_redirect(self) -> bool:
        """Whether the server sends us elsewhere (3xx)."""
        return HTTPStatus.MULTIPLE_CHOICES <= self.status < HTTPStatus.BAD_REQUEST

    @property
    def is_error(self) -> bool:
        """Whether the server says that it is not done (4xx) or broken (5xx)."""
        return HTTPStatus.BAD_REQUEST <= self.status < _BEYOND_ERRORS

    @property
    def is_web_page(self) -> bool:
        """Whether this is a page for a browser, not an answer for a program."""
        return (
            "html" in self.content_type.lower()
            or self.body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"
        )


def read(
    answer: Answer,
    request: Request,
    decode: Callable[[bytes], _T],
    scrub: Callable[[str], str],
) -> _T:
    """Return what the answer says.

    Args:
        answer: What came back.
        request: What was asked.
        decode: Reads the body that a success must have; raises `wire.WireError`.
        scrub: Takes the secrets of the request out of a text.

    Raises:
        AnsweredError: The answer is an error, or can't be read.
    """
    if answer.is_error:
        raise _refusal(answer, request, scrub)
    problem = answer.problem if answer.is_success else f"status {answer.status}"
    if not problem:
        try:
            return decode(answer.body)
        except wire.WireError as error:
            problem = str(error)
    raise UnreadableAnswer(
        request,
        answer.status,
        scrub(problem),
        looks_like_portal=answer.is_redirect or answer.is_web_page,
    )


def _refusal(answer: Answer, request: Request, scrub: Callable[[str], str]) -> GiftyError:
    said = tuple(_scrubbed(detail, scrub) for detail in wire.errors(answer.body))
    problem = f"status {answer.status}"
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(
            request, answer.status, said, problem, retry_after_s=answer.retry_after_s
        )
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerFault(request, answer.status, said, problem)
    if answer.status in _BY_STATUS:
        return _BY_STATUS[answer.status](request, answer.status, said, problem)
    if said and said[0].type == "validation_error":
        return ValidationError(request, answer.status, said, problem)
    return StateRefused(request, answer.status, said, problem)


def _scrubbed(detail: ErrorDetail, scrub: Callable[[str], str]) -> ErrorDetail:
    return replace(
        detail,
        id=scrub(detail.id),
        status=scrub(detail.status),
        type=scrub(detail.type),
        title=scrub(detail.title),
        detail=scrub(detail.detail),
    )
