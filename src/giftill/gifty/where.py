"""Where requests go: the address of the API, and the shop that they are made for."""

from __future__ import annotations

from enum import Enum
from typing import Final, TypeAlias

from giftill.domain.addresses import safe_address
from giftill.domain.places import LocationId

from .errors import UnusableAddress


class Default(Enum):
    """The client's own location, as opposed to None, which sends no location."""

    DEFAULT = "default"


DEFAULT: Final = Default.DEFAULT
Where: TypeAlias = LocationId | Default | None


def check_address(base_url: str) -> str:
    """Return the one spelling of an address, if a token may be sent there.

    Raises:
        UnusableAddress: It is none, has a name, password, query or fragment in it, or is plain
            HTTP to another PC.
    """
    try:
        return safe_address(base_url)
    except ValueError:
        raise UnusableAddress from None
