"""Why a request is refused: values that say what, while `texts` says how in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ErrorType(StrEnum):
    """The `type` of an error; the first three are the API's own, the others are plausible."""

    TRANSACTION = "giftcard_transaction_error"
    NOT_FOUND = "not_found_error"
    VALIDATION = "validation_error"
    AUTHENTICATION = "authentication_error"
    METHOD = "method_not_allowed_error"
    REQUEST = "invalid_request_error"
    RATE_LIMIT = "rate_limit_error"
    SERVER = "server_error"


@dataclass(frozen=True, slots=True)
class ErrorItem:
    """One entry of an answer's `errors`.

    Attributes:
        type: What kind of error it is.
        text: Key of the sentence in `texts`.
        values: What the sentence names, in order.
        field: The field that a validation error is about.
    """

    type: ErrorType
    text: str
    values: tuple[str, ...] = ()
    field: str | None = None


class Problem(Exception):
    """A request is refused.

    Args:
        status: HTTP status of the answer.
        items: At least one entry for `errors`.
        headers: Headers that the status calls for.
    """

    def __init__(
        self, status: int, *items: ErrorItem, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(status, *items)
        self.status = status
        self.items = items
        self.headers = headers


def refused(text: str, *values: str) -> Problem:
    """The card's or the transaction's state does not allow it (422)."""
    return Problem(422, ErrorItem(ErrorType.TRANSACTION, text, values))


def invalid(field: str, text: str, *values: str) -> ErrorItem:
    """One field that can't be accepted; the page's validation error."""
    return ErrorItem(ErrorType.VALIDATION, text, values, field)


def not_found(text: str) -> Problem:
    """The thing that the path names does not exist (404)."""
    return Problem(404, ErrorItem(ErrorType.NOT_FOUND, text))
