"""Issue, extend and refund on a real sandbox, and what a lost answer becomes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from giftill.domain.money import Money
from giftill.domain.operations import OperationState
from giftill.sandbox import Fault, FaultKind, SandboxServer
from giftill.services.results import NotDoneAfterAll, Result
from tests.helpers.desk import code_of, desk_on

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from typing import Protocol

    from giftill.services.desk import Desk
    from giftill.services.results import Placed

    class Ask(Protocol):
        """Asks the till for something that can't wait."""

        __name__: str

        async def __call__(self, desk: Desk) -> Placed: ...


pytestmark = pytest.mark.anyio

LOST_AFTER = Fault(FaultKind.LOSE_ANSWER_AFTER, method="POST", times=1)
LOST_BEFORE = Fault(FaultKind.LOSE_BEFORE, method="POST", times=1)
BROKEN_AFTER = Fault(FaultKind.STATUS_500, method="POST", times=1, after_work=True)


@pytest.fixture
async def desk(server: SandboxServer, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_on(server, tmp_path) as opened:
        await opened.accounts.ensure()
        yield opened


async def issue(desk: Desk, cents: int = 2500) -> Placed:
    code = code_of("new")
    return await desk.sales.issue(code, await desk.sales.look_up(code), amount=Money(cents))


async def extend(desk: Desk) -> Placed:
    code = code_of("expired_extendable")
    card = await desk.sales.look_up(code)
    return await desk.sales.extend(code, card, datetime.now(UTC) + timedelta(days=90))


async def refund(desk: Desk, cents: int = 500) -> Placed:
    made = await desk.client.redeem(code_of("full_50"), Money(2000), capture=True)
    return await desk.sales.refund(made, Money(cents), reason="CUSTOMER_REQUEST")


ASKS = pytest.mark.parametrize("ask", [issue, extend, refund], ids=lambda ask: ask.__name__)


@ASKS
async def test_what_the_api_did_is_done(desk: Desk, ask: Ask) -> None:
    placed = await ask(desk)
    assert placed.result is Result.DONE
    assert placed.transaction is not None
    assert placed.operation is not None
    assert placed.operation.result == placed.transaction.id


@ASKS
@pytest.mark.parametrize("fault", [LOST_AFTER, BROKEN_AFTER], ids=["lost", "broken"])
async def test_a_lost_answer_is_found_on_the_card(
    desk: Desk, server: SandboxServer, ask: Ask, fault: Fault
) -> None:
    placed = await with_fault_on_the_last_request(desk, server, ask, fault)
    assert placed.result is Result.CHECKING
    assert placed.operation is not None
    found = await desk.reconciler.step(placed.operation)
    assert found.result is Result.DONE
    assert server.ledger.balance_errors() == []


@ASKS
async def test_a_request_that_never_arrived_ends_as_not_done(
    desk: Desk, server: SandboxServer, ask: Ask
) -> None:
    placed = await with_fault_on_the_last_request(desk, server, ask, LOST_BEFORE)
    assert placed.operation is not None
    first = await desk.reconciler.step(placed.operation)
    assert first.result is Result.CHECKING
    assert first.operation is not None
    second = await desk.reconciler.step(first.operation)
    assert second.result is Result.NOT_DONE
    assert isinstance(second.error, NotDoneAfterAll)


async def with_fault_on_the_last_request(
    desk: Desk, server: SandboxServer, ask: Ask, fault: Fault
) -> Placed:
    """Carry out `ask` with a fault that leaves its own preparations alone."""
    path = {"issue": "/v1/giftcards/*/issue", "extend": "/v1/giftcards/*/extend"}
    scope = path.get(ask.__name__, "/v1/transactions/*/refund")
    server.faults.set(
        Fault(fault.kind, method="POST", path=scope, times=1, after_work=fault.after_work)
    )
    return await ask(desk)


async def test_a_package_gives_the_card_its_value(desk: Desk) -> None:
    code = code_of("new")
    package = next(each for each in await desk.catalogue.packages() if each.is_active)
    card = await desk.sales.look_up(code)
    placed = await desk.sales.issue(code, card, amount=package.value, package=package.id)
    assert placed.result is Result.DONE
    after = await desk.sales.look_up(code)
    assert after.balance == package.value
    assert after.package_id == package.id


async def test_a_second_issue_is_refused_and_not_taken_for_the_first(
    desk: Desk, server: SandboxServer
) -> None:
    code = code_of("new")
    before = await desk.sales.look_up(code)
    assert (await issue(desk)).result is Result.DONE
    again = await desk.sales.issue(code, before, amount=Money(2500))
    assert again.result is Result.REFUSED
    assert again.error is not None
    assert (await desk.sales.look_up(code)).balance_cents == 2500


async def test_a_refusal_that_is_the_echo_of_a_success_counts_as_done(
    desk: Desk, server: SandboxServer
) -> None:
    code = code_of("new")
    card = await desk.sales.look_up(code)
    # The request is carried out by the server, but a proxy in between sends it twice.
    await desk.client.issue(code, amount=Money(2500))
    placed = await desk.sales.issue(code, card, amount=Money(2500))
    assert placed.result is Result.DONE
    assert placed.operation is not None
    assert placed.operation.state is OperationState.CONFIRMED


async def test_a_refused_request_whose_card_can_not_be_read_stays_unknown(
    desk: Desk, server: SandboxServer
) -> None:
    code = code_of("new")
    card = await desk.sales.look_up(code)
    assert (await issue(desk)).result is Result.DONE
    server.faults.set(Fault(FaultKind.STATUS_503, method="GET"))
    placed = await desk.sales.issue(code, card, amount=Money(2500))
    assert placed.result is Result.CHECKING
    assert placed.operation is not None
    still = await desk.reconciler.step(placed.operation)
    assert still.result is Result.CHECKING
    server.faults.clear()
    await desk.reconciler.step(placed.operation)
    assert (await desk.sales.look_up(code)).balance_cents == 2500


async def test_more_than_was_captured_is_not_refunded(desk: Desk) -> None:
    placed = await refund(desk, cents=2001)
    assert placed.result is Result.REFUSED
    assert (await desk.sales.look_up(code_of("full_50"))).balance_cents == 3000


async def test_offline_nothing_is_sold(desk: Desk, server: SandboxServer) -> None:
    code = code_of("new")
    card = await desk.sales.look_up(code)
    server.faults.set(Fault(FaultKind.OFFLINE))
    placed = await desk.sales.issue(code, card, amount=Money(2500))
    assert placed.result is Result.NOT_DONE
