"""What managers decide, carried out on a real sandbox and a real journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from giftill.domain.attention import Resolution
from giftill.domain.cards import Card, CardId
from giftill.domain.money import Money
from giftill.domain.operations import (
    AccountId,
    AttentionKind,
    HoldState,
    OperationKind,
    OperationState,
)
from giftill.domain.outcomes import Found
from giftill.domain.transactions import (
    Transaction,
    TransactionId,
    TransactionStatus,
    TransactionType,
)
from giftill.gifty import GiftyClient
from giftill.journal import EventKind, Record
from giftill.sandbox import Fault, FaultKind, SandboxServer
from giftill.services.answers import fits, hold_made_by, is_proof
from giftill.services.attention import Ruling
from giftill.services.connectivity import Link
from giftill.services.lookup import Wanted, judge
from giftill.services.results import NotAHold, NotResolvable, OtherAccount, Placed, Result
from tests.helpers.desk import code_of, desk_on
from tests.helpers.journal import an_operation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from giftill.domain.operations import Hold, Operation
    from giftill.services.attention import Resolved
    from giftill.services.desk import Desk

pytestmark = pytest.mark.anyio

HOUR_MS = 3_600_000
A_HOLD = Transaction(
    TransactionId("tr_9"),
    -1250,
    "EUR",
    TransactionStatus.PENDING,
    TransactionType.REDEEM,
    is_capturable=True,
)


async def stored(desk: Desk, operation: Operation) -> Operation:
    found = await desk.journal.operation(operation.id)
    assert found is not None
    return found


async def balance(desk: Desk, name: str = "full_50") -> int:
    return (await desk.sales.look_up(code_of(name))).balance_cents


async def decide(desk: Desk, operation: Operation, resolution: Resolution) -> Resolved:
    return await desk.attention.resolve(operation.id, Ruling(resolution, "Because", "Kim"))


async def look_until_known(desk: Desk, operation: Operation) -> Placed:
    """Look at an operation until its check ends."""
    placed = Placed(Result.CHECKING, operation)
    for _ in range(3):
        if placed.result is not Result.CHECKING or placed.operation is None:
            break
        placed = await desk.reconciler.step(placed.operation)
    return placed


async def lost_hold(desk: Desk, server: SandboxServer) -> Operation:
    """Hold 12.50 whose answer is lost after the server worked."""
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path="/v1/giftcards/*/redeem", times=1))
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale(), 2000)
    assert placed.operation is not None
    return placed.operation


async def possible_hold(desk: Desk, server: SandboxServer) -> Operation:
    """Bring a hold about of which a till that is not alone can't tell whose it is."""
    placed = await look_until_known(desk, await lost_hold(desk, server))
    assert placed.result is Result.ATTENTION
    assert placed.operation is not None
    assert placed.operation.attention is AttentionKind.POSSIBLE_HOLD
    return placed.operation


@pytest.fixture
async def shared(server: SandboxServer, tmp_path: Path) -> AsyncIterator[Desk]:
    """A till that is not alone on its account."""
    async with desk_on(server, tmp_path, tills_on_account=2) as desk:
        yield desk


async def refused_capture(
    desk: Desk, attention: AttentionKind = AttentionKind.KEEPS_BEING_REFUSED
) -> tuple[Hold, Operation]:
    """Make a hold whose capture needs attention though the hold is open."""
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.hold is not None
    (capture,) = await desk.outbox.record([placed.hold], OperationKind.CAPTURE)
    needy = replace(capture, state=OperationState.ATTENTION, attention=attention, refusals=5)
    await desk.journal.commit(Record(EventKind.ATTENTION, operation=needy))
    return placed.hold, needy


async def test_the_hold_that_was_found_is_used_for_its_sale(
    shared: Desk, server: SandboxServer
) -> None:
    operation = await possible_hold(shared, server)
    told: list[Placed] = []
    shared.sales.resolved.subscribe(told.append)
    resolved = await decide(shared, operation, Resolution.USE_HOLD)
    assert resolved.operation.state is OperationState.CONFIRMED
    assert resolved.hold is not None
    assert (resolved.hold.sale, resolved.hold.sale_total_cents) == (operation.sale, 2000)
    assert await shared.sales.open_holds() == (resolved.hold,)
    assert [each.hold for each in told] == [resolved.hold]
    (settled,) = await shared.sales.complete([resolved.hold])
    assert settled.result is Result.DONE
    assert await balance(shared) == 3750
    assert (await shared.journal.verify()).is_intact


