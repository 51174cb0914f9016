"""A client of a server that gives raw replies, and how its failures are looked at."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, Protocol

import pytest

from giftill.domain.codes import read_code
from giftill.domain.money import Money
from giftill.gifty import GiftyClient, GiftyError, Timeouts

if TYPE_CHECKING:
    from tests.helpers.raw_server import RawServer, Reply

TOKEN: Final = "s3cret-t0ken"
CODE: Final = read_code("AAAABBBBCCCC7K9Q")
# For what never comes; whatever does come gets the usual time, however busy the PC is.
SHORT: Final = Timeouts(pool_s=1, connect_s=1, write_s=1, answer_s=0.3)
HOLD: Final = json.dumps(
    {"data": {"id": "tr_1", "amount": -1250, "status": "pending", "type": "redeem"}}
).encode()


class Connect(Protocol):
    """Starts a server that gives these replies, and a client of it."""

    async def __call__(
        self, *replies: Reply, timeouts: Timeouts = ...
    ) -> tuple[GiftyClient, RawServer]: ...


async def redeem(client: GiftyClient) -> None:
    """Ask for a hold."""
    await client.redeem(CODE, Money(1250))


async def failure(client: GiftyClient) -> GiftyError:
    """Return how a redeem fails; no failure shows a secret or carries the library's exception."""
    with pytest.raises(GiftyError) as caught:
        await redeem(client)
    error = caught.value
    shown = f"{error} {error!r} {error.problem} {error.request} {vars(error)}"
    assert not re.search(r"AAAA.?BBBB", shown)
    assert TOKEN not in shown
    assert error.__cause__ is None
    assert error.__context__ is None
    return error
