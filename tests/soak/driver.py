"""A till without a screen, in a process that may be killed: cashiers sell, as fast as it goes.

`python -m tests.soak.driver '{…}'`, see `Job`. What a cashier is told is appended to a file first
and acted on afterwards, so that whoever killed the process knows every promise that it made.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from giftill import bootstrap
from giftill.config import Folders, Settings
from giftill.domain.codes import read_code
from giftill.domain.errors import GiftillError
from giftill.domain.money import Money
from giftill.domain.operations import OperationState
from giftill.gifty import Timeouts
from giftill.services.results import Result

if TYPE_CHECKING:
    from giftill.domain.cards import Card
    from giftill.domain.codes import CardCode
    from giftill.domain.operations import Hold
    from giftill.services.desk import Desk
    from giftill.services.results import Placed, Settled

# Cashiers at one till at once: what is under way when it is killed is seldom one thing only.
_CASHIERS: Final = 3
_TRIES: Final = 3
_AFTER_A_REFUSAL_S: Final = 0.05
_LOOK_AGAIN_S: Final = 0.2
SETTLED, STUCK = 0, 1


class Job(msgspec.Struct, frozen=True):
    """What to do.

    Attributes:
        data: The data folder.
        url: Where the API is.
        told: The file for what cashiers are told.
        codes: The cards to sell on.
        seed: For what the cashiers do.
        first_cents: Amounts are this and every `step_cents` more: no other process asks for them.
        step_cents: See above.
        tills: How many tills share the account.
        requests_per_minute: How many requests they may make together.
        answer_s: How long to wait for an answer, in seconds.
        quiet_s: How long to wait before the first look for a lost one, in seconds.
        settle_within_s: Sell nothing, but finish what was begun, within so many seconds; else 0.
    """

    data: str
    url: str
    told: str
    codes: tuple[str, ...]
    seed: int
    first_cents: int
    step_cents: int
    tills: int
    requests_per_minute: int
    answer_s: float
    quiet_s: float
    settle_within_s: float = 0.0


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of what a cashier was told.

    Attributes:
        word: `ready`, `asks`, or the result: `done`, `queued` and the like.
        kind: What was asked for.
        card: `gc_…`.
        cents: How much.
        transaction: The hold's transaction.
    """

    word: str
    kind: str = ""
    card: str = ""
    cents: int = 0
    transaction: str = ""


class Cashiers:
    """Everybody who works at this till."""

    def __init__(self, desk: Desk, job: Job) -> None:
        """Work at `desk`."""
        self._desk = desk
        self._codes = [read_code(each) for each in job.codes]
        self._chance = random.Random(job.seed)
        self._next_cents = job.first_cents
        self._step_cents = job.step_cents
        self._file = os.open(job.told, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def tell(self, told: Told) -> None:
        """Write down what a cashier is told."""
        os.write(self._file, msgspec.json.encode(told) + b"\n")

    async def work(self) -> None:
        """Sell until the process ends."""
        while True:
            try:
                holds = await self._desk.sales.open_holds()
                left = [each for each in holds if each.settlement is None]
                if left and self._chance.random() < 0.3:
                    await self._settle(self._chance.choice(left))
                else:
                    await self._sell()
            except GiftillError:
                # The cashier is told so, and turns to the next customer.
                await asyncio.sleep(_AFTER_A_REFUSAL_S)

    async def _sell(self) -> None:
        """Hold an amount that nobody else asks for; again if the till says that it may be."""
        code, cents = self._chance.choice(self._codes), self._next_cents
        self._next_cents += self._step_cents
        for _ in range(_TRIES):
            card = await self._desk.sales.look_up(code)
            placed = await self._hold(code, card, cents)
            if placed.result is Result.CHECKING and placed.operation is not None:
                placed = await self._checked(placed)
            self.tell(
                Told(
                    word=placed.result.value,
                    kind="redeem",
                    card=card.id,
                    cents=cents,
                    transaction=placed.hold.transaction if placed.hold else "",
                )
            )
            if placed.hold is not None:
                if self._chance.random() < 0.8:
                    await self._settle(placed.hold)
                return
            if placed.result is not Result.NOT_DONE:
                return

    async def _hold(self, code: CardCode, card: Card, cents: int) -> Placed:
        sales = self._desk.sales
        return await sales.hold(code, card, Money(cents, card.currency), sales.new_sale())

    async def _checked(self, placed: Placed) -> Placed:
        """Do as the till says: wait until the check is over."""
        done: asyncio.Future[Placed] = asyncio.get_running_loop().create_future()
        wanted = placed.operation.id if placed.operation else None

        def take(ended: Placed) -> None:
            if ended.operation is not None and ended.operation.id == wanted and not done.done():
                done.set_result(ended)

        forget = self._desk.sales.resolved.subscribe(take)
        try:
            return await done
        finally:
            forget()

    async def _settle(self, hold: Hold) -> None:
        sales = self._desk.sales
        is_sale = self._chance.random() < 0.75
        (settled,) = await (sales.complete([hold]) if is_sale else sales.cancel([hold]))
        self.tell(_line_about(settled))


def _line_about(settled: Settled) -> Told:
    return Told(
        word=settled.result.value,
        kind=settled.operation.kind.value,
        card=settled.hold.card,
        cents=settled.hold.amount.cents,
        transaction=settled.hold.transaction,
    )


async def _finish(desk: Desk, within_s: float) -> int:
    """Let the till finish what it began; tell whether it did."""
    unfinished = (
        OperationState.INTENDED,
        OperationState.SENDING,
        OperationState.QUEUED,
        OperationState.UNKNOWN,
    )
    try:
        async with asyncio.timeout(within_s):
            while await desk.journal.operations(states=unfinished):
                await desk.outbox.send_now()
                await asyncio.sleep(_LOOK_AGAIN_S)
    except TimeoutError:
        return STUCK
    return SETTLED


async def drive(job: Job) -> int:
    """Open the till and do the job."""
    # Not read from a file, so that more may be asked for than the API allows.
    settings = Settings(
        api_url=job.url,
        tills_on_account=job.tills,
        requests_per_minute=job.requests_per_minute,
    )
    folders = Folders.within(Path(job.data))
    async with bootstrap.open_desk(settings, folders, os.environ, works=True) as desk:
        cashiers = Cashiers(desk, job)
        cashiers.tell(Told("ready"))
        if job.settle_within_s:
            return await _finish(desk, job.settle_within_s)
        await asyncio.gather(*(cashiers.work() for _ in range(_CASHIERS)))
    return SETTLED


def main() -> int:
    """Do the job that is the one argument."""
    job = msgspec.json.decode(sys.argv[1], type=Job)
    # The same in proportion, only quicker: a thousand kills would else take a night.
    bootstrap._TIMEOUTS = Timeouts(answer_s=job.answer_s)  # type: ignore[misc] # see above
    bootstrap._QUIET_S = job.quiet_s  # type: ignore[misc] # see above
    return asyncio.run(drive(job))


if __name__ == "__main__":
    sys.exit(main())
