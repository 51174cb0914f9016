"""The window: rail, top bar, bands, and the screen in front."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from giftill.domain.errors import GiftillError
from giftill.texts import LANGUAGES, Texts

from . import keys
from .icons import app_icon
from .refresher import Refresher
from .scanner import ScanFilter
from .screens.screen import Screen, ScreenEntry, ScreenParts
from .shortcuts import Shortcuts
from .status import BandKind, StatusPresenter, StatusState
from .tasks import TaskScope
from .theme import Tone
from .topbar import TopBar
from .widgets.band import Band
from .widgets.rail import Rail, RailItem
from .widgets.toast import TOAST_ICONS, Toast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent

    from giftill.services.desk import Desk

    from .keys import KeyHint
    from .screens.common import ToneName
    from .training import TrainingBand

_TILL: Final = "till"
_MINUTE_MS: Final = 60_000
_ABOUT_THE_TOKEN: Final = (
    BandKind.NO_TOKEN,
    BandKind.TOKEN_REFUSED,
    BandKind.FORBIDDEN,
    BandKind.OTHER_ACCOUNT,
)
# A window that starts minimised is not painted; its till works all the same.
_UNSEEN_MS: Final = 2_000
# Each in its own words, for whoever can't read the language on screen.
_NAMES: Final = {"en": "English", "nl": "Nederlands"}


class Window(QMainWindow):
    """The terminal on screen; it is a `Shell` for its screens.

    Screen readers know a main window as one; any other widget is told as filler.

    Attributes:
        stop: Set when the person at the till wants to close; whoever opened the window then
            drains and closes it.
        starts_over: Whether training shall then begin anew.

    Signals:
        seen: It was painted for the first time; what need not be there before, begins now.
    """

    seen = Signal()

    def __init__(
        self,
        desk: Desk,
        t: Texts,
        entries: Sequence[ScreenEntry],
        play: Callable[[str], None] | None = None,
    ) -> None:
        """Build the window with its first screen.

        Args:
            desk: The till.
            t: The language.
            entries: The screens, in rail order; the first is shown.
            play: Plays a sound by its name.
        """
        super().__init__()
        self.stop = asyncio.Event()
        self.starts_over = False
        self._desk = desk
        self._t = t
        self._entries = {each.name: each for each in entries}
        self._built: dict[str, Screen] = {}
        self._play = play
        self._may_quit = False
        self._is_seen = False
        self._attention: int | None = None
        self._tasks = TaskScope(self, self.report)
        self._status = StatusPresenter(desk, t, self._render_status)
        self._refresher = Refresher(self._tasks, "status", self._status.refresh)
        self._build()
        self._shortcuts = Shortcuts(self)
        self._add_shortcuts()
        self._scans = ScanFilter(self)
        self._scans.configure(gap_ms=desk.settings.current.scanner_gap_ms)
        self._scans.scanned.connect(self._scanned)
        self._minute = QTimer(self, singleShot=True, timerType=Qt.TimerType.VeryCoarseTimer)
        self._minute.timeout.connect(self._tick)
        self._retitle()
        self.go_to(next(iter(self._entries)))

    def start(self) -> None:
        """Follow the till from now on."""
        self._status.watch(self._refresher.wake)
        self._status.show()
        self._refresher.wake()
        self._wait_for_minute()
        QTimer.singleShot(_UNSEEN_MS, self, self._tell_seen)

    async def close_down(self, timeout_s: float) -> None:
        """Let running actions end, follow the till no more, and go.

        Args:
            timeout_s: How long they may take; what takes longer is safe in the journal.
        """
        self._minute.stop()
        self._status.close()
        screens = self._built.values()
        await asyncio.gather(*(each.drain(timeout_s) for each in screens))
        await self._tasks.drain(0)
        self.hide()
        self.deleteLater()

    @property
    def current(self) -> Screen:
        """The screen in front."""
        screen = self._stack.currentWidget()
        assert isinstance(screen, Screen)
        return screen

    def screen_named(self, name: str) -> Screen:
        """Return a screen, built if it was never shown."""
        if name not in self._built:
            screen = self._entries[name].build(ScreenParts(self._desk, self._t, self))
            self._built[name] = screen
            self._stack.addWidget(screen)
        return self._built[name]

    def go_to(self, name: str) -> None:
        """Show a screen, by its name."""
        screen = self.screen_named(name)
        self._stack.setCurrentWidget(screen)
        self._rail.set_current(name)
        self._shortcuts.use(screen.keys())
        screen.shown()

    def toast(self, text: str, tone: ToneName = "success") -> None:
        """Tell for a few seconds what was done; also announced to screen readers."""
        self._toast.say(text, TOAST_ICONS[Tone(tone)], Tone(tone))

    def report(self, error: Exception) -> None:
        """Show a failure that has no better place; a bug goes to the crash hook."""
        if not isinstance(error, GiftillError):
            raise error
        t = self._t
        self.sound("refused")
        self.toast(f"{t.message(error.title)}. {t.explain(error)}", "danger")

    def sound(self, name: str) -> None:
        """Play `accepted`, `refused` or `attention`, unless sounds are off."""
        if self._play is not None and self._desk.settings.current.sound:
            self._play(name)

    def retranslate(self, t: Texts) -> None:
        """Show everything in another language, and ask the API in it."""
        self._t = t
        self._desk.client.language = t.language
        self._retitle()
        self._status.retranslate(t)
        for screen in self._built.values():
            screen.retranslate(t)
        self._shortcuts.use(self.current.keys())

    def start_over(self) -> None:
        """Close, and let training begin anew."""
        self.starts_over = True
        self.stop.set()

    def request_quit(self) -> None:
        """Close the terminal; while captures are queued, a person is asked once."""
        if self._may_quit or not self._desk.outbox.summary.value.waiting:
            self.stop.set()
        else:
            self._tasks.start("quit", self._ask_to_quit)

    def tell_crash(self) -> None:
        """Say that the program made a mistake; the log has it already."""
        self._tasks.start("crash", self._show_crash)

    def closeEvent(self, event: QCloseEvent) -> None:
        # Whoever opened the window closes it, after everything that runs has come to an end.
        event.ignore()
        self.request_quit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_seen:
            # The rest of the window is painted before the timer's turn comes.
            QTimer.singleShot(0, self, self._tell_seen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rail.fit(self.width())

    def _tell_seen(self) -> None:
        if not self._is_seen:
            self._is_seen = True
            self._tasks.start("greet", self._status.greet)
            self._watch_network()
            self.seen.emit()

    def _watch_network(self) -> None:
        from .network import watch_network_once_lost

        watch_network_once_lost(self._desk.connectivity.link, self._desk.outbox.look_up, self)

    def _build(self) -> None:
        self.setWindowIcon(app_icon())
        self._rail = Rail()
        self._rail.chosen.connect(self.go_to)
        self._rail.foot_pressed.connect(self._change_language)
        self._top_bar = TopBar()
        self._top_bar.location_asked.connect(self._choose_location)
        self._bands = {kind: Band() for kind in BandKind}
        self._stack = QStackedWidget()
        beside = QVBoxLayout()
        beside.setSpacing(0)
        beside.addWidget(self._top_bar)
        for kind, band in self._bands.items():
            if kind in _ABOUT_THE_TOKEN:
                band.acted.connect(self._reload_token)
            beside.addWidget(band)
        beside.addWidget(self._stack, 1)
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addWidget(self._rail)
        across.addLayout(beside, 1)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._training = self._build_training()
        if self._training is not None:
            layout.addWidget(self._training)
        layout.addLayout(across, 1)
        self.setCentralWidget(body)
        self._toast = Toast(self, self._stack)

    def _build_training(self) -> TrainingBand | None:
        if self._desk.training is None:
            return None
        from .training import TrainingBand

        scan, folder, anew = self._take_scan, self._desk.folders.data, self.start_over
        return TrainingBand(self._desk.training, self._tasks, self, scan, folder, anew)

    def _add_shortcuts(self) -> None:
        actions: dict[str, Callable[[], None]] = {
            keys.HELP: self._show_help,
            keys.FULL_SCREEN: self._toggle_full_screen,
            keys.LOCATION: self._choose_location,
            keys.LANGUAGE: self._change_language,
        }
        for key, name in zip(keys.SCREENS, self._entries, strict=False):
            actions[key] = partial(self.go_to, name)
        for key, act in actions.items():
            self._shortcuts.add(key, act)

    def _render_status(self, state: StatusState) -> None:
        if self._attention is not None and state.attention > self._attention:
            self.sound("attention")
        self._attention = state.attention
        self._top_bar.show_state(state, self._t)
        said = {each.kind: each for each in state.bands}
        for kind, band in self._bands.items():
            if kind in said:
                each = said[kind]
                band.say(each.text, each.icon, Tone(each.tone), each.action)
            else:
                band.clear()
        badges = {
            "holds": (state.holds_badge, Tone.HOLD),
            "outbox": (state.outbox_badge, Tone.INFO),
        }
        for name, (badge, tone) in badges.items():
            if name in self._entries:
                is_grave = state.outbox is not None and state.outbox.tone == "danger"
                shown = Tone.DANGER if name == "outbox" and is_grave else tone
                self._rail.set_badge(name, badge.count, shown, badge.text)

    def _retitle(self) -> None:
        t = self._t
        self.setWindowTitle(t("Giftill (training)") if self._desk.training else "Giftill")
        self._rail.set_items(
            [
                RailItem(each.name, t(each.title), each.icon, key)
                for each, key in zip(self._entries.values(), keys.SCREENS, strict=False)
            ]
        )
        self._rail.set_foot(
            RailItem("language", _NAMES[_other_than(t.language)], "language", keys.LANGUAGE)
        )
        if self._training is not None:
            self._training.retranslate(t)

    def _scanned(self, text: str) -> None:
        if QApplication.activeModalWidget() is not None:
            # A question is open; taking the scan behind it would change what it is about.
            self.sound("refused")
            return
        self._take_scan(text)

    def _take_scan(self, text: str) -> None:
        if not self.current.scanned(text):
            self.go_to(_TILL)
            self.current.scanned(text)

    def _change_language(self) -> None:
        language = _other_than(self._t.language)
        try:
            self._desk.settings.refuse_if_fixed("language")
            self.retranslate(Texts(language))
            self._desk.settings.save(language=language)
        except GiftillError as problem:
            self.report(problem)

    def _choose_location(self) -> None:
        self._tasks.start("location", self._ask_for_location)

    async def _ask_for_location(self) -> None:
        from .screens.location.view import choose_location

        chosen = await choose_location(self, self._desk, self._t)
        if chosen is not None:
            self.toast(self._t("This till now works for {address}", address=chosen))

    def _reload_token(self) -> None:
        self._tasks.start("token", self._look_for_token)

    async def _look_for_token(self) -> None:
        if await self._desk.reload_token():
            await self._status.greet()

    def _show_help(self) -> None:
        self._tasks.start("help", self._show_keys)

    async def _show_keys(self) -> None:
        from .help import show_help

        t = self._t
        titles = tuple(t(each.title) for each in self._entries.values())
        entry = self._entries[self.current.name]
        here: tuple[KeyHint, ...] = self.current.keys()
        await show_help(self, t(entry.title), here, keys.everywhere(titles, t), t)

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    async def _ask_to_quit(self) -> None:
        from .leaving import ask_to_quit

        if await ask_to_quit(self, self._desk.outbox.summary.value.waiting, self._t):
            self._may_quit = True
            self.stop.set()

    async def _show_crash(self) -> None:
        from .leaving import tell_of_crash

        await tell_of_crash(self, self._desk.folders.logs, self._t)

    def _tick(self) -> None:
        self._status.show()
        self.current.tick()
        self._wait_for_minute()

    def _wait_for_minute(self) -> None:
        self._minute.start(_MINUTE_MS - self._desk.clock.now_ms() % _MINUTE_MS + 1)


def _other_than(language: str) -> str:
    """Return the language after this one, in a ring."""
    return LANGUAGES[(LANGUAGES.index(language) + 1) % len(LANGUAGES)]
