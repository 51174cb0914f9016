"""Tells what a barcode scanner types from what a person types, by how fast the keys come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message

Key = TypeVar("Key")

SHORTEST_SCAN: Final = 8
DEFAULT_GAP_MS: Final = 50
SMALLEST_GAP_MS: Final = 20
LARGEST_GAP_MS: Final = 150
SILENCE_MS: Final = 100
REPEAT_MS: Final = 2_000
# A scanner that ends with two keys, or whose last key comes late, must not press a button with
# them; nobody reads a screen and presses Enter within a fifth of a second.
TRAILER_MS: Final = 200


class CalibrationError(GiftillError):
    """What was scanned has nothing in common with the printed test code."""

    def __init__(self) -> None:
        """Say what to scan."""
        super().__init__(
            Message(N_("This was not the test code")),
            Message(N_("What the scanner typed does not look like the test code.")),
            Message(N_("Scan the test code on this screen, with nothing else in view.")),
        )


@dataclass(frozen=True)
class Calibration:
    """What a scanner adds to a code, and which keys it gets wrong on this PC.

    Attributes:
        prefix: What it types before each code, as received.
        suffix: What it types after each code, before Enter or Tab, as received.
        swaps_case: Whether Caps Lock is on for it: `a` is `A` and the reverse.
        substitutions: Pairs of the character received and the one printed, for a scanner whose
            keyboard layout is not the PC's, such as `à` for `0` on AZERTY.
    """

    prefix: str = ""
    suffix: str = ""
    swaps_case: bool = False
    substitutions: tuple[tuple[str, str], ...] = ()

    def read(self, received: str) -> str:
        """Return the code that was printed, from what the scanner typed."""
        bare = received.removeprefix(self.prefix)
        if self.suffix:
            bare = bare.removesuffix(self.suffix)
        as_printed = dict(self.substitutions)
        return "".join(as_printed.get(each) or self._in_case(each) for each in bare)

    def _in_case(self, character: str) -> str:
        swapped = character.swapcase()
        return swapped if self.swaps_case and len(swapped) == 1 else character


def calibrate(printed: str, received: str) -> Calibration:
    """Learn a scanner's ways from one scan of a known code.

    Args:
        printed: The test code; it should hold every character that card codes and wallet links
            can have, small and capital letters among them.
        received: What the scanner typed for it, without the Enter or Tab at the end.

    Raises:
        CalibrationError: `received` is not a scan of `printed`.
    """
    start, likeness = _best_start(printed, received)
    if likeness < len(printed) // 3:
        raise CalibrationError
    core = received[start : start + len(printed)]
    letters = [(ours, theirs) for ours, theirs in zip(printed, core, strict=True) if ours != theirs]
    swapped = [ours for ours, theirs in letters if theirs == ours.swapcase()]
    swaps_case = 2 * len(swapped) > sum(each.isalpha() for each in printed)
    plain = Calibration(swaps_case=swaps_case)
    substitutions = dict.fromkeys(
        (theirs, ours)
        for ours, theirs in zip(printed, core, strict=True)
        if plain.read(theirs) != ours
    )
    return Calibration(
        prefix=received[:start],
        suffix=received[start + len(printed) :],
        swaps_case=swaps_case,
        substitutions=tuple(substitutions),
    )


def _best_start(printed: str, received: str) -> tuple[int, int]:
    """Find where the test code starts, and how many of its characters came through."""
    wanted = printed.casefold()
    scores = []
    for start in range(len(received) - len(printed) + 1):
        window = received[start : start + len(printed)].casefold()
        likeness = sum(a == b for a, b in zip(wanted, window, strict=False))
        scores.append((likeness, -start))
    likeness, start = max(scores, default=(0, 0))
    return -start, likeness


@dataclass(frozen=True)
class Step(Generic[Key]):
    """What to do after a key or a silence, in this order.

    Attributes:
        replay: Keys that were held back and turn out to be typing: deliver them now, in order.
        scan: A finished scan, as its code was printed, or None.
        is_taken: Whether the key just fed is held back or was part of a scan: don't deliver it.
    """

    replay: tuple[Key, ...] = ()
    scan: str | None = None
    is_taken: bool = False


class ScanDecoder(Generic[Key]):
    """Holds keys back for as long as they may belong to a scan, and no longer.

    A run of characters that follow each other within the gap is a scan once it is 8 long and ends
    by Enter, Tab or 100 ms of silence. A shorter one is typing: it is replayed when the gap has
    passed without a further key, so that typing is late by the gap at most. Times are
    milliseconds on any clock that does not go back.
    """

    def __init__(
        self, *, gap_ms: int = DEFAULT_GAP_MS, calibration: Calibration | None = None
    ) -> None:
        """Wait `gap_ms` between characters, 20 to 150; undo what `calibration` says."""
        self._gap_ms = min(max(gap_ms, SMALLEST_GAP_MS), LARGEST_GAP_MS)
        self._calibration = calibration or Calibration()
        self._text = ""
        self._held: list[Key] = []
        self._last_ms = 0
        self._scanned: tuple[str, int] | None = None
        self._ended_ms: int | None = None

    @property
    def is_holding(self) -> bool:
        """Whether keys are held back now."""
        return bool(self._held)

    @property
    def wait_ms(self) -> int:
        """How long after the last character `silence` is due, while keys are held back."""
        if len(self._text) < SHORTEST_SCAN:
            return self._gap_ms
        # The gap may be set longer than the silence; a run must not end within it.
        return max(SILENCE_MS, self._gap_ms)

    def character(self, character: str, at_ms: int, key: Key) -> Step[Key]:
        """Take a key that types `character`."""
        before = self.silence(at_ms)
        self._text += character
        self._held.append(key)
        self._last_ms = at_ms
        return Step(before.replay, before.scan, is_taken=True)

    def companion(self, key: Key) -> Step[Key]:
        """Take a key's coming up: it stays behind the keys that are held back."""
        if not self._held:
            return Step()
        self._held.append(key)
        return Step(is_taken=True)

    def terminator(self, at_ms: int) -> Step[Key]:
        """Take Enter or Tab."""
        before = self.silence(at_ms)
        if before.scan is not None or not self._held:
            return Step(before.replay, before.scan, is_taken=self._follows_scan(at_ms))
        ended = self._end(at_ms)
        return Step(ended.replay, ended.scan, is_taken=self._follows_scan(at_ms))

    def other(self, at_ms: int) -> Step[Key]:
        """Take any other key, or a click: nothing that was typed before may come after it."""
        return self._end(at_ms)

    def silence(self, at_ms: int) -> Step[Key]:
        """Look whether what is held back has ended by now."""
        if self._held and at_ms - self._last_ms > self.wait_ms:
            return self._end(self._last_ms)
        return Step()

    def _follows_scan(self, at_ms: int) -> bool:
        return self._ended_ms is not None and 0 <= at_ms - self._ended_ms <= TRAILER_MS

    def _end(self, at_ms: int) -> Step[Key]:
        text, held = self._text, tuple(self._held)
        self._text = ""
        self._held.clear()
        if len(text) < SHORTEST_SCAN:
            if held:
                self._ended_ms = None
            return Step(replay=held)
        self._ended_ms = at_ms
        code = self._calibration.read(text)
        if self._scanned is not None:
            earlier, when_ms = self._scanned
            if code == earlier and at_ms - when_ms < REPEAT_MS:
                return Step()
        self._scanned = (code, at_ms)
        return Step(scan=code)
