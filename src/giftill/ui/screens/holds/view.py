"""The Holds screen on glass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QHBoxLayout

from giftill.domain.transactions import TransactionId
from giftill.ui.dialogs import confirm
from giftill.ui.keys import KeyHint
from giftill.ui.screens.list_screen import ListScreen
from giftill.ui.theme import Tone, current_theme
from giftill.ui.widgets.button import Button, ButtonRole
from giftill.ui.widgets.data_table import Cell, Column, Row
from giftill.ui.widgets.label import PlainLabel

from .presenter import HoldsPresenter
from .state import HoldRow, HoldsState

if TYPE_CHECKING:
    from giftill.texts import Texts
    from giftill.ui.screens.common import Question
    from giftill.ui.screens.screen import ScreenParts

_CAPTURE: Final = "F9"
_RELEASE: Final = "Shift+F9"
_ALL: Final = "F4"


class HoldsScreen(ListScreen):
    """Every open hold, oldest first; one or many are captured or released."""

    name = "holds"

    def __init__(self, parts: ScreenParts) -> None:
        """Build the screen; it reads the holds when it is shown."""
        super().__init__(parts, is_checkable=True)
        self._state = HoldsState()
        desk = parts.desk
        self._presenter = HoldsPresenter(
            desk.sales,
            desk.outbox,
            desk.catalogue,
            desk.clock,
            parts.t,
            self.show_state,
            parts.shell.toast,
        )
        self._build()
        self.watch(
            self._presenter.refresh,
            desk.outbox.summary,
            desk.outbox.changed,
            desk.sales.held,
            desk.sales.resolved,
        )
        self.retranslate(parts.t)

    def tick(self) -> None:
        """Let the ages move on."""
        self._presenter.tick()

    def retranslate(self, t: Texts) -> None:
        """Show everything in another language."""
        self.t = t
        self.title.show_text(t("Holds"))
        self.table.set_name(t("Open holds"))
        self.table.set_columns(
            (
                Column(t("Age")),
                Column(t("Amount"), is_number=True),
                Column(t("Card")),
                Column(t("Sale")),
                Column(t("Location"), stretch=3),
                Column(t("By"), stretch=2),
                Column(t("State")),
            )
        )
        self.table.set_empty(
            "holds",
            t("No open holds"),
            t("Money held on a card and not yet captured or released appears here."),
        )
        self._all.show_text(t("Choose all"))
        self._capture.show_text(t("Capture"))
        self._release.show_text(t("Release"))
        self._presenter.retranslate(t)

    def keys(self) -> tuple[KeyHint, ...]:
        """List the screen's keys."""
        t = self.t
        return (
            KeyHint("Up", t("The hold above")),
            KeyHint("Down", t("The hold below")),
            KeyHint("Space", t("Choose a hold, or leave it out")),
            KeyHint("Return", t("Choose a hold and go to Capture")),
            KeyHint(_ALL, t("Choose all, or none"), self._presenter.select_all),
            KeyHint(_CAPTURE, t("Capture what is chosen"), self._start_capture),
            KeyHint(_RELEASE, t("Release what is chosen; asks once"), self._start_release),
        )

    def show_state(self, state: HoldsState) -> None:
        """Show a state."""
        self._state = state
        self.is_rendering = True
        self._summary.show_text(state.summary)
        self.table.show_rows([_row(each) for each in state.rows[: self.shown_rows]])
        self.table.set_loading(self.t("Reading the holds…") if state.is_loading else "")
        self.table.set_checked(frozenset(state.selected))
        self._selection.show_text(state.selection)
        self._all.setEnabled(state.can_choose)
        self._capture.setEnabled(state.can_settle)
        self._release.setEnabled(state.can_settle)
        self.say_problem(state.problem)
        self.is_rendering = False

    def _build(self) -> None:
        theme = current_theme()
        self._summary = PlainLabel(muted=True, tabular=True)
        self.table.checked_changed.connect(self._checked)
        self.table.activated.connect(self._entered)
        self._selection = PlainLabel(muted=True, tabular=True, wrap=True)
        self._all = Button(role=ButtonRole.QUIET, key=_ALL)
        self._all.clicked.connect(self._presenter.select_all)
        self._release = Button(role=ButtonRole.DANGER, key=_RELEASE)
        self._release.clicked.connect(self._start_release)
        self._capture = Button(role=ButtonRole.PRIMARY, icon="check", key=_CAPTURE)
        self._capture.clicked.connect(self._start_capture)

        top = QHBoxLayout()
        top.setSpacing(theme.space.m)
        top.addWidget(self.title)
        top.addWidget(self._summary)
        top.addStretch(1)
        bottom = QHBoxLayout()
        bottom.setSpacing(theme.space.m)
        bottom.addWidget(self._selection, 1)
        for button in (self._all, self._release, self._capture):
            bottom.addWidget(button)
        self.frame(top, bottom)

    def show_again(self) -> None:
        """Show the last state once more."""
        self.show_state(self._state)

    def row_count(self) -> int:
        """Return how many holds there are."""
        return len(self._state.rows)

    def _checked(self, keys: frozenset[str]) -> None:
        if self.is_rendering:
            return
        # Rows further down are not in the table yet; they stay chosen.
        shown = {row.transaction for row in self._state.rows[: self.shown_rows]}
        beyond = self._state.selected - shown
        self._presenter.select(beyond | {TransactionId(key) for key in keys})

    def _entered(self, key: str) -> None:
        self._presenter.select(self._state.selected | {TransactionId(key)})
        if self._capture.isEnabled():
            self._capture.setFocus()

    def _start_capture(self) -> None:
        self.tasks.start("settle", self._presenter.capture)

    def _start_release(self) -> None:
        self.tasks.start("settle", lambda: self._presenter.release(self._ask))

    async def _ask(self, question: Question) -> bool:
        return await confirm(self, question)


def _row(row: HoldRow) -> Row:
    age_tone = None if row.age_tone == "neutral" else Tone(row.age_tone)
    return Row(
        row.transaction,
        (
            Cell(row.age, icon="clock" if age_tone else "", tone=age_tone),
            Cell(row.amount, is_strong=True),
            Cell(row.card),
            Cell(row.sale),
            Cell(row.location, is_muted=True),
            Cell(row.cashier, is_muted=True),
            Cell(row.status.text, row.status.icon, Tone(row.status.tone)),
        ),
        is_checkable=row.can_settle,
    )
