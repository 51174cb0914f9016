from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from babel.dates import format_date, format_time
from babel.numbers import format_currency

from giftill.domain.message import Message
from giftill.domain.money import Money
from giftill.texts import LANGUAGES, Texts

LOCALES = {"en": "en_IE", "nl": "nl_NL"}

NOON = datetime(2026, 9, 5, 12, 3, tzinfo=UTC)
SUMMER = timezone(timedelta(hours=2))


def test_an_english_amount_has_its_sign_in_front_and_a_dot() -> None:
    assert Texts("en").money(Money(1250)) == "€12.50"


def test_a_dutch_amount_has_a_comma_and_a_space_that_never_breaks() -> None:
    assert Texts("nl").money(Money(1250)) == "€\u00a012,50"


def test_a_debit_shows_a_true_minus_before_its_sign() -> None:
    assert Texts("en").money(Money(-5)) == "\u2212€0.05"
    assert Texts("nl").money(Money(-123456)) == "\u2212€\u00a01.234,56"
    assert Texts("en").money(Money(-300, "USD")) == "\u2212US$3.00"


def test_another_currency_is_named() -> None:
    assert Texts("en").money(Money(300, "USD")) == "US$3.00"


def test_times_are_shown_in_the_till_s_own_zone() -> None:
    assert Texts("en", zone=SUMMER).date_time(NOON) == "5 Sept 2026, 14:03"
    assert Texts("nl", zone=SUMMER).date_time(NOON) == "5 sep 2026, 14:03"


def test_the_last_day_of_the_calendar_can_be_shown() -> None:
    last = datetime(9999, 12, 31, 23, 30, tzinfo=UTC)
    assert Texts("en", zone=SUMMER).date(last) == "31 Dec 9999"


@pytest.mark.parametrize(
    ("seconds", "english", "dutch"),
    [
        (-20, "just now", "zojuist"),
        (59.9, "just now", "zojuist"),
        (60, "1 min", "1 min"),
        (7300, "2 h", "2 u"),
        (86_400, "1 day", "1 dag"),
        (400_000, "4 days", "4 dagen"),
    ],
)
def test_an_age_is_told_in_its_largest_whole_unit(seconds: float, english: str, dutch: str) -> None:
    assert Texts("en").age(seconds) == english
    assert Texts("nl").age(seconds) == dutch


def test_a_message_writes_its_amounts_and_times_the_reader_s_way() -> None:
    message = Message("{amount} at {when}", {"amount": Money(1250), "when": NOON})
    assert Texts("nl", zone=SUMMER).message(message) == "€\u00a012,50 at 5 sep 2026, 14:03"


def test_a_message_may_have_a_value_called_text() -> None:
    message = Message("“{text}” is not an amount.", {"text": "1e9"})
    assert Texts("en").message(message) == "“1e9” is not an amount."


def test_a_message_inside_a_message_is_translated_too() -> None:
    assert Texts("nl")("{age}!", age=Message("just now")) == "zojuist!"


def test_braces_in_a_value_are_shown_as_they_are() -> None:
    assert Texts("en")("Gifty says: {detail}", detail="{oops}") == "Gifty says: {oops}"


def test_a_text_that_nobody_translated_stays_english() -> None:
    assert Texts("nl")("A text that is in no catalogue") == "A text that is in no catalogue"


def test_a_language_that_giftill_does_not_speak_is_refused() -> None:
    with pytest.raises(ValueError, match="de"):
        Texts("de")


def test_every_language_opens() -> None:
    assert [Texts(each).language for each in LANGUAGES] == list(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "cents", [0, 1, 9, 99, 100, 1_250, 99_999, 100_000, 123_456, 9_999_999, 123_456_789]
)
def test_euros_are_written_as_cldr_has_them(language: str, cents: int) -> None:
    expected = format_currency(Decimal(cents).scaleb(-2), "EUR", locale=LOCALES[language])
    assert Texts(language).money(Money(cents)) == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("month", range(1, 13))
def test_days_are_written_as_cldr_has_them(language: str, month: int) -> None:
    when = datetime(2026, month, month * 2, 12, tzinfo=UTC)
    expected = format_date(when, "medium", locale=LOCALES[language])
    assert Texts(language, zone=UTC).date(when) == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hour", [0, 9, 12, 23])
def test_times_are_written_as_cldr_has_them(language: str, hour: int) -> None:
    when = datetime(2026, 1, 2, hour, 5, tzinfo=UTC)
    expected = format_time(when, "HH:mm", locale=LOCALES[language])
    assert Texts(language, zone=UTC).time(when) == expected
