"""The client: one method for each endpoint of the Gifty API, which sends one request, once."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import urlsplit

from giftill import __version__
from giftill.domain.addresses import LIVE_API_URL
from giftill.domain.places import LocationId

from . import answers, calls, wire
from .errors import GiftyError, TokenMissing, TokenRefused, UnusableAddress, UnusableToken
from .exchange import Exchange, Purpose, Request, Timeouts
from .lean import keep_lean
from .masking import mask
from .pacing import USUAL_LIMIT_PER_MINUTE, Pacer, Priority, Who
from .pagination import pages
from .where import DEFAULT, Default, Where, check_address

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from giftill.domain.cards import Card, CardId, PackageId
    from giftill.domain.codes import CardCode
    from giftill.domain.money import Money
    from giftill.domain.places import Location, Package
    from giftill.domain.transactions import Transaction, TransactionId

    from .transport import AsyncBaseTransport, Transport

_T = TypeVar("_T")

_TOKEN = re.compile(r"[!-~]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class GiftyClient:
    """A client of the Gifty API, for one token; use it as an async context manager.

    Every method sends one request, once it is its turn, and never repeats it: whether that is
    safe, only the caller knows. All raise `GiftyError`, whose `outcome` says what may be concluded.
    A `CancelledError` in the middle of a method leaves open whether the request was sent.

    Attributes:
        pacer: Gives each request its turn.
        admit: Asked before each request; raises a `GiftyError` to keep it from being sent.
    """

    def __init__(
        self,
        token: str | None,
        *,
        base_url: str = LIVE_API_URL,
        language: str = "en",
        location: LocationId | None = None,
        pacer: Pacer | None = None,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - a frozen value, the same for everybody
        transport: AsyncBaseTransport | None = None,
        watch: Callable[[Exchange], None] | None = None,
    ) -> None:
        """Prepare a client; it connects with the first request.

        Args:
            token: From the developer's page of the Gifty dashboard; None while there is none yet.
            base_url: The API's address with its version; plain HTTP only to this PC itself.
            language: `en` or `nl`.
            location: `lc_…`, or None.
            pacer: Shared by all that sends for one account; by default one of this client's own
                with 100 requests a minute. `Pacer(0)` sets no limit.
            timeouts: How long each step of a request may take.
            transport: Carries the requests instead of the network, for tests.
            watch: Told of every request that was answered or failed. It must not raise.

        Raises:
            UnusableAddress: `base_url` is none, or not safe to send a token to.
            UnusableToken: `token` has characters that no token has.
            UnusableId: `location` is not an id.
        """
        self.token = token
        self.language = language
        self.location = location
        self.pacer = Pacer(USUAL_LIMIT_PER_MINUTE) if pacer is None else pacer
        self._base_url = check_address(base_url)
        self._timeouts = timeouts
        self._carrier = transport
        self._transport: Transport | None = None
        self.admit: Callable[[Request, Who], None] = lambda *_: None
        self._watch = watch

    def __repr__(self) -> str:
        return f"GiftyClient(base_url={self._base_url!r}, location={self.location!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections; a request that is under way fails."""
        if self._transport is not None:
            await self._transport.aclose()

    @property
    def token(self) -> str | None:
        """From the developer's page of the dashboard; without one, `TokenMissing` is raised."""
        return self._token

    @token.setter
    def token(self, token: str | None) -> None:
        if token is not None and not _TOKEN.fullmatch(token):
            raise UnusableToken
        self._token = token

    @property
    def language(self) -> str:
        """What the server's texts are asked in: `en` or `nl`."""
        return self._language

    @language.setter
    def language(self, language: str) -> None:
        if not _LANGUAGE.fullmatch(language):
            msg = f"{language!r} is not a language"
            raise ValueError(msg)
        self._language = language

    @property
    def location(self) -> LocationId | None:
        """The shop that calls are made for, unless a call says otherwise; None for none."""
        return self._location

    @location.setter
    def location(self, location: LocationId | None) -> None:
        self._location = None if location is None else LocationId(calls.check_id(location))

    async def card(
        self, code: CardCode, *, location: Where = DEFAULT, priority: Who = Priority.CASHIER
    ) -> Card:
        """Retrieve a gift card (page section “Retrieve Gift Card”)."""
        return await self._ask(calls.card(code), wire.card, location, priority)

    async def redeem(
        self,
        code: CardCode,
        amount: Money,
        *,
        capture: bool = False,
        location: Where = DEFAULT,
        priority: Who = Priority.CASHIER,
    ) -> Transaction:
        """Take an amount off a card (page section “Redeem Gift Card”).

        Args:
            code: The card.
            amount: More than zero, in the card's currency.
            capture: Make it final at once. If its answer is lost, nothing can undo it: prefer a
                hold, and capture that.
            location: The shop, None for none.
            priority: Who waits for it.
        """
        call = calls.redeem(code, amount, capture=capture)
        return await self._ask(call, wire.transaction, location, priority)

    async def issue(
        self,
        code: CardCode,
        *,
        amount: Money | None = None,
        package: PackageId | None = None,
        promotional: bool = False,
        location: Where = DEFAULT,
        priority: Who = Priority.CASHIER,
    ) -> Transaction:
        """Activate a card with an amount or a package (page section “Issue Gift Card”)."""
        call = calls.issue(code, amount, package, promotional=promotional)
        return await self._ask(call, wire.transaction, location, priority)

    async def extend(
        self,
        code: CardCode,
        expires_at: datetime,
        *,
        location: Where = DEFAULT,
        priority: Who = Priority.CASHIER,
    ) -> Transaction:
        """Re-activate an expired card (page section “Extend Gift Card”).

        Args:
            code: The card.
            expires_at: When it will expire: to come, and with a time zone.
            location: The shop, None for none.
            priority: Who waits for it.
        """
        return await self._ask(calls.extend(code, expires_at), wire.transaction, location, priority)

    async def transaction(
        self,
        transaction_id: TransactionId,
        *,
        location: Where = DEFAULT,
        priority: Who = Priority.CASHIER,
    ) -> Transaction:
        """Retrieve a transaction (page section “Retrieve Transaction”)."""
        call = calls.transaction(transaction_id)
        return await self._ask(call, wire.transaction, location, priority)

    async def capture(
        self,
        transaction_id: TransactionId,
        *,
        location: Where = DEFAULT,
        priority: Who = Priority.CASHIER,
    ) -> Transaction:
        """Make a hold final (page section “Capture Transaction”)."""
        call = calls.capture(transaction_id)
        return await self._ask(call, wire.transaction, location, priority)

    async def release(
        self,
        transaction_id: TransactionId,
        *,
        location: Where = DEFAULT,
        priority: Who = Priority.CASHIER,
    ) -> Transaction:
        """Give a held amount back; returns the release (page section “Release Transaction”)."""
        call = calls.release(transaction_id)
        return await self._ask(call, wire.transaction, location, priority)

    async def refund(
        self,
        transaction_id: TransactionId,
        amount: Money,
        *,
        reason: str = "CUSTOMER_REQUEST",
        description: str = "",
        location: Where = DEFAULT,
        priority: Who = Priority.CASHIER,
    ) -> Transaction:
        """Give captured money back to the card, all or a part of it; returns the refund."""
        call = calls.refund(transaction_id, amount, reason=reason, description=description)
        return await self._ask(call, wire.transaction, location, priority)

    async def package(
        self,
        package_id: PackageId,
        *,
        location: Where = DEFAULT,
        priority: Who = Priority.CASHIER,
    ) -> Package:
        """Retrieve a package (page section “Retrieve Package”)."""
        return await self._ask(calls.package(package_id), wire.package, location, priority)

    def transactions(
        self,
        *,
        card: CardId | None = None,
        page_size: int = calls.LARGEST_PAGE,
        location: Where = DEFAULT,
        priority: Who = Priority.CASHIER,
    ) -> AsyncIterator[Transaction]:
        """Iterate over all transactions, newest first; a page is requested when it is needed.

        Args:
            card: Only of this card, `gc_…`.
            page_size: 1 to 100.
            location: The shop, None for none.
            priority: Who waits for it.
        """
        return pages(
            lambda before: self._ask(
                calls.transactions(card, page_size, before), wire.transactions, location, priority
            ),
            page_size,
        )

    def locations(
        self,
        *,
        page_size: int = calls.LARGEST_PAGE,
        location: Where = DEFAULT,
        priority: Who = Priority.CASHIER,
    ) -> AsyncIterator[Location]:
        """Iterate over all locations of the account (page section “List All Locations”)."""
        return pages(
            lambda before: self._ask(
                calls.locations(page_size, before), wire.locations, location, priority
            ),
            page_size,
        )

    def packages(
        self,
        *,
        page_size: int = calls.LARGEST_PAGE,
        location: Where = DEFAULT,
        priority: Who = Priority.CASHIER,
    ) -> AsyncIterator[Package]:
        """Iterate over all packages, also those not sold now (page section “List All Packages”)."""
        return pages(
            lambda before: self._ask(
                calls.packages(page_size, before), wire.packages, location, priority
            ),
            page_size,
        )

    async def picture(self, url: str) -> bytes:
        """GET a picture of a card, as its `images` name it; without the token, wherever it lies.

        Returns:
            The bytes of the file, 2 MiB at most, of any kind.

        Raises:
            GiftyError: It could not be had.
            UnusableAddress: `url` is none, or plain HTTP to another PC.
        """
        try:
            address = urlsplit(url)
        except ValueError:
            raise UnusableAddress from None
        check_address(f"{address.scheme}://{address.netloc}")
        request = Request("GET", address.path, Purpose.READ)
        transport = await self._opened()
        return answers.read(await transport.fetch(url, request), request, bytes, str)

    async def _ask(
        self,
        call: calls.Call,
        decode: Callable[[bytes], _T],
        location: Where,
        priority: Who,
    ) -> _T:
        if self._token is None:
            raise TokenMissing(call.request)
        token, fields, scrub = self._token, self._headers(location), self._scrub(call)
        transport = await self._opened()
        self.admit(call.request, priority)
        await self.pacer.turn(priority)
        # While it waited, the answer to another request can have asked for a pause.
        self.admit(call.request, priority)
        answer: answers.Answer | None = None
        started = time.perf_counter()
        try:
            answer = await transport.send(call, fields, scrub)
            result = answers.read(answer, call.request, decode, scrub)
        except GiftyError as error:
            # That a token which was replaced meanwhile is refused says nothing of the new one.
            if token == self._token or not isinstance(error, TokenRefused):
                self._tell(call, answer, error, time.perf_counter() - started)
            raise
        self._tell(call, answer, None, time.perf_counter() - started)
        return result

    async def _opened(self) -> Transport:
        if self._transport is None:
            # The HTTP library takes longer to load than a window may stand still.
            opened = await asyncio.to_thread(self._open)
            # Another request can have come here meanwhile; nothing is connected yet.
            if self._transport is None:
                self._transport = opened
        return self._transport

    def _open(self) -> Transport:
        keep_lean()
        from .transport import Transport

        return Transport(self._base_url, self._timeouts, self._carrier)

    def _headers(self, location: Where) -> dict[str, str]:
        shop = self.location if isinstance(location, Default) else location
        where = {} if shop is None else {"X-Gifty-Location": calls.check_id(shop)}
        return {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/json",
            "Accept-Language": self.language,
            "Content-Type": "application/json",
            "User-Agent": f"Giftill/{__version__}",
            **where,
        }

    def _scrub(self, call: calls.Call) -> Callable[[str], str]:
        return lambda text: mask(text, code=call.secret, token=self._token or "")

    def _tell(
        self,
        call: calls.Call,
        answer: answers.Answer | None,
        error: GiftyError | None,
        elapsed_s: float,
    ) -> None:
        status, server_s = (answer.status, answer.server_time_s) if answer else (None, None)
        # The server read its clock somewhere between the request and its answer.
        offset_s = None if server_s is None else server_s - (time.time() - elapsed_s / 2)
        if self._watch is not None:
            self._watch(Exchange(call.request, status, error, elapsed_s, offset_s))
