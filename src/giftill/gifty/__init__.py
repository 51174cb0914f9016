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
from .pacing import Pacer, Priority
from .where import DEFAULT, Where, check_address

__all__ = [
    "DEFAULT",
    "AnsweredError",
    "ApiError",
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
    "TokenMissing",
    "TokenRefused",
    "UnreadableAnswer",
    "UnusableAddress",
    "UnusableId",
    "UnusableInput",
    "UnusableToken",
    "ValidationError",
    "Where",
    "check_address",
]
