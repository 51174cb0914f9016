"""The table that `make bench` prints: one row for each mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Row:
    """One thing that was measured.

    Attributes:
        what: Its name, and what it is compared with.
        ours: The terminal's median, with its unit.
        baseline: The baseline's median, with its unit.
        result: Both put together, in `unit`.
        mark: The most that `result` may be.
        unit: `×` for a ratio, else ms.
    """

    what: str
    ours: str
    baseline: str
    result: float
    mark: float
    unit: str = "×"

    @property
    def is_met(self) -> bool:
        """Whether the mark is met."""
        return self.result <= self.mark

    def cells(self) -> tuple[str, ...]:
        """Return the row in words."""
        mark = f"≤ {self.mark:g} {self.unit}"
        verdict = "met" if self.is_met else "MISSED"
        result = f"{self.result:.2f} {self.unit}"
        return (self.what, self.ours, self.baseline, result, mark, verdict)


def show(rows: Sequence[Row]) -> None:
    """Print the rows in columns."""
    head = ("what", "Giftill", "baseline", "result", "mark", "")
    lines = [head, *(row.cells() for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for line in lines:
        cells = [f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)]
        print("  ".join(cells).rstrip())
