"""Holds, Outbox, the location selector, training mode, help and the questions that are asked."""

from __future__ import annotations

from typing import Final

from giftill.domain.operations import OperationState
from giftill.sandbox import Fault, FaultKind
from tests.helpers.patience import until

from .shot import Shot
from .stage import CAPTURES, Setting, Stage

_OFFLINE: Final = Fault(FaultKind.OFFLINE)
_TRAINING: Final = Setting(is_training=True)


async def _holds_empty(stage: Stage) -> None:
    stage.window.go_to("holds")


async def _holds(stage: Stage) -> None:
    for card, amount in (
        ("full_50", "35,00"),
        ("partly_used", "12,50"),
        ("never_expires", "48,95"),
        ("large", "1240,00"),
    ):
        await stage.hold(card, amount)
        await stage.press("Shift+F2")
        await stage.until(lambda: not stage.till.facts.sale.holds)
    stage.window.go_to("holds")


async def _holds_chosen(stage: Stage) -> None:
    await _holds(stage)
    await stage.calm_down()
    await stage.press("F4")


async def _holds_queued(stage: Stage) -> None:
    await _holds(stage)
    await stage.calm_down()
    stage.break_with(_OFFLINE)
    await stage.press("F4", "F9")
    await stage.until(lambda: stage.desk.outbox.summary.value.waiting > 0)


async def _queue_two(stage: Stage) -> None:
    await stage.total("65,00")
    await stage.hold("full_50")
    await stage.hold("full_25")
    stage.break_with(_OFFLINE)
    await stage.finish()


async def _outbox_empty(stage: Stage) -> None:
    stage.window.go_to("outbox")


async def _outbox_queued(stage: Stage) -> None:
    await _queue_two(stage)
    stage.window.go_to("outbox")


async def _outbox_waiting(stage: Stage) -> None:
    await stage.hold("full_50", "35,00")
    stage.break_with(Fault(FaultKind.STATUS_503))
    await stage.finish()
    await stage.desk.outbox.send_now()
    stage.window.go_to("outbox")


async def _outbox_checking(stage: Stage) -> None:
    await stage.hold("full_50", "35,00")
    stage.break_with(
        Fault(FaultKind.LOSE_ANSWER_AFTER, method="POST", path=CAPTURES),
        Fault(FaultKind.LATENCY, method="GET", latency_ms=8_000),
    )
    await stage.press("F9")

    async def is_checking() -> bool:
        return bool(await stage.desk.journal.operations(states=(OperationState.UNKNOWN,)))

    await until(is_checking)
    stage.window.go_to("outbox")


async def _outbox_attention(stage: Stage) -> None:
    await stage.hold("full_50", "35,00")
    hold = stage.till.facts.sale.holds[0]
    await stage.desk.client.release(hold.transaction)
    await stage.finish()
    await stage.press("F2")
    await stage.hold("partly_used", "12,50")
    stage.break_with(_OFFLINE)
    await stage.finish()
    await stage.until(lambda: stage.desk.outbox.summary.value.attention > 0)
    operations = await stage.desk.journal.operations(states=(OperationState.ATTENTION,))
    assert operations, "nothing needs attention"
    stage.window.go_to("outbox")
    await stage.calm_down()
    await stage.press("Up", "Up")


async def _outbox_resolve(stage: Stage) -> None:
    await _outbox_attention(stage)
    await stage.calm_down()
    await stage.press("F8")


async def _locations(stage: Stage) -> None:
    await stage.press("Ctrl+L")


async def _locations_search(stage: Stage) -> None:
    await stage.press("Ctrl+L")
    await stage.calm_down()
    await stage.press(*"utr")


async def _locations_nothing(stage: Stage) -> None:
    await stage.press("Ctrl+L")
    await stage.calm_down()
    await stage.press(*"zzz")


async def _locations_offline(stage: Stage) -> None:
    await stage.desk.catalogue.locations()
    await stage.go_offline()
    await stage.press("Ctrl+L")


async def _help(stage: Stage) -> None:
    await stage.press("F1")


async def _about(stage: Stage) -> None:
    await stage.press("F1")
    await stage.calm_down()
    await stage.press("F1")


async def _help_outbox(stage: Stage) -> None:
    stage.window.go_to("outbox")
    await stage.press("F1")


async def _cancel_question(stage: Stage) -> None:
    await stage.total("65,00")
    await stage.hold("full_50")
    await stage.hold("full_25")
    await stage.press("Shift+F9")


async def _quit_question(stage: Stage) -> None:
    await _queue_two(stage)
    stage.window.request_quit()


async def _training(stage: Stage) -> None:
    await stage.scan("full_50")


async def _training_offline(stage: Stage) -> None:
    await stage.hold("full_50", "35,00")
    assert stage.desk.training is not None
    await stage.desk.training.switch("offline")
    await stage.finish()


async def _practice_cards(stage: Stage) -> None:
    press_training_button(stage, "_cards")


async def _disturbances(stage: Stage) -> None:
    press_training_button(stage, "_faults")


def press_training_button(stage: Stage, name: str) -> None:
    """Press a button of training mode’s band."""
    from giftill.ui.training import TrainingBand

    band = stage.window.findChild(TrainingBand)
    assert isinstance(band, TrainingBand)
    getattr(band, name).click()


SHOTS: Final = (
    Shot("holds-empty", _holds_empty),
    Shot("holds", _holds, is_key=True),
    Shot("holds-chosen", _holds_chosen),
    Shot("holds-queued", _holds_queued),
    Shot("outbox-empty", _outbox_empty),
    Shot("outbox-queued", _outbox_queued, is_key=True),
    Shot("outbox-waiting", _outbox_waiting),
    Shot("outbox-checking", _outbox_checking),
    Shot("outbox-attention", _outbox_attention, is_key=True),
    Shot("outbox-resolve", _outbox_resolve),
    Shot("locations", _locations, is_key=True),
    Shot("locations-search", _locations_search),
    Shot("locations-nothing-found", _locations_nothing),
    Shot("locations-offline", _locations_offline),
    Shot("about", _about, is_key=True),
    Shot("help", _help, is_key=True),
    Shot("help-outbox", _help_outbox),
    Shot("question-cancel", _cancel_question),
    Shot("question-quit", _quit_question),
    Shot("training", _training, _TRAINING, is_key=True),
    Shot("training-offline", _training_offline, _TRAINING),
    Shot("training-cards", _practice_cards, _TRAINING),
    Shot("training-disturb", _disturbances, _TRAINING),
)
