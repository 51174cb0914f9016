"""What a request was about and how it went: values for errors, for watchers and for logs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .errors import GiftyError


class Purpose(StrEnum):
    """What a request is for; it decides what a failure means for the customer."""

    READ_CARD = "read_card"
    READ_TRANSACTION = "read_transaction"
    READ = "read"
    REDEEM = "redeem"
    CAPTURE = "capture"
    RELEASE = "release"
    ISSUE = "issue"
    EXTEND = "extend"
    REFUND = "refund"


@dataclass(frozen=True)
class Request:
    """A request as people may see it.

    Attributes:
        method: `GET`, `POST` or `DELETE`.
        path: The path and query below `/v1`, a card code in it masked.
        purpose: What it is for.
    """

    method: str
    path: str
    purpose: Purpose

    def __str__(self) -> str:
        """Return method and path, for logs."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Exchange:
    """One request and how it went, told to the client's `watch` after every request.

    Attributes:
        request: What was asked.
        status: The HTTP status, or None if no answer came.
        error: What the caller was told, or None if all went well.
        elapsed_s: From the first attempt to connect until the answer was read, in seconds; the
            wait for a turn is not part of it.
        server_time_offset_s: The server's clock minus this PC's, in seconds, good to half a
            second and half of `elapsed_s`; None if the server told no time.
    """

    request: Request
    status: int | None
    error: GiftyError | None
    elapsed_s: float
    server_time_offset_s: float | None


@dataclass(frozen=True)
class Timeouts:
    """How long each step of a request may take, in seconds.

    Attributes:
        pool_s: Until a connection is free.
        connect_s: Until the network connection stands, and as long again for TLS.
        write_s: Until the request is handed to the network.
        answer_s: Until the answer begins, and as long again until all of it is there.
    """

    pool_s: float = 2.0
    connect_s: float = 2.0
    write_s: float = 5.0
    answer_s: float = 10.0

    @property
    def until_answer_s(self) -> float:
        """The most that all steps together can take until the answer begins."""
        return self.pool_s + 2 * self.connect_s + self.write_s + self.answer_s