async def test_the_hold_that_was_found_is_released(shared: Desk, server: SandboxServer) -> None:
    operation = await possible_hold(shared, server)
    resolved = await decide(shared, operation, Resolution.RELEASE_HOLD)
    assert resolved.operation.state is OperationState.CLOSED
    assert resolved.settlement is not None
    assert resolved.settlement.state is OperationState.CONFIRMED
    assert resolved.hold is not None
    assert resolved.hold.state is HoldState.RELEASED
    assert await balance(shared) == 5000
    assert shared.outbox.summary.value.attention == 0


async def test_a_release_that_can_not_be_sent_waits_in_the_outbox(
    shared: Desk, server: SandboxServer
) -> None:
    operation = await possible_hold(shared, server)
    server.faults.set(Fault(FaultKind.LOSE_BEFORE, method="DELETE"))
    resolved = await decide(shared, operation, Resolution.RELEASE_HOLD)
    assert resolved.settlement is not None
    assert resolved.settlement.state is not OperationState.CONFIRMED
    server.faults.clear()
    await shared.outbox.drain()
    assert await balance(shared) == 5000


async def test_what_is_closed_moves_no_money(shared: Desk, server: SandboxServer) -> None:
    operation = await possible_hold(shared, server)
    resolved = await decide(shared, operation, Resolution.CLOSE)
    assert (resolved.operation.state, resolved.operation.reason) == (
        OperationState.CLOSED,
        "Because",
    )
    assert await balance(shared) == 3750
    assert await shared.sales.open_holds() == ()


async def test_the_journal_keeps_who_decided_what_and_why(
    shared: Desk, server: SandboxServer
) -> None:
    operation = await possible_hold(shared, server)
    await decide(shared, operation, Resolution.USE_HOLD)
    *_, last = await shared.journal.entries()
    assert last.event is EventKind.HOLD_ADOPTED
    assert last.facts["manager"] == "Kim"
    assert last.facts["resolution"] == "use-hold"
    assert last.facts["reason"] == "Because"


async def test_a_question_is_answered_once(shared: Desk, server: SandboxServer) -> None:
    operation = await possible_hold(shared, server)
    await decide(shared, operation, Resolution.USE_HOLD)
    with pytest.raises(NotResolvable):
        await decide(shared, operation, Resolution.RELEASE_HOLD)
    assert await balance(shared) == 3750


@pytest.mark.parametrize("resolution", [Resolution.USE_HOLD, Resolution.RELEASE_HOLD])
async def test_a_hold_that_is_no_longer_open_is_neither_used_nor_released(
    shared: Desk, server: SandboxServer, resolution: Resolution
) -> None:
    operation = await possible_hold(shared, server)
    assert operation.result is not None
    await shared.client.capture(operation.result)
    with pytest.raises(NotAHold):
        await decide(shared, operation, resolution)
    assert (await stored(shared, operation)).state is OperationState.ATTENTION


async def test_a_hold_of_another_account_is_left_alone(shared: Desk, server: SandboxServer) -> None:
    operation = replace(await possible_hold(shared, server), account=AccountId("another"))
    await shared.journal.commit(Record(EventKind.ATTENTION, operation=operation))
    with pytest.raises(OtherAccount):
        await decide(shared, operation, Resolution.RELEASE_HOLD)


async def test_a_hold_that_was_taken_over_by_its_number_is_not_taken_over_again(
    shared: Desk, server: SandboxServer
) -> None:
    operation = await possible_hold(shared, server)
    assert operation.result is not None
    known = await shared.sales.find_hold(operation.result)
    resolved = await decide(shared, operation, Resolution.USE_HOLD)
    assert resolved.operation.state is OperationState.CLOSED
    assert resolved.hold == known
    assert await shared.sales.open_holds() == (known,)


async def test_a_capture_that_was_refused_is_tried_again(desk: Desk) -> None:
    hold, capture = await refused_capture(desk)
    resolved = await decide(desk, capture, Resolution.TRY_AGAIN)
    # The first step only looks; the hold is still open, so that it is then sent.
    assert (resolved.operation.state, resolved.operation.refusals) == (OperationState.QUEUED, 0)
    await desk.outbox.drain()
    assert (await stored(desk, capture)).state is OperationState.CONFIRMED
    known = await desk.journal.hold(hold.account, hold.transaction)
    assert known is not None
    assert known.state is HoldState.CAPTURED


