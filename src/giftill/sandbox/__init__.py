"""The Gifty half as a server of its own, for training mode, tests and demonstrations.

The sandbox imports nothing else of Giftill and encodes its own wire format, so that a mistake about
the contract in the client shows here instead of being made twice. Importing this package is cheap:
the web server and the database are loaded when one of its names is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from giftill.sandbox.config import SandboxConfig, SandboxError

if TYPE_CHECKING:
    from giftill.sandbox.faults import Fault, FaultKind, FaultSwitch
    from giftill.sandbox.ledger import Ledger
    from giftill.sandbox.seed import SHOWCASE
    from giftill.sandbox.server import SandboxServer, run_forever
    from giftill.sandbox.sheet import write_sheet

__all__ = [
    "SHOWCASE",
    "Fault",
    "FaultKind",
    "FaultSwitch",
    "Ledger",
    "SandboxConfig",
    "SandboxError",
    "SandboxServer",
    "run_forever",
    "write_sheet",
]

_HOME = {
    "SHOWCASE": "seed",
    "Fault": "faults",
    "FaultKind": "faults",
    "FaultSwitch": "faults",
    "Ledger": "ledger",
    "SandboxServer": "server",
    "run_forever": "server",
    "write_sheet": "sheet",
}


def __getattr__(name: str) -> object:
    """Load the module that holds a public name when the name is first used."""
    if name not in _HOME:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
