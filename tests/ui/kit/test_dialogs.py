from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from giftill.ui.dialogs import Choice, DecisionDialog, ask, confirm, inform
from giftill.ui.icons import IconView
from giftill.ui.screens.common import Question
from giftill.ui.theme import Tone, current_theme
from giftill.ui.widgets.button import Button
from tests.helpers.patience import until

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

pytestmark = pytest.mark.anyio

CHOICES = (Choice("keep", "Keep the sale"), Choice("cancel", "Cancel the sale", "Shift+F9"))


@pytest.fixture
def window(app: QApplication) -> QWidget:
    window = QWidget()
    window.resize(800, 600)
    window.show()
    return window


def opened(window: QWidget) -> DecisionDialog | None:
    return next((each for each in window.findChildren(DecisionDialog) if each.isVisible()), None)


async def asked(window: QWidget) -> tuple[asyncio.Task[str | None], DecisionDialog]:
    task = asyncio.create_task(
        ask(window, "Cancel this sale?", "€ 22,50 goes back.", CHOICES, danger=True)
    )
    await until(lambda: opened(window))
    dialog = opened(window)
    assert dialog is not None
    return task, dialog


def button(dialog: QWidget, label: str) -> Button:
    return next(each for each in dialog.findChildren(Button) if each.accessibleName() == label)


async def test_the_answer_is_the_value_of_the_pressed_button(window: QWidget) -> None:
    task, dialog = await asked(window)
    button(dialog, "Cancel the sale").click()
    assert await task == "cancel"


async def test_the_keys_belong_to_the_window_again_after_the_answer(window: QWidget) -> None:
    window.activateWindow()
    await until(window.isActiveWindow)
    task, dialog = await asked(window)
    await until(dialog.isActiveWindow)
    button(dialog, "Keep the sale").click()
    await task
    await until(window.isActiveWindow)


async def test_the_whole_window_stays_dimmed_when_it_grows(window: QWidget) -> None:
    task, dialog = await asked(window)
    (scrim,) = (each for each in window.children() if each is not dialog)
    assert isinstance(scrim, QWidget)
    window.resize(1000, 700)
    await until(lambda: scrim.size() == window.size())
    button(dialog, "Keep the sale").click()
    await task


async def test_a_dialog_that_fails_to_show_leaves_nothing_before_the_window(
    window: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: DecisionDialog) -> None:
        raise ArithmeticError

    monkeypatch.setattr(DecisionDialog, "round_corners", fail)
    with pytest.raises(ArithmeticError):
        await ask(window, "Cancel this sale?", "€ 22,50 goes back.", CHOICES)
    assert opened(window) is None
    await until(lambda: not window.findChildren(QWidget))


async def test_escape_goes_back_and_chooses_nothing(window: QWidget) -> None:
    task, dialog = await asked(window)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert await task is None


async def test_enter_gives_the_first_answer_which_goes_back(window: QWidget) -> None:
    task, dialog = await asked(window)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert await task == "keep"


@pytest.mark.parametrize("is_danger", [True, False])
async def test_enter_says_yes_only_to_what_can_be_taken_back(
    window: QWidget, *, is_danger: bool
) -> None:
    question = Question("Sure?", "", yes="Yes", no="No", is_danger=is_danger)
    task = asyncio.create_task(confirm(window, question))
    await until(lambda: opened(window))
    dialog = opened(window)
    assert dialog is not None
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert await task is not is_danger


async def test_enter_gives_the_answer_that_the_caller_prefers(window: QWidget) -> None:
    task = asyncio.create_task(ask(window, "Sure?", "", CHOICES, default="cancel"))
    await until(lambda: opened(window))
    dialog = opened(window)
    assert dialog is not None
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert await task == "cancel"


async def test_other_tasks_go_on_while_a_dialog_is_open(window: QWidget) -> None:
    task, dialog = await asked(window)
    turns = 0
    for _ in range(5):
        await asyncio.sleep(0)
        turns += 1
    assert not task.done()
    dialog.reject()
    await task
    assert turns == 5


async def test_a_cancelled_task_closes_its_dialog(window: QWidget) -> None:
    task, _ = await asked(window)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert opened(window) is None
    await until(lambda: not window.findChildren(DecisionDialog))


async def test_a_dialog_that_dies_with_its_window_answers_nothing(window: QWidget) -> None:
    task, _ = await asked(window)
    window.deleteLater()
    assert await task is None


async def test_nothing_of_a_dialog_is_left_behind(window: QWidget) -> None:
    before = len(window.findChildren(QWidget))
    task, dialog = await asked(window)
    dialog.reject()
    await task
    await until(lambda: len(window.findChildren(QWidget)) == before)


async def test_the_text_is_shown_as_it_is(window: QWidget) -> None:
    task = asyncio.create_task(inform(window, "Refused", "<b>Kaart</b> & co", "Close"))
    await until(lambda: opened(window))
    dialog = opened(window)
    assert dialog is not None
    shown = next(each for each in dialog.findChildren(QLabel) if "Kaart" in each.text())
    assert shown.textFormat() is Qt.TextFormat.PlainText
    assert shown.text() == "<b>Kaart</b> & co"
    button(dialog, "Close").click()
    await task


async def test_a_screen_reader_hears_the_question(window: QWidget) -> None:
    task, dialog = await asked(window)
    assert dialog.windowTitle() == "Cancel this sale?"
    assert dialog.accessibleDescription() == "€ 22,50 goes back."
    dialog.reject()
    await task


async def test_the_buttons_are_as_large_as_a_thumb(window: QWidget) -> None:
    task, dialog = await asked(window)
    assert all(each.height() >= 48 for each in dialog.findChildren(Button))
    dialog.reject()
    await task


async def test_the_corners_are_round_and_blend_into_the_dimmed_window(window: QWidget) -> None:
    task, dialog = await asked(window)
    picture = dialog.grab().toImage()
    theme = current_theme()
    inside = picture.pixelColor(theme.size.radius, theme.size.radius)
    assert inside == QColor(theme.colors.raised)
    assert picture.pixelColor(0, 0) not in (inside, QColor(theme.colors.control))
    button(dialog, "Keep the sale").click()
    await task


@pytest.mark.parametrize(
    ("tone", "icon"), [(Tone.NEUTRAL, "help"), (Tone.HOLD, "warning"), (Tone.DANGER, "warning")]
)
async def test_what_is_serious_has_a_warning_sign_and_not_a_question_mark(
    window: QWidget, tone: Tone, icon: str
) -> None:
    task = asyncio.create_task(inform(window, "The journal is damaged", "Call.", "Close", tone))
    await until(lambda: opened(window))
    dialog = opened(window)
    assert dialog is not None
    sign = dialog.findChild(IconView)
    assert isinstance(sign, IconView)
    assert sign.name == icon
    button(dialog, "Close").click()
    await task
