"""The Till's widgets and where they stand; the view lets them show and do something."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from giftill.ui.screens.screen import Screen
from giftill.ui.theme import current_theme
from giftill.ui.widgets.code_field import CodeField
from giftill.ui.widgets.empty_state import EmptyState
from giftill.ui.widgets.keypad import Keypad
from giftill.ui.widgets.panel import Panel

from . import keys
from .first import first_state
from .parts.action import MainButton, render_action
from .parts.sale_part import SalePart

if TYPE_CHECKING:
    from giftill.texts import Texts
    from giftill.ui.widgets.busy import Busy
    from giftill.ui.widgets.card_panel import CardPanel

    from .parts.action_bar import ActionBar
    from .parts.amount_part import AmountPart
    from .parts.done_part import DonePart
    from .parts.notice_part import NoticePart


class TillWidgets(Screen):
    """The Till as it looks.

    A sale that has not begun needs half of its widgets: those are painted first, and `complete`
    makes the others once the window can be seen.
    """

    _busy: Busy
    _trouble: NoticePart
    _card: CardPanel
    _notice: NoticePart
    _amount: AmountPart
    _done: DonePart
    _actions: ActionBar

    def __init__(self, t: Texts, parent: QWidget | None = None) -> None:
        """Show a sale that has not begun.

        Args:
            t: The language.
            parent: Where it lies. All is made where it stays: to move a widget styles it anew.
        """
        super().__init__(parent)
        self._t = t
        space = current_theme().space
        thirds = QHBoxLayout(self)
        thirds.setContentsMargins(space.l, space.m, space.l, space.m)
        thirds.setSpacing(space.l)
        left, self._left = self._add_column(thirds, 2)
        right, column = self._add_column(thirds, 1)
        self._code = CodeField(left, key=keys.SCAN)
        self._stage = Panel(left)
        self._on_stage = QVBoxLayout(self._stage)
        self._welcome = EmptyState(self._stage)
        self._sale = SalePart(right)
        self._keypad = Keypad(right)
        self._main = MainButton(right)
        for each in (self._main, self._keypad):
            each.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._on_stage.addWidget(self._welcome, 1)
        self._left.addWidget(self._code)
        self._left.addWidget(self._stage, 1)
        column.addWidget(self._sale, 1)
        column.addWidget(self._keypad)
        column.addWidget(self._main)
        for said in (self._code, self._sale, self._keypad):
            said.retranslate(t)
        first = first_state(t)
        if first.welcome is not None:
            self._welcome.say("scan", *first.welcome)
        self._sale.render_state(first.sale)
        render_action(self._main, first.main)

    def complete(self) -> None:
        """Make what a sale needs once it has begun; all of it is hidden as yet."""
        from giftill.ui.widgets.busy import Busy
        from giftill.ui.widgets.card_panel import CardPanel

        from .parts.action_bar import ActionBar
        from .parts.amount_part import AmountPart
        from .parts.done_part import DonePart
        from .parts.notice_part import NoticePart

        self._busy = Busy(self._stage)
        self._on_stage.addWidget(self._busy, 1, Qt.AlignmentFlag.AlignCenter)
        home = self._stage.parentWidget()
        self._trouble = NoticePart(home)
        self._card = CardPanel(home)
        self._done = DonePart(home)
        self._notice = NoticePart(home)
        self._amount = AmountPart(home)
        self._actions = ActionBar(home)
        self._left.insertWidget(1, self._trouble)
        for widget, stretch in (
            (self._card, 1),
            (self._done, 1),
            (self._notice, 0),
            (self._amount, 0),
            (self._actions, 0),
        ):
            widget.hide()
            self._left.addWidget(widget, stretch)
        for said in (self._card, self._amount):
            said.retranslate(self._t)
        self._order_by_place()

    def write_labels(self, t: Texts) -> None:
        """Write in another language what does not depend on the sale."""
        self._t = t
        for each in (self._code, self._card, self._amount, self._sale, self._keypad):
            each.retranslate(t)

    def _add_column(self, thirds: QHBoxLayout, share: int) -> tuple[QWidget, QVBoxLayout]:
        """Add a column of so many thirds, whatever the words in it would like."""
        home = QWidget(self)
        home.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(home)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(current_theme().space.m)
        thirds.addWidget(home, share)
        return home, column

    def _order_by_place(self) -> None:
        """Let Tab walk in the order in which things stand, not in which they were made."""
        parts = (
            self._code,
            self._trouble,
            self._card,
            self._notice,
            self._amount,
            self._done,
            self._actions,
            self._sale,
            self._keypad,
            self._main,
        )
        stops = [
            each
            for part in parts
            for each in (part, *part.findChildren(QWidget))
            if each.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)
