"""Addresses of an API: which of them the token, and with it the shop's money, may be sent to."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

LIVE_API_URL: Final = "https://api.gifty.nl/v1/"

_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_LONGEST_LABEL: Final = 63


def safe_address(url: str) -> str:
    """Return an address with a slash at its end, if a token may be sent there.

    Raises:
        ValueError: It is none, has a name, password, query or fragment in it, or is plain HTTP to
            another PC.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    keeps_the_token_secret = parts.scheme == "https" or (
        parts.scheme == "http" and _LOOPBACK.fullmatch(host) is not None
    )
    has_more = "@" in parts.netloc or parts.query or parts.fragment
    is_whole = _is_host(host) and parts.port != 0 and url.isprintable()
    if not is_whole or not keeps_the_token_secret or has_more:
        msg = "not an address that the token may be sent to"
        raise ValueError(msg)
    return url if url.endswith("/") else f"{url}/"


def _is_host(name: str) -> bool:
    """Tell whether a name can be looked up; what it may be made of is the resolver's business."""
    if not name.isascii():
        # Raises ValueError for a name that has no spelling in ASCII. Loading it takes its time.
        name = name.encode("idna").decode("ascii")
    # The resolver chokes on an empty label and on a long one; a dot at the end is no label.
    return all(0 < len(label) <= _LONGEST_LABEL for label in name.removesuffix(".").split("."))
