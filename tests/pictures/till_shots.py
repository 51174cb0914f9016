"""The Till in every state."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from giftill.domain.operations import AttentionKind, OperationState
from giftill.journal import EventKind, Record
from giftill.sandbox import Fault, FaultKind
from giftill.services.connectivity import Link
from giftill.services.results import Placed, Result

from .shot import Shot, nothing, scan
from .stage import CAPTURES, REDEEMS, Setting, Stage

_LONG: Final = Fault(FaultKind.LATENCY, latency_ms=8_000)
_CODE: Final = "CARDFRESHEUR5555"


async def _looking_up(stage: Stage) -> None:
    stage.break_with(_LONG)
    await stage.start_scan("full_50")


async def _two_holds(stage: Stage) -> None:
    await stage.total("65,00")
    await stage.hold("full_50")
    await stage.hold("full_25")


async def _one_of_two(stage: Stage) -> None:
    await stage.total("65,00")
    await stage.hold("full_50")
    await stage.scan("full_25")


async def _held_part(stage: Stage) -> None:
    await stage.hold("partly_used", "12,50")


async def _amount_problem(stage: Stage) -> None:
    await stage.scan("partly_used")
    stage.till.type_amount("12,345")
    await stage.press("F8")


async def _too_much(stage: Stage) -> None:
    await stage.scan("partly_used")
    stage.till.type_amount("80")
    await stage.press("F8")


async def _cant_check(stage: Stage) -> None:
    await stage.go_offline()


async def _checking(stage: Stage) -> None:
    await stage.scan("full_50")
    stage.till.type_amount("20,00")
    stage.break_with(Fault(FaultKind.LOSE_ANSWER_AFTER, method="POST", path=REDEEMS, times=1))
    await stage.press("F8")
    await stage.until(lambda: bool(stage.till.facts.sale.checking))


async def _question(stage: Stage) -> None:
    await _checking(stage)
    await stage.until(lambda: any(each.operation for each in stage.till.facts.sale.checking))
    journal = stage.desk.journal
    (operation,) = await journal.operations(states=(OperationState.UNKNOWN,))
    (made, *_) = [each async for each in stage.desk.client.transactions(card=operation.card)]
    needy = replace(
        operation,
        state=OperationState.ATTENTION,
        attention=AttentionKind.POSSIBLE_HOLD,
        result=made.id,
    )
    await journal.commit(Record(EventKind.ATTENTION, operation=needy))
    await stage.desk.outbox.refresh()
    stage.desk.sales.resolved.tell(Placed(Result.ATTENTION, needy, transaction=made))


async def outbox_question(stage: Stage) -> None:
    """Show in the Outbox the hold that may be the sale’s."""
    await _question(stage)
    stage.window.go_to("outbox")


async def _hold_refused(stage: Stage) -> None:
    await stage.scan("full_25")
    stage.till.type_amount("20,00")
    # Meanwhile the card is used up at another till.
    shown = stage.till.facts.shown
    assert shown is not None
    await stage.desk.client.redeem(shown.code, shown.card.balance, capture=True)
    await stage.press("F8")
    await stage.until(lambda: stage.till.facts.notice is not None)


async def _hold_not_sent(stage: Stage) -> None:
    await stage.scan("full_25")
    stage.till.type_amount("20,00")
    stage.break_with(Fault(FaultKind.OFFLINE))
    await stage.press("F8")
    await stage.until(lambda: stage.till.facts.notice is not None)


async def _completing(stage: Stage) -> None:
    await _two_holds(stage)
    stage.break_with(_LONG)
    await stage.press("F9")
    await stage.until(lambda: stage.till.facts.settling is not None)


async def _done(stage: Stage) -> None:
    await _two_holds(stage)
    await stage.finish()


async def _done_with_rest(stage: Stage) -> None:
    await stage.total("40,00")
    await stage.hold("full_25")
    await stage.finish()


async def _queued(stage: Stage) -> None:
    await _two_holds(stage)
    stage.break_with(Fault(FaultKind.OFFLINE))
    await stage.finish()


async def _attention(stage: Stage) -> None:
    await stage.hold("full_50", "35,00")
    # Somebody gives the money back in Gifty's dashboard before the sale is completed.
    hold = stage.till.facts.sale.holds[0]
    await stage.desk.client.release(hold.transaction)
    await stage.finish()


async def _cancel(stage: Stage) -> None:
    await stage.press("Shift+F9")
    await stage.calm_down()
    # Enter alone would keep the sale.
    await stage.press("Tab", "Return")
    await stage.until(lambda: stage.till.facts.done is not None)


async def _removed_offline(stage: Stage) -> None:
    await stage.hold("full_50", "35,00")
    stage.break_with(Fault(FaultKind.OFFLINE))
    await stage.press("F7", "Return")
    await stage.calm_down()
    await stage.press("Tab", "Return")
    await stage.until(lambda: stage.till.facts.notice is not None)


async def _cancelled(stage: Stage) -> None:
    await _two_holds(stage)
    await _cancel(stage)


async def _cancelled_offline(stage: Stage) -> None:
    await stage.hold("full_50", "35,00")
    stage.break_with(Fault(FaultKind.OFFLINE))
    await _cancel(stage)


async def _token_refused(stage: Stage) -> None:
    await stage.scan("full_50")


async def _limited(stage: Stage) -> None:
    stage.break_with(Fault(FaultKind.LIMITED, retry_after_s=40))
    await stage.scan("full_50")
    await stage.until(lambda: stage.desk.connectivity.link.value is Link.LIMITED)


async def _portal(stage: Stage) -> None:
    stage.break_with(Fault(FaultKind.HTML_200))
    await stage.scan("full_50")


async def _server_fault(stage: Stage) -> None:
    stage.break_with(Fault(FaultKind.STATUS_503))
    await stage.scan("full_50")


async def _earlier(stage: Stage) -> None:
    await stage.hold("full_50", "20,00")
    await stage.hold("full_25", "5,00")
    await stage.press("Shift+F2")
    await stage.until(lambda: bool(stage.till.facts.earlier_holds))


async def _slow_capture(stage: Stage) -> None:
    await stage.hold("full_50", "20,00")
    stage.break_with(Fault(FaultKind.LOSE_ANSWER_AFTER, method="POST", path=CAPTURES), Fault(
        FaultKind.STATUS_503, method="GET"
    ))  # fmt: skip
    await stage.finish()


async def _other_language(stage: Stage) -> None:
    await stage.total("40,00")
    await stage.hold("full_25")
    await stage.scan("partly_used")
    await stage.press("Ctrl+Shift+L")


SHOTS: Final = (
    Shot("till-ready", nothing, is_key=True),
    Shot("till-looking-up", _looking_up),
    Shot("till-card", scan("partly_used"), is_key=True),
    Shot("till-card-many-transactions", scan("long_history")),
    Shot("till-card-large", scan("large")),
    Shot("till-one-of-two", _one_of_two, is_key=True),
    Shot("till-two-holds", _two_holds, is_key=True),
    Shot("till-other-language", _other_language),
    Shot("till-expired", scan("expired"), is_key=True),
    Shot("till-expired-extendable", scan("expired_extendable")),
    Shot("till-empty", scan("empty")),
    Shot("till-not-activated", scan("new")),
    Shot("till-promotional", scan("promotional")),
    Shot("till-package", scan("package")),
    Shot("till-other-currency", scan("dollars")),
    Shot("till-expires-soon", scan("expires_soon"), is_key=True),
    Shot("till-held-elsewhere", scan("pending_hold")),
    Shot("till-unknown-card", scan("CARDNQTTHERE2222"), is_key=True),
    Shot("till-code-too-short", scan("CARDFRESH")),
    Shot("till-code-of-a-product", scan("8710398500106")),
    Shot("till-code-twice", scan(_CODE + _CODE)),
    Shot("till-code-other-link", scan("https://example.com/CARDFRESHEUR5555")),
    Shot("till-code-foreign", scan("CARDFRËSHEUR5555")),
    Shot("till-amount-problem", _amount_problem),
    Shot("till-amount-too-much", _too_much),
    Shot("till-held", _held_part),
    Shot("till-checking", _checking, is_key=True),
    Shot("till-question", _question, is_key=True),
    Shot("outbox-question", outbox_question, is_key=True),
    Shot("till-hold-refused", _hold_refused),
    Shot("till-hold-not-sent", _hold_not_sent),
    Shot("till-completing", _completing),
    Shot("till-done", _done, is_key=True),
    Shot("till-done-with-rest", _done_with_rest),
    Shot("till-queued", _queued, is_key=True),
    Shot("till-capture-checking", _slow_capture),
    Shot("till-attention", _attention, is_key=True),
    Shot("till-cancelled", _cancelled, is_key=True),
    Shot("till-cancelled-offline", _cancelled_offline),
    Shot("till-removed-offline", _removed_offline),
    Shot("till-earlier-holds", _earlier),
    Shot("till-cant-check", _cant_check, is_key=True),
    Shot("till-portal", _portal),
    Shot("till-server-fault", _server_fault),
    Shot("till-limited", _limited),
    Shot("till-token-refused", _token_refused, Setting(token="wrong-token")),
    Shot("till-no-token", nothing, Setting(token="")),
    Shot("till-no-location", nothing, Setting(has_location=False)),
)