async def test_what_is_tried_again_offline_stays_in_the_outbox(
    desk: Desk, server: SandboxServer
) -> None:
    _, capture = await refused_capture(desk)
    server.faults.set(Fault(FaultKind.OFFLINE))
    resolved = await decide(desk, capture, Resolution.TRY_AGAIN)
    assert resolved.operation.state is OperationState.UNKNOWN
    assert desk.outbox.summary.value.waiting == 1


async def test_a_disk_that_fails_while_trying_again_leaves_what_was_decided(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, capture = await refused_capture(desk)

    async def fail(*_args: object) -> Operation:
        raise NotAHold

    monkeypatch.setattr(desk.outbox, "attempt", fail)
    resolved = await decide(desk, capture, Resolution.TRY_AGAIN)
    assert resolved.operation.state is OperationState.UNKNOWN


async def test_an_unclear_issue_is_checked_again(desk: Desk) -> None:
    placed = await desk.sales.issue(
        code_of("new"), await desk.sales.look_up(code_of("new")), amount=Money(2500)
    )
    assert placed.operation is not None
    needy = replace(
        placed.operation, state=OperationState.ATTENTION, attention=AttentionKind.UNCLEAR
    )
    await desk.journal.commit(Record(EventKind.ATTENTION, operation=needy))
    resolved = await decide(desk, needy, Resolution.TRY_AGAIN)
    assert resolved.operation.state is OperationState.UNKNOWN
    await desk.reconciler.drain()
    assert (await stored(desk, needy)).state is OperationState.CONFIRMED


@pytest.mark.parametrize("known", [True, False])
async def test_a_settlement_that_is_closed_frees_its_hold(desk: Desk, known: bool) -> None:
    hold, capture = await refused_capture(desk)
    if not known:
        capture = replace(capture, account=AccountId("another"))
        await desk.journal.commit(Record(EventKind.ATTENTION, operation=capture))
    await decide(desk, capture, Resolution.CLOSE)
    found = await desk.journal.hold(hold.account, hold.transaction)
    assert found is not None
    assert (found.settlement is None) is known


async def test_another_amount_than_asked_for_can_be_used_as_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await another_amount(desk, monkeypatch)
    assert operation.attention is AttentionKind.AMOUNT_DIFFERS
    assert operation.last_problem == "Another amount was held: 10.00 EUR."
    resolved = await decide(desk, operation, Resolution.USE_HOLD)
    assert resolved.hold is not None
    assert resolved.hold.amount == Money(1000)
    *_, last = await desk.journal.entries()
    assert last.facts["asked_cents"] == 1250
    (settled,) = await desk.sales.complete([resolved.hold])
    assert settled.result is Result.DONE


async def test_another_amount_than_asked_for_can_be_released(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await another_amount(desk, monkeypatch)
    resolved = await decide(desk, operation, Resolution.RELEASE_HOLD)
    assert resolved.hold is not None
    assert resolved.hold.amount == Money(1000)
    assert await balance(desk) == 5000


async def another_amount(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Operation:
    """Ask for 12.50 and be given a hold of 10.00."""
    redeem = GiftyClient.redeem

    async def less(client: GiftyClient, code: object, _: Money, **how: object) -> Transaction:
        return await redeem(client, code, Money(1000), **how)  # type: ignore[arg-type] # as it came

    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    with monkeypatch.context() as wrong:
        wrong.setattr(GiftyClient, "redeem", less)
        placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.result is Result.ATTENTION
    assert placed.operation is not None
    return placed.operation


async def test_a_hold_without_a_card_is_nobodys() -> None:
    with pytest.raises(ValueError, match="names no card"):
        hold_made_by(an_operation(card=None), A_HOLD)


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        (an_operation(kind=OperationKind.REDEEM), replace(A_HOLD, type=TransactionType.REFUND)),
        (an_operation(kind=OperationKind.REDEEM), replace(A_HOLD, currency="USD")),
        (
            an_operation(kind=OperationKind.ISSUE),
            replace(
                A_HOLD,
                amount_cents=1250,
                type=TransactionType.ISSUE,
                card=Card(CardId("gc_1"), 0, "EUR", is_issuable=True),
            ),
        ),
    ],
    ids=["another type", "another currency", "a card that can still be issued"],
)
def test_what_an_answer_must_say(operation: Operation, answer: Transaction) -> None:
    assert not fits(operation, answer)


def test_an_extend_whose_answer_tells_no_expiry_fits_and_proves_nothing() -> None:
    operation = an_operation(kind=OperationKind.EXTEND, expires_at="2027-01-01T00:00:00+00:00")
    answer = replace(A_HOLD, type=TransactionType.REVERSE_EXPIRE)
    assert fits(operation, answer)
    assert not is_proof(operation, answer)


def test_a_state_that_nobody_knows_is_not_clear() -> None:
    wanted = Wanted(OperationKind.CAPTURE, A_HOLD.id, Money(1250))
    odd = replace(A_HOLD, status=TransactionStatus.OTHER, is_capturable=False)
    assert judge(odd, wanted) is Found.UNCLEAR


async def test_nothing_is_looked_at_while_the_api_wants_to_be_left_alone(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await lost_hold(desk, server)
    now_ms = type(desk.clock)().now_ms
    monkeypatch.setattr(desk.clock, "now_ms", lambda: now_ms() + HOUR_MS)
    desk.connectivity.link.set(Link.TOKEN_REFUSED)
    await desk.reconciler.drain()
    assert (await stored(desk, operation)).attempts == 0


async def test_a_watch_that_finds_no_network_goes_on_later(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    server.faults.set(Fault(FaultKind.LOSE_BEFORE, path="/v1/giftcards/*/redeem", times=1))
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.operation is not None
    ended = (await look_until_known(desk, placed.operation)).operation
    assert ended is not None
    now_ms = type(desk.clock)().now_ms
    monkeypatch.setattr(desk.clock, "now_ms", lambda: now_ms() + HOUR_MS)
    server.faults.set(Fault(FaultKind.OFFLINE))
    before = len(await desk.journal.entries())
    await desk.reconciler.drain()
    assert await stored(desk, ended) == ended
    assert len(await desk.journal.entries()) == before


# What a card waits for.


async def test_a_card_that_is_being_checked_is_known_after_a_restart(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        operation = await lost_hold(desk, server)
    async with desk_on(server, tmp_path) as desk:
        card = await desk.sales.look_up(code_of("full_50"))
        doubt = await desk.attention.about(card.id)
        assert doubt is not None
        assert (doubt.id, doubt.state) == (operation.id, OperationState.UNKNOWN)
        placed = await desk.sales.hold(code_of("full_50"), card, Money(1250), desk.sales.new_sale())
        assert placed.result is Result.REFUSED
        assert (await look_until_known(desk, doubt)).result is Result.DONE
        assert await desk.attention.about(card.id) is None
        assert await balance(desk) == 3750


async def test_a_card_tells_that_a_manager_must_decide(shared: Desk, server: SandboxServer) -> None:
    operation = await possible_hold(shared, server)
    card = await shared.sales.look_up(code_of("full_50"))
    assert await shared.attention.about(card.id) == await stored(shared, operation)
    other = await shared.sales.look_up(code_of("full_25"))
    assert await shared.attention.about(other.id) is None


# Issue, extend and refund whose answer is lost.


async def lost_issue(desk: Desk, server: SandboxServer, cents: int = 2500) -> Operation:
    code = code_of("new")
    card = await desk.sales.look_up(code)
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path="/v1/giftcards/*/issue", times=1))
    placed = await desk.sales.issue(code, card, amount=Money(cents))
    assert placed.operation is not None
    return placed.operation


async def test_a_card_that_was_issued_as_asked_is_confirmed_on_a_shared_account(
    shared: Desk, server: SandboxServer
) -> None:
    placed = await look_until_known(shared, await lost_issue(shared, server))
    assert placed.result is Result.DONE


async def test_a_card_that_was_issued_with_another_amount_is_not_called_unsold(
    desk: Desk, server: SandboxServer
) -> None:
    code = code_of("new")
    card = await desk.sales.look_up(code)
    server.faults.set(Fault(FaultKind.LOSE_BEFORE, path="/v1/giftcards/*/issue", times=1))
    placed = await desk.sales.issue(code, card, amount=Money(2500))
    assert placed.operation is not None
    await desk.client.issue(code, amount=Money(4000))
    found = await look_until_known(desk, placed.operation)
    assert found.operation is not None
    assert found.operation.attention is AttentionKind.POSSIBLY_DONE


@pytest.mark.parametrize(
    ("years", "result"), [(0, Result.DONE), (1, Result.ATTENTION)], ids=["as asked", "another day"]
)
async def test_the_expiry_decides_whether_a_card_was_extended(
    shared: Desk, server: SandboxServer, years: int, result: Result
) -> None:
    code = code_of("expired_extendable")
    card = await shared.sales.look_up(code)
    until = datetime.now(UTC) + timedelta(days=365)
    path = "/v1/giftcards/*/extend"
    server.faults.set(Fault(FaultKind.LOSE_BEFORE, path=path, times=1))
    placed = await shared.sales.extend(code, card, until)
    assert placed.operation is not None
    await shared.client.extend(code, until + years * timedelta(days=365))
    found = await look_until_known(shared, placed.operation)
    assert found.result is result


async def lost_refund(desk: Desk, server: SandboxServer) -> Operation:
    taken = await desk.client.redeem(code_of("full_50"), Money(2000), capture=True)
    server.faults.set(Fault(FaultKind.LOSE_ANSWER_AFTER, path="/v1/transactions/*/refund", times=1))
    placed = await desk.sales.refund(taken, Money(500), reason="CUSTOMER_REQUEST")
    assert placed.operation is not None
    return placed.operation


async def test_a_refund_on_a_shared_account_is_asked_about(
    shared: Desk, server: SandboxServer
) -> None:
    placed = await look_until_known(shared, await lost_refund(shared, server))
    assert placed.operation is not None
    assert placed.operation.attention is AttentionKind.POSSIBLY_DONE


async def test_a_refund_that_the_list_shows_late_was_done_after_all(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await lost_refund(desk, server)
    ask = GiftyClient.transactions

    async def behind(client: GiftyClient, **options: object) -> AsyncIterator[Transaction]:
        listed = [each async for each in ask(client, **options)]  # type: ignore[arg-type] # as it came
        for each in listed[1:]:
            yield each

    with monkeypatch.context() as late:
        late.setattr(GiftyClient, "transactions", behind)
        assert (await look_until_known(desk, operation)).result is Result.NOT_DONE
    now_ms = type(desk.clock)().now_ms
    monkeypatch.setattr(desk.clock, "now_ms", lambda: now_ms() + HOUR_MS)
    await desk.reconciler.drain()
    assert (await stored(desk, operation)).attention is AttentionKind.DONE_AFTER_ALL


async def test_a_hold_of_the_second_try_is_not_taken_for_one_of_the_first(
    desk: Desk, server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of("full_50")
    card = await desk.sales.look_up(code)
    server.faults.set(Fault(FaultKind.LOSE_BEFORE, path="/v1/giftcards/*/redeem", times=1))
    placed = await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())
    assert placed.operation is not None
    first = (await look_until_known(desk, placed.operation)).operation
    assert first is not None
    assert first.state is OperationState.NOT_DONE
    second = await lost_hold(desk, server)
    now_ms = type(desk.clock)().now_ms
    with monkeypatch.context() as later, desk.reconciler.hands_off(second.id):
        later.setattr(desk.clock, "now_ms", lambda: now_ms() + HOUR_MS)
        await desk.reconciler.drain()
    assert (await stored(desk, first)).state is OperationState.NOT_DONE
    assert (await look_until_known(desk, second)).result is Result.DONE
    monkeypatch.setattr(desk.clock, "now_ms", lambda: now_ms() + 2 * HOUR_MS)
    await desk.reconciler.drain()
    assert (await stored(desk, first)).state is OperationState.NOT_DONE


async def test_a_hold_that_waits_for_a_manager_is_nobody_elses(
    shared: Desk, server: SandboxServer
) -> None:
    operation = await possible_hold(shared, server)
    # The card as it was before, so that the hold is new to the second request as well.
    code = code_of("full_50")
    card = replace(await shared.sales.look_up(code), transactions=())
    server.faults.set(Fault(FaultKind.LOSE_BEFORE, path="/v1/giftcards/*/redeem", times=1))
    placed = await shared.sales.hold(code, card, Money(1250), shared.sales.new_sale())
    assert placed.operation is not None
    assert (await look_until_known(shared, placed.operation)).result is Result.NOT_DONE
    assert (await stored(shared, operation)).state is OperationState.ATTENTION


def test_a_code_among_a_managers_words_is_not_kept() -> None:
    link = "https://wallet.gifty.nl/CARDFRESHEUR5555/topsecret123"
    ruling = Ruling(Resolution.CLOSE, f"card-fres-heur-5555, see {link}", "CARDFRESHEUR5555")
    assert ruling.reason == "[card code], see [wallet link]"
    assert ruling.facts["manager"] == "[card code]"
