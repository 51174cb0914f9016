"""What a sandbox is started with, and how it says that it can't be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

TRAINING_TOKEN = "training-token"  # noqa: S105 - the sandbox guards no money; this is documented


class SandboxError(Exception):
    """The sandbox can't do what was asked; the text is one sentence for a person."""


@dataclass(frozen=True)
class SandboxConfig:
    """Everything that can be chosen about a sandbox.

    Attributes:
        host: Address to listen on.
        port: Port to listen on; 0 takes any free one.
        data: Ledger file, kept between runs; None keeps the ledger in memory.
        token: Bearer token that requests must carry.
        other_tokens: Further accepted tokens, each with a request limit of its own.
        rate_per_minute: Requests a minute and token; 0 sets no limit.
        seed: Whether an empty ledger is filled with the demonstration data.
        now: Clock to use instead of the system's; must answer with an aware time.
    """

    host: str = "127.0.0.1"
    port: int = 0
    data: Path | None = None
    token: str = TRAINING_TOKEN
    other_tokens: tuple[str, ...] = ()
    rate_per_minute: int = 120
    seed: bool = True
    now: Callable[[], datetime] | None = None

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every accepted token."""
        return (self.token, *self.other_tokens)
