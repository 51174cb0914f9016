"""Amounts as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giftill.domain.money import (
    LARGEST_AMOUNT_CENTS,
    AmountError,
    AmountProblem,
    Money,
    parse_amount,
)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12,50", 1250),
        ("12.50", 1250),
        ("12,5", 1250),
        ("12", 1200),
        ("0,01", 1),
        ("€ 12,50", 1250),
        ("€12.50", 1250),
        (" 7 ", 700),
        ("1250", 125_000),
    ],
)
def test_an_amount_is_read_with_comma_or_point(text: str, cents: int) -> None:
    assert parse_amount(text) == cents


@pytest.mark.parametrize(("text", "cents"), [("1250", 1250), ("5", 5), ("12,50", 1250)])
def test_cents_first_reads_digits_alone_as_cents(text: str, cents: int) -> None:
    assert parse_amount(text, cents_first=True) == cents


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", AmountProblem.NOT_AN_AMOUNT),
        ("abc", AmountProblem.NOT_AN_AMOUNT),
        ("1e9", AmountProblem.NOT_AN_AMOUNT),
        ("nan", AmountProblem.NOT_AN_AMOUNT),
        ("1,2,3", AmountProblem.NOT_AN_AMOUNT),
        ("12,", AmountProblem.NOT_AN_AMOUNT),
        ("١٢", AmountProblem.NOT_AN_AMOUNT),
        ("0", AmountProblem.NOT_POSITIVE),
        ("0,00", AmountProblem.NOT_POSITIVE),
        ("-5", AmountProblem.NOT_POSITIVE),
        ("-12,50", AmountProblem.NOT_POSITIVE),
        ("12,345", AmountProblem.TOO_PRECISE),
        ("1.250,00", AmountProblem.NOT_AN_AMOUNT),
        ("100000", AmountProblem.TOO_LARGE),
        ("99999999999999", AmountProblem.TOO_LARGE),
    ],
)
def test_what_is_no_amount_is_told_apart(text: str, problem: AmountProblem) -> None:
    with pytest.raises(AmountError) as caught:
        parse_amount(text)
    assert caught.value.problem is problem


@given(st.integers(min_value=1, max_value=LARGEST_AMOUNT_CENTS), st.sampled_from(",."))
def test_every_amount_survives_being_written_and_read(cents: int, separator: str) -> None:
    assert parse_amount(f"{cents // 100}{separator}{cents % 100:02d}") == cents


@given(st.text(max_size=30))
def test_any_text_is_a_positive_amount_or_an_amount_error(text: str) -> None:
    try:
        assert 0 < parse_amount(text) <= LARGEST_AMOUNT_CENTS
    except AmountError:
        return


def test_money_of_two_currencies_is_never_added() -> None:
    with pytest.raises(ValueError, match="USD"):
        Money(1) + Money(1, "USD")
    assert -(Money(250) + Money(50) - Money(100)) == Money(-200)
    assert str(Money(-1205)) == "-12.05 EUR"
