"""Where requests go: the address of the API, and the shop that they are made for."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from giftill.domain.places import LocationId

from .errors import UnusableAddress

_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")


class Default(Enum):
    """The client's own location, as opposed to None, which sends no location."""

    DEFAULT = "default"


DEFAULT: Final = Default.DEFAULT
Where: TypeAlias = LocationId | Default | None


def check_address(base_url: str) -> str:
    """Return the address with a slash at its end, if a token may be sent there.

    Raises:
        UnusableAddress: It is none, has a name, password, query or fragment in it, or is plain
            HTTP to another PC.
    """
    try:
        parts = urlsplit(base_url)
        host, is_whole = parts.hostname or "", parts.port != 0
        # What a name may be made of is the resolver's business, but it chokes on an empty label
        # and on a long one.
        host.encode("idna")
    except ValueError:
        host, is_whole = "", False
        parts = urlsplit("")
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _LOOPBACK.fullmatch(host))
    has_more = "@" in parts.netloc or parts.query or parts.fragment
    if not host or not is_whole or not is_safe or has_more or not base_url.isprintable():
        raise UnusableAddress
    return base_url if base_url.endswith("/") else f"{base_url}/"
