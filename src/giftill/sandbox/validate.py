"""What a request may contain: bodies and parameters become values, or a list of refusals."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NoReturn

from giftill.sandbox.clock import from_iso
from giftill.sandbox.problems import ErrorItem, ErrorType, Problem, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_AMOUNT_CENTS = 100_000_000
MAX_BODY_BYTES = 64 * 1024
MAX_EXPIRES_AT = 253_402_300_799
DEFAULT_LIMIT = 10
MAX_LIMIT = 100
MAX_DESCRIPTION = 1_000

_LIMIT = re.compile(r"[0-9]{1,3}", re.ASCII)
_KNOWN_REASON = "CUSTOMER_REQUEST"


def json_object(body: bytes, content_type: str) -> Mapping[str, object]:
    """Read a request's body.

    Raises:
        Problem: Too large (413), not said to be JSON (415), not JSON or not an object (400).
    """
    if len(body) > MAX_BODY_BYTES:
        raise _request(413, "body_too_large")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise _request(415, "not_json_content")
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _request(400, "body_not_json") from None
    if not isinstance(value, dict):
        raise _request(400, "body_not_object")
    return value


def _no_constant(_name: str) -> NoReturn:
    # NaN and Infinity are Python's extensions of JSON.
    raise ValueError


def _request(status: int, text: str) -> Problem:
    return Problem(status, ErrorItem(ErrorType.REQUEST, text))


class Fields:
    """Reads the fields of one body and collects what is wrong with them.

    Each method answers a harmless value for a bad field, so that all of them are reported at once;
    call `check` before using any.
    """

    def __init__(self, body: Mapping[str, object]) -> None:
        self._body = body
        self._wrong: list[ErrorItem] = []

    def has(self, field: str) -> bool:
        """Whether the field is there and not null."""
        return self._body.get(field) is not None

    def check(self) -> None:
        """Refuse the request when any field was wrong.

        Raises:
            Problem: All of it, as 422.
        """
        if self._wrong:
            raise Problem(422, *self._wrong)

    def refuse(self, field: str, text: str, *values: str) -> None:
        """Note that a field can't be accepted."""
        self._wrong.append(invalid(field, text, field, *values))

    def amount(self) -> int:
        """The required `amount`: a positive integer in cents, not a bool, float or text."""
        value = self._required("amount")
        if value is None:
            return 0
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse("amount", "integer")
            return 0
        if not 1 <= value <= MAX_AMOUNT_CENTS:
            self.refuse("amount", "between", "1", str(MAX_AMOUNT_CENTS))
            return 0
        return value

    def boolean(self, field: str, *, default: bool | None = None) -> bool:
        """A true or false; required unless there is a default."""
        value = self._body.get(field)
        if value is None and default is not None and field not in self._body:
            return default
        value = self._required(field)
        if value is None:
            return False
        if not isinstance(value, bool):
            self.refuse(field, "boolean")
            return False
        return value

    def text(self, field: str) -> str:
        """A required text."""
        value = self._required(field)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(field, "string")
            return ""
        return value

    def optional_text(self, field: str, max_length: int) -> str | None:
        """A text that may be missing or null."""
        if not self.has(field):
            return None
        value = self.text(field)
        if len(value) > max_length:
            self.refuse(field, "too_long", str(max_length))
        elif not is_unicode(value):
            self.refuse(field, "string")
        return value

    def reason(self) -> str | None:
        """A refund's `reason`; one value is known."""
        value = self.optional_text("reason", MAX_DESCRIPTION)
        if value is not None and value != _KNOWN_REASON:
            self.refuse("reason", "unknown_choice")
        return value

    def future(self, field: str, now: int) -> int:
        """A required time after now, in seconds since 1970."""
        text = self.text(field)
        if not text:
            if self.has(field) and isinstance(self._body[field], str):
                self.refuse(field, "required")
            return 0
        at = from_iso(text)
        if at is None or at > MAX_EXPIRES_AT:
            self.refuse(field, "date")
            return 0
        if at <= now:
            self.refuse(field, "future")
        return at

    def _required(self, field: str) -> object:
        value = self._body.get(field)
        if value is None:
            self.refuse(field, "required")
        return value


def page_limit(value: str | None) -> int:
    """The `limit` parameter: 1 to 100, 10 when it is missing.

    Raises:
        Problem: It is something else (422).
    """
    if value is None:
        return DEFAULT_LIMIT
    if not _LIMIT.fullmatch(value):
        raise Problem(422, invalid("limit", "integer", "limit"))
    if not 1 <= int(value) <= MAX_LIMIT:
        raise Problem(422, invalid("limit", "between", "limit", "1", str(MAX_LIMIT)))
    return int(value)


def unknown_choice(field: str) -> Problem:
    """A parameter or header names something that does not exist (422)."""
    return Problem(422, invalid(field, "unknown_choice", field))


def is_unicode(text: str) -> bool:
    """Whether a text can be stored: JSON can spell half a surrogate pair, no character at all."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
