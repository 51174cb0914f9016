"""What can be made to go wrong while the sandbox runs, and for which requests."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from threading import RLock
from typing import TYPE_CHECKING, Annotated

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable


class FaultKind(StrEnum):
    """One way in which a network or a server fails.

    `lose_before`, `limited`, `html_200` and `redirect_302` happen instead of the work;
    `lose_answer_after`, `half_body`, `empty_body`, `huge_body` and `wrong_type` after it.
    """

    OFFLINE = "offline"
    LATENCY = "latency"
    LOSE_BEFORE = "lose_before"
    LOSE_ANSWER_AFTER = "lose_answer_after"
    STATUS_500 = "status_500"
    STATUS_502 = "status_502"
    STATUS_503 = "status_503"
    LIMITED = "limited"
    HTML_200 = "html_200"
    REDIRECT_302 = "redirect_302"
    HALF_BODY = "half_body"
    EMPTY_BODY = "empty_body"
    HUGE_BODY = "huge_body"
    WRONG_TYPE = "wrong_type"


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fault and its scope.

    Attributes:
        kind: What goes wrong.
        method: HTTP method of the requests it hits; `*` for all.
        path: Pattern of the paths it hits, such as `/v1/transactions/*/capture`.
        times: How many requests it hits before it is over; None for no end.
        duration_s: Seconds after which it is over by itself; None for no end.
        latency_ms: How long a `latency` fault holds a request back.
        retry_after_s: What a `limited` fault asks for.
        after_work: Whether a `status_5xx` comes after the work was done instead of before.
    """

    kind: FaultKind
    method: str = "*"
    path: str = "*"
    times: Annotated[int, msgspec.Meta(ge=1)] | None = None
    duration_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)] | None = None
    latency_ms: Annotated[int, msgspec.Meta(ge=0, le=600_000)] = 1_000
    retry_after_s: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 30
    after_work: bool = False

    def hits(self, method: str, path: str) -> bool:
        """Whether a request is in its scope."""
        return self.method in {"*", method} and fnmatchcase(path, self.path)


@dataclass(frozen=True, slots=True)
class _Set:
    fault: Fault
    left: int | None
    ends_at: float | None

    def is_over(self, now_s: float) -> bool:
        return self.left == 0 or (self.ends_at is not None and self.ends_at <= now_s)


class FaultSwitch:
    """The faults that are on; may be used from any thread."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._set: list[_Set] = []
        self._on_change: Callable[[], None] | None = None

    def set(self, *faults: Fault) -> None:
        """Switch exactly these faults on. The door is open or closed when this returns."""
        with self._lock:
            self._set = [_armed(fault) for fault in faults]
        self._tell()

    def add(self, fault: Fault) -> None:
        """Switch one more fault on; earlier ones go first."""
        with self._lock:
            self._set.append(_armed(fault))
        self._tell()

    def clear(self) -> None:
        """Switch every fault off."""
        self.set()

    def active(self) -> tuple[Fault, ...]:
        """The faults that are on, each with the number of hits that it has left."""
        with self._lock:
            self._drop_over()
            return tuple(msgspec.structs.replace(each.fault, times=each.left) for each in self._set)

    def is_offline(self) -> bool:
        """Whether the server should not even listen."""
        return any(fault.kind is FaultKind.OFFLINE for fault in self.active())

    def soonest_end_s(self) -> float | None:
        """Seconds until the next fault is over by itself, or None."""
        with self._lock:
            self._drop_over()
            ends = [each.ends_at for each in self._set if each.ends_at is not None]
            return max(0.0, min(ends) - time.monotonic()) if ends else None

    def take(self, method: str, path: str) -> tuple[Fault, ...]:
        """The faults that hit a request, each counted: delays and at most one other."""
        taken: list[Fault] = []
        with self._lock:
            self._drop_over()
            for index, each in enumerate(self._set):
                fault = each.fault
                delay = fault.kind is FaultKind.LATENCY
                decided = any(one.kind is not FaultKind.LATENCY for one in taken)
                if not fault.hits(method, path) or (decided and not delay):
                    continue
                taken.append(fault)
                if each.left is not None:
                    self._set[index] = replace(each, left=each.left - 1)
        return tuple(taken)

    def listen(self, on_change: Callable[[], None] | None) -> None:
        """Call a function after each change; None stops that."""
        self._on_change = on_change

    def _tell(self) -> None:
        if self._on_change is not None:
            self._on_change()

    def _drop_over(self) -> None:
        now_s = time.monotonic()
        self._set = [each for each in self._set if not each.is_over(now_s)]


def _armed(fault: Fault) -> _Set:
    ends_at = None if fault.duration_s is None else time.monotonic() + fault.duration_s
    return _Set(fault, fault.times, ends_at)
