"""CardPanel: a gift card in one glance, its balance the largest thing on the screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from giftill.ui.icons import IconView
from giftill.ui.theme import Tone, current_theme

from .announce import announce
from .card_picture import CardPicture
from .label import PlainLabel
from .money_label import MoneyLabel, MoneySize
from .panel import Panel
from .status_pill import StatusPill

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from giftill.texts import Texts


@dataclass(frozen=True)
class CardLine:
    """One transaction of the card, in words.

    Attributes:
        what: Such as “Redeemed”.
        when: Date and time.
        amount: With its sign.
        icon: Name of an icon.
        tone: Its colour, None for the colour of text.
    """

    what: str
    when: str
    amount: str
    icon: str = ""
    tone: Tone | None = None


@dataclass(frozen=True)
class CardGlance:
    """What the panel shows; every text is translated already.

    Attributes:
        masked: `•••• •••• •••• 7K9Q`.
        balance: The balance, written the way of the reader's language.
        state: The state in a word, with `icon` and `tone`.
        promotional: The word for a promotional card, or empty.
        expiry: Such as “Valid until 3 March 2027”.
        soon: How little time that leaves, such as “5 days left”; empty while there is plenty.
        package: The package's title, or empty.
        note: What the state means and what to do, where there is more to say; shown in `tone`.
        lines: Its transactions, newest first.
        picture: The card's image as it came from the server, or None.
    """

    masked: str
    balance: str
    state: str
    icon: str
    tone: Tone
    promotional: str = ""
    expiry: str = ""
    soon: str = ""
    package: str = ""
    note: str = ""
    lines: tuple[CardLine, ...] = ()
    picture: bytes | None = None


class CardPanel(Panel):
    """The card that is at the till."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make a panel without a card; `retranslate` gives it its words."""
        super().__init__(parent)
        self._glance: CardGlance | None = None
        self._balance_label = PlainLabel(muted=True)
        self._balance = MoneyLabel(money_size=MoneySize.BALANCE)
        self._balance.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._state = StatusPill()
        self._promotional = StatusPill()
        self._masked = PlainLabel(weight=QFont.Weight.Medium, tabular=True)
        self._package = PlainLabel(weight=QFont.Weight.DemiBold, wrap=True)
        self._expiry = PlainLabel(muted=True)
        self._soon = StatusPill()
        self._picture = CardPicture()
        self._note = _Note()
        self._history = _History()
        self._lay_out()

    @property
    def glance(self) -> CardGlance | None:
        """What is shown, or None."""
        return self._glance

    def retranslate(self, t: Texts) -> None:
        """Write the panel's own words in another language."""
        self._balance_label.show_text(t("Balance"))
        self._history.set_words(t("Transactions"), t("No transactions yet."))
        self._picture.setAccessibleName(t("Picture of the card"))

    def show_card(self, glance: CardGlance) -> None:
        """Show a card; a card or balance that was not shown before is announced."""
        before, self._glance = self._glance, glance
        self._balance.show_text(glance.balance)
        self._state.say(glance.state, glance.icon, glance.tone)
        self._promotional.say(glance.promotional, "promo", Tone.INFO)
        self._promotional.setVisible(bool(glance.promotional))
        self._masked.show_text(glance.masked)
        for label, text in ((self._package, glance.package), (self._expiry, glance.expiry)):
            label.show_text(text)
            label.setVisible(bool(text))
        self._soon.say(glance.soon, "calendar", Tone.HOLD)
        self._soon.setVisible(bool(glance.soon))
        self._note.say(glance.note, glance.icon, glance.tone)
        if before is None or before.picture != glance.picture:
            self._picture.show_picture(glance.picture)
        self._history.show_lines(glance.lines)
        balance = self._balance_label.full_text
        self.setAccessibleName(f"{balance}: {glance.balance}, {glance.state}")
        if before is None or (before.masked, before.balance) != (glance.masked, glance.balance):
            said = (f"{balance}: {glance.balance}", glance.state, glance.soon, glance.note)
            announce(self, ". ".join(filter(None, said)))

    def _lay_out(self) -> None:
        space = current_theme().space
        pills = QHBoxLayout()
        pills.setSpacing(space.s)
        pills.addWidget(self._state)
        pills.addWidget(self._promotional)
        pills.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(space.xs)
        words.addWidget(self._balance_label)
        words.addWidget(self._balance)
        words.addSpacing(space.s)
        words.addLayout(pills)
        words.addStretch(1)
        card = QVBoxLayout()
        card.setSpacing(space.xs)
        card.addWidget(self._picture)
        top = QHBoxLayout()
        top.setSpacing(space.xl)
        top.addLayout(words, 1)
        top.addLayout(card)
        expiry = QHBoxLayout()
        expiry.setSpacing(space.s)
        expiry.addWidget(self._expiry)
        expiry.addWidget(self._soon)
        expiry.addStretch(1)
        facts = QVBoxLayout()
        facts.setSpacing(space.hair)
        facts.addWidget(self._package)
        facts.addWidget(self._masked)
        facts.addLayout(expiry)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space.xl, space.xl, space.xl, space.l)
        layout.setSpacing(space.l)
        layout.addLayout(top)
        layout.addLayout(facts)
        layout.addWidget(self._note)
        layout.addWidget(self._history, 1)


