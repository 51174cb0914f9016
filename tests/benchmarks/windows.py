"""The window's benchmarks: first paint, memory, and what it costs to do nothing."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, Final

from tests.benchmarks.processes import BARE, TILL, cpu_ms, resident_mb, window
from tests.benchmarks.table import Row

if TYPE_CHECKING:
    from tests.benchmarks.processes import Stage

_ROUNDS: Final = 9
# The till has made its first requests by then and does no more by itself.
_SETTLED_S: Final = 2.0
_IDLE_S: Final = 10.0


def window_rows(stage: Stage) -> list[Row]:
    """Measure the way to the first paint, and the memory some seconds later."""
    sides = {BARE: stage.bare, TILL: stage.till}
    paint_s: dict[str, list[float]] = {BARE: [], TILL: []}
    memory_mb: dict[str, list[float]] = {BARE: [], TILL: []}
    # The first round writes the bytecode and the journal, and does not count.
    for round_number in range(_ROUNDS + 1):
        for module, environ in sides.items():
            with window(module, environ) as (pid, took_s):
                time.sleep(_SETTLED_S)
                if round_number:
                    paint_s[module].append(took_s)
                    memory_mb[module].append(resident_mb(pid))
    paint = {module: median(each) * 1000 for module, each in paint_s.items()}
    memory = {module: median(each) for module, each in memory_mb.items()}
    return [
        Row(
            "Command to first paint of a usable Till ÷ a bare window",
            f"{paint[TILL]:.0f} ms",
            f"{paint[BARE]:.0f} ms",
            paint[TILL] / paint[BARE],
            1.8,
        ),
        Row(
            "Resident memory ÷ a bare window",
            f"{memory[TILL]:.1f} MB",
            f"{memory[BARE]:.1f} MB",
            memory[TILL] / memory[BARE],
            1.7,
        ),
    ]


def idle_row(stage: Stage) -> Row:
    """Measure both windows side by side while nobody does anything."""
    with window(BARE, stage.bare) as (bare, _), window(TILL, stage.till) as (till, _):
        time.sleep(_SETTLED_S)
        before = (cpu_ms(bare), cpu_ms(till))
        time.sleep(_IDLE_S)
        spent_bare, spent_till = cpu_ms(bare) - before[0], cpu_ms(till) - before[1]
    # A bare window spends next to nothing, and a ratio to nothing says nothing: what the till
    # spends beyond it is held to a thousandth of a processor.
    return Row(
        "Processor while idle, for each second − a bare window’s",
        f"{spent_till / _IDLE_S:.2f} ms",
        f"{spent_bare / _IDLE_S:.2f} ms",
        (spent_till - spent_bare) / _IDLE_S,
        1.0,
        "ms",
    )
