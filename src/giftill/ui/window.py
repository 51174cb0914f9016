"""The window: rail, top bar, bands, and the screen in front."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow

from giftill.domain.errors import GiftillError
from giftill.texts import LANGUAGES, Texts

from . import keys
from .frame import Frame
from .screens.screen import Screen, ScreenEntry, ScreenParts
from .tasks import TaskScope
from .theme import Tone

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent

    from giftill.config import Settings
    from giftill.services.desk import Desk

    from .coming import DeskToCome
    from .duties import Duties
    from .keys import KeyHint
    from .screens.common import ToneName
    from .shortcuts import Shortcuts
    from .status import StatusState
    from .training import TrainingBand
    from .widgets.toast import Toast

_TILL: Final = "till"
# A window that starts minimised is not painted; nothing waits longer than this until it is.
UNSEEN_MS: Final = 1_000
# What opens within this time needs no words for its delay.
_LATE_MS: Final = 1_000


class Window(QMainWindow):
    """The terminal on screen; it is a `Shell` for its screens.

    It comes in three steps, as a cashier waits for every module and every reading of the disk: it
    is painted; it takes keys, touches and scans (`prepare`); it works (`work_on`). What is done
    before the last step is kept and done then.

    Screen readers know a main window as one; any other widget is told as filler.

    Attributes:
        starts_over: Whether training shall begin anew after this window.
        is_seen: Whether it was painted.

    Signals:
        seen: It was painted for the first time; what need not be there before, begins now.
    """

    seen = Signal()

    def __init__(
        self,
        entries: Sequence[ScreenEntry],
        settings: Settings,
        t: Texts,
        logs: Path,
        play: Callable[[str], None] | None = None,
        *,
        is_training: bool = False,
    ) -> None:
        """Build the window with its first screen, as far as that can be painted.

        Args:
            entries: The screens, in rail order; the first is shown.
            settings: What is in force until the till is open and knows it.
            t: The language.
            logs: Where the log is, for the message about a crash.
            play: Plays a sound by its name.
            is_training: Whether to say that no real money moves.
        """
        super().__init__()
        self.starts_over = False
        self.is_seen = False
        self._settings = settings
        self._t = t
        self._entries = {each.name: each for each in entries}
        self._logs = logs
        self._play = play
        self._is_training = is_training
        self._built: dict[str, Screen] = {}
        self._desk: Desk | None = None
        self._duties: Duties | None = None
        self._coming: DeskToCome | None = None
        self._wishes: list[Callable[[], None]] = []
        self._wanted: tuple[str, int] | None = None
        self._attention: int | None = None
        self._shortcuts: Shortcuts | None = None
        self._toast: Toast | None = None
        self._tasks = TaskScope(self, self.report)
        self._build()
        self._retitle()
        self._frame.top_bar.show_opening(settings.cashier, t)
        self._put_in_front(next(iter(self._entries))).take_cursor()

    @cached_property
    def stop(self) -> asyncio.Event:
        """Set when the person at the till wants to close; who opened the window closes it then."""
        from asyncio import Event

        return Event()

    def prepare(self) -> None:
        """Take keys, touches and scans from now on; the event loop runs."""
        from .coming import DeskToCome
        from .scanner import ScanFilter
        from .shortcuts import Shortcuts
        from .widgets.toast import Toast

        self._toast = Toast(self, self._frame.screens)
        self._shortcuts = Shortcuts(self)
        self._add_shortcuts(self._shortcuts)
        self._scans = ScanFilter(self)
        self._scans.configure(gap_ms=self._settings.scanner_gap_ms)
        self._scans.scanned.connect(self._scanned)
        self._coming = DeskToCome(self._settings)
        first = self.current
        first.prepare(self._coming)
        self._shortcuts.use(first.keys())
        first.shown()
        QTimer.singleShot(UNSEEN_MS, self, self._tell_seen)
        QTimer.singleShot(_LATE_MS, self, self._tell_late)

    def work_on(self, desk: Desk) -> None:
        """Work on the till, which is open now, and do first what was wanted meanwhile."""
        from .duties import Duties

        assert self._coming is not None, "prepare comes first"
        wanted, acts = self._wanted or (None, None)
        # Whoever went on here since is not torn away while typing, nor from the card scanned.
        wanted = wanted if self.current.acts == acts else None
        self._desk = desk
        self._settings = desk.settings.current
        duties = self._duties = Duties(self, desk, self._t, self._tasks, self._render_status)
        self._frame.begin(duties.reload_token)
        if self._training is not None and desk.training is not None:
            self._training.begin(desk.training, desk.folders.data)
        self.current.serve(desk)
        self._coming.come(desk)
        duties.start()
        while self._wishes:
            self._wishes.pop(0)()
        if wanted is not None:
            self.go_to(wanted)

    async def close_down(self, timeout_s: float) -> None:
        """Let running actions end, follow the till no more, and go.

        Args:
            timeout_s: How long they may take; what takes longer is safe in the journal. Nothing
                that waits for a till that did not open is waited for.
        """
        from asyncio import gather

        if self._duties is None:
            timeout_s = 0
        else:
            self._duties.end()
        await gather(*(each.drain(timeout_s) for each in self._built.values()))
        await self._tasks.drain(0)
        self.hide()
        self.deleteLater()

    @property
    def is_usable(self) -> bool:
        """Whether the cursor stands where a code can be typed, and a scan is kept."""
        field = self.focusWidget()
        return isinstance(field, QLineEdit) and field.isVisible() and field.isEnabled()

    @property
    def current(self) -> Screen:
        """The screen in front."""
        screen = self._frame.screens.currentWidget()
        assert isinstance(screen, Screen)
        return screen

    def screen_named(self, name: str) -> Screen:
        """Return a screen, built if it was never shown."""
        if name not in self._built:
            screen = self._entries[name].build(
                ScreenParts(self._t, self, self._frame.screens, self._desk)
            )
            self._built[name] = screen
            self._frame.screens.addWidget(screen)
        return self._built[name]

    def go_to(self, name: str) -> None:
        """Show a screen, by its name; one that was never shown is built once the till is open."""
        self._wanted = None
        if name not in self._built and self._desk is None:
            self._wanted = name, self.current.acts
            return
        screen = self._put_in_front(name)
        if self._shortcuts is not None:
            self._shortcuts.use(screen.keys())
        screen.shown()

    def toast(self, text: str, tone: ToneName = "success") -> None:
        """Tell for a few seconds what was done; also announced to screen readers."""
        from .widgets.toast import TOAST_ICONS

        if self._toast is not None:
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
        settings = self._settings if self._desk is None else self._desk.settings.current
        if self._play is not None and settings.sound:
            self._play(name)

    def retranslate(self, t: Texts) -> None:
        """Show everything in another language, and ask the API in it."""
        self._t = t
        self._retitle()
        if self._duties is not None:
            self._duties.retranslate(t)
        for screen in self._built.values():
            screen.retranslate(t)
        if self._shortcuts is not None:
            self._shortcuts.use(self.current.keys())

    def start_over(self) -> None:
        """Close, and let training begin anew."""
        self.starts_over = True
        self.stop.set()

    def request_quit(self) -> None:
        """Close the terminal; while captures are queued, a person is asked once.

        Nobody is asked while it is being opened: nothing was done yet, and what waits from before
        goes on waiting.
        """
        if self._duties is not None:
            self._duties.request_quit()
        else:
            self.leave()

    def leave(self) -> None:
        """Close the terminal without asking anybody."""
        self.stop.set()
        if self._duties is None:
            # The disk may take its time; nobody is to wait for it at a window that is of no use.
            self.hide()

    def tell_crash(self) -> None:
        """Say that the program made a mistake; the log has it already."""
        self._tasks.start("crash", self._show_crash)

    def closeEvent(self, event: QCloseEvent) -> None:
        # Whoever opened the window closes it, after everything that runs has come to an end.
        event.ignore()
        self.request_quit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.is_seen:
            # The rest of the window is painted before the timer's turn comes.
            QTimer.singleShot(0, self, self._tell_seen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._frame.rail.fit(self.width())

    def _tell_seen(self) -> None:
        if not self.is_seen:
            self.is_seen = True
            self.seen.emit()

    def _tell_late(self) -> None:
        if self._desk is None:
            self._frame.say_late(self._t)

    def _when_open(self, act: Callable[[Duties], None]) -> None:
        """Do what needs an open till: now, or as soon as it is open."""
        if self._duties is not None:
            act(self._duties)
        else:
            self._wishes.append(partial(self._when_open, act))

    def _build(self) -> None:
        frame = self._frame = Frame(self)
        self.setCentralWidget(frame)
        frame.rail.chosen.connect(self.go_to)
        frame.rail.foot_pressed.connect(self._change_language)
        frame.top_bar.location_asked.connect(self._choose_location)
        self._training = self._build_training()
        if self._training is not None:
            frame.add_on_top(self._training)

    def _build_training(self) -> TrainingBand | None:
        if not self._is_training:
            return None
        from .training import TrainingBand

        return TrainingBand(self._tasks, self, self._take_scan, self.start_over)

    def _put_in_front(self, name: str) -> Screen:
        screen = self.screen_named(name)
        self._frame.screens.setCurrentWidget(screen)
        self._frame.rail.set_current(name)
        return screen

    def _add_shortcuts(self, shortcuts: Shortcuts) -> None:
        actions: dict[str, Callable[[], None]] = {
            keys.HELP: self._show_help,
            keys.FULL_SCREEN: self._toggle_full_screen,
            keys.LOCATION: self._choose_location,
            keys.LANGUAGE: self._change_language,
        }
        for key, name in zip(keys.SCREENS, self._entries, strict=False):
            actions[key] = partial(self.go_to, name)
        for key, act in actions.items():
            shortcuts.add(key, act)

    def _render_status(self, state: StatusState) -> None:
        if self._attention is not None and state.attention > self._attention:
            self.sound("attention")
        self._attention = state.attention
        self._frame.render_status(state, self._t)

    def _retitle(self) -> None:
        t = self._t
        self.setWindowTitle(t("Giftill (training)") if self._is_training else "Giftill")
        self._frame.name_screens(self._entries.values(), t, _other_than(t.language))
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
        self._when_open(lambda _: self._speak_the_other())

    def _speak_the_other(self) -> None:
        assert self._desk is not None
        language = _other_than(self._t.language)
        try:
            self._desk.settings.refuse_if_fixed("language")
            self.retranslate(Texts(language))
            self._desk.settings.save(language=language)
        except GiftillError as problem:
            self.report(problem)

    def _choose_location(self) -> None:
        self._when_open(lambda duties: duties.choose_location())

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

    async def _show_crash(self) -> None:
        from .leaving import tell_of_crash

        await tell_of_crash(self, self._logs, self._t)


def _other_than(language: str) -> str:
    """Return the language after this one, in a ring."""
    return LANGUAGES[(LANGUAGES.index(language) + 1) % len(LANGUAGES)]