class _Note(Panel):
    """What the card's state means, tinted by it."""

    def __init__(self) -> None:
        super().__init__()
        space = current_theme().space
        self._icon = IconView()
        self._words = PlainLabel(weight=QFont.Weight.Medium, wrap=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space.l, space.m, space.l, space.m)
        layout.setSpacing(space.m)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._words, 1)

    def say(self, text: str, icon: str, tone: Tone) -> None:
        self.set_tone(tone)
        self._words.set_tone(tone)
        self._words.show_text(text)
        self._icon.show_icon(icon, tone)
        self.setVisible(bool(text))


class _History(QWidget):
    """The card's transactions, as many as there are; the list scrolls, the panel does not grow."""

    def __init__(self) -> None:
        super().__init__()
        theme = current_theme()
        self._heading = PlainLabel(size=theme.text.small, weight=QFont.Weight.DemiBold, muted=True)
        self._none = PlainLabel(muted=True)
        self._rows = QWidget()
        self._lines = QVBoxLayout(self._rows)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(0)
        self._lines.addStretch(1)
        self._shown: tuple[CardLine, ...] = ()
        scroll = self._scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # When there is little room the history gives way first, never the balance.
        scroll.setMinimumHeight(1)
        # Where it scrolls, the amounts keep clear of the bar.
        bar = scroll.verticalScrollBar()
        bar.rangeChanged.connect(
            lambda _, most: self._lines.setContentsMargins(0, 0, theme.space.s if most else 0, 0)
        )
        scroll.setWidget(self._rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.space.xs)
        layout.addWidget(self._heading)
        layout.addWidget(self._none)
        layout.addWidget(scroll, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show nothing rather than half a line."""
        super().resizeEvent(event)
        space = current_theme().space
        line = self._none.fontMetrics().height() + 2 * space.xs
        has_room = self.height() >= self._heading.fontMetrics().height() + space.xs + line
        self._heading.setVisible(has_room)
        self._scroll.setVisible(has_room)

    def set_words(self, heading: str, none: str) -> None:
        self._heading.show_text(heading)
        self._none.show_text(none)

    def show_lines(self, lines: tuple[CardLine, ...]) -> None:
        self._none.setVisible(not lines)
        if lines == self._shown:
            return
        self._shown = lines
        while self._lines.count() > 1:
            item = self._lines.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for index, line in enumerate(lines):
            self._lines.insertWidget(index, _Line(line))


class _Line(QWidget):
    """One transaction."""

    def __init__(self, line: CardLine) -> None:
        super().__init__()
        theme = current_theme()
        icon = IconView()
        icon.show_icon(line.icon, line.tone or Tone.NEUTRAL)
        what = PlainLabel(line.what, elide=Qt.TextElideMode.ElideRight)
        when = PlainLabel(line.when, size=theme.text.small, muted=True)
        amount = PlainLabel(line.amount, weight=QFont.Weight.Medium, tabular=True)
        amount.set_tone(line.tone)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, theme.space.xs, 0, theme.space.xs)
        layout.setSpacing(theme.space.m)
        layout.addWidget(icon)
        layout.addWidget(what, 1)
        layout.addWidget(when)
        layout.addWidget(amount)
        amount.setMinimumWidth(theme.space.xxxl * 2)
        amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(f"{line.what}, {line.when}, {line.amount}")
