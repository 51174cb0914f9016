"""Every endpoint of the client against the sandbox, which knows the contract but not the client."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from giftill.domain.cards import CardState, PackageId
from giftill.domain.codes import CardCode, read_code
from giftill.domain.money import Money
from giftill.domain.outcomes import Outcome
from giftill.domain.places import LocationId
from giftill.domain.transactions import TransactionId, TransactionStatus, TransactionType
from giftill.gifty import (
    Exchange,
    Forbidden,
    GiftyClient,
    GiftyError,
    MaybeSentError,
    NotFound,
    Offline,
    Pacer,
    RateLimited,
    ServerFault,
    StateRefused,
    TokenRefused,
    UnreadableAnswer,
    ValidationError,
)
from giftill.sandbox import SHOWCASE, Fault, FaultKind, SandboxConfig, SandboxServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.anyio

FULL_CENTS = 5_000
UNKNOWN = read_code("XXXX XXXX XXXX XXXX")


def code(name: str) -> CardCode:
    return read_code(SHOWCASE[name].code)


@pytest.fixture
async def client(server: SandboxServer, watched: list[Exchange]) -> AsyncIterator[GiftyClient]:
    async with GiftyClient(
        "training-token", base_url=server.url, pacer=Pacer(0), watch=watched.append
    ) as client:
        yield client


async def test_a_card_is_retrieved_with_its_past(client: GiftyClient) -> None:
    card = await client.card(code("partly_used"))
    assert card.balance == Money(3_245)
    assert card.state(datetime.now(UTC)) is CardState.REDEEMABLE
    assert [each.type for each in card.transactions] == [
        TransactionType.REDEEM,
        TransactionType.REDEEM,
        TransactionType.ISSUE,
    ]
    assert card.images
    assert card.expires_at is not None


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("full_50", CardState.REDEEMABLE),
        ("empty", CardState.EMPTY),
        ("new", CardState.NOT_ACTIVATED),
        ("expired", CardState.EXPIRED),
        ("expired_extendable", CardState.EXPIRED),
        ("never_expires", CardState.REDEEMABLE),
    ],
)
async def test_a_cards_state_comes_through(
    client: GiftyClient, name: str, state: CardState
) -> None:
    assert (await client.card(code(name))).state(datetime.now(UTC)) is state


async def test_a_card_sold_as_a_package_names_it(client: GiftyClient) -> None:
    card = await client.card(code("package"))
    assert card.package_id is not None
    assert (await client.package(card.package_id)).value == Money(4_250)


async def test_a_hold_is_captured(client: GiftyClient) -> None:
    hold = await client.redeem(code("full_50"), Money(1_250))
    assert hold.is_open_hold
    assert hold.amount_cents == -1_250
    assert hold.card is not None
    assert hold.card.balance_cents == FULL_CENTS - 1_250
    captured = await client.capture(hold.id)
    assert captured.status is TransactionStatus.SUCCESS
    assert captured.captured_at is not None
    assert not (await client.transaction(hold.id)).is_open_hold


async def test_a_hold_is_released(client: GiftyClient) -> None:
    hold = await client.redeem(code("full_50"), Money(1_250))
    release = await client.release(hold.id)
    assert (release.type, release.amount_cents) == (TransactionType.RELEASE, 1_250)
    assert (await client.card(code("full_50"))).balance_cents == FULL_CENTS
    assert (await client.transaction(hold.id)).status is TransactionStatus.CANCELLED


async def test_a_redeem_can_be_captured_at_once_and_refunded_in_parts(client: GiftyClient) -> None:
    redeem = await client.redeem(code("full_50"), Money(1_250), capture=True)
    assert redeem.status is TransactionStatus.SUCCESS
    refund = await client.refund(redeem.id, Money(500), description="Too spicy")
    assert (refund.type, refund.amount_cents) == (TransactionType.REFUND, 500)
    with pytest.raises(GiftyError) as caught:
        await client.refund(redeem.id, Money(751))
    assert caught.value.outcome is Outcome.STATE_REFUSED


async def test_a_card_is_issued_with_an_amount(client: GiftyClient) -> None:
    issue = await client.issue(code("new"), amount=Money(2_500), promotional=True)
    assert (issue.type, issue.amount_cents) == (TransactionType.ISSUE, 2_500)
    card = await client.card(code("new"))
    assert card.is_promotional
    assert card.balance_cents == 2_500


async def test_a_card_is_issued_with_a_package(client: GiftyClient) -> None:
    package = await anext(each async for each in client.packages() if each.is_active)
    issue = await client.issue(code("new_2"), package=package.id)
    assert issue.amount_cents == package.amount_cents
    assert (await client.card(code("new_2"))).package_id == package.id


async def test_an_expired_card_is_extended(client: GiftyClient) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=365)
    extension = await client.extend(code("expired_extendable"), until)
    assert extension.type is TransactionType.REVERSE_EXPIRE
    card = await client.card(code("expired_extendable"))
    assert card.expires_at == until
    assert card.balance_cents == 4_000


async def test_a_cards_picture_is_fetched(client: GiftyClient) -> None:
    card = await client.card(code("full_50"))
    for image in card.images:
        assert (await client.picture(image.url)).startswith(b"\x89PNG")


async def test_all_transactions_come_page_by_page_newest_first(client: GiftyClient) -> None:
    few = [each async for each in client.transactions(page_size=7)]
    many = [each async for each in client.transactions()]
    assert [each.id for each in few] == [each.id for each in many]
    assert len({each.id for each in few}) == len(few) > 100
    moments = [each.created_at for each in few if each.created_at]
    assert moments == sorted(moments, reverse=True)


async def test_the_transactions_of_one_card_are_its_own(client: GiftyClient) -> None:
    card = await client.card(code("long_history"))
    listed = [each async for each in client.transactions(card=card.id, page_size=10)]
    assert [each.id for each in listed] == [each.id for each in card.transactions]
    assert len(listed) > 40


async def test_all_locations_come_with_their_addresses(client: GiftyClient) -> None:
    locations = [each async for each in client.locations(page_size=5)]
    assert len({each.id for each in locations}) == len(locations) > 10
    assert all(each.street_line and each.city_line for each in locations)


async def test_all_packages_come_also_those_not_sold_now(client: GiftyClient) -> None:
    packages = [each async for each in client.packages(page_size=2)]
    assert {each.is_active for each in packages} == {True, False}
    assert {each.is_amount_visible for each in packages} == {True, False}


async def test_the_location_of_the_till_and_of_the_call_are_accepted(client: GiftyClient) -> None:
    locations = [each.id async for each in client.locations()]
    client.location = locations[0]
    hold = await client.redeem(code("full_50"), Money(100))
    await client.capture(hold.id, location=locations[1])


async def test_a_location_that_does_not_exist_is_refused(client: GiftyClient) -> None:
    with pytest.raises(GiftyError) as caught:
        await client.redeem(code("full_50"), Money(100), location=LocationId("lc_unknown"))
    assert isinstance(caught.value, StateRefused | NotFound | Forbidden)


async def test_server_texts_come_in_the_language_asked_for(client: GiftyClient) -> None:
    said = {}
    for language in ("en", "nl"):
        client.language = language
        with pytest.raises(StateRefused) as caught:
            await client.redeem(code("cents"), Money(10_000))
        said[language] = caught.value.detail
    assert said["en"]
    assert said["nl"]
    assert said["en"] != said["nl"]


async def test_a_wrong_token_is_refused(server: SandboxServer) -> None:
    async with GiftyClient("wrong", base_url=server.url) as client:
        with pytest.raises(TokenRefused):
            await client.card(code("full_50"))
        client.token = "training-token"
        assert (await client.card(code("full_50"))).balance_cents == FULL_CENTS


async def test_what_is_unknown_is_not_found(client: GiftyClient) -> None:
    with pytest.raises(NotFound) as card:
        await client.card(UNKNOWN)
    assert str(card.value.title) == "Unknown card"
    assert UNKNOWN.secret not in f"{card.value}{card.value.errors}{card.value.request}"
    with pytest.raises(NotFound):
        await client.transaction(TransactionId("tr_unknown"))
    with pytest.raises(NotFound):
        await client.capture(TransactionId("tr_unknown"))
    with pytest.raises(NotFound):
        await client.package(PackageId("gp_unknown"))


async def test_what_a_hold_no_longer_allows_is_refused(client: GiftyClient) -> None:
    hold = await client.redeem(code("full_50"), Money(1_250))
    await client.capture(hold.id)
    for settle in (client.capture, client.release):
        with pytest.raises(StateRefused) as caught:
            await settle(hold.id)
        assert caught.value.type == "giftcard_transaction_error"
        assert caught.value.error_id


async def test_a_wrong_field_is_named(client: GiftyClient) -> None:
    with pytest.raises(ValidationError) as caught:
        await client.extend(code("expired_extendable"), datetime(2001, 1, 1, tzinfo=UTC))
    assert caught.value.field == "expires_at"


async def test_another_currency_is_refused(client: GiftyClient) -> None:
    with pytest.raises(StateRefused):
        await client.redeem(code("dollars"), Money(100, "EUR"))


async def test_the_servers_limit_is_told_with_its_wait(watched: list[Exchange]) -> None:
    with SandboxServer(SandboxConfig(rate_per_minute=2)) as server:
        async with GiftyClient(
            "training-token", base_url=server.url, pacer=Pacer(0), watch=watched.append
        ) as client:
            for _ in range(2):
                await client.card(code("full_50"))
            with pytest.raises(RateLimited) as caught:
                await client.card(code("full_50"))
    assert caught.value.retry_after_s is not None
    assert 0 < caught.value.retry_after_s <= 60
    assert watched[-1].status == 429


async def test_the_servers_clock_is_told(client: GiftyClient, watched: list[Exchange]) -> None:
    await client.card(code("full_50"))
    offset_s = watched[0].server_time_offset_s
    assert offset_s is not None
    assert abs(offset_s) < 2


@pytest.mark.parametrize(
    ("kind", "error", "is_done"),
    [
        (FaultKind.OFFLINE, Offline, False),
        (FaultKind.LOSE_BEFORE, MaybeSentError, False),
        (FaultKind.LOSE_ANSWER_AFTER, MaybeSentError, True),
        (FaultKind.STATUS_500, ServerFault, False),
        (FaultKind.HTML_200, UnreadableAnswer, False),
        (FaultKind.REDIRECT_302, UnreadableAnswer, False),
        (FaultKind.HALF_BODY, UnreadableAnswer, True),
        (FaultKind.EMPTY_BODY, UnreadableAnswer, True),
        (FaultKind.HUGE_BODY, UnreadableAnswer, True),
        (FaultKind.WRONG_TYPE, UnreadableAnswer, True),
        (FaultKind.LIMITED, RateLimited, False),
    ],
)
async def test_no_fault_leads_to_a_second_request(
    server: SandboxServer,
    client: GiftyClient,
    kind: FaultKind,
    error: type[GiftyError],
    is_done: bool,
) -> None:
    server.faults.set(Fault(kind))
    with pytest.raises(error):
        await client.redeem(code("full_50"), Money(1_250))
    server.faults.clear()
    card = await client.card(code("full_50"))
    assert card.balance_cents == FULL_CENTS - (1_250 if is_done else 0)


async def test_many_requests_at_once_each_get_their_own_answer(client: GiftyClient) -> None:
    names = ["full_50", "full_25", "cents", "large", "empty"] * 8
    cards = await asyncio.gather(*(client.card(code(name)) for name in names))
    assert [each.balance_cents for each in cards] == [5_000, 2_500, 55, 150_000, 0] * 8
