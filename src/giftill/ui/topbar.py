"""The top bar: location, connection, outbox, cashier and clock, always in view."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Signal
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from .icons import IconView
from .keys import LOCATION
from .theme import Tone, current_theme
from .widgets.button import Button, ButtonRole
from .widgets.label import PlainLabel
from .widgets.panel import fill_plain
from .widgets.status_pill import StatusPill

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from giftill.texts import Texts

    from .status import StatusState


class TopBar(QWidget):
    """What a cashier can see at any time.

    Attributes:
        location_asked: The location button was pressed.
    """

    location_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make an empty bar; `render` fills it."""
        super().__init__(parent)
        theme = current_theme()
        self._location = _LocationButton()
        self._location.clicked.connect(self.location_asked)
        self._link = StatusPill()
        self._outbox = StatusPill()
        self._outbox.hide()
        self._cashier_icon = IconView("cashier")
        self._cashier = PlainLabel(muted=True)
        self._clock = PlainLabel(weight=QFont.Weight.DemiBold, tabular=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.space.s, theme.space.xs, theme.space.l, theme.space.xs)
        layout.setSpacing(theme.space.m)
        layout.addWidget(self._location, 1)
        layout.addStretch(0)
        layout.addWidget(self._outbox)
        layout.addWidget(self._link)
        layout.addSpacing(theme.space.xs)
        layout.addWidget(self._cashier_icon)
        layout.addWidget(self._cashier)
        layout.addWidget(self._clock)

    def show_opening(self, cashier: str, t: Texts) -> None:
        """Show that the till is being opened; what is not known yet is not shown."""
        self._location.hide()
        self._outbox.hide()
        words = t("Opening…")
        self._link.say(words, "clock", Tone.NEUTRAL)
        self._link.setAccessibleName(t("Connection: {state}", state=words))
        self._show_cashier(cashier, t)
        self._show_clock(t.time(datetime.now(UTC)), t)

    def show_state(self, state: StatusState, t: Texts) -> None:
        """Show a state."""
        self._location.show_text(state.location)
        self._location.show()
        import html

        # The bar may be too narrow for the whole address, and Qt must not take it for HTML.
        how = (
            t("The administrator of this PC fixed the location, so it stays as it is.")
            if state.is_location_fixed
            else t("Change the location ({key})", key=LOCATION)
        )
        self._location.setToolTip(
            f"<span>{html.escape(state.location)}<br>{html.escape(how)}</span>"
        )
        self._location.setAccessibleName(t("Location: {address}", address=state.location))
        self._link.say(state.link.text, state.link.icon, Tone(state.link.tone))
        self._link.setAccessibleName(t("Connection: {state}", state=state.link.text))
        self._outbox.setVisible(state.outbox is not None)
        if state.outbox is not None:
            self._outbox.say(state.outbox.text, state.outbox.icon, Tone(state.outbox.tone))
            self._outbox.setAccessibleName(t("Outbox: {state}", state=state.outbox.text))
        self._show_cashier(state.cashier, t)
        self._show_clock(state.clock, t)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = current_theme().colors
        painter = QPainter(self)
        fill_plain(painter, self.rect(), QColor(colors.raised))
        edge = QRect(0, self.height() - 1, self.width(), 1)
        fill_plain(painter, edge, QColor(colors.line))

    def _show_cashier(self, name: str, t: Texts) -> None:
        self._cashier_icon.setVisible(bool(name))
        self._cashier.setVisible(bool(name))
        self._cashier.show_text(name)
        self._cashier.setAccessibleName(t("Cashier: {name}", name=name))

    def _show_clock(self, time: str, t: Texts) -> None:
        self._clock.show_text(time)
        self._clock.setAccessibleName(t("Time: {time}", time=time))


class _LocationButton(Button):
    """The shop's address; a long one is cut off rather than pushing the rest away."""

    def __init__(self) -> None:
        super().__init__(role=ButtonRole.QUIET, icon="location", elide=True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        size = super().sizeHint()
        return QSize(min(size.width(), 4 * current_theme().size.touch), size.height())
