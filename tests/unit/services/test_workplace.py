"""The shop that a till works for, when it is given the token of an account that has it not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import OperationKind, OperationState
from giftill.domain.places import Location, LocationId
from giftill.sandbox import Fault, FaultKind
from tests.helpers.desk import code_of
from tests.helpers.other_account import OTHER_SHOP, TwoAccounts, two_accounts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from giftill.domain.operations import Hold
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio


@pytest.fixture
async def accounts(anyio_backend: str) -> AsyncIterator[TwoAccounts]:
    async with two_accounts() as both:
        yield both


@pytest.fixture
async def desk(accounts: TwoAccounts, tmp_path: Path) -> AsyncIterator[Desk]:
    async with accounts.till(tmp_path, accounts.shop) as opened:
        yield opened


async def hold(desk: Desk) -> Hold:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.hold is not None, placed
    return placed.hold


def carried(desk: Desk) -> LocationId | None:
    """Return the shop that requests carry now."""
    return desk.client.location


async def test_another_accounts_token_leaves_no_shop_once_its_locations_were_read(
    desk: Desk, accounts: TwoAccounts
) -> None:
    await hold(desk)
    accounts.take_other()
    await desk.reload_token()
    await desk.catalogue.locations()
    assert (desk.location.value, carried(desk)) == (None, None)


async def test_no_hold_is_made_for_another_accounts_shop_though_nobody_read_the_locations(
    desk: Desk, accounts: TwoAccounts
) -> None:
    await hold(desk)
    accounts.take_other()
    await desk.reload_token()
    # The sandbox refuses a shop that it does not know, also where a card is only looked at.
    made = await hold(desk)
    assert accounts.shops_of(made) == [None]
    assert made.location is None
    assert desk.location.value is None


async def test_a_queued_capture_keeps_its_shop_and_the_old_token_brings_the_shop_back(
    desk: Desk, accounts: TwoAccounts
) -> None:
    held = await hold(desk)
    (operation,) = await desk.outbox.record([held], OperationKind.CAPTURE)
    accounts.take_other()
    await desk.reload_token()
    await desk.catalogue.locations()
    await desk.outbox.drain()
    kept = await desk.journal.operation(operation.id)
    assert kept is not None
    assert (kept.state, kept.location) == (OperationState.QUEUED, accounts.shop)
    accounts.take_first()
    await desk.reload_token()
    assert (desk.location.value, carried(desk)) == (accounts.shop, accounts.shop)
    await desk.outbox.drain()
    done = await desk.journal.operation(operation.id)
    assert done is not None
    assert (done.state, done.location) == (OperationState.CONFIRMED, accounts.shop)


async def test_offline_a_new_token_changes_nothing_that_is_shown(
    desk: Desk, accounts: TwoAccounts
) -> None:
    await hold(desk)
    await desk.catalogue.locations()
    accounts.take_other()
    accounts.other.faults.set(Fault(FaultKind.OFFLINE))
    await desk.reload_token()
    assert desk.location.value == accounts.shop
    # Whose the token is, nobody knows yet.
    assert carried(desk) is None


async def test_offline_the_list_that_was_last_read_does_not_take_the_shop_away(
    desk: Desk, accounts: TwoAccounts
) -> None:
    await desk.catalogue.locations()
    accounts.one.faults.set(Fault(FaultKind.OFFLINE))
    listed = await desk.catalogue.locations()
    assert listed.error is not None
    assert (desk.location.value, carried(desk)) == (accounts.shop, accounts.shop)


async def test_the_same_accounts_next_token_keeps_the_shop(
    desk: Desk, accounts: TwoAccounts
) -> None:
    await hold(desk)
    accounts.take_next()
    await desk.reload_token()
    assert desk.location.value == accounts.shop
    assert accounts.shops_of(await hold(desk)) == [accounts.shop]


async def test_a_token_that_was_only_tried_leaves_no_trace(
    desk: Desk, accounts: TwoAccounts
) -> None:
    await hold(desk)
    accounts.take_other()
    await desk.reload_token()
    assert carried(desk) is None
    accounts.take_first()
    await desk.reload_token()
    assert (desk.location.value, carried(desk)) == (accounts.shop, accounts.shop)


async def test_after_a_restart_the_foreign_shop_is_still_not_sent(
    accounts: TwoAccounts, tmp_path: Path
) -> None:
    shop = accounts.shop
    async with accounts.till(tmp_path, shop) as desk:
        await hold(desk)
        accounts.take_other()
        await desk.reload_token()
        await desk.catalogue.locations()
    accounts.other.faults.set(Fault(FaultKind.OFFLINE))
    async with accounts.till(tmp_path, shop) as desk:
        assert (desk.location.value, carried(desk)) == (None, None)


async def test_a_shop_of_the_new_account_can_be_chosen_and_is_sent(
    desk: Desk, accounts: TwoAccounts
) -> None:
    await hold(desk)
    accounts.take_other()
    await desk.reload_token()
    listed = await desk.catalogue.locations()
    (shop,) = listed.locations
    desk.choose_location(shop)
    assert (desk.location.value, desk.settings.current.location) == (OTHER_SHOP, OTHER_SHOP)
    assert accounts.shops_of(await hold(desk)) == [OTHER_SHOP]


async def test_a_shop_that_opened_later_is_known_as_its_accounts_when_the_token_changes(
    desk: Desk, accounts: TwoAccounts
) -> None:
    await hold(desk)
    opened = LocationId("lc_OpenedLater")
    with accounts.one.ledger.atomically():
        new = accounts.one.ledger.locations()[0]
        accounts.one.ledger.add_location(type(new)(0, opened, "New", "1", None, "1", "Here", "NL"))
    await desk.catalogue.locations()
    desk.choose_location(Location(opened))
    assert accounts.shops_of(await hold(desk)) == [opened]
    accounts.take_other()
    await desk.reload_token()
    assert carried(desk) is None
    assert (await hold(desk)).location is None


async def test_a_shop_that_was_closed_is_not_sent_any_more(
    accounts: TwoAccounts, tmp_path: Path
) -> None:
    async with accounts.till(tmp_path, LocationId("lc_Closed")) as desk:
        assert carried(desk) == "lc_Closed"
        await desk.catalogue.locations()
        await desk.workplace.review()
        assert (desk.location.value, carried(desk)) == (None, None)


async def test_a_list_that_came_for_a_replaced_token_judges_nobody(
    desk: Desk, accounts: TwoAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hold(desk)
    ensure = desk.accounts.ensure
    before = desk.client.token

    async def replaced() -> object:
        found = await ensure()
        desk.client.token = "replaced"
        return found

    monkeypatch.setattr(desk.accounts, "ensure", replaced)
    listed = await desk.catalogue.locations()
    assert listed.locations
    desk.client.token = before
    assert await desk.catalogue.stored_locations() is None


async def test_a_shop_chosen_while_it_is_reviewed_counts(
    desk: Desk, accounts: TwoAccounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hold(desk)
    desk.workplace.choose(LocationId("lc_First"))
    whose = desk.accounts.whose

    async def chosen_meanwhile(ids: tuple[LocationId, ...]) -> object:
        desk.workplace.choose(accounts.shop)
        return await whose(ids)

    monkeypatch.setattr(desk.accounts, "whose", chosen_meanwhile)
    await desk.workplace.review()
    assert (desk.location.value, carried(desk)) == (accounts.shop, accounts.shop)
