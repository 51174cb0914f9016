"""Times as the sandbox keeps them (whole seconds since 1970, UTC) and as the page writes them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import formatdate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

DAY_S = 86_400


class Clock:
    """One source of time for expiry, `Date` and the request limit.

    Args:
        now: Clock to follow, for tests; None follows the system.
    """

    def __init__(self, now: Callable[[], datetime] | None = None) -> None:
        self._now = now

    def seconds(self) -> int:
        """Seconds since 1970 (UTC), cut to whole ones as the page shows no fractions."""
        return int(time.time() if self._now is None else self._now().timestamp())

    def steady_s(self) -> float:
        """Seconds for measuring spans; unmoved by a change of the system's clock."""
        return time.monotonic() if self._now is None else self._now().timestamp()

    def http_date(self) -> bytes:
        """The present as a `Date` header."""
        return formatdate(self.seconds(), usegmt=True).encode("ascii")


def iso(at: int) -> str:
    """Write a time the way the page does: `2022-09-15T12:41:31+00:00`."""
    return datetime.fromtimestamp(at, UTC).isoformat()


def from_iso(text: str) -> int | None:
    """Read an ISO 8601 time; one without an offset is UTC.

    Returns:
        Seconds since 1970, or None when the text is not a time.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return int(moment.timestamp())
    except (ValueError, OverflowError):
        return None
