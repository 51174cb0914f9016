"""Takes scans out of the keys of the whole application, wherever the focus is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget

from giftill.devices.scanner import DEFAULT_GAP_MS, Calibration, ScanDecoder, Step

if TYPE_CHECKING:
    from collections.abc import Callable

# The property that a field for free text sets: there, a scan is text like any other.
FREE_TEXT: Final = "freeText"

_MODIFIER_KEYS: Final = frozenset(
    {
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Meta,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
    }
)
_ENDING_KEYS: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_COMMAND_MODIFIERS: Final = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
# Windows reports AltGr, which types characters, as both of these at once.
_ALT_GR: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
# A key that is held down repeats after a quarter of a second or more, and never this soon.
_SOONEST_REPEAT_MS: Final = 100
# A system clock that differs by more than this from what was seen before has started anew.
_CLOCK_JUMP_MS: Final = 10_000


def monotonic_ms() -> int:
    """Return the time on the clock that scans are told by, in milliseconds."""
    return time.monotonic_ns() // 1_000_000


@dataclass(frozen=True)
class _HeldKey:
    """A key press or its coming up, as it must be delivered if it was typing."""

    type: QEvent.Type
    key: int
    modifiers: Qt.KeyboardModifier
    text: str
    scan_code: int
    virtual_key: int
    native_modifiers: int

    @classmethod
    def of(cls, event: QKeyEvent) -> _HeldKey:
        return cls(
            event.type(),
            event.key(),
            event.modifiers(),
            event.text(),
            event.nativeScanCode(),
            event.nativeVirtualKey(),
            event.nativeModifiers(),
        )

    @property
    def button(self) -> int:
        """The key itself, whatever the modifiers make of it."""
        return self.scan_code or self.key

    def event(self) -> QKeyEvent:
        return QKeyEvent(
            self.type,
            self.key,
            self.modifiers,
            self.scan_code,
            self.virtual_key,
            self.native_modifiers,
            self.text,
        )


class ScanFilter(QObject):
    """Watches the window that has the focus and keeps the keys of a scan from every widget.

    It filters the native windows, which see each key before any widget, and not the application:
    a filter there would run for every event of every object.

    Attributes:
        scanned: The text of a finished scan.
    """

    scanned = Signal(str)

    def __init__(
        self, parent: QObject | None = None, *, now_ms: Callable[[], int] = monotonic_ms
    ) -> None:
        """Watch from now on by the clock `now_ms`: the usual gap, an uncalibrated scanner."""
        super().__init__(parent)
        self._now_ms = now_ms
        self._decoder: ScanDecoder[_HeldKey] = ScanDecoder()
        self._is_replaying = False
        self._held_down: set[int] = set()
        self._swallowed_down: set[int] = set()
        self._struck: tuple[int, int] | None = None
        self._system_offset_ms: int | None = None
        self._watched: QWindow | None = None
        self._silence = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._silence.timeout.connect(self._let_queued_keys_through)
        self._confirm = QTimer(self, singleShot=True, interval=0)
        self._confirm.timeout.connect(self._hear_silence)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self._watch)
        self._watch(QGuiApplication.focusWindow())

    def configure(
        self, *, gap_ms: int = DEFAULT_GAP_MS, calibration: Calibration | None = None
    ) -> None:
        """Take the scanner's settings; keys that are held back now count as typed."""
        self._apply(self._decoder.other(self._now_ms()))
        self._decoder = ScanDecoder(gap_ms=gap_ms, calibration=calibration)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Decide about each key before the window gets it."""
        kind = event.type()
        if self._is_replaying:
            return False
        if kind is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._press(event)
        if kind is QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            return self._release(event)
        # A shortcut acts before its key is delivered, and a click may move the focus: whatever
        # was typed before must have arrived by then.
        is_command = (
            kind is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not (_character(event) or _is_ending(event) or event.key() in _MODIFIER_KEYS)
        )
        if is_command or kind is QEvent.Type.MouseButtonPress:
            self._apply(self._decoder.other(self._now_ms()))
        return False

    def _watch(self, window: QWindow | None) -> None:
        if window is not None and window is not self._watched:
            if self._watched is not None:
                self._watched.removeEventFilter(self)
            window.installEventFilter(self)
            window.destroyed.connect(self._forget_window)
        self._watched = window or self._watched

    def _forget_window(self) -> None:
        self._watched = None

    def _press(self, event: QKeyEvent) -> bool:
        if event.key() in _MODIFIER_KEYS:
            return False
        at_ms = self._time_of(event)
        is_repeat = self._is_repeat(event, at_ms)
        if is_repeat or _has_free_text(QApplication.focusWidget()):
            self._apply(self._decoder.other(at_ms))
            # The Enter of a scan must not act again by being held down.
            return is_repeat and _HeldKey.of(event).button in self._swallowed_down
        if _is_ending(event):
            step = self._decoder.terminator(at_ms)
            self._apply(step)
            if step.is_taken:
                self._swallowed_down.add(_HeldKey.of(event).button)
            return step.is_taken
        character = _character(event)
        if not character:
            self._apply(self._decoder.other(at_ms))
            return False
        key = _HeldKey.of(event)
        self._swallowed_down.discard(key.button)
        self._apply(self._decoder.character(character, at_ms, key))
        self._held_down.add(key.button)
        self._silence.start(self._decoder.wait_ms + 1)
        return True

    def _is_repeat(self, event: QKeyEvent, at_ms: int) -> bool:
        """Tell whether a key is held down, rather than struck again by a fast scanner.

        Under X11 a key that comes up and goes down within a millisecond is reported as repeating.
        """
        button = _HeldKey.of(event).button
        if event.isAutoRepeat():
            before, struck_ms = self._struck or (None, 0)
            if before != button or at_ms - struck_ms > _SOONEST_REPEAT_MS:
                return True
        self._struck = (button, at_ms)
        return False

    def _release(self, event: QKeyEvent) -> bool:
        key = _HeldKey.of(event)
        if event.isAutoRepeat() or event.key() in _MODIFIER_KEYS:
            return key.button in self._swallowed_down
        if key.button in self._swallowed_down:
            self._swallowed_down.discard(key.button)
            return True
        if key.button not in self._held_down:
            return False
        self._held_down.discard(key.button)
        return self._decoder.companion(key).is_taken

    def _let_queued_keys_through(self) -> None:
        # After a stall the timer is due together with keys that came in time: they go first.
        self._confirm.start()

    def _hear_silence(self) -> None:
        if self._silence.isActive():
            return
        self._apply(self._decoder.silence(self._now_ms()))
        if self._decoder.is_holding:
            self._silence.start(self._decoder.wait_ms + 1)

    def _apply(self, step: Step[_HeldKey]) -> None:
        if not self._decoder.is_holding:
            if not step.replay:
                self._swallowed_down |= self._held_down
            self._held_down.clear()
            self._silence.stop()
        if step.replay:
            self._replay(step.replay)
        if step.scan is not None:
            self.scanned.emit(step.scan)

    def _replay(self, keys: tuple[_HeldKey, ...]) -> None:
        self._is_replaying = True
        try:
            for key in keys:
                # A key may move the focus to another window; those after it go there.
                if self._watched is not None:
                    QCoreApplication.sendEvent(self._watched, key.event())
        finally:
            self._is_replaying = False

    def _time_of(self, event: QKeyEvent) -> int:
        """Return when the key was pressed, on the monotonic clock.

        The system's time stamp tells it also when this program was busy meanwhile; without one,
        the time of arrival has to do.
        """
        now_ms, stamp_ms = self._now_ms(), event.timestamp()
        if stamp_ms == 0:
            return now_ms
        offset_ms = now_ms - stamp_ms
        known = self._system_offset_ms
        if known is None or abs(offset_ms - known) > _CLOCK_JUMP_MS:
            self._system_offset_ms = offset_ms
        else:
            self._system_offset_ms = min(known, offset_ms)
        return stamp_ms + self._system_offset_ms


def _character(event: QKeyEvent) -> str:
    """Return the one character that a key types, or an empty text."""
    commands = event.modifiers() & _COMMAND_MODIFIERS
    if commands and commands != _ALT_GR:
        return ""
    text = event.text()
    return text if len(text) == 1 and text.isprintable() else ""


def _is_ending(event: QKeyEvent) -> bool:
    return event.key() in _ENDING_KEYS and not event.modifiers() & _COMMAND_MODIFIERS


def _has_free_text(widget: QWidget | None) -> bool:
    while widget is not None:
        if widget.property(FREE_TEXT):
            return True
        widget = widget.parentWidget()
    return False
