"""The request limit: an exact sliding window for each token (page: Rate Limiting)."""

from __future__ import annotations

import math
from collections import deque

WINDOW_S = 60.0


class RateLimiter:
    """Counts requests and says when one is too many.

    The page only says that access "will be temporarily disabled". Here one request too many
    closes the door until the oldest request has left the window; refused ones don't count.

    Args:
        rate_per_minute: Requests that fit into any 60 seconds; 0 sets no limit.
    """

    def __init__(self, rate_per_minute: int) -> None:
        self._rate = rate_per_minute
        self._sent: dict[str, deque[float]] = {}
        self._closed_until: dict[str, float] = {}

    def admit(self, token: str, now_s: float) -> int | None:
        """Count a request.

        Args:
            token: Whose request it is.
            now_s: Seconds on a steady clock.

        Returns:
            None when it may pass, else after how many whole seconds to come back.
        """
        if self._rate == 0:
            return None
        closed_until = self._closed_until.get(token, 0.0)
        if now_s < closed_until:
            return _whole_seconds(now_s, closed_until)
        sent = self._sent.setdefault(token, deque())
        while sent and sent[0] + WINDOW_S <= now_s:
            sent.popleft()
        if len(sent) < self._rate:
            sent.append(now_s)
            return None
        self._closed_until[token] = sent[0] + WINDOW_S
        return _whole_seconds(now_s, sent[0] + WINDOW_S)


def _whole_seconds(now_s: float, until_s: float) -> int:
    # The difference is rounded, either way; only the caller's own sum tells whether it is enough.
    wait_s = max(1, math.floor(until_s - now_s))
    return wait_s if now_s + wait_s >= until_s else wait_s + 1
