"""Sales on a real sandbox: holds, completing and cancelling, with and without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.domain.attention import Resolution
from giftill.domain.money import Money
from giftill.domain.operations import HoldState, OperationState
from giftill.gifty import NotFound, Offline
from giftill.sandbox import Fault, FaultKind, SandboxServer
from giftill.services.attention import Ruling
from giftill.services.connectivity import Link
from giftill.services.results import AlreadySettling, NotAHold, Result
from tests.helpers.desk import code_of, desk_on
from tests.helpers.patience import until

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.domain.operations import Hold
    from giftill.domain.transactions import TransactionId
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

CAPTURE = "/v1/transactions/*/capture"
REDEEM = "/v1/giftcards/*/redeem"


async def hold_on(desk: Desk, name: str = "full_50", cents: int = 1250) -> Hold:
    """Hold an amount on a showcase card."""
    code = code_of(name)
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(cents), desk.sales.new_sale())
    assert placed.result is Result.DONE, placed
    assert placed.hold is not None
    return placed.hold


def status_of(server: SandboxServer, hold: Hold) -> str:
    """Return how the server's own ledger has a hold."""
    transaction = server.ledger.transaction(hold.transaction)
    assert transaction is not None
    return transaction.status


async def test_a_hold_takes_the_amount_off_the_balance(desk: Desk) -> None:
    hold = await hold_on(desk)
    card = await desk.sales.look_up(code_of("full_50"))
    assert card.balance_cents == 3750
    assert hold.card_balance_cents == 3750
    assert await desk.sales.open_holds() == (hold,)


async def test_completing_captures_every_hold_of_the_sale(
    desk: Desk, server: SandboxServer
) -> None:
    holds = [await hold_on(desk, "full_50"), await hold_on(desk, "full_25", 2500)]
    settled = await desk.sales.complete(holds)
    assert [each.result for each in settled] == [Result.DONE, Result.DONE]
    assert [each.hold.state for each in settled] == [HoldState.CAPTURED] * 2
    assert [each.hold.settlement for each in settled] == [None, None], "nothing waits any more"
    assert await desk.sales.open_holds() == ()
    for hold in holds:
        assert status_of(server, hold) == "success"


async def test_cancelling_gives_the_money_back(desk: Desk) -> None:
    (settled,) = await desk.sales.cancel([await hold_on(desk)])
    assert settled.result is Result.DONE
    assert settled.hold.state is HoldState.RELEASED
    assert (await desk.sales.look_up(code_of("full_50"))).balance_cents == 5000


async def test_more_than_the_balance_is_refused_before_anything_is_sent(desk: Desk) -> None:
    code = code_of("full_25")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(2501), desk.sales.new_sale())
    assert placed.result is Result.REFUSED
    assert placed.operation is None


async def test_a_card_in_another_currency_is_refused(desk: Desk) -> None:
    code = code_of("dollars")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(100), desk.sales.new_sale())
    assert placed.result is Result.REFUSED


async def test_the_server_refuses_a_balance_that_went_down_meanwhile(desk: Desk) -> None:
    code = code_of("full_25")
    card = await desk.sales.look_up(code)
    await hold_on(desk, "full_25", 2000)
    placed = await desk.sales.hold(code, card, Money(2500), desk.sales.new_sale())
    assert placed.result is Result.REFUSED
    assert placed.operation is not None
    assert placed.operation.state is OperationState.REFUSED


async def test_offline_a_card_can_not_be_checked_and_is_not_called_unknown(
    desk: Desk, server: SandboxServer
) -> None:
    await hold_on(desk)
    server.faults.set(Fault(FaultKind.OFFLINE))
    with pytest.raises(Offline):
        await desk.sales.look_up(code_of("full_25"))
    assert desk.connectivity.link.value is Link.OFFLINE
    server.faults.clear()
    with pytest.raises(NotFound):
        await desk.sales.look_up(code_of("full_25").__class__("ZZZZZZZZZZZZZZZZ"))


async def test_offline_a_hold_is_not_made(desk: Desk, server: SandboxServer) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    await desk.accounts.ensure()
    server.faults.set(Fault(FaultKind.OFFLINE))
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.result is Result.NOT_DONE
    assert isinstance(placed.error, Offline)


async def test_offline_a_capture_is_queued_and_sent_when_the_network_returns(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path, works=True) as desk:
        hold = await hold_on(desk)
        server.faults.set(Fault(FaultKind.OFFLINE))
        (settled,) = await desk.sales.complete([hold])
        assert settled.result is Result.QUEUED
        assert desk.outbox.summary.value.waiting == 1
        assert desk.outbox.summary.value.total == (Money(1250),)
        server.faults.clear()
        await until(lambda: desk.outbox.summary.value.waiting == 0)
        assert status_of(server, hold) == "success"
        assert await desk.sales.open_holds() == ()


async def test_a_queued_capture_survives_a_restart(server: SandboxServer, tmp_path: Path) -> None:
    async with desk_on(server, tmp_path, works=True) as desk:
        hold = await hold_on(desk)
        server.faults.set(Fault(FaultKind.OFFLINE))
        await desk.sales.complete([hold])
    server.faults.clear()
    async with desk_on(server, tmp_path, works=True) as desk:
        await until(lambda: _is_confirmed(desk, hold))
    assert status_of(server, hold) == "success"


