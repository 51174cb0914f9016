"""The Till as it is seen and touched: draws the presenter's state and tells it what is wanted."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QWidget,
)

from giftill.ui.keys import KeyHint
from giftill.ui.tasks import TaskScope
from giftill.ui.widgets.announce import announce
from giftill.ui.widgets.button import ButtonRole

from . import keys
from .parts.action import render_action
from .state import FieldState, Focus, MainAction, TillState
from .widgets import TillWidgets

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from PySide6.QtGui import QKeyEvent

    from giftill.services.desk import Desk
    from giftill.texts import Texts
    from giftill.ui.coming import DeskToCome
    from giftill.ui.screens.common import Question
    from giftill.ui.screens.screen import ScreenParts
    from giftill.ui.widgets.amount_field import AmountField

    from .face import News
    from .presenter import TillPresenter

# What moves money shares one key: while one runs, no other is started by a second press.
_MONEY: Final = "money"
# No card code is so short, so that it can only be meant for the amount.
_AMOUNT_BEGUN: Final = re.compile(r"[\d.,]{1,7}")


class TillScreen(TillWidgets):
    """The Till.

    It is painted before the modules are loaded that it works with: until `prepare` it is a picture
    of a sale that has not begun, with the cursor where the first code goes.

    Attributes:
        presenter: What decides; from `prepare` on.
    """

    name = "till"
    presenter: TillPresenter

    def __init__(self, parts: ScreenParts) -> None:
        """Make an empty Till; whether the till is open does not matter yet."""
        super().__init__(parts.t, parts.parent)
        self._shell = parts.shell
        self._tasks = TaskScope(self, parts.shell.report)
        self._state: TillState | None = None

    # -- what the window asks ---------------------------------------------------------------

    def take_cursor(self) -> None:
        self._code.setFocus(Qt.FocusReason.OtherFocusReason)

    def prepare(self, coming: DeskToCome) -> None:
        from .presenter import TillPresenter
        from .services import parts_to_come

        self.complete()
        self.presenter = TillPresenter(parts_to_come(coming), self, self._t)
        self.destroyed.connect(self.presenter.close)
        self._connect()
        self.presenter.show()

    def serve(self, desk: Desk) -> None:
        from .services import parts_of

        self.presenter.work_with(parts_of(desk))

    def shown(self) -> None:
        self._tasks.start("arrive", self.presenter.arrive)

    def retranslate(self, t: Texts) -> None:
        self.write_labels(t)
        self._state = None
        self.presenter.retranslate(t)

    def keys(self) -> tuple[KeyHint, ...]:
        t, does = self._t, self.presenter
        return (
            KeyHint(keys.SCAN, t("New scan, keeping the sale"), does.new_scan),
            KeyHint(keys.LATER, t("Settle this sale later"), self._settle_later),
            KeyHint(keys.TOTAL, t("Sale total"), self._go_to_total),
            KeyHint(keys.FULL, t("Full balance, or rest of the sale"), does.fill_in),
            KeyHint(keys.USE, t("Use the hold that was found"), self._use),
            KeyHint(keys.RELEASE, t("Release the hold that was found"), self._release),
            KeyHint(keys.PREVIOUS, t("Previous hold of the sale"), partial(does.choose, -1)),
            KeyHint(keys.NEXT, t("Next hold of the sale"), partial(does.choose, 1)),
            KeyHint(keys.HOLD, t("Hold the amount shown"), self._hold),
            KeyHint(keys.COMPLETE, t("Complete the sale"), self._complete),
            KeyHint(keys.CANCEL, t("Cancel the sale"), self._cancel),
            KeyHint(keys.REDEEM, t("Redeem now: hold and complete"), self._redeem),
        )

    def scanned(self, text: str) -> bool:
        self._look_up(text)
        return True

    async def drain(self, timeout_s: float) -> None:
        await self._tasks.drain(timeout_s)

    # -- what the presenter asks ------------------------------------------------------------

    def render_state(self, state: TillState) -> None:
        """Show this."""
        before, self._state = self._state, state
        if state == before:
            return
        focused = QApplication.focusWidget()
        self._show_code(before, state)
        self._show_left(before, state)
        self._amount.render_state(state.amount, state.full, state.redeem)
        self._sale.render_state(state.sale)
        self._actions.render_state(state)
        render_action(self._main, state.main)
        leads_on = state.done is not None and bool(state.done.leads_to)
        # The green button is the one that the words beside it ask for.
        self._main.set_role(ButtonRole.SECONDARY if leads_on else ButtonRole.PRIMARY)
        if before is None or state.focus_count != before.focus_count:
            ahead = self._typed_ahead(before, state)
            self._move_focus(state.focus)
            for key in ahead:
                self._amount.field.press(key)
        elif focused is not None and self._has_lost(focused):
            # Qt would move on to the next button, and the next Enter press it.
            self._code.setFocus(Qt.FocusReason.OtherFocusReason)

    def tell(self, news: News) -> None:
        """Make news heard."""
        if news.text:
            announce(self, news.text, urgent=news.sound != "accepted")
        if news.sound:
            self._shell.sound(news.sound)

    async def ask(self, question: Question) -> bool:
        """Ask the cashier."""
        from giftill.ui.dialogs import confirm

        return await confirm(self, question)

    # -- what is touched --------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.presenter.back()
            return
        super().keyPressEvent(event)

    def _count_act(self) -> None:
        self.acts += 1

    def _go_to_total(self) -> None:
        self._count_act()
        self.presenter.go_to_total()

    def _look_up(self, text: str) -> None:
        self._start_look(partial(self.presenter.look_up, text))

    def _start_look(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        # Each look-up has a key of its own: the newest is never turned away by an older one.
        self._count_act()
        self._tasks.start(("look", self.acts), work)

    def _hold(self) -> None:
        self._tasks.start(_MONEY, self.presenter.hold)

    def _redeem(self) -> None:
        self._tasks.start(_MONEY, self.presenter.redeem_now)

    def _complete(self) -> None:
        self._tasks.start(_MONEY, self.presenter.complete)

    def _cancel(self) -> None:
        self._tasks.start(_MONEY, self.presenter.cancel)

    def _answer(self, number: int) -> None:
        (self._use, self._release)[number]()

    def _use(self) -> None:
        from giftill.domain.attention import Resolution

        self._tasks.start(_MONEY, partial(self.presenter.answer, Resolution.USE_HOLD))

    def _release(self) -> None:
        from giftill.domain.attention import Resolution

        self._tasks.start(_MONEY, partial(self.presenter.answer, Resolution.RELEASE_HOLD))

    def _settle_later(self) -> None:
        self._tasks.start(_MONEY, self.presenter.settle_later)

    def _press_main(self) -> None:
        if self._state is not None and self._state.main_action is MainAction.CHECK_AGAIN:
            self._start_look(self.presenter.press_main)
        else:
            self._tasks.start(_MONEY, self.presenter.press_main)

    def _remove(self, key: str) -> None:
        from giftill.domain.transactions import TransactionId

        self._tasks.start(_MONEY, partial(self.presenter.remove, TransactionId(key)))

    def _choose_hold(self, key: str) -> None:
        from giftill.domain.transactions import TransactionId

        self.presenter.choose_hold(TransactionId(key))

    def _code_entered(self) -> None:
        self._look_up(self._code.text())

    def _key_pressed(self, key: str) -> None:
        """Type a key of the keypad into the field one is in, or else into the next one to fill."""
        total, amount = self._sale.total, self._amount.field
        field = amount if amount.isVisible() and not _has_cursor(total) else total
        if _is_locked(field):
            return
        if not _has_cursor(field):
            field.start()
        field.press(key)

    # -- how it is drawn --------------------------------------------------------------------

    def _connect(self) -> None:
        line = self._code.focusProxy()
        if isinstance(line, QLineEdit):
            # Enter in an empty field means “go on”, which the kit's own signal does not tell.
            line.returnPressed.connect(self._code_entered)
        for edited in (self._code.edited, self._sale.edited, self._amount.edited):
            edited.connect(self._count_act)
        self._trouble.leads.connect(self._shell.go_to)
        self._notice.leads.connect(self._shell.go_to)
        self._notice.chosen.connect(self._answer)
        self._done.leads.connect(self._shell.go_to)
        self._actions.earlier.connect(partial(self._shell.go_to, "holds"))
        self._actions.cancel.connect(self._cancel)
        self._actions.later.connect(self._settle_later)
        self._actions.complete.connect(self._complete)
        self._main.clicked.connect(self._press_main)
        self._amount.edited.connect(self.presenter.type_amount)
        self._amount.submitted.connect(self._hold)
        self._amount.full.connect(self.presenter.fill_in)
        self._amount.redeem.connect(self._redeem)
        self._sale.edited.connect(self.presenter.type_total)
        self._sale.submitted.connect(self.presenter.enter_total)
        self._sale.left.connect(self.presenter.leave_total)
        self._sale.chosen.connect(self._choose_hold)
        self._sale.remove.connect(self._remove)
        self._keypad.pressed.connect(self._key_pressed)

    def _show_code(self, before: TillState | None, state: TillState) -> None:
        code = state.code
        shown = before.code if before is not None else FieldState()
        is_new = before is None or state.input_count != before.input_count
        if code.text and (is_new or code.text != shown.text):
            self._code.accept(code.text)
        elif not code.text and (is_new or shown.text):
            self._code.show_text("")
        if (code.problem, code.hint) == (shown.problem, shown.hint) and not is_new:
            return
        if code.problem:
            self._code.show_error(code.problem, code.hint)
        else:
            self._code.clear_error()

    def _show_left(self, before: TillState | None, state: TillState) -> None:
        self._trouble.render_state(state.trouble)
        self._stage.setVisible(state.card is None and state.done is None)
        self._welcome.setVisible(state.welcome is not None)
        if state.welcome is not None:
            self._welcome.say("scan", *state.welcome)
        self._busy.setVisible(bool(state.busy))
        if state.busy:
            self._busy.start(state.busy)
        elif before is not None and before.busy:
            self._busy.stop()
        self._card.setVisible(state.card is not None)
        if state.card is not None and (before is None or before.card != state.card):
            from .parts.card_part import glance_of

            self._card.show_card(glance_of(state.card))
        self._done.setVisible(state.done is not None)
        if state.done is not None:
            self._done.render_state(state.done)
        self._notice.render_state(state.notice)

    def _typed_ahead(self, before: TillState | None, state: TillState) -> str:
        """Take the digits that were typed while the card was read: they are of its amount."""
        has_come = before is not None and before.busy and state.card is not None
        # While an earlier hold is under way, the amount can't be changed.
        is_open = state.focus is Focus.AMOUNT and not _is_locked(self._amount.field)
        typed = self._code.text().replace(" ", "")
        if not (has_come and is_open and _AMOUNT_BEGUN.fullmatch(typed)):
            return ""
        self._code.accept(state.code.text)
        return typed

    def _has_lost(self, focused: QWidget) -> bool:
        is_here = self.isVisible() and self.isAncestorOf(focused)
        return is_here and not (focused.isVisible() and focused.isEnabled())

    def _move_focus(self, focus: Focus) -> None:
        if focus is Focus.HOLDS:
            self._sale.focus_chosen()
        elif focus is Focus.TOTAL:
            self._sale.total.start()
        elif focus is Focus.AMOUNT and self._amount.isVisibleTo(self):
            self._amount.field.start()
        elif focus is Focus.MAIN and self._main.isEnabled():
            self._main.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self._code.setFocus(Qt.FocusReason.ShortcutFocusReason)


def _has_cursor(field: AmountField) -> bool:
    line = field.focusProxy()
    return line is not None and line.hasFocus()


def _is_locked(field: AmountField) -> bool:
    line = field.focusProxy()
    return isinstance(line, QLineEdit) and line.isReadOnly()
