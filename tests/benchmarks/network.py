"""The benchmarks of the working till: scans, queueing and draining, with their baselines."""

from __future__ import annotations

import json
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.processes import line_of, program
from tests.benchmarks.seeds import SCANNED_CARDS
from tests.benchmarks.table import Row

if TYPE_CHECKING:
    import subprocess

    from tests.benchmarks.processes import Stage

_SCANS: Final = 15
_BURST: Final = 200
_BURSTS: Final = 5
_CAPTURES: Final = 1000
_DRAINS: Final = 3


class _Till:
    """The working till, as seen from outside."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def do(self, what: str, **arguments: object) -> Any:  # noqa: ANN401 - as JSON has it
        """Order something and return the answer."""
        return json.loads(_ask(self._process, {"do": what, **arguments}))


def network_rows(stage: Stage) -> list[Row]:
    """Measure scanning, queueing and draining."""
    with (
        program("tests.benchmarks.working_till", stage.till) as till_process,
        program("tests.benchmarks.bare_http", stage.till) as bare,
    ):
        till = _Till(till_process)
        till.do("ready")
        line_of(bare)
        return [_scan_row(till, bare), _burst_row(till), *_drain_rows(till, bare)]


def _scan_row(till: _Till, bare: subprocess.Popen[str]) -> Row:
    ours, theirs = [], []
    for each in range(2 * _SCANS + 2):
        code = SCANNED_CARDS[each % len(SCANNED_CARDS)]
        theirs.append(_request(bare, "GET", [f"giftcards/{code}"]) * 1000)
        ours.append(till.do("scan", code=code))
    # The first of each card loads what every later one finds there.
    ours_ms, bare_ms = median(ours[2:]), median(theirs[2:])
    return Row(
        "Scan to painted balance − the same GET by bare httpx",
        f"{ours_ms:.1f} ms",
        f"{bare_ms:.1f} ms",
        ours_ms - bare_ms,
        32,
        "ms",
    )


def _burst_row(till: _Till) -> Row:
    ours, theirs = [], []
    for _ in range(_BURSTS + 1):
        theirs.append(till.do("enqueue_straight", count=_BURST))
        ours.append(till.do("enqueue", count=_BURST))
    ours_ms, bare_ms = median(ours[1:]), median(theirs[1:])
    return Row(
        f"Durable enqueue of a capture, {_BURST} in a burst ÷ the same inserts by apsw",
        f"{ours_ms:.2f} ms",
        f"{bare_ms:.2f} ms",
        ours_ms / bare_ms,
        3,
    )


def _drain_rows(till: _Till, bare: subprocess.Popen[str]) -> list[Row]:
    ours, theirs, stalls = [], [], []
    for _ in range(_DRAINS):
        paths = [f"transactions/{each}/capture" for each in till.do("hold", count=_CAPTURES)]
        theirs.append(_request(bare, "POST", paths))
        took_s, stall_ms = till.do("drain", transactions=till.do("hold", count=_CAPTURES))
        ours.append(took_s)
        stalls.append(stall_ms)
    ours_s, bare_s = median(ours), median(theirs)
    return [
        Row(
            f"{_CAPTURES} queued captures drained ÷ a bare httpx loop",
            f"{ours_s:.2f} s",
            f"{bare_s:.2f} s",
            ours_s / bare_s,
            2,
        ),
        Row(
            "Longest stall of the window meanwhile",
            f"{median(stalls):.1f} ms",
            "0 ms",
            median(stalls),
            50,
            "ms",
        ),
    ]


def _request(bare: subprocess.Popen[str], method: str, paths: list[str]) -> float:
    """Let the baseline make requests; return the seconds that they took."""
    return float(_ask(bare, {"method": method, "paths": paths}))


def _ask(process: subprocess.Popen[str], order: dict[str, object]) -> str:
    assert process.stdin is not None
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    return line_of(process)
