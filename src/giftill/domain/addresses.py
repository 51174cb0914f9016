"""Addresses of an API: which of them the token, and with it the shop's money, may be sent to."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

LIVE_API_URL: Final = "https://api.gifty.nl/v1/"

_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_BRACKETED = re.compile(r"\[[^\[\]]+\](:\d*)?")
# Steps that the client walks before it asks, and letters that a server reads as others.
_TWOFOLD_PATH = re.compile(r"/\.{1,2}(/|$)|%")
_USUAL_PORTS: Final = {"http": 80, "https": 443}
_LONGEST_LABEL: Final = 63


def safe_address(url: str) -> str:
    """Return the one spelling of an address, if a token may be sent there.

    Accounts and tokens are kept under it. A second spelling of one API would be a second account,
    in which a hold could be released that was captured in the first.

    Returns:
        Scheme and host in lower case, the host in ASCII without a dot at its end; a port only if
        it is not the usual one; the path as it is, with a slash at its end.

    Raises:
        ValueError: It is none, has a name, password, query or fragment in it, has a path that can
            be spelled in another way, or is plain HTTP to another PC.
    """
    parts = urlsplit(url)
    scheme, host, port = parts.scheme, _host_of(parts.netloc, parts.hostname or ""), parts.port
    keeps_the_token_secret = scheme == "https" or (
        scheme == "http" and _LOOPBACK.fullmatch(host) is not None
    )
    has_more = "@" in parts.netloc or parts.query or parts.fragment
    is_plain = url.isprintable() and _TWOFOLD_PATH.search(parts.path) is None
    is_whole = _is_host(host) and port != 0 and is_plain
    if not is_whole or not keeps_the_token_secret or has_more:
        msg = "not an address that the token may be sent to"
        raise ValueError(msg)
    named = f"[{host}]" if ":" in host else host
    where = named if port in {None, _USUAL_PORTS[scheme]} else f"{named}:{port}"
    return f"{scheme}://{where}{parts.path.removesuffix('/')}/"


def _host_of(netloc: str, name: str) -> str:
    """Return the one spelling of a host.

    Raises:
        ValueError: It has none, or one that not everybody would read as the same host.
    """
    if "[" in netloc:
        from ipaddress import IPv6Address

        if not _BRACKETED.fullmatch(netloc):
            msg = "something stands beside the brackets"
            raise ValueError(msg)
        return IPv6Address(name).compressed
    if not name.isascii():
        # Raises ValueError for a name that has no spelling in ASCII. Loading it takes its time.
        ascii_name = name.encode("idna").decode("ascii")
        if ascii_name.encode().decode("idna") != name:
            # The two standards for such names make two hosts of a “ß”.
            msg = "a name that can be read as another one"
            raise ValueError(msg)
        name = ascii_name
    return name.removesuffix(".")


def _is_host(name: str) -> bool:
    """Tell whether a name can be looked up; what it may be made of is the resolver's business."""
    # The resolver chokes on an empty label and on a long one.
    return all(0 < len(label) <= _LONGEST_LABEL for label in name.split("."))
