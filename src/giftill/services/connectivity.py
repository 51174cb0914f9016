"""Whether the API can be reached: what the last real request said, never a guess."""

from __future__ import annotations

import logging
import random
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from giftill.gifty import (
    AskedToWait,
    Exchange,
    MaybeSentError,
    NotSentError,
    Priority,
    RateLimited,
    TokenAwaited,
    UnreadableAnswer,
    priority_of,
)

from .observable import Observable

if TYPE_CHECKING:
    from giftill.gifty import Request, Who

    from .clock import Clock

_log = logging.getLogger(__name__)

_FIRST_PAUSE_S: Final = 60.0
_LONGEST_PAUSE_S: Final = 600.0
# Doubled so often, the first pause is longer than the longest.
_DOUBLINGS: Final = 4
# A server that asks for longer has lost its clock, or means a client that nobody looks at.
_LONGEST_ASKED_S: Final = 3_600.0
# A server that asks for no wait at all would be asked again without end.
_SHORTEST_PAUSE_S: Final = 1.0
# So many refusals on end, with nothing else between, are about the till and not about an item.
_FORBIDDEN_TO_PAUSE: Final = 8
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_LIMITED: Final = 429
_SERVER_FAULTS: Final = 500


class Link(StrEnum):
    """The connection in one word."""

    UNKNOWN = "unknown"
    ONLINE = "online"
    OFFLINE = "offline"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a state, not a token
    LIMITED = "limited"


class Connectivity:
    """Watches every request of this till.

    Attributes:
        link: The connection now.
        server_offset_ms: Server time minus this PC's time, from the last answer's `Date`.
        limited_until_ms: While limited, when requests may be made again; this PC's Unix time in ms.
    """

    def __init__(self, clock: Clock) -> None:
        """Start without an opinion."""
        self._clock = clock
        self._limits_in_a_row = 0
        self._limited_since_ms = 0
        self._forbidden_in_a_row = 0
        self.link: Observable[Link] = Observable(Link.UNKNOWN)
        self.link.subscribe(_log_link)
        self.server_offset_ms = 0
        self.limited_until_ms = 0

    @property
    def server_now_ms(self) -> int:
        """The server's time as far as this till knows it, Unix time in ms."""
        return self._clock.now_ms() + self.server_offset_ms

    @property
    def is_limited(self) -> bool:
        """Whether the API asked this till to wait, and the time is not over."""
        if self.link.value is not Link.LIMITED:
            return False
        # Before the pause began means that the clock was set back: the next answer will tell.
        return self._limited_since_ms <= self._clock.now_ms() < self.limited_until_ms

    @property
    def is_forbidden(self) -> bool:
        """Whether everything that was asked of late is forbidden: that is about the till."""
        return self._forbidden_in_a_row >= _FORBIDDEN_TO_PAUSE

    @property
    def is_paused(self) -> bool:
        """Whether nothing may be sent that no cashier waits for.

        The token is refused, the limit was hit, or all is forbidden, so that each item of the
        outbox would end with a manager.
        """
        return self.is_limited or self.is_forbidden or self.link.value is Link.TOKEN_REFUSED

    def admit(self, request: Request, who: Who) -> None:
        """Let a request be sent, or refuse it at once.

        A cashier's may find out that a token works again; that a pause is over, nobody may try.

        Raises:
            AskedToWait: The API asked this till to wait.
            TokenAwaited: No cashier waits for it, and the token is refused or may do nothing.
        """
        if self.is_limited:
            raise AskedToWait(request, datetime.fromtimestamp(self.limited_until_ms / 1000, UTC))
        if self.is_paused and priority_of(who) is not Priority.CASHIER:
            raise TokenAwaited(request)

    def watch(self, exchange: Exchange) -> None:
        """Take in what a request met."""
        if exchange.server_time_offset_s is not None:
            self.server_offset_ms = round(exchange.server_time_offset_s * 1000)
        if exchange.status is not None:
            is_forbidden = exchange.status == _FORBIDDEN
            self._forbidden_in_a_row = self._forbidden_in_a_row + 1 if is_forbidden else 0
        if exchange.status == _LIMITED:
            self._limit(exchange)
            return
        self._limits_in_a_row = 0
        self.link.set(_link_after(exchange))

    def forget_refusal(self) -> None:
        """Let requests be made again after the token was replaced."""
        self._forbidden_in_a_row = 0
        self.link.set(Link.UNKNOWN)

    def forgive(self) -> None:
        """Let one request be tried although everything was forbidden: someone asks for it."""
        if self.is_forbidden:
            self.forget_refusal()

    def _limit(self, exchange: Exchange) -> None:
        asked = exchange.error.retry_after_s if isinstance(exchange.error, RateLimited) else None
        if asked is None:
            doublings = min(self._limits_in_a_row, _DOUBLINGS)
            longest = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**doublings)
            asked = random.uniform(longest / 2, longest)  # noqa: S311 - jitter, not a secret
        self._limits_in_a_row += 1
        self._limited_since_ms = self._clock.now_ms()
        pause_ms = round(min(max(_SHORTEST_PAUSE_S, asked), _LONGEST_ASKED_S) * 1000)
        self.limited_until_ms = self._limited_since_ms + pause_ms
        self.link.set(Link.LIMITED)


def _log_link(link: Link) -> None:
    _log.info("The connection changed", extra={"to": link.value})


def _link_after(exchange: Exchange) -> Link:
    if exchange.status == _UNAUTHORIZED:
        return Link.TOKEN_REFUSED
    if isinstance(exchange.error, NotSentError | MaybeSentError | UnreadableAnswer):
        return Link.OFFLINE
    if exchange.status is None or exchange.status >= _SERVER_FAULTS:
        return Link.OFFLINE
    return Link.ONLINE
