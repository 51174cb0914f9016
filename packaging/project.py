"""What the project says of itself; whatever is made of it asks here, so that it is said once.

Usage: python3 project.py version|maker|copyright. Needs nothing but Python.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]


def version() -> str:
    """Return the version, three numbers."""
    return str(_project()["version"])


def maker() -> str:
    """Return who makes it."""
    return str(_project()["authors"][0]["name"])


def copyright_line() -> str:
    """Return whose it is and since when, as the licence has it."""
    lines = (ROOT / "LICENSE").read_text("utf-8").splitlines()
    return next(line for line in lines if line.startswith("Copyright"))


def _project() -> dict[str, Any]:
    read: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return read


if __name__ == "__main__":
    asked = {"version": version, "maker": maker, "copyright": copyright_line}
    if sys.argv[1:] not in [[name] for name in asked]:
        sys.exit("Usage: python3 project.py version|maker|copyright")
    print(asked[sys.argv[1]]())
