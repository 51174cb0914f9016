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
# The most that the first paint may take, and the whole way to a till that works, in windows with a
# label. Measured on two processors: 1.4 to 1.8, and 2.4 to 3.2.
_PAINT_MARK: Final = 1.8
_OPEN_MARK: Final = 4.0
# The till has made its first requests by then and does no more by itself.
_SETTLED_S: Final = 2.0
_IDLE_S: Final = 10.0


def start_rows(stage: Stage, program: str = TILL) -> list[Row]:
    """Measure the way to the first paint, and to a till that works.

    Args:
        stage: What it runs on.
        program: The terminal: a module, or the path of an installed program.
    """
    ways = (
        (BARE, stage.bare, "painted"),
        (program, stage.till, "painted"),
        (program, stage.till, "open"),
    )
    took_ms: dict[tuple[str, str], list[float]] = {}
    # The first round writes the bytecode and the journal, and does not count.
    for round_number in range(_ROUNDS + 1):
        for module, environ, step in ways:
            with window(module, environ, step) as (_, took_s):
                if round_number:
                    took_ms.setdefault((module, step), []).append(took_s * 1000)
    bare = median(took_ms[BARE, "painted"])
    rows = []
    for step, what, mark in (
        ("painted", "first paint of a usable Till", _PAINT_MARK),
        ("open", "a till at work behind it", _OPEN_MARK),
    ):
        ours = median(took_ms[program, step])
        words = f"Command to {what} ÷ a bare window’s first paint"
        rows.append(Row(words, f"{ours:.0f} ms", f"{bare:.0f} ms", ours / bare, mark))
    return rows


def memory_row(stage: Stage) -> Row:
    """Measure the memory some seconds after the start."""
    memory_mb: dict[str, list[float]] = {BARE: [], TILL: []}
    for _ in range(_ROUNDS):
        for module, environ in ((BARE, stage.bare), (TILL, stage.till)):
            with window(module, environ) as (pid, _took):
                time.sleep(_SETTLED_S)
                memory_mb[module].append(resident_mb(pid))
    ours, bare = (median(memory_mb[each]) for each in (TILL, BARE))
    return Row(
        "Resident memory ÷ a bare window", f"{ours:.1f} MB", f"{bare:.1f} MB", ours / bare, 1.7
    )


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
