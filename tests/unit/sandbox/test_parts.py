"""The small parts: request limit, fault switch, texts, languages, times."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from giftill.sandbox import Fault, FaultKind, FaultSwitch, texts
from giftill.sandbox.clock import from_iso, iso
from giftill.sandbox.limiter import RateLimiter


@given(gaps=st.lists(st.floats(0, 30), min_size=1, max_size=60), rate=st.integers(1, 8))
def test_no_minute_ever_sees_more_requests_than_the_rate(gaps: list[float], rate: int) -> None:
    limiter = RateLimiter(rate)
    now, admitted = 0.0, []
    for gap in gaps:
        now += gap
        wait_s = limiter.admit("token", now)
        if wait_s is None:
            admitted.append(now)
            assert sum(1 for at in admitted if at + 60 > now) <= rate
        else:
            assert 1 <= wait_s <= 60


@given(gaps=st.lists(st.floats(0, 20), min_size=1, max_size=40))
@example(gaps=[0.6892216971010169, 0.0, 0.0, 0.0])  # a minute later rounds to a hair before it
def test_whoever_waits_as_long_as_told_is_let_in(gaps: list[float]) -> None:
    limiter = RateLimiter(3)
    now = 1_000.0
    for gap in gaps:
        now += gap
        wait_s = limiter.admit("token", now)
        if wait_s is not None:
            now += wait_s
            assert limiter.admit("token", now) is None


def test_a_rate_of_0_sets_no_limit() -> None:
    limiter = RateLimiter(0)
    assert all(limiter.admit("token", 0.0) is None for _request in range(1_000))


def test_a_fault_is_over_after_its_last_hit() -> None:
    switch = FaultSwitch()
    switch.set(Fault(FaultKind.LIMITED, times=2))
    assert len(switch.take("GET", "/v1/packages")) == 1
    assert switch.active()[0].times == 1
    assert len(switch.take("GET", "/v1/packages")) == 1
    assert switch.take("GET", "/v1/packages") == ()
    assert switch.active() == ()


def test_a_fault_is_over_after_its_duration() -> None:
    switch = FaultSwitch()
    switch.set(Fault(FaultKind.LIMITED, duration_s=0.02))
    assert switch.active() != ()
    end = time.monotonic() + 5
    while switch.active():
        assert time.monotonic() < end
    assert switch.soonest_end_s() is None


def test_a_request_meets_every_delay_but_only_the_first_other_fault() -> None:
    switch = FaultSwitch()
    slow = Fault(FaultKind.LATENCY)
    first, second = Fault(FaultKind.LIMITED, times=1), Fault(FaultKind.HTML_200, times=1)
    switch.set(first, second)
    switch.add(slow)
    assert switch.take("GET", "/") == (first, slow)
    assert switch.take("GET", "/") == (second, slow)
    assert switch.take("GET", "/") == (slow,)


@pytest.mark.parametrize(
    ("method", "path", "hit"),
    [
        ("POST", "/v1/transactions/tr_1/capture", True),
        ("GET", "/v1/transactions/tr_1/capture", False),
        ("POST", "/v1/transactions/tr_1/refund", False),
    ],
)
def test_a_fault_hits_what_its_scope_says(method: str, path: str, hit: bool) -> None:
    fault = Fault(FaultKind.LIMITED, "POST", "/v1/transactions/*/capture")
    assert fault.hits(method, path) is hit


@pytest.mark.parametrize("pair", texts.TEXTS.values(), ids=texts.TEXTS.keys())
def test_every_sentence_has_the_same_gaps_in_both_languages(pair: tuple[str, str]) -> None:
    english, dutch = pair
    assert english.count("{}") == dutch.count("{}")
    assert english != dutch
    assert all(re.fullmatch(r"[A-Z{].*[.]", sentence) for sentence in pair)


@pytest.mark.parametrize(
    ("cents", "currency", "written"),
    [
        (0, "EUR", "€ 0,00"),
        (1_250, "EUR", "€ 12,50"),
        (-5, "EUR", "€ 0,05"),
        (123_456_789, "EUR", "€ 1.234.567,89"),
        (8_000, "USD", "$ 80,00"),
        (100, "CHF", "CHF 1,00"),
    ],
)
def test_amounts_are_written_as_on_the_page(cents: int, currency: str, written: str) -> None:
    assert texts.amount(cents, currency) == written


@given(st.integers(0, 4_000_000_000))
def test_a_time_survives_being_written_and_read(at: int) -> None:
    assert from_iso(iso(at)) == at


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2022-09-15T12:41:31+00:00", 1663245691),
        ("2022-09-15T12:41:31Z", 1663245691),
        ("2022-09-15T14:41:31+02:00", 1663245691),
        ("2022-09-15T12:41:31", 1663245691),
        ("2022-09-15", 1663200000),
        ("15-09-2022", None),
        ("0001-01-01T00:00:00+14:00", -62135647200),
    ],
)
def test_times_are_read_as_iso_8601(text: str, at: int | None) -> None:
    assert from_iso(text) == at
