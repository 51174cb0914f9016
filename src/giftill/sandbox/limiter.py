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
            return math.ceil(closed_until - now_s)
        sent = self._sent.setdefault(token, deque())
        while sent and sent[0] <= now_s - WINDOW_S:
            sent.popleft()
        if len(sent) < self._rate:
            sent.append(now_s)
            return None
        self._closed_until[token] = sent[0] + WINDOW_S
        return max(1, math.ceil(sent[0] + WINDOW_S - now_s))
