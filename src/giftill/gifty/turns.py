"""The turns to send that were used in the last minute: in memory, or in a file for a whole till."""

from __future__ import annotations

import logging
import os
import struct
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from filelock import BaseFileLock

_log = logging.getLogger(__name__)

WINDOW_S: Final = 60.0

_NS: Final = 1_000_000_000
_WINDOW_NS: Final = round(WINDOW_S * _NS)
# More than the API allows in a minute, so that a full window always fits.
_SLOTS: Final = 128
_LAYOUT: Final = struct.Struct(f"<{_SLOTS}q")
_EMPTY: Final = -1
_PRIVATE: Final = 0o600
# Another process has the file for less than a millisecond; one that was stopped meanwhile must
# not stop a till.
_PATIENCE_S: Final = 0.2
_LOOK_AGAIN_S: Final = 0.001


class Turns(Protocol):
    """Remembers the turns of the last 60 seconds."""

    def take(self, limit: int) -> float:
        """Count a turn if fewer than `limit` were used; 0 limits nothing.

        Returns:
            0 if the turn was counted, else how long until one is free, in seconds.
        """


class TurnsInMemory:
    """The turns of one process, forgotten with it."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        """Tell the time by `steady`, in seconds: the wall clock may jump."""
        self._steady = steady
        self._used: deque[float] = deque()

    def take(self, limit: int) -> float:
        """Count a turn if fewer than `limit` were used, or tell how long until one is free."""
        now = self._steady()
        # By the very sum that the wait is told by: rounded otherwise, a turn could be over with no
        # time to wait for it, and would be given without being counted.
        while self._used and self._used[0] + WINDOW_S <= now:
            self._used.popleft()
        over = len(self._used) - limit
        if limit and over >= 0:
            return self._used[over] + WINDOW_S - now
        self._used.append(now)
        return 0.0


class TurnsOnDisk:
    """The turns of all processes of one till; they outlive each of them, however it ends.

    A turn is in the file before its request is sent. The system keeps what a killed process wrote,
    and only a loss of power can take the last of it: after one, the first minute of the PC counts
    as used up to what is kept for the cashier.

    Times are those of the clock that starts with the PC, is the same for all processes, and is
    never set. What is later than now was written before the PC was started.
    """

    def __init__(
        self, path: Path, *, lost_at_most: int = 0, now_ns: Callable[[], int] = time.monotonic_ns
    ) -> None:
        """Keep the turns in a file.

        Args:
            path: The file; made if it is not there, unless its folder is missing.
            lost_at_most: How many turns to count as used when the PC was started, where the file
                is older than that.
            now_ns: The time since the PC was started, in nanoseconds.
        """
        self._path = path
        self._lost_at_most = lost_at_most
        self._now_ns = now_ns
        self._lock: BaseFileLock | None = None
        self._known: list[int] = []
        self._is_kept = True

    def take(self, limit: int) -> float:
        """Count a turn if fewer than `limit` were used, or tell how long until one is free."""
        try:
            if self._path.parent.is_dir():
                with self._locked():
                    return self._take(limit)
        except (OSError, NotImplementedError):
            if self._is_kept:
                _log.warning("Could not keep the last minute's turns on disk", exc_info=True)
        # Without the file this process alone keeps to the limit.
        self._is_kept = False
        return self._count(self._known, limit)

    def _take(self, limit: int) -> float:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self._path, flags, _PRIVATE)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            used = self._since_start(_entries(file.read(_LAYOUT.size)))
            if not self._is_kept:
                # Some of what this process knows may be in the file as well.
                used = sorted((Counter(used) | Counter(self._known)).elements())
            wait_s = self._count(used, limit)
            if wait_s <= 0:
                file.seek(0)
                file.write(_LAYOUT.pack(*_filled(self._known)))
                self._is_kept = True
        return wait_s

    def _since_start(self, entries: list[int]) -> list[int]:
        """Return the entries by today's clock, oldest first."""
        now = self._now_ns()
        today = [each for each in entries if each <= now]
        if len(today) == len(entries):
            return today
        before = max(len(entries) - len(today), self._lost_at_most)
        return [0] * before + today

    def _count(self, used: list[int], limit: int) -> float:
        now = self._now_ns()
        used = [each for each in used if each > now - _WINDOW_NS]
        self._known = used
        over = len(used) - limit
        if limit and over >= 0:
            return (used[over] + _WINDOW_NS - now) / _NS
        used.append(now)
        return 0.0

    def _locked(self) -> BaseFileLock:
        if self._lock is None:
            from filelock import FileLock

            self._lock = FileLock(
                self._path.with_name(f"{self._path.name}.lock"),
                timeout=_PATIENCE_S,
                mode=_PRIVATE,
                poll_interval=_LOOK_AGAIN_S,
                # A lock that is only a file's existence would survive a kill.
                fallback_to_soft=False,
                preserve_lock_file=True,
            )
        return self._lock


def _entries(content: bytes) -> list[int]:
    """Return the times in a file, oldest first; one that is not whole tells nothing."""
    if len(content) != _LAYOUT.size:
        return []
    return sorted(each for each in _LAYOUT.unpack(content) if each != _EMPTY)


def _filled(used: list[int]) -> list[int]:
    kept = used[-_SLOTS:]
    return kept + [_EMPTY] * (_SLOTS - len(kept))
