"""The Outbox screen on glass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QFont, QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from giftill.domain.operations import OperationId
from giftill.ui.keys import KeyHint
from giftill.ui.refresher import Refresher
from giftill.ui.screens.screen import Screen
from giftill.ui.tasks import TaskScope
from giftill.ui.theme import Tone, current_theme
from giftill.ui.widgets.band import Band
from giftill.ui.widgets.button import Button, ButtonRole
from giftill.ui.widgets.data_table import Cell, Column, DataTable, Row
from giftill.ui.widgets.label import PlainLabel

from .detail import DetailPanel
from .presenter import OutboxPresenter
from .resolve import ask_resolution
from .state import OutboxRow, OutboxState, Resolution, ResolveForm

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from giftill.texts import Texts
    from giftill.ui.screens.screen import ScreenParts

_SEND: Final = "F9"
_RESOLVE: Final = "F8"
_PAGE: Final = 200


class OutboxScreen(Screen):
    """What is recorded but not confirmed yet, and what a manager must look at."""

    name = "outbox"

    def __init__(self, parts: ScreenParts) -> None:
        """Build the screen; it reads the outbox when it is shown."""
        super().__init__()
        self._t = parts.t
        self._cashier = parts.desk.sales.cashier
        self._shown_rows = _PAGE
        self._state = OutboxState()
        self._is_rendering = False
        self._tasks = TaskScope(self, parts.shell.report)
        desk = parts.desk
        self._presenter = OutboxPresenter(
            desk.outbox,
            desk.sales,
            desk.catalogue,
            desk.connectivity,
            desk.clock,
            parts.t,
            self.show_state,
            parts.shell.toast,
        )
        self._refresher = Refresher(self._tasks, "refresh", self._presenter.refresh)
        self._build()
        watches = (
            desk.outbox.summary.subscribe(lambda _: self._wake()),
            desk.outbox.changed.subscribe(lambda _: self._wake()),
            desk.sales.resolved.subscribe(lambda _: self._wake()),
            desk.connectivity.link.subscribe(lambda _: self._wake()),
        )
        for unsubscribe in watches:
            self.destroyed.connect(unsubscribe)
        self.retranslate(parts.t)

    def shown(self) -> None:
        """Read the outbox and go to its first row."""
        self._refresher.wake()
        self._table.setFocus()

    def tick(self) -> None:
        """Let the ages move on."""
        self._presenter.tick()

    def retranslate(self, t: Texts) -> None:
        """Show everything in another language."""
        self._t = t
        self._title.show_text(t("Outbox"))
        captions = (t("Waiting"), t("Total"), t("Oldest"), t("Needs attention"))
        for figure, caption in zip(self._figures, captions, strict=True):
            figure.set_caption(caption)
        self._table.set_name(t("What is not confirmed yet"))
        self._table.set_columns(
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
        self._table.set_empty(
            "outbox",
            t("Everything is confirmed"),
            t("Captures and releases that could not be sent yet appear here."),
        )
        self._send.show_text(t("Send now"))
        self._detail.retranslate(t)
        self._presenter.retranslate(t)

    def keys(self) -> tuple[KeyHint, ...]:
        """List the screen's keys."""
        t = self._t
        return (
            KeyHint("Up", t("The row above")),
            KeyHint("Down", t("The row below")),
            KeyHint(_RESOLVE, t("Resolve what needs attention"), self._start_resolve),
            KeyHint(_SEND, t("Send now"), self._start_send),
        )

    async def drain(self, timeout_s: float) -> None:
        """Let a decision that is being recorded end."""
        await self._tasks.drain(timeout_s)

    def show_state(self, state: OutboxState) -> None:
        """Show a state."""
        self._state = state
        self._is_rendering = True
        values = (state.count, state.total, state.oldest, state.attention)
        for figure, value in zip(self._figures, values, strict=True):
            figure.show_value(value)
        self._figures[-1].setVisible(bool(state.attention))
        self._table.show_rows([_row(each) for each in state.rows[: self._shown_rows]])
        self._table.set_loading(self._t("Reading the outbox…") if state.is_loading else "")
        if state.chosen is not None:
            self._table.set_current(state.chosen)
        self._detail.setVisible(state.detail is not None)
        if state.detail is not None:
            self._detail.show_state(state.detail, is_busy=state.is_busy)
        self._send.setEnabled(state.can_send)
        if state.problem:
            self._band.say(state.problem, "warning", Tone.DANGER)
        else:
            self._band.clear()
        self._is_rendering = False

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._shown_rows = _PAGE

    def _build(self) -> None:
        theme = current_theme()
        self._title = PlainLabel(size=theme.text.title, weight=QFont.Weight.DemiBold)
        self._figures = (_Figure(), _Figure(), _Figure(), _Figure(Tone.DANGER))
        self._send = Button(role=ButtonRole.PRIMARY, icon="send", key=_SEND)
        self._send.clicked.connect(self._start_send)
        self._band = Band()
        self._table = DataTable()
        self._table.current_changed.connect(self._chose)
        self._table.activated.connect(lambda _: self._start_resolve())
        self._table.end_reached.connect(self._show_more)
        self._detail = DetailPanel(_RESOLVE)
        self._detail.resolve_asked.connect(self._start_resolve)
        self._detail.use_asked.connect(lambda: self._start("adopt", self._presenter.use_hold))
        self._detail.release_asked.connect(
            lambda: self._start("adopt", self._presenter.release_hold)
        )
        self._detail.hide()

        top = QHBoxLayout()
        top.setSpacing(theme.space.xxl)
        top.addWidget(self._title)
        for figure in self._figures:
            top.addWidget(figure)
        top.addStretch(1)
        top.addWidget(self._send)
        layout = QVBoxLayout(self)
        margin = theme.space.xl
        layout.setContentsMargins(margin, theme.space.l, margin, theme.space.l)
        layout.setSpacing(theme.space.m)
        layout.addLayout(top)
        layout.addWidget(self._band)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._detail)

    def _wake(self) -> None:
        if self.isVisible():
            self._refresher.wake()

    def _chose(self, key: str) -> None:
        if not self._is_rendering:
            self._presenter.choose(OperationId(key) if key else None)

    def _show_more(self) -> None:
        if self._shown_rows < len(self._state.rows):
            self._shown_rows += _PAGE
            self.show_state(self._state)

    def _start_send(self) -> None:
        if self._state.can_send:
            self._tasks.start("send", self._presenter.send_now)

    def _start(self, key: str, action: Callable[[], Coroutine[None, None, None]]) -> None:
        self._tasks.start(key, action)

    def _start_resolve(self) -> None:
        self._tasks.start("resolve", lambda: self._presenter.resolve(self._ask))

    async def _ask(self, form: ResolveForm) -> Resolution | None:
        return await ask_resolution(self, form, self._cashier, self._t)


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
