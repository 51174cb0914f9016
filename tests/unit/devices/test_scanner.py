"""What is a scan and what is typing, by the rules of the interface's “Scanner” section."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giftill.devices.scanner import (
    SHORTEST_SCAN,
    Calibration,
    CalibrationError,
    ScanDecoder,
    calibrate,
)

CODE = "ABCD2456EFGH7K9Q"


class Till:
    """Plays keys into a decoder and keeps what came out: `typed` is what a field would hold."""

    def __init__(self, *, gap_ms: int = 50, calibration: Calibration | None = None) -> None:
        self.decoder: ScanDecoder[str] = ScanDecoder(gap_ms=gap_ms, calibration=calibration)
        self.typed = ""
        self.scans: list[str] = []
        self.now_ms = 1_000

    def play(self, text: str, gap_ms: int) -> Till:
        for each in text:
            self.now_ms += gap_ms
            step = (
                self.decoder.terminator(self.now_ms)
                if each in "\r\t"
                else self.decoder.character(each, self.now_ms, each)
            )
            self.typed += "".join(step.replay)
            if step.scan is not None:
                self.scans.append(step.scan)
            if not step.is_taken:
                self.typed += each
        return self

    def wait(self, ms: int) -> Till:
        self.now_ms += ms
        step = self.decoder.silence(self.now_ms)
        self.typed += "".join(step.replay)
        if step.scan is not None:
            self.scans.append(step.scan)
        return self


@pytest.mark.parametrize("ending", ["\r", "\t"])
def test_a_burst_ended_by_enter_or_tab_is_a_scan_and_nothing_leaks(ending: str) -> None:
    till = Till().play(CODE + ending, gap_ms=10)
    assert (till.scans, till.typed) == ([CODE], "")


def test_a_burst_ended_by_silence_is_a_scan() -> None:
    till = Till().play(CODE, gap_ms=10).wait(101)
    assert (till.scans, till.typed) == ([CODE], "")


def test_a_burst_is_not_yet_a_scan_before_the_silence_is_over() -> None:
    till = Till().play(CODE, gap_ms=10).wait(99)
    assert (till.scans, till.typed) == ([], "")


def test_characters_exactly_the_gap_apart_are_a_scan() -> None:
    assert Till().play(CODE + "\r", gap_ms=50).scans == [CODE]


def test_characters_further_apart_than_the_gap_are_typing() -> None:
    till = Till().play(CODE + "\r", gap_ms=51)
    assert (till.scans, till.typed) == ([], CODE + "\r")


@pytest.mark.parametrize(("asked_ms", "used_ms"), [(20, 20), (5, 20), (150, 150), (900, 150)])
def test_the_gap_can_be_set_between_20_and_150_ms(asked_ms: int, used_ms: int) -> None:
    assert Till(gap_ms=asked_ms).play(CODE + "\r", gap_ms=used_ms).scans == [CODE]
    assert Till(gap_ms=asked_ms).play(CODE + "\r", gap_ms=used_ms + 1).scans == []


def test_seven_quick_characters_are_typing_and_arrive_before_their_enter() -> None:
    till = Till().play("1234567\r", gap_ms=10)
    assert (till.scans, till.typed) == ([], "1234567\r")


def test_eight_quick_characters_are_a_scan() -> None:
    assert Till().play("12345678\r", gap_ms=10).scans == ["12345678"]


def test_a_typed_character_arrives_when_the_gap_has_passed() -> None:
    till = Till().play("5", gap_ms=300)
    assert till.typed == ""
    assert till.wait(51).typed == "5"


def test_a_fast_typist_is_not_a_scanner() -> None:
    till = Till()
    for pair in ("12", "34", "56", "78", "90"):
        till.play(pair[0], gap_ms=80).play(pair[1], gap_ms=30)
    assert (till.wait(60).typed, till.scans) == ("1234567890", [])


def test_a_scan_after_typing_leaves_what_was_typed_alone() -> None:
    till = Till().play("12", gap_ms=200).play(CODE[0], gap_ms=200).play(CODE[1:] + "\r", gap_ms=8)
    assert (till.typed, till.scans) == ("12", [CODE])


def test_an_enter_by_itself_is_never_held_back() -> None:
    assert Till().play("\r", gap_ms=500).typed == "\r"


@pytest.mark.parametrize("trailer", ["\r\r", "\r\t", "\t\r"])
def test_a_scanner_that_ends_with_two_keys_presses_nothing(trailer: str) -> None:
    till = Till().play(CODE + trailer, gap_ms=10)
    assert (till.scans, till.typed) == ([CODE], "")


def test_the_enter_of_a_scan_that_comes_late_presses_nothing() -> None:
    till = Till().play(CODE, gap_ms=10).wait(110).play("\r", gap_ms=40)
    assert (till.scans, till.typed) == ([CODE], "")


def test_a_persons_enter_after_a_scan_works() -> None:
    assert Till().play(CODE + "\r", gap_ms=10).play("\r", gap_ms=300).typed == "\r"


def test_a_double_scan_within_two_seconds_is_one() -> None:
    till = Till().play(CODE + "\r", gap_ms=10)
    till.wait(1_500).play(CODE + "\r", gap_ms=10)
    assert (till.scans, till.typed) == ([CODE], "")


def test_the_same_card_after_two_seconds_is_scanned_again() -> None:
    till = Till().play(CODE + "\r", gap_ms=10).wait(2_000).play(CODE + "\r", gap_ms=10)
    assert till.scans == [CODE, CODE]


def test_another_card_within_two_seconds_is_a_scan_of_its_own() -> None:
    other = CODE[::-1]
    till = Till().play(CODE + "\r", gap_ms=10).wait(100).play(other + "\r", gap_ms=10)
    assert till.scans == [CODE, other]


def test_another_key_lets_typing_go_first() -> None:
    till = Till().play("12", gap_ms=10)
    assert till.decoder.other(till.now_ms + 5).replay == ("1", "2")


def test_key_releases_stay_behind_the_presses_held_back() -> None:
    decoder: ScanDecoder[str] = ScanDecoder()
    decoder.character("1", 1_000, "down")
    assert decoder.companion("up").is_taken
    assert decoder.silence(1_051).replay == ("down", "up")
    assert not decoder.companion("up").is_taken


@given(st.lists(st.tuples(st.sampled_from("AB19-\r\t"), st.integers(1, 200)), max_size=60))
def test_every_key_arrives_once_and_in_order_or_belongs_to_a_scan(
    keys: list[tuple[str, int]],
) -> None:
    till = Till()
    for key, gap_ms in keys:
        till.play(key, gap_ms)
    till.wait(500)
    remaining = iter("".join(key for key, _ in keys))
    assert all(each in remaining for each in till.typed), "typing keeps its order"
    assert all(len(each) >= SHORTEST_SCAN for each in till.scans)


@given(st.lists(st.sampled_from("AB19-\r\t"), max_size=60))
def test_typing_at_human_speed_arrives_whole(keys: list[str]) -> None:
    assert Till().play("".join(keys), gap_ms=60).wait(500).typed == "".join(keys)


def test_prefix_and_suffix_are_taken_off() -> None:
    till = Till(calibration=Calibration(prefix="~", suffix="#")).play(f"~{CODE}#\r", gap_ms=10)
    assert till.scans == [CODE]


def test_caps_lock_is_undone() -> None:
    till = Till(calibration=Calibration(swaps_case=True)).play("abcD2456\r", gap_ms=10)
    assert till.scans == ["ABCd2456"]


PRINTED = "GIFTILL-0123456789/ABCXYZ:abcxyz."
AZERTY = str.maketrans("0123456789-/:.AQZWMaqzw", "à&é\"'(§è!ç)=M:QAWZ?qawz")


def test_a_scanner_with_a_us_layout_on_an_azerty_pc_is_learned_from_one_scan() -> None:
    calibration = calibrate(PRINTED, PRINTED.translate(AZERTY))
    till = Till(calibration=calibration).play("ABC-0123-4567-89".translate(AZERTY) + "\r", 10)
    assert till.scans == ["ABC-0123-4567-89"]


def test_prefix_suffix_and_caps_lock_are_learned_from_one_scan() -> None:
    calibration = calibrate(PRINTED, f"]C1{PRINTED.swapcase()}!")
    assert calibration == Calibration(prefix="]C1", suffix="!", swaps_case=True)


def test_a_faultless_scanner_needs_no_calibration() -> None:
    assert calibrate(PRINTED, PRINTED) == Calibration()


@pytest.mark.parametrize("received", ["", "8712345678906", PRINTED[:10], "?" * 40])
def test_another_code_than_the_test_code_is_refused(received: str) -> None:
    with pytest.raises(CalibrationError):
        calibrate(PRINTED, received)