async def _is_confirmed(desk: Desk, hold: Hold) -> bool:
    settlement = await desk.journal.settlement_of(hold.account, hold.transaction)
    return settlement is not None and settlement.state is OperationState.CONFIRMED


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.LOSE_ANSWER_AFTER, path=CAPTURE, times=1),
        Fault(FaultKind.LOSE_BEFORE, path=CAPTURE, times=1),
        Fault(FaultKind.HALF_BODY, path=CAPTURE, times=1),
        Fault(FaultKind.HTML_200, path=CAPTURE, times=1),
        Fault(FaultKind.REDIRECT_302, path=CAPTURE, times=1),
        Fault(FaultKind.EMPTY_BODY, path=CAPTURE, times=1),
        Fault(FaultKind.STATUS_500, path=CAPTURE, times=1),
        Fault(FaultKind.STATUS_503, path=CAPTURE, times=1, after_work=True),
        Fault(FaultKind.LIMITED, path=CAPTURE, times=1, retry_after_s=1),
    ],
    ids=lambda fault: f"{fault.kind}{'-after' if fault.after_work else ''}",
)
async def test_a_capture_that_met_a_fault_ends_confirmed_and_is_done_once(
    server: SandboxServer, tmp_path: Path, fault: Fault
) -> None:
    async with desk_on(server, tmp_path, works=True) as desk:
        hold = await hold_on(desk)
        server.faults.set(fault)
        (settled,) = await desk.sales.complete([hold])
        assert settled.result in {Result.DONE, Result.QUEUED}
        await until(lambda: _is_confirmed(desk, hold))
        card = await desk.sales.look_up(code_of("full_50"))
    assert card.balance_cents == 3750
    assert server.ledger.balance_errors() == []


async def test_a_hold_whose_answer_was_lost_is_being_checked_and_blocks_a_second(
    desk: Desk, server: SandboxServer
) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    await desk.accounts.ensure()
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path=REDEEM, times=1))
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.result is Result.CHECKING
    again = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert again.result is Result.REFUSED
    assert placed.operation is not None
    found = await desk.reconciler.step(placed.operation)
    assert found.result is Result.DONE
    assert found.hold is not None
    assert await desk.sales.open_holds() == (found.hold,)
    assert len([each for each in server.ledger.transactions() if each.status == "pending"]) == 3


async def test_a_hold_that_never_arrived_ends_as_not_charged_after_two_looks(
    desk: Desk, server: SandboxServer
) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    await desk.accounts.ensure()
    server.faults.set(Fault(FaultKind.LOSE_BEFORE, path=REDEEM, times=1))
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.result is Result.CHECKING
    assert placed.operation is not None
    first = await desk.reconciler.step(placed.operation)
    assert first.result is Result.CHECKING
    assert first.operation is not None
    second = await desk.reconciler.step(first.operation)
    assert second.result is Result.NOT_DONE
    assert (await desk.sales.look_up(code)).balance_cents == 5000


async def test_with_several_tills_on_the_account_a_found_hold_is_asked_about(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path, tills_on_account=2) as desk:
        code = code_of("full_50")
        card = await desk.sales.look_up(code)
        await desk.accounts.ensure()
        server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path=REDEEM, times=1))
        placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
        assert placed.operation is not None
        found = await desk.reconciler.step(placed.operation)
        assert found.result is Result.ATTENTION
        await desk.outbox.refresh()
        assert desk.outbox.summary.value.attention == 1


async def test_capture_and_release_of_one_hold_exclude_each_other(
    desk: Desk, server: SandboxServer
) -> None:
    hold = await hold_on(desk)
    server.faults.set(Fault(FaultKind.OFFLINE))
    await desk.sales.complete([hold])
    with pytest.raises(AlreadySettling):
        await desk.sales.cancel([hold])


async def test_completing_twice_captures_once(desk: Desk, server: SandboxServer) -> None:
    hold = await hold_on(desk)
    (first,) = await desk.sales.complete([hold])
    (second,) = await desk.sales.complete([hold])
    assert first.operation.id == second.operation.id
    assert second.result is Result.DONE
    assert server.ledger.balance_errors() == []


async def test_a_capture_of_a_hold_released_elsewhere_needs_a_manager(
    desk: Desk, server: SandboxServer
) -> None:
    hold = await hold_on(desk)
    await desk.client.release(hold.transaction)
    (settled,) = await desk.sales.complete([hold])
    assert settled.result is Result.ATTENTION
    ruling = Ruling(Resolution.CLOSE, "Paid in cash", "Ans")
    closed = await desk.attention.resolve(settled.operation.id, ruling)
    assert closed.operation.state is OperationState.CLOSED
    assert desk.outbox.summary.value.attention == 0


async def test_a_wrong_token_pauses_the_outbox_and_loses_nothing(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        hold = await hold_on(desk)
    async with desk_on(server, tmp_path, token="wrong") as desk:
        with pytest.raises(Exception, match=r"[Tt]oken"):
            await desk.sales.look_up(code_of("full_25"))
        assert desk.connectivity.link.value is Link.TOKEN_REFUSED
    async with desk_on(server, tmp_path) as desk:
        (settled,) = await desk.sales.complete([hold])
        assert settled.result is Result.DONE


async def test_a_hold_made_elsewhere_is_taken_over_by_its_transaction(
    desk: Desk, server: SandboxServer
) -> None:
    made = await desk.client.redeem(code_of("full_25"), Money(500))
    hold = await desk.sales.find_hold(made.id)
    assert hold.amount == Money(500)
    (settled,) = await desk.sales.complete([hold])
    assert settled.result is Result.DONE
    with pytest.raises(NotAHold):
        await desk.sales.find_hold(await _captured_elsewhere(desk))


async def _captured_elsewhere(desk: Desk) -> TransactionId:
    return (await desk.client.redeem(code_of("full_25"), Money(500), capture=True)).id
