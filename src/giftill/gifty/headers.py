"""Reading the headers that tell times: `Date` and `Retry-After`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

LONGEST_WAIT_S: Final = 86_400.0

# More digits than any honest number of seconds; `int()` of thousands of them would take its time.
_MOST_DIGITS: Final = 12


def server_time_s(date: str | None) -> float | None:
    """Return the Unix time in seconds that a `Date` header tells, or None.

    The header has whole seconds, cut off; half a second is the best guess at what was cut.
    """
    moment = _parse(date)
    return None if moment is None else moment.timestamp() + 0.5


def retry_after_s(value: str | None, *, date: str | None, now_s: float) -> float | None:
    """Return how long a `Retry-After` header asks to wait, in seconds.

    Args:
        value: The header: seconds, or an HTTP date.
        date: The answer's `Date`: a date in `value` is by the server's clock.
        now_s: This PC's Unix time in seconds, for where the server tells no time.

    Returns:
        0 to a day; None if the header is missing, negative or no such value.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:_MOST_DIGITS]), LONGEST_WAIT_S)
    until = _parse(text)
    if until is None:
        return None
    server_now = _parse(date) or datetime.fromtimestamp(now_s, UTC)
    wait_s = (until - server_now).total_seconds()
    return min(wait_s, LONGEST_WAIT_S) if wait_s >= 0 else None


def _parse(text: str | None) -> datetime | None:
    if not text:
        return None
    # It takes ten milliseconds to load, which a window does without until the first answer.
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
