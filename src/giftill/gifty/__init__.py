"""An async, typed client of the Gifty API; usable on its own.

Importing this costs little: the HTTP library is loaded with the first client.
"""

from __future__ import annotations

from .client import GiftyClient
from .errors import (
    AnsweredError,
    ApiError,
    ErrorDetail,
    Forbidden,
    GiftyError,
    MaybeSentError,
    NotFound,
    NotSentError,
    Offline,
    PoolBusy,
    RateLimited,
    ServerFault,
    StateRefused,
    TlsError,
    TokenMissing,
    TokenRefused,
    UnreadableAnswer,
    UnusableAddress,
    UnusableId,
    UnusableInput,
    UnusableToken,
    ValidationError,
)
from .exchange import Exchange, Purpose, Request, Timeouts
from .pacing import (
    USUAL_LIMIT_PER_MINUTE,
    Pacer,
    Priority,
    Urgency,
    Who,
    outbox_share,
    priority_of,
)
from .pauses import AskedToWait, TokenAwaited
from .turns import Turns, TurnsInMemory, TurnsOnDisk
from .where import DEFAULT, Where, check_address

__all__ = [
    "DEFAULT",
    "USUAL_LIMIT_PER_MINUTE",
    "AnsweredError",
    "ApiError",
    "AskedToWait",
    "ErrorDetail",
    "Exchange",
    "Forbidden",
    "GiftyClient",
    "GiftyError",
    "MaybeSentError",
    "NotFound",
    "NotSentError",
    "Offline",
    "Pacer",
    "PoolBusy",
    "Priority",
    "Purpose",
    "RateLimited",
    "Request",
    "ServerFault",
    "StateRefused",
    "Timeouts",
    "TlsError",
    "TokenAwaited",
    "TokenMissing",
    "TokenRefused",
    "Turns",
    "TurnsInMemory",
    "TurnsOnDisk",
    "UnreadableAnswer",
    "UnusableAddress",
    "UnusableId",
    "UnusableInput",
    "UnusableToken",
    "Urgency",
    "ValidationError",
    "Where",
    "Who",
    "check_address",
    "outbox_share",
    "priority_of",
]
