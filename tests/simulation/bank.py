"""The server's side: an account on the real sandbox, without a socket between."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import httpx

from giftill.domain.codes import CardCode
from giftill.sandbox.app import Site, build_app
from giftill.sandbox.clock import Clock
from giftill.sandbox.faults import FaultSwitch
from giftill.sandbox.ids import IdSource
from giftill.sandbox.ledger import Caller, Ledger
from giftill.sandbox.limiter import RateLimiter
from giftill.sandbox.model import Location, Transaction, TransactionStatus

from .virtual import EPOCH_S

if TYPE_CHECKING:
    from .virtual import SimulatedLoop

_CARDS: Final = ("CARDAAAAAAAAAAA2", "CARDAAAAAAAAAAA4", "CARDAAAAAAAAAAA5")
_NEW_CARDS: Final = tuple(f"CARDNEWNEW{number}" for number in range(100_000, 100_400))
_OLD_CARDS: Final = tuple(f"CARDPASTEN{number}" for number in range(100_000, 100_100))
_START_CENTS: Final = 100_000_000
_LIVE: Final = {TransactionStatus.PENDING, TransactionStatus.SUCCESS}
_DAY_S: Final = 86_400


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: httpx.Headers
    body: bytes


class Bank:
    """One account: its ledger, its token, and the time by the server's clock.

    Attributes:
        token: What it is asked with.
        ledger: Its cards and transactions.
        cards: Codes of cards with a lot of money on them.
        lists_behind_s: How old a transaction must be before lists show it.
    """

    def __init__(self, name: str, loop: SimulatedLoop, seed: int) -> None:
        self.token = f"token-of-{name}"
        self.cards = tuple(map(CardCode, _CARDS))
        self.lists_behind_s = 0
        self._loop = loop
        self._new_cards = list(reversed(_NEW_CARDS))
        self._old_cards = list(reversed(_OLD_CARDS))
        self._clock = Clock(lambda: datetime.fromtimestamp(EPOCH_S + loop.time(), UTC))
        self.ledger = Ledger(ids=IdSource(random.Random(f"{name} {seed}")))
        self.locations = tuple(f"lc_{name}{number}" for number in range(2))
        with self.ledger.atomically():
            for each in self.locations:
                self.ledger.add_location(Location(0, each, "Street", "1", None, "1", "Here", None))
            for code in _CARDS:
                self._sell(code, None, _START_CENTS)
        site = Site(
            self.ledger, FaultSwitch(), RateLimiter(120), self._clock, (self.token,), "http://bank"
        )
        self._app = httpx.ASGITransport(build_app(site))

    @property
    def now_s(self) -> int:
        """The server's time, Unix time in seconds."""
        return self._clock.seconds()

    async def work(self, request: httpx.Request) -> Answer:
        """Do what a request asks, and answer."""
        response = await self._app.handle_async_request(request)
        body = await response.aread()
        if (
            self.lists_behind_s
            and request.method == "GET"
            and response.status_code == httpx.codes.OK
        ):
            body = self._older(body)
        return Answer(response.status_code, response.headers, body)

    def new_card(self) -> CardCode | None:
        """Return a card that was never sold, once."""
        if not self._new_cards:
            return None
        code = self._new_cards.pop()
        self.ledger.add_card(code, now=self.now_s, validity_days=None)
        return CardCode(code)

    def expired_card(self) -> CardCode | None:
        """Return a card with money whose time is up, once."""
        if not self._old_cards:
            return None
        code = self._old_cards.pop()
        with self.ledger.atomically():
            self._sell(code, 1, 2_500, age_s=2 * _DAY_S)
        return CardCode(code)

    def live(self, row: Transaction) -> bool:
        """Tell whether a redeem holds or has taken money."""
        return row.status in _LIVE

    def settle_by_hand(self, transaction: str, *, capture: bool) -> None:
        """Settle a hold from the dashboard, behind the tills' backs."""
        ask = self.ledger.capture if capture else self.ledger.release
        ask(transaction, caller=Caller(self.now_s))

    def close(self) -> None:
        """Close the ledger."""
        self.ledger.close()

    def _sell(self, code: str, days: int | None, cents: int, age_s: int = 0) -> None:
        then = self.now_s - age_s
        self.ledger.add_card(code, now=then, validity_days=days)
        self.ledger.issue(code, amount_cents=cents, currency="EUR", caller=Caller(then))

    def _older(self, body: bytes) -> bytes:
        """Leave out of an answer what lists do not show yet."""
        answer = json.loads(body)
        data = answer["data"]
        if isinstance(data, list):
            answer["data"] = [each for each in data if self._is_shown(each)]
        elif "transactions" in data:
            data["transactions"] = [each for each in data["transactions"] if self._is_shown(each)]
        return json.dumps(answer).encode()

    def _is_shown(self, row: dict[str, str]) -> bool:
        if "created_at" not in row:
            return True
        made_at = datetime.fromisoformat(row["created_at"]).timestamp()
        return made_at <= self.now_s - self.lists_behind_s
