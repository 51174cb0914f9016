"""Keeps the HTTP library from looking for what a till has no use for."""

from __future__ import annotations

import sys
from importlib.util import find_spec


def keep_lean() -> None:
    """Let the library do without two modules; to be called before it is loaded.

    A module that is None can't be imported, says the language reference, and the library does
    without either.
    """
    # It loads a command line of its own, and with it whatever of click and rich is installed:
    # 80 ms and 6 MB.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type] # None is documented
    # Some five times for each request it tries to import this; where it is not installed, Python
    # would look through all of its folders every time: 2 ms of each request.
    if "sniffio" not in sys.modules and find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment] # likewise
