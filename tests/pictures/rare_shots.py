"""What a till hardly ever says: limits of the outbox, a damaged journal, a manager's decisions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtWidgets import QApplication

from giftill.domain.operations import AccountId, AttentionKind, OperationState
from giftill.journal import EventKind, Record
from giftill.journal.errors import JournalDamaged
from giftill.journal.records import SALVAGE_FACT, SalvageReport
from giftill.sandbox import Fault, FaultKind
from giftill.services.ids import new_account_id
from giftill.services.settle import UNSETTLED
from giftill.ui.repairs import tell_of_repairs
from giftill.ui.status import BandKind, StatusPresenter, StatusState
from giftill.ui.widgets.band import Band
from tests.helpers.patience import until

from .other_shots import press_training_button
from .shot import Act, Shot
from .stage import Setting, Stage
from .till_shots import outbox_question

if TYPE_CHECKING:
    from collections.abc import Callable

_OFFLINE: Final = Fault(FaultKind.OFFLINE)
_SENDER_ENDS_S: Final = 10.0
_REPORT: Final = SalvageReport(
    at_ms=1_790_000_000_000,
    folder="2026-11-21T091502Z",
    finding="entry 1204 does not fit the hash before it",
    kept=5311,
    lost=(1204,),
    unverified=(1205,),
    lost_count=1,
    states=2,
    checking=3,
)


async def _queue(stage: Stage, key: str = "F9") -> None:
    await stage.total("65,00")
    await stage.hold("full_50")
    await stage.hold("full_25")
    stage.break_with(_OFFLINE)
    await stage.finish(key)


async def _with_limits(stage: Stage, **limits: int) -> None:
    await _queue(stage)
    # What waits is real; only how much may wait is less than in a shop.
    stage.desk.outbox.limits = replace(stage.desk.outbox.limits, **limits)
    await stage.press("F2")
    await stage.desk.outbox.refresh()
    stage.window.go_to("till")


async def _filling_up(stage: Stage) -> None:
    await _with_limits(stage, cents=8_000)


async def _full(stage: Stage) -> None:
    await _with_limits(stage, items=2)


async def _full_and_refused(stage: Stage) -> None:
    await stage.hold("partly_used", "12,50")
    await stage.press("Shift+F2")
    await _full(stage)
    stage.window.go_to("holds")
    await stage.calm_down()
    await stage.press("F4", "F9")


async def _waits_long(stage: Stage) -> None:
    await _with_limits(stage, warn_ms=0)


async def _waits_too_long(stage: Stage) -> None:
    await _with_limits(stage, items=2, warn_ms=0, manager_ms=0)


async def _other_account(stage: Stage) -> None:
    await _queue(stage)
    await stage.press("F2")
    await stage.calm_down()

    async def another() -> AccountId:
        return new_account_id()

    # The sandbox has one account; what waits is counted as if its token had been replaced.
    stage.desk.accounts.known = another  # type: ignore[method-assign] # as the token tells it
    await stage.desk.outbox.refresh()
    await stage.until(lambda: stage.desk.outbox.elsewhere.value > 0)


async def _repaired(stage: Stage) -> None:
    await stage.desk.journal.set_fact(SALVAGE_FACT, msgspec.json.encode(_REPORT).decode())
    _tell_of_repairs(stage)


async def _damaged(stage: Stage) -> None:
    file = Path("journal.sqlite3")

    async def damage() -> JournalDamaged:
        return JournalDamaged(file, "entry 1204 does not fit the hash before it")

    # Real damage would end the till whose picture is taken.
    stage.desk.journal.damage = damage  # type: ignore[method-assign] # it is told, not done
    _tell_of_repairs(stage)


def _tell_of_repairs(stage: Stage) -> None:
    stage.start(tell_of_repairs(stage.desk.journal, stage.window, stage.t))


def _decide(key: str) -> Act:
    async def act(stage: Stage) -> None:
        await outbox_question(stage)
        await stage.calm_down()
        await stage.press(key)

    return act


async def _hold_is_missing(stage: Stage) -> None:
    await stage.hold("full_50", "35,00")
    stage.break_with(_OFFLINE)
    await stage.finish()
    # The sender would look at it once more, and take it back into the queue. A round that had
    # begun when it was told may still start one attempt; the second stop waits for that.
    await stage.desk.outbox.stop(_SENDER_ENDS_S)
    await stage.calm_down()
    await stage.desk.outbox.stop(_SENDER_ENDS_S)
    journal = stage.desk.journal
    (operation,) = await journal.operations(states=UNSETTLED)
    needy = replace(
        operation,
        state=OperationState.ATTENTION,
        attention=AttentionKind.TRANSACTION_MISSING,
    )
    await journal.commit(Record(EventKind.ATTENTION, operation=needy))
    await stage.desk.outbox.refresh()
    assert stage.desk.outbox.summary.value.attention == 1
    stage.window.go_to("outbox")


async def _try_again(stage: Stage) -> None:
    await _hold_is_missing(stage)
    await stage.calm_down()
    await stage.press("F6")


async def _resolve_without_a_name(stage: Stage) -> None:
    await _decide("F8")(stage)
    await stage.calm_down()
    await stage.press(*"paid", "Return")


async def _refill(stage: Stage) -> None:
    press_training_button(stage, "_cards")
    await stage.calm_down()
    await stage.press("Shift+Tab", "Shift+Tab", "Return")


async def _use_found(stage: Stage) -> None:
    await _decide("F5")(stage)
    await stage.calm_down()
    await stage.press(*"asked", "Tab", *"Noor", "Return")
    await until(lambda: _nothing_needs_attention(stage))


async def _nothing_needs_attention(stage: Stage) -> bool:
    return not stage.desk.outbox.summary.value.attention


def _is_needy(stage: Stage) -> bool:
    return stage.desk.outbox.summary.value.attention == 1


def _is_asked(stage: Stage) -> bool:
    return _is_needy(stage) and QApplication.activeModalWidget() is not None


def _band(kind: BandKind) -> Callable[[Stage], bool]:
    def is_told(stage: Stage) -> bool:
        states: list[StatusState] = []
        StatusPresenter(stage.desk, stage.t, states.append).show()
        said = {each.text for each in states[-1].bands if each.kind is kind}
        shown = {each.text for each in stage.window.findChildren(Band) if each.isVisible()}
        return bool(said & shown)

    return is_told


SHOTS: Final = (
    Shot("band-outbox-filling-up", _filling_up, is_key=True, is_there=_band(BandKind.OUTBOX_FULL)),
    Shot("band-outbox-full", _full, is_key=True, is_there=_band(BandKind.OUTBOX_FULL)),
    Shot("band-outbox-full-refused", _full_and_refused),
    Shot("band-waits-long", _waits_long, is_key=True, is_there=_band(BandKind.OUTBOX_OLD)),
    Shot("band-waits-too-long", _waits_too_long, is_key=True, is_there=_band(BandKind.OUTBOX_OLD)),
    Shot("band-other-account", _other_account, is_key=True, is_there=_band(BandKind.OTHER_ACCOUNT)),
    Shot("journal-repaired", _repaired, is_key=True),
    Shot("journal-damaged", _damaged, is_key=True),
    Shot("outbox-use-hold", _decide("F5"), is_key=True, is_there=_is_asked),
    Shot("outbox-release-hold", _decide("Shift+F5"), is_key=True, is_there=_is_asked),
    Shot("outbox-close", _decide("F8"), is_key=True, is_there=_is_asked),
    Shot("outbox-hold-missing", _hold_is_missing, is_key=True, is_there=_is_needy),
    Shot("outbox-try-again", _try_again, is_key=True, is_there=_is_asked),
    Shot("outbox-name-missing", _resolve_without_a_name),
    Shot("outbox-hold-used", _use_found),
    Shot("training-refill", _refill, Setting(is_training=True), is_key=True),
)
