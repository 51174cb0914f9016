"""The network between tills and server, and everything that can happen on it."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from contextvars import Context
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import httpx

from .intents import INTENT, Intent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from .bank import Answer, Bank
    from .till import Till

_ANSWER_S: Final = 10.0
_LATENCY_S: Final = 0.05


class Fate(StrEnum):
    """What happens to one request."""

    FINE = "fine"
    SLOW = "slow"
    REFUSED = "connection refused"
    CONNECT_TIMEOUT = "connect timeout"
    LOST_BEFORE = "lost before the work"
    LOST_AFTER = "answer lost"
    RESET_BEFORE = "reset before the work"
    RESET_AFTER = "reset after the work"
    LATE = "arrives when nobody waits any more"
    VERY_LATE = "arrives two minutes later"
    HALF = "half an answer"
    PORTAL = "captive portal"
    HTML_AFTER = "HTML after the work"
    REDIRECT = "redirect"
    FAULT_BEFORE = "500 before the work"
    FAULT_AFTER = "500 after the work"
    TWICE = "done twice"
    LIMITED = "429"
    LIMITED_UNTOLD = "429 without a time"
    UNAUTHORIZED = "401"
    FORBIDDEN = "403"


# Done twice, and nobody can know as long as one of the answers arrives.
_ONLY_ONCE: Final = ("/redeem", "/refund")
_WORKED: Final = {
    Fate.FINE,
    Fate.SLOW,
    Fate.LOST_AFTER,
    Fate.RESET_AFTER,
    Fate.HALF,
    Fate.HTML_AFTER,
    Fate.FAULT_AFTER,
    Fate.TWICE,
}
_STATUS: Final = {
    Fate.FAULT_BEFORE: 500,
    Fate.FAULT_AFTER: 502,
    Fate.LIMITED: 429,
    Fate.LIMITED_UNTOLD: 429,
    Fate.UNAUTHORIZED: 401,
    Fate.FORBIDDEN: 403,
    Fate.PORTAL: 200,
    Fate.HTML_AFTER: 200,
    Fate.REDIRECT: 302,
}
_HTML: Final = b"<html>Sign in to the network of the shopping centre.</html>"
_LATE_S: Final = {Fate.LATE: 18.0, Fate.VERY_LATE: 120.0}


class Network:
    """Everything that tills send passes here.

    Attributes:
        is_down: Whether nobody can reach anybody.
        fates: What happens to the next requests; the rest are fine, or as `chance` draws.
        fates_of: What happens to the next requests of a kind, by the last word of their path.
        chance: Draws the fate of a request once `fates` is empty.
        met: How many requests met each fate.
        banks: The accounts.
    """

    def __init__(self, banks: tuple[Bank, ...]) -> None:
        self.is_down = False
        self.fates: deque[Fate] = deque()
        self.fates_of: defaultdict[str, deque[Fate]] = defaultdict(deque)
        self.chance: Callable[[], Fate] = lambda: Fate.FINE
        self.met: Counter[Fate] = Counter()
        self.banks = banks
        self._under_way: set[asyncio.Task[Answer]] = set()

    def heal(self) -> None:
        """Let every request from now on be fine."""
        self.is_down = False
        self.fates.clear()
        self.fates_of.clear()
        self.chance = lambda: Fate.FINE
        for bank in self.banks:
            bank.lists_behind_s = 0

    def next_fate(self, word: str) -> Fate:
        """Draw what happens to a request, whose path ends in this word."""
        if self.is_down:
            return Fate.REFUSED
        if self.fates_of[word]:
            return self.fates_of[word].popleft()
        return self.fates.popleft() if self.fates else self.chance()

    def apart(self, work: Coroutine[object, object, Answer]) -> asyncio.Task[Answer]:
        """Let something happen at the server, whatever becomes of the till."""
        task = asyncio.get_running_loop().create_task(work, context=Context())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    def bank_of(self, request: httpx.Request) -> Bank:
        """Return whose token a request carries; what nobody knows, the first one refuses."""
        told = request.headers.get("authorization", "")
        return next((each for each in self.banks if told == f"Bearer {each.token}"), self.banks[0])


class Wire(httpx.AsyncBaseTransport):
    """One till's connection; it ends with the till."""

    def __init__(self, network: Network, till: Till) -> None:
        self._network = network
        self._till = till

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request to the server, or not, and its answer back, or not."""
        await self._till.step("before sending")
        intent = INTENT.get()
        self._till.watch(request, intent)
        fate = self._network.next_fate(request.url.path.rpartition("/")[2])
        if fate is Fate.TWICE and request.url.path.endswith(_ONLY_ONCE) and intent is None:
            fate = Fate.FINE
        self._network.met[fate] += 1
        self._till.note(f"{request.method} {request.url.raw_path.decode()} [{intent}]: {fate}")
        await asyncio.sleep(_LATENCY_S)
        response = await self._meet(fate, request, intent)
        await self._till.step("before the answer is taken")
        return response

    async def _meet(
        self, fate: Fate, request: httpx.Request, intent: Intent | None
    ) -> httpx.Response:
        self._fail_before(fate)
        if fate is Fate.CONNECT_TIMEOUT:
            await asyncio.sleep(2.0)
            raise httpx.ConnectTimeout("no connection")
        if fate in _LATE_S:
            if intent is not None and fate is Fate.VERY_LATE:
                intent.is_late = True
            late = self._network.apart(self._arrive(_LATE_S[fate], request, intent))
            self._till.note(f"{late.get_name()} arrives in {_LATE_S[fate]} s")
        answer = None
        if fate in _WORKED:
            answer = await asyncio.shield(self._network.apart(self._arrive(0, request, intent)))
            if fate is Fate.TWICE:
                await self._till.step("between the two")
                if intent is not None:
                    intent.is_doubled = True
                answer = await asyncio.shield(self._network.apart(self._arrive(0, request, intent)))
        return await self._answer(fate, request, answer)

    def _fail_before(self, fate: Fate) -> None:
        if fate is Fate.REFUSED:
            raise httpx.ConnectError("connection refused")
        if fate is Fate.RESET_BEFORE:
            raise httpx.WriteError("connection reset")

    async def _answer(
        self, fate: Fate, request: httpx.Request, answer: Answer | None
    ) -> httpx.Response:
        if fate in _STATUS:
            headers = {"Content-Type": "text/html"}
            if fate is Fate.LIMITED:
                headers["Retry-After"] = "30"
            return httpx.Response(_STATUS[fate], headers=headers, stream=httpx.ByteStream(_HTML))
        if fate is Fate.RESET_AFTER:
            raise httpx.RemoteProtocolError("the server hung up")
        is_lost = fate is Fate.TWICE and request.url.path.endswith(_ONLY_ONCE)
        if answer is None or fate is Fate.LOST_AFTER or is_lost:
            await asyncio.sleep(_ANSWER_S)
            raise httpx.ReadTimeout("no answer")
        if fate is Fate.SLOW:
            await asyncio.sleep(5.0)
        if fate is Fate.HALF:
            return _response(answer, _Half(answer.body))
        return _response(answer, httpx.ByteStream(answer.body))

    async def _arrive(
        self, after_s: float, request: httpx.Request, intent: Intent | None
    ) -> Answer:
        if after_s:
            await asyncio.sleep(after_s)
        bank = self._network.bank_of(request)
        answer = await bank.work(request)
        self._till.learn(request, answer, intent)
        return answer


def _response(answer: Answer, body: httpx.AsyncByteStream) -> httpx.Response:
    return httpx.Response(answer.status, headers=answer.headers, stream=body)


class _Half(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body[: len(self._body) // 2]
        raise httpx.RemoteProtocolError("the rest never came")
