"""The Outbox screen on glass."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from giftill.domain.attention import Resolution
from giftill.domain.message import N_
from giftill.domain.operations import OperationId
from giftill.ui.keys import KeyHint
from giftill.ui.screens.list_screen import ListScreen
from giftill.ui.theme import Tone, current_theme
from giftill.ui.widgets.button import Button, ButtonRole
from giftill.ui.widgets.data_table import Cell, Column, Row
from giftill.ui.widgets.label import PlainLabel

from .detail import KEYS, DetailPanel
from .presenter import OutboxPresenter
from .resolve import ask_resolution
from .state import OutboxRow, OutboxState, ResolveForm

if TYPE_CHECKING:
    from giftill.services.attention import Ruling
    from giftill.texts import Texts
    from giftill.ui.screens.screen import ScreenParts

_SEND: Final = "F9"
_HINTS: Final = {
    Resolution.USE_HOLD: N_("Use the hold that was found"),
    Resolution.RELEASE_HOLD: N_("Release the hold that was found"),
    Resolution.TRY_AGAIN: N_("Try again what needs attention"),
    Resolution.CLOSE: N_("Resolve what needs attention"),
}


class OutboxScreen(ListScreen):
    """What is recorded but not confirmed yet, and what a manager must look at."""

    name = "outbox"

    def __init__(self, parts: ScreenParts) -> None:
        """Build the screen; it reads the outbox when it is shown."""
        super().__init__(parts)
        self._state = OutboxState()
        desk = parts.desk
        self._presenter = OutboxPresenter(
            desk.outbox,
            desk.attention,
            desk.catalogue,
            desk.connectivity,
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
            desk.sales.resolved,
            desk.connectivity.link,
        )
        self.retranslate(parts.t)

    def tick(self) -> None:
        """Let the ages move on."""
        self._presenter.tick()

    def retranslate(self, t: Texts) -> None:
        """Show everything in another language."""
        self.t = t
        self.title.show_text(t("Outbox"))
        captions = (t("Waiting"), t("Total"), t("Oldest"), t("Needs attention"))
        for figure, caption in zip(self._figures, captions, strict=True):
            figure.set_caption(caption)
        self.table.set_name(t("What is not confirmed yet"))
        self.table.set_columns(
            (
                Column(t("What")),
                Column(t("Amount"), is_number=True),
                Column(t("Card")),
                Column(t("State")),
                Column(t("Age")),
                Column(t("Attempts"), is_number=True),
                Column(t("Last problem"), stretch=3),
            )
        )
        self.table.set_empty(
            "outbox",
            t("Everything is confirmed"),
            t("Captures and releases that could not be sent yet appear here."),
        )
        self._send.show_text(t("Send now"))
        self._detail.retranslate(t)
        self._presenter.retranslate(t)

    def keys(self) -> tuple[KeyHint, ...]:
        """List the screen's keys."""
        t = self.t
        return (
            KeyHint("Up", t("The row above")),
            KeyHint("Down", t("The row below")),
            *(
                KeyHint(key, t(_HINTS[each]), partial(self._start_resolve, each))
                for each, key in KEYS.items()
            ),
            KeyHint(_SEND, t("Send now"), self._start_send),
        )

    def show_state(self, state: OutboxState) -> None:
        """Show a state."""
        self._state = state
        self.is_rendering = True
        values = (state.count, state.total, state.oldest, state.attention)
        for figure, value in zip(self._figures, values, strict=True):
            figure.show_value(value)
        self._figures[-1].setVisible(bool(state.attention))
        self.table.show_rows([_row(each) for each in state.rows[: self.shown_rows]])
        self.table.set_loading(self.t("Reading the outbox…") if state.is_loading else "")
        if state.chosen is not None:
            self.table.set_current(state.chosen)
        self._detail.setVisible(state.detail is not None)
        if state.detail is not None:
            self._detail.show_state(state.detail, is_busy=state.is_busy)
        self._send.setEnabled(state.can_send)
        self.say_problem(state.problem)
        self.is_rendering = False

    def _build(self) -> None:
        theme = current_theme()
        self._figures = (_Figure(), _Figure(), _Figure(), _Figure(Tone.DANGER))
        self._send = Button(role=ButtonRole.PRIMARY, icon="send", key=_SEND)
        self._send.clicked.connect(self._start_send)
        self.table.current_changed.connect(self._chose)
        self.table.activated.connect(lambda _: self._start_resolve(Resolution.CLOSE))
        self._detail = DetailPanel()
        self._detail.resolve_asked.connect(self._start_resolve)
        self._detail.hide()

        top = QHBoxLayout()
        top.setSpacing(theme.space.xxl)
        top.addWidget(self.title)
        for figure in self._figures:
            top.addWidget(figure)
        top.addStretch(1)
        top.addWidget(self._send)
        self.frame(top, self._detail)

    def show_again(self) -> None:
        """Show the last state once more."""
        self.show_state(self._state)

    def row_count(self) -> int:
        """Return how many operations there are."""
        return len(self._state.rows)

    def _chose(self, key: str) -> None:
        if not self.is_rendering:
            self._presenter.choose(OperationId(key) if key else None)

    def _start_send(self) -> None:
        if self._state.can_send:
            self.tasks.start("send", self._presenter.send_now)

    def _start_resolve(self, resolution: Resolution) -> None:
        # One key for all: two dialogs at a time would ask about the same operation.
        self.tasks.start("resolve", lambda: self._presenter.resolve(resolution, self._ask))

    async def _ask(self, form: ResolveForm) -> Ruling | None:
        return await ask_resolution(self, form, self.t)


class _Figure(QWidget):
    """A number that sums the outbox up, with what it counts above it."""

    def __init__(self, tone: Tone | None = None) -> None:
        super().__init__()
        theme = current_theme()
        self._caption = PlainLabel(size=theme.text.small, muted=True)
        self._value = PlainLabel(size=theme.text.title, weight=QFont.Weight.DemiBold, tabular=True)
        self._value.set_tone(tone)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._caption)
        layout.addWidget(self._value)

    def set_caption(self, caption: str) -> None:
        self._caption.show_text(caption)

    def show_value(self, value: str) -> None:
        self._value.show_text(value)
        self._value.setAccessibleName(f"{self._caption.full_text}: {value}")


def _row(row: OutboxRow) -> Row:
    return Row(
        row.operation,
        (
            Cell(row.kind, is_strong=True),
            Cell(row.amount, is_strong=True),
            Cell(row.card),
            Cell(row.status.text, row.status.icon, Tone(row.status.tone)),
            Cell(row.age),
            Cell(row.attempts),
            Cell(row.problem, is_muted=True),
        ),
    )
