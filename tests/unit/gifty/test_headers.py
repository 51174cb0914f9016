"""`Date` and `Retry-After`, right and wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giftill.gifty.headers import LONGEST_WAIT_S, retry_after_s, server_time_s

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
DATE_S = 784_111_777.0


def test_the_date_is_taken_half_a_second_on() -> None:
    assert server_time_s(DATE) == DATE_S + 0.5


@pytest.mark.parametrize("date", [None, "", "today", "Sun, 99 Nov 1994 08:49:37 GMT", "1e9"])
def test_a_date_that_is_none_tells_nothing(date: str | None) -> None:
    assert server_time_s(date) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("30", 30.0),
        (" 30 ", 30.0),
        ("86401", LONGEST_WAIT_S),
        ("9" * 10_000, LONGEST_WAIT_S),
        ("Sun, 06 Nov 1994 08:50:37 GMT", 60.0),
        (DATE, 0.0),
        ("Mon, 06 Nov 2023 08:49:37 GMT", LONGEST_WAIT_S),
    ],
)
def test_a_wait_is_told_in_seconds_or_by_the_servers_clock(value: str, seconds: float) -> None:
    assert retry_after_s(value, date=DATE, now_s=0.0) == seconds


@pytest.mark.parametrize(
    "value", [None, "", "-5", "5.5", "1e3", "soon", "٣٠", "Sun, 06 Nov 1994 08:48:37 GMT"]
)
def test_a_wait_that_is_none_or_over_tells_nothing(value: str | None) -> None:
    assert retry_after_s(value, date=DATE, now_s=0.0) is None


def test_without_the_servers_clock_this_pcs_counts() -> None:
    assert retry_after_s(DATE, date=None, now_s=DATE_S - 20) == 20.0


@given(st.text())
def test_no_header_raises(text: str) -> None:
    server_time_s(text)
    wait_s = retry_after_s(text, date=text, now_s=0.0)
    assert wait_s is None or 0 <= wait_s <= LONGEST_WAIT_S
