"""When the outbox may use the network: at full speed, by one probe at a time, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .connectivity import Connectivity, Link

if TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import Clock

_SHORTEST_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 60.0
_LONGEST_BREAK_S: Final = 30.0
# Doubled so often it is longer than the longest; a night offline must not exceed what floats hold.
_DOUBLINGS: Final = 5


class Breaker:
    """Keeps the outbox from a network that does not work, and tells how soon to try it again.

    Until a request has worked, there is one probe at a time, with ever longer breaks between. One
    that works lets everything go.
    """

    def __init__(self, connectivity: Connectivity, clock: Clock, wake: Callable[[], None]) -> None:
        """Follow `connectivity`, and `wake` the outbox when there may be something to do."""
        self._connectivity = connectivity
        self._clock = clock
        self._wake = wake
        self._failed_probes = 0
        self._is_back = False
        connectivity.link.subscribe(self._link_changed)

    @property
    def is_open(self) -> bool:
        """Whether nothing tells that requests work: only a probe may be made."""
        return self._connectivity.link.value is not Link.ONLINE

    @property
    def may_go_on(self) -> bool:
        """Whether what was begun at full speed may go on."""
        is_offline = self._connectivity.link.value is Link.OFFLINE
        return not (is_offline or self._connectivity.is_paused)

    def reset(self) -> None:
        """Forget the probes that failed: someone asks to try now."""
        self._failed_probes = 0

    def take_return(self) -> bool:
        """Tell, once, that the network has returned since this was asked last."""
        is_back, self._is_back = self._is_back, False
        return is_back

    def break_s(self) -> float:
        """Return how long to leave the network alone after a probe, in seconds."""
        if self._connectivity.link.value is not Link.OFFLINE:
            self._failed_probes = 0
            return 0.0
        self._failed_probes += 1
        return min(_LONGEST_BREAK_S, 2.0 ** min(self._failed_probes, _DOUBLINGS))

    def pause_s(self) -> float:
        """Return how long to wait before a pause may be over, in seconds."""
        if not self._connectivity.is_limited:
            return _LONGEST_PAUSE_S
        left_ms = self._connectivity.limited_until_ms - self._clock.now_ms()
        # Not in one go: the clock can be set forward meanwhile.
        return min(_LONGEST_PAUSE_S, max(_SHORTEST_S, left_ms / 1000))

    def _link_changed(self, link: Link) -> None:
        if link is Link.ONLINE:
            self._failed_probes = 0
            self._is_back = True
        if link is not Link.OFFLINE:
            self._wake()
