"""What is committed is what is found, and the outbox can be asked about it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest

from giftill.domain.cards import PackageId
from giftill.domain.money import Money
from giftill.domain.operations import (
    AccountId,
    AttentionKind,
    HoldState,
    OperationId,
    OperationKind,
    OperationState,
    OutboxSummary,
    SaleId,
)
from giftill.domain.transactions import TransactionId
from giftill.journal import EventKind, Journal, JournalClosed, Record, SettlementConflict
from tests.helpers.journal import ACCOUNT, NOW_MS, a_hold, an_operation, commit

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.domain.operations import Hold, Operation
    from giftill.journal.store import Store

pytestmark = pytest.mark.anyio


def left_at_default(value: Operation | Hold) -> list[str]:
    """The fields in which a value would come back right even if they were never stored."""
    return [each.name for each in fields(value) if getattr(value, each.name) == each.default]


async def test_an_operation_comes_back_as_it_was_committed(journal: Journal) -> None:
    told = an_operation(
        kind=OperationKind.REFUND,
        state=OperationState.ATTENTION,
        sale_total_cents=4000,
        package=PackageId("gp_1"),
        is_promotional=True,
        expires_at="2027-01-01T00:00:00+01:00",
        reason="CUSTOMER_REQUEST",
        result=TransactionId("tr_r"),
        attention=AttentionKind.UNCLEAR,
        attempts=3,
        refusals=2,
        next_at_ms=NOW_MS + 5,
        last_problem="422: “te veel”",
    )
    await commit(journal, told)
    assert not left_at_default(told)
    assert await journal.operation(told.id) == told


async def test_an_operation_with_nothing_optional_comes_back_too(journal: Journal) -> None:
    told = an_operation(
        kind=OperationKind.ISSUE,
        location=None,
        cashier="",
        sale=None,
        card=None,
        card_masked="",
        transaction=None,
        known_transactions=(),
    )
    await commit(journal, told)
    assert await journal.operation(told.id) == told


async def test_a_hold_comes_back_as_it_was_committed(journal: Journal) -> None:
    full = a_hold(1, settlement=OperationKind.RELEASE)
    sparse = a_hold(2, sale_total_cents=None, location=None, cashier="", card_balance_cents=None)
    await journal.commit(Record(EventKind.CONFIRMED, hold=full))
    await journal.commit(Record(EventKind.CONFIRMED, hold=sparse))
    assert not left_at_default(full)
    assert await journal.hold(ACCOUNT, full.transaction) == full
    assert await journal.hold(ACCOUNT, sparse.transaction) == sparse


async def test_holds_and_their_settlements_are_told_together(journal: Journal) -> None:
    marked, bare, unknown = a_hold(1, settlement=OperationKind.CAPTURE), a_hold(2), a_hold(3)
    capture = an_operation(transaction=marked.transaction)
    await journal.commit(
        Record(EventKind.QUEUED, operation=capture, hold=marked),
        Record(EventKind.HOLD_ADOPTED, hold=bare),
    )
    told = await journal.standing([bare, unknown, marked])
    assert told == ((bare, None), (None, None), (marked, capture))


async def test_only_holds_that_wait_for_a_cashier_are_counted(journal: Journal) -> None:
    assert await journal.count_unsettled_holds() == 0
    for hold in (
        a_hold(1),
        a_hold(2),
        a_hold(3, settlement=OperationKind.CAPTURE),
        a_hold(4, state=HoldState.RELEASED),
    ):
        await journal.commit(Record(EventKind.HOLD_ADOPTED, hold=hold))
    assert await journal.count_unsettled_holds() == 2


async def test_what_was_never_committed_is_not_found(journal: Journal) -> None:
    assert await journal.operation(OperationId("op_0")) is None
    assert await journal.hold(ACCOUNT, TransactionId("tr_0")) is None
    assert await journal.settlement_of(ACCOUNT, TransactionId("tr_0")) is None
    assert await journal.fact("account") is None
    assert await journal.summary(None) == OutboxSummary()


async def test_a_commit_of_nothing_writes_nothing(journal: Journal) -> None:
    await journal.commit()
    assert await journal.entries() == ()


async def test_a_later_commit_replaces_the_state_and_keeps_the_entry(journal: Journal) -> None:
    first = an_operation()
    later = replace(first, state=OperationState.CONFIRMED, result=TransactionId("tr_r"))
    await commit(journal, first)
    await journal.commit(Record(EventKind.CONFIRMED, later, facts={"attempt": 1, "ok": True}))
    assert await journal.operation(first.id) == later
    entries = await journal.entries()
    assert [(entry.seq, entry.event, entry.operation) for entry in entries] == [
        (1, EventKind.QUEUED, first),
        (2, EventKind.CONFIRMED, later),
    ]
    assert entries[1].facts == {"attempt": 1, "ok": True}


async def test_everything_is_there_after_opening_again(folder: Path, journal: Journal) -> None:
    await journal.commit(Record(EventKind.CONFIRMED, an_operation(), a_hold()))
    await journal.set_fact("account", "7f3a")
    await journal.close()
    again = await Journal.open(folder, now_ms=lambda: NOW_MS)
    assert await again.operation(an_operation().id) == an_operation()
    assert await again.hold(ACCOUNT, a_hold().transaction) == a_hold()
    assert await again.fact("account") == "7f3a"
    await commit(again, an_operation(2))
    assert (await again.verify()).count == 2
    await again.close()


async def test_operations_are_found_by_every_condition_oldest_first(journal: Journal) -> None:
    other = AccountId("other")
    told = (
        an_operation(5),
        an_operation(1, state=OperationState.UNKNOWN, next_at_ms=NOW_MS + 10),
        an_operation(2, account=other),
        an_operation(3, kind=OperationKind.RELEASE, state=OperationState.CONFIRMED),
        an_operation(4, next_at_ms=NOW_MS + 11),
    )
    await commit(journal, *told)
    five, one, two, three, four = told
    queued, unknown = OperationState.QUEUED, OperationState.UNKNOWN
    assert await journal.operations() == (one, two, three, four, five)
    assert await journal.operations(account=other) == (two,)
    assert await journal.operations(states=(queued,)) == (two, four, five)
    assert await journal.operations(states=(queued, unknown), limit=2) == (one, two)
    assert await journal.operations(kinds={OperationKind.RELEASE}) == (three,)
    assert await journal.operations(
        account=ACCOUNT, states={queued, unknown}, due_by_ms=NOW_MS + 10
    ) == (one, five)


async def test_holds_are_found_by_account_state_and_sale_oldest_first(journal: Journal) -> None:
    told = (
        a_hold(3),
        a_hold(1, account=AccountId("other")),
        a_hold(2, state=HoldState.CAPTURED, sale=SaleId("sale_3")),
    )
    await journal.commit(*(Record(EventKind.CONFIRMED, hold=hold) for hold in told))
    three, one, two = told
    assert await journal.holds() == (one, three)
    assert await journal.holds(account=ACCOUNT) == (three,)
    assert await journal.holds(state=None) == (one, two, three)
    assert await journal.holds(state=None, sale=SaleId("sale_3")) == (two, three)


async def test_the_summary_counts_what_waits_what_is_checked_and_what_needs_a_manager(
    journal: Journal,
) -> None:
    state = OperationState
    await commit(
        journal,
        an_operation(1, state=state.UNKNOWN),
        an_operation(2, state=state.SENDING, kind=OperationKind.RELEASE),
        an_operation(3, amount=Money(500, "SEK")),
        an_operation(4, state=state.CONFIRMED),
        an_operation(5, state=state.ATTENTION, attention=AttentionKind.FORBIDDEN),
        an_operation(6, state=state.UNKNOWN, kind=OperationKind.REDEEM),
        an_operation(7, state=state.ATTENTION, kind=OperationKind.ISSUE),
        an_operation(8, account=AccountId("other")),
        # A cashier waits for this one's answer: it is neither waiting nor being checked.
        an_operation(9, state=state.SENDING, kind=OperationKind.REDEEM),
    )
    assert await journal.summary(ACCOUNT) == OutboxSummary(
        waiting=3,
        attention=2,
        total=(Money(2500), Money(500, "SEK")),
        oldest_at_ms=NOW_MS + 1000,
        checking=1,
    )
    assert (await journal.summary(None)).waiting == 4


async def test_a_release_is_refused_while_a_capture_of_the_same_hold_is_recorded(
    journal: Journal,
) -> None:
    capture = an_operation(1)
    release = an_operation(2, kind=OperationKind.RELEASE, transaction=capture.transaction)
    await commit(journal, capture)
    with pytest.raises(SettlementConflict) as caught:
        await journal.commit(
            Record(EventKind.ACCOUNT_ADDED),
            Record(EventKind.CONFIRMED, hold=a_hold()),
            Record(EventKind.QUEUED, release),
        )
    assert caught.value.existing == capture
    assert await journal.operations() == (capture,)
    assert await journal.holds() == ()
    assert [entry.seq for entry in await journal.entries()] == [1]
    await commit(journal, an_operation(3))
    assert (await journal.verify()).is_intact


@pytest.mark.parametrize(
    "state", [OperationState.REFUSED, OperationState.NOT_DONE, OperationState.CLOSED]
)
async def test_a_settlement_that_ended_undone_makes_room_for_another(
    journal: Journal, state: OperationState
) -> None:
    capture = an_operation(1, state=state)
    release = an_operation(2, kind=OperationKind.RELEASE, transaction=capture.transaction)
    assert capture.transaction is not None
    await commit(journal, capture)
    assert await journal.settlement_of(ACCOUNT, capture.transaction) is None
    await commit(journal, release)
    assert await journal.settlement_of(ACCOUNT, capture.transaction) == release


async def test_a_confirmed_settlement_keeps_its_place(journal: Journal) -> None:
    capture = an_operation(1, state=OperationState.CONFIRMED)
    await commit(journal, capture)
    with pytest.raises(SettlementConflict):
        await commit(journal, an_operation(2, transaction=capture.transaction))


async def test_the_same_transaction_of_another_account_is_another_hold(journal: Journal) -> None:
    await commit(journal, an_operation(1))
    await commit(
        journal, an_operation(2, account=AccountId("other"), transaction=TransactionId("tr_1"))
    )
    assert len(await journal.operations()) == 2


async def test_refunds_of_one_transaction_do_not_exclude_each_other(journal: Journal) -> None:
    transaction = TransactionId("tr_1")
    refund = OperationKind.REFUND
    await commit(journal, an_operation(1, kind=refund, transaction=transaction))
    await commit(journal, an_operation(2, kind=refund, transaction=transaction))
    assert len(await journal.operations()) == 2


async def test_of_commits_that_wait_together_only_the_conflicting_one_fails(
    journal: Journal,
) -> None:
    told = [an_operation(number) for number in range(1, 301)]
    told[150] = replace(told[150], transaction=told[10].transaction)
    results = await asyncio.gather(
        *(commit(journal, operation) for operation in told), return_exceptions=True
    )
    assert [index for index, result in enumerate(results) if result is not None] == [150]
    assert isinstance(results[150], SettlementConflict)
    assert len(await journal.operations()) == 299
    report = await journal.verify()
    assert (report.count, report.is_intact) == (299, True)


async def test_a_question_sees_what_was_committed_before_it(journal: Journal) -> None:
    saving = asyncio.gather(*(commit(journal, an_operation(number)) for number in range(1, 11)))
    await asyncio.sleep(0)
    assert len(await journal.operations()) == 10
    await saving


async def test_a_cancelled_commit_is_still_written_and_leaves_nothing_open(
    journal: Journal,
) -> None:
    saving = asyncio.create_task(commit(journal, an_operation()))
    await asyncio.sleep(0)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    assert await journal.operation(an_operation().id) == an_operation()
    await commit(journal, an_operation(2))


async def test_a_cancelled_question_does_not_disturb_the_next(journal: Journal) -> None:
    asking = asyncio.create_task(journal.operations())
    await asyncio.sleep(0)
    asking.cancel()
    assert await journal.operations() == ()


async def test_an_unmasked_card_code_is_never_stored(journal: Journal) -> None:
    with pytest.raises(AssertionError, match="masked"):
        await commit(journal, an_operation(card_masked="ABCDABCDABCD7K9Q"))
    assert await journal.entries() == ()


async def test_a_bug_in_one_commit_does_not_stop_the_journal(journal: Journal) -> None:
    with pytest.raises(Exception, match="CHECK constraint"):
        await commit(journal, an_operation(amount=Money(-1)))
    await commit(journal, an_operation())
    assert (await journal.verify()).count == 1


async def test_entries_are_read_page_by_page(journal: Journal) -> None:
    await commit(journal, *(an_operation(number) for number in range(1, 6)))
    assert [entry.seq for entry in await journal.entries(after=1, limit=2)] == [2, 3]
    assert [entry.seq for entry in await journal.entries(after=3)] == [4, 5]


async def test_the_export_is_every_entry_as_a_line_of_json(journal: Journal) -> None:
    await commit(journal, *(an_operation(number) for number in range(1, 401)))
    await journal.commit(Record(EventKind.ACCOUNT_ADDED, facts={"text": "“€”"}))
    lines = [json.loads(line) async for line in journal.export_lines()]
    assert [line["seq"] for line in lines] == list(range(1, 402))
    assert lines[0]["operation"]["card_masked"] == "•••• •••• •••• 7K9Q"
    assert lines[400]["facts"] == {"text": "“€”"}
    assert lines[400]["operation"] is None


async def test_a_fact_is_kept_until_it_is_set_anew(journal: Journal) -> None:
    await journal.set_fact("pacer", "[1]")
    await journal.set_fact("pacer", "[1, 2]")
    assert await journal.fact("pacer") == "[1, 2]"


async def test_closing_finishes_what_was_asked_for_before(folder: Path, journal: Journal) -> None:
    saving = [asyncio.create_task(commit(journal, an_operation(n))) for n in range(1, 51)]
    await asyncio.sleep(0)
    await journal.close()
    await asyncio.gather(*saving)
    again = await Journal.open(folder, now_ms=lambda: NOW_MS)
    assert len(await again.operations()) == 50
    await again.close()


async def test_what_comes_after_closing_fails_in_plain_words(journal: Journal) -> None:
    await journal.close()
    with pytest.raises(JournalClosed, match="nothing was saved"):
        await commit(journal, an_operation())
    with pytest.raises(JournalClosed):
        await journal.operations()


async def test_closing_twice_is_closing(journal: Journal) -> None:
    await journal.close()
    await journal.close()


class Interrupted(BaseException):
    """What is no error: a request to end."""


class Interrupting:
    """A write that is interrupted, after it wrote something."""

    def apply(self, store: Store) -> None:
        store.append(Record(EventKind.QUEUED, an_operation(9)), NOW_MS)
        raise Interrupted

    def is_saved(self, store: Store, tip: object) -> bool:
        raise NotImplementedError


async def test_a_write_that_is_interrupted_leaves_nothing_open(journal: Journal) -> None:
    with pytest.raises(Interrupted):
        await journal._writer.write(Interrupting())
    await commit(journal, an_operation(1))
    assert [entry.operation for entry in await journal.entries()] == [an_operation(1)]
    assert (await journal.verify()).is_intact
