"""The frame around the screens: rail, top bar, and bands for states that last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from . import keys
from .theme import Tone
from .topbar import TopBar
from .widgets.rail import Rail, RailItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from giftill.texts import Texts

    from .screens.screen import ScreenEntry
    from .status import BandKind, StatusState
    from .widgets.band import Band

# Each in its own words, for whoever can't read the language on screen.
_NAMES: Final = {"en": "English", "nl": "Nederlands"}


class Frame(QWidget):
    """What surrounds the screens, and the place where they are shown.

    Attributes:
        rail: The screens to choose from.
        top_bar: What is always in view.
        screens: Where the screen in front is.
    """

    def __init__(self, parent: QWidget) -> None:
        """Make it without screens. What lies inside is made inside: to move it styles it anew."""
        super().__init__(parent)
        self._bands: dict[BandKind, Band] = {}
        self._late: Band | None = None
        self._names: tuple[str, ...] = ()
        self.rail = Rail(self)
        self.top_bar = TopBar(self)
        self.screens = QStackedWidget(self)
        self._beside = QVBoxLayout()
        self._beside.setSpacing(0)
        self._beside.addWidget(self.top_bar)
        self._beside.addWidget(self.screens, 1)
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addWidget(self.rail)
        across.addLayout(self._beside, 1)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addLayout(across, 1)

    def add_on_top(self, band: Band) -> None:
        """Put a band across the whole window."""
        self._layout.insertWidget(0, band)

    def name_screens(self, entries: Iterable[ScreenEntry], t: Texts, other: str) -> None:
        """Write the rail; `other` is the language that its foot offers."""
        items = [
            RailItem(each.name, t(each.title), each.icon, key)
            for each, key in zip(entries, keys.SCREENS, strict=False)
        ]
        self._names = tuple(each.name for each in items)
        self.rail.set_items(items)
        self.rail.set_foot(RailItem("language", _NAMES[other], "language", keys.LANGUAGE))

    def say_late(self, t: Texts) -> None:
        """Say why nothing is answered yet: a disk that is slow or must be looked through."""
        from .widgets.band import Band

        self._late = Band(self)
        self._beside.insertWidget(1, self._late)
        text = t(
            "Giftill is still reading what it keeps on this PC. What you scan or type now is kept "
            "and looked up as soon as it is done."
        )
        self._late.say(text, "clock", Tone.INFO)

    def begin(self, look_again: Callable[[], None]) -> None:
        """Be ready for the states of a till that is open now.

        Args:
            look_again: What the button of a band about the token does.
        """
        from .status import ABOUT_THE_TOKEN, BandKind
        from .widgets.band import Band

        if self._late is not None:
            self._late.clear()
        self._bands = {kind: Band(self) for kind in BandKind}
        for place, (kind, band) in enumerate(self._bands.items(), start=1):
            self._beside.insertWidget(place, band)
            if kind in ABOUT_THE_TOKEN:
                band.acted.connect(look_again)

    def render_status(self, state: StatusState, t: Texts) -> None:
        """Show this."""
        self.top_bar.show_state(state, t)
        said = {each.kind: each for each in state.bands}
        for kind, band in self._bands.items():
            if kind in said:
                each = said[kind]
                band.say(each.text, each.icon, Tone(each.tone), each.action)
            else:
                band.clear()
        is_grave = state.outbox is not None and state.outbox.tone == "danger"
        badges = {
            "holds": (state.holds_badge, Tone.HOLD),
            "outbox": (state.outbox_badge, Tone.DANGER if is_grave else Tone.INFO),
        }
        for name, (badge, tone) in badges.items():
            if name in self._names:
                self.rail.set_badge(name, badge.count, tone, badge.text)
