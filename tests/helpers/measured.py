"""What a run that measures coverage hands on: the processes of its tests are measured too."""

from __future__ import annotations

import os


def measured() -> dict[str, str]:
    """Return the part of the environment that tells a process to measure itself, if it is to."""
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
