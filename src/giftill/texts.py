"""Puts texts, money and dates into the reader's language: one object a language, no globals."""

from __future__ import annotations

import gettext
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from .domain.message import N_, Message
from .domain.money import Money
from .resources import is_checkout, resource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo
    from pathlib import Path

    from .domain.errors import GiftillError

LANGUAGES: Final = ("en", "nl")


class _Manner(Struct, frozen=True):
    """How a language writes euros and days: CLDR's answer, copied out of it.

    Babel reads all that CLDR knows about a locale, some 25 ms and 6 MB, of which a till needs
    this. The tests hold every line of it against Babel; what is not here is asked of Babel.

    Attributes:
        locale: Babel's name of it.
        euro: An amount; `{sign}` and `{digits}` are filled in.
        thousands: What stands between groups of three digits.
        decimal: What stands before the cents.
        months: The twelve months, as they stand in a date.
    """

    locale: str
    euro: str
    thousands: str
    decimal: str
    months: tuple[str, ...]


def _months(names: str) -> tuple[str, ...]:
    return tuple(names.split())


# Giftill's texts are written in English; Ireland's way fits it: euros, dots, day before month.
_MANNERS: Final = {
    "en": _Manner(
        "en_IE",
        "{sign}€{digits}",
        ",",
        ".",
        _months("Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec"),
    ),
    "nl": _Manner(
        "nl_NL",
        "{sign}€\u00a0{digits}",
        ".",
        ",",
        _months("jan feb mrt apr mei jun jul aug sep okt nov dec"),
    ),
}

# The true minus: a hyphen is too short to be seen beside figures.
_MINUS: Final = "\u2212"

_MINUTE_S: Final = 60
_HOUR_S: Final = 60 * _MINUTE_S
_DAY_S: Final = 24 * _HOUR_S


class Texts:
    """One language, with its way of writing money and dates.

    By convention the variable is called `t`, so that a text reads `t("Hold {amount}", amount=…)`
    and the translators' tools find it.

    Attributes:
        language: `en` or `nl`.
    """

    def __init__(self, language: str = "en", *, zone: tzinfo | None = None) -> None:
        """Load the language.

        Args:
            language: One of `LANGUAGES`.
            zone: Time zone that times are shown in; None is this PC's own.

        Raises:
            ValueError: Giftill does not speak the language.
        """
        if language not in LANGUAGES:
            msg = f"no texts in {language!r}"
            raise ValueError(msg)
        self.language = language
        self._manner = _MANNERS[language]
        self._zone = zone
        self._catalogue = _load(language)

    def __call__(self, text: str, /, **values: object) -> str:
        """Translate a source text and fill its `{placeholders}`.

        Args:
            text: The English source text.
            values: What belongs in the placeholders; `Money`, `datetime` and `Message` values
                are written the way of the language.
        """
        return self._fill(self._catalogue.gettext(text), values)

    def message(self, message: Message) -> str:
        """Put a message of the domain into words."""
        return self(message.text, **message.values)

    def explain(self, error: GiftillError) -> str:
        """Put an error into words: what happened, and what to do now."""
        return f"{self.message(error.message)} {self.message(error.hint)}".strip()

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Translate a text that depends on a number, which may be used as `{n}`.

        Args:
            one: The English source text for one.
            many: The English source text for any other number.
            n: The number.
            values: What else belongs in the placeholders.
        """
        return self._fill(self._catalogue.ngettext(one, many, n), {"n": n, **values})

    def money(self, money: Money) -> str:
        """Write an amount: `€12.50` in English, `€ 12,50` (no-break space) in Dutch."""
        if money.currency != "EUR":
            return _in_foreign_currency(money, self._manner.locale)
        whole, cents = divmod(abs(money.cents), 100)
        digits = f"{whole:,}".replace(",", self._manner.thousands)
        return self._manner.euro.format(
            sign=_MINUS if money.cents < 0 else "",
            digits=f"{digits}{self._manner.decimal}{cents:02d}",
        )

    def date(self, when: datetime) -> str:
        """Write the day in local time, such as `5 Sept 2026`."""
        local = self._local(when)
        return f"{local.day} {self._manner.months[local.month - 1]} {local.year}"

    def time(self, when: datetime) -> str:
        """Write hours and minutes in local time, such as `14:03`."""
        return f"{self._local(when):%H:%M}"

    def date_time(self, when: datetime) -> str:
        """Write day, hours and minutes in local time, such as `5 Sept 2026, 14:03`."""
        return f"{self.date(when)}, {self.time(when)}"

    def days_between(self, start: datetime, end: datetime) -> int:
        """Count the midnights, in local time, that lie between two moments with time zones."""
        return (self._local(end).date() - self._local(start).date()).days

    def age(self, seconds: float) -> str:
        """Write how long something has lasted, in its largest whole unit: `3 min`, `5 days`.

        Args:
            seconds: The age in seconds; less than zero, after a jump of the clock, counts as zero.
        """
        if seconds < _MINUTE_S:
            return self(N_("just now"))
        if seconds < _HOUR_S:
            return self(N_("{n} min"), n=int(seconds // _MINUTE_S))
        if seconds < _DAY_S:
            return self(N_("{n} h"), n=int(seconds // _HOUR_S))
        return self.plural("{n} day", "{n} days", int(seconds // _DAY_S))

    def _fill(self, text: str, values: Mapping[str, object]) -> str:
        if not values:
            return text
        return text.format(**{name: self._written(value) for name, value in values.items()})

    def _written(self, value: object) -> object:
        if isinstance(value, Money):
            return self.money(value)
        if isinstance(value, datetime):
            return self.date_time(value)
        if isinstance(value, Message):
            return self.message(value)
        return value

    def _local(self, when: datetime) -> datetime:
        try:
            return when.astimezone(self._zone)
        except (OverflowError, OSError):
            # The first and last days of the calendar can't be shifted; they are shown as sent.
            return when


def _in_foreign_currency(money: Money, locale: str) -> str:
    from decimal import Decimal

    from babel.numbers import format_currency

    written = format_currency(Decimal(abs(money.cents)).scaleb(-2), money.currency, locale=locale)
    return f"{_MINUS if money.cents < 0 else ''}{written}"


def _load(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    compiled = resource("translations", language, "LC_MESSAGES", "giftill.mo")
    source = compiled.with_suffix(".po")
    if is_checkout() and _is_stale(compiled, source):
        return _compile(source)
    with compiled.open("rb") as file:
        return gettext.GNUTranslations(file)


def _is_stale(compiled: Path, source: Path) -> bool:
    if not compiled.exists():
        return True
    return compiled.stat().st_mtime_ns < source.stat().st_mtime_ns


def _compile(source: Path) -> gettext.NullTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with source.open("rb") as file:
        catalogue = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
