"""The administrator fixed a shop that the token's account does not have: nothing new is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.bootstrap import open_desk
from giftill.config import Folders, Settings
from giftill.domain.money import Money
from giftill.domain.places import LocationId
from giftill.gifty import GiftyError
from giftill.sandbox import Fault, FaultKind
from giftill.services.results import ForeignLocation, Result
from giftill.texts import Texts
from tests.helpers.desk import code_of
from tests.helpers.other_account import TwoAccounts, two_accounts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from giftill.services.desk import Desk
    from giftill.services.results import Placed

    Till = Callable[[LocationId], AbstractAsyncContextManager[Desk]]

pytestmark = pytest.mark.anyio

TYPO = LocationId("lc_Typo")


@pytest.fixture
async def accounts(anyio_backend: str) -> AsyncIterator[TwoAccounts]:
    async with two_accounts() as both:
        yield both


@pytest.fixture
def till(accounts: TwoAccounts, tmp_path: Path) -> Till:
    """Opens a till whose shop is fixed."""

    def opened(location: LocationId) -> AbstractAsyncContextManager[Desk]:
        settings = Settings(
            api_url=accounts.front.url, location=location, fixed=frozenset({"location"})
        )
        return open_desk(settings, Folders.within(tmp_path), accounts.environ)

    return opened


async def hold(desk: Desk) -> Placed:
    code = code_of("full_50")
    card = await desk.client.card(code, location=None)
    return await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())


async def issue(desk: Desk) -> Placed:
    code = code_of("new")
    card = await desk.client.card(code, location=None)
    return await desk.sales.issue(code, card, amount=Money(2500))


@pytest.mark.parametrize("ask", [hold, issue])
async def test_for_a_shop_that_no_list_has_nothing_is_recorded_or_sent(
    till: Till, accounts: TwoAccounts, ask: Callable[[Desk], Awaitable[Placed]]
) -> None:
    async with till(TYPO) as desk:
        await desk.catalogue.locations()
        before = len(accounts.one.ledger.transactions())
        placed = await ask(desk)
        assert (placed.result, placed.operation) == (Result.REFUSED, None)
        assert isinstance(placed.error, ForeignLocation)
        assert await desk.journal.operations() == ()
        assert len(accounts.one.ledger.transactions()) == before


async def test_another_accounts_token_makes_nothing_though_nobody_read_the_locations(
    till: Till, accounts: TwoAccounts
) -> None:
    async with till(accounts.shop) as desk:
        assert (await hold(desk)).result is Result.DONE
        accounts.take_other()
        await desk.reload_token()
        before = len(accounts.other.ledger.transactions())
        assert isinstance((await hold(desk)).error, ForeignLocation)
        assert len(await desk.journal.operations()) == 1
        assert len(accounts.other.ledger.transactions()) == before


async def test_the_right_token_lets_it_go_on(till: Till, accounts: TwoAccounts) -> None:
    async with till(accounts.shop) as desk:
        await desk.catalogue.locations()
        accounts.take_other()
        await desk.reload_token()
        assert isinstance((await hold(desk)).error, ForeignLocation)
        accounts.take_first()
        await desk.reload_token()
        made = (await hold(desk)).hold
        assert made is not None
        assert accounts.shops_of(made) == [accounts.shop]


@pytest.mark.parametrize("is_completed", [True, False])
async def test_what_is_held_is_completed_or_given_back(
    till: Till, accounts: TwoAccounts, *, is_completed: bool
) -> None:
    async with till(accounts.shop) as desk:
        made = (await hold(desk)).hold
        assert made is not None
    # The administrator fixed another one meanwhile, with a typing mistake in it.
    async with till(TYPO) as desk:
        await desk.catalogue.locations()
        assert isinstance((await hold(desk)).error, ForeignLocation)
        settle = desk.sales.complete if is_completed else desk.sales.cancel
        (settled,) = await settle([await desk.sales.find_hold(made.transaction)])
        assert settled.result is Result.DONE
        assert settled.operation.location == accounts.shop


async def test_a_hold_of_another_till_is_taken_over_and_given_back(
    till: Till, accounts: TwoAccounts
) -> None:
    async with till(TYPO) as desk:
        await desk.catalogue.locations()
        made = await desk.client.redeem(code_of("full_50"), Money(1250), location=None)
        (settled,) = await desk.sales.cancel([await desk.sales.find_hold(made.id)])
        assert settled.result is Result.DONE


async def test_offline_nobody_knows_whose_shop_it_is_and_nothing_changes(
    till: Till, accounts: TwoAccounts
) -> None:
    async with till(TYPO) as desk:
        code = code_of("full_50")
        card = await desk.client.card(code, location=None)
        accounts.one.faults.set(Fault(FaultKind.OFFLINE))
        placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
        assert placed.result is Result.NOT_DONE
        assert isinstance(placed.error, GiftyError)
        assert desk.location.value == TYPO


@pytest.mark.parametrize(
    ("language", "says", "asks"),
    [
        ("en", "administrator of this PC fixed a location", "until the administrator"),
        ("nl", "beheerder van deze pc heeft een locatie vastgezet", "tot de beheerder"),
    ],
)
def test_it_is_told_what_is_wrong_and_who_can_mend_it(language: str, says: str, asks: str) -> None:
    refusal, t = ForeignLocation(), Texts(language)
    assert says in t.message(refusal.message)
    assert asks in t.message(refusal.hint)
