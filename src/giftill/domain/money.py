"""Amounts of money, in whole cents, and how people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .errors import GiftillError
from .message import N_, Message

# Twice the price of a car: more than any gift card holds, and far from what integers lose.
LARGEST_AMOUNT_CENTS: Final = 9_999_999

_SHOWN_LENGTH: Final = 20

_AMOUNT = re.compile(r"(?P<whole>\d{1,9})(?:[.,](?P<fraction>\d{1,2}))?")


@dataclass(frozen=True)
class Money:
    """An amount in a currency.

    Attributes:
        cents: The amount in hundredths of the currency's unit; negative for a debit.
        currency: ISO 4217 code, three capitals.
    """

    cents: int
    currency: str = "EUR"

    def __add__(self, other: Money) -> Money:
        """Add an amount of the same currency."""
        return Money(self.cents + self._cents_of(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        """Subtract an amount of the same currency."""
        return Money(self.cents - self._cents_of(other), self.currency)

    def __neg__(self) -> Money:
        """Turn a debit into a credit, or back."""
        return Money(-self.cents, self.currency)

    def __str__(self) -> str:
        """Return the amount for logs and machines, such as `12.50 EUR`."""
        sign = "-" if self.cents < 0 else ""
        whole, fraction = divmod(abs(self.cents), 100)
        return f"{sign}{whole}.{fraction:02d} {self.currency}"

    def _cents_of(self, other: Money) -> int:
        if other.currency != self.currency:
            msg = f"{other} is not in {self.currency}"
            raise ValueError(msg)
        return other.cents


class AmountProblem(StrEnum):
    """Why a text is not an amount that can be held, sold or refunded."""

    NOT_AN_AMOUNT = "not_an_amount"
    TOO_PRECISE = "too_precise"
    NOT_POSITIVE = "not_positive"
    TOO_LARGE = "too_large"


_EXPLANATIONS = {
    AmountProblem.NOT_AN_AMOUNT: (
        N_("“{text}” is not an amount."),
        N_("Type euros and cents, such as 12,50 or 12.50."),
    ),
    AmountProblem.TOO_PRECISE: (
        N_("“{text}” has more than two decimals."),
        N_("Type euros and cents, such as 12,50 or 12.50; no separator between thousands."),
    ),
    AmountProblem.NOT_POSITIVE: (
        N_("The amount must be more than zero."),
        N_("Type the amount to take from the card, such as 12,50."),
    ),
    AmountProblem.TOO_LARGE: (
        N_("“{text}” is more than any gift card can hold."),
        N_("Check the amount and type it again."),
    ),
}


class AmountError(GiftillError):
    """A text is not an amount.

    Attributes:
        problem: Which rule it breaks.
    """

    def __init__(self, problem: AmountProblem, text: str) -> None:
        """Explain `problem` of the typed `text`, shortened to what fits a line."""
        message, hint = _EXPLANATIONS[problem]
        shown = text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…"
        super().__init__(
            Message(N_("This amount can’t be used")),
            Message(message, {"text": shown}),
            Message(hint),
        )
        self.problem = problem


def parse_amount(text: str, *, cents_first: bool = False) -> int:
    """Read an amount as people type it.

    Args:
        text: Such as `12,50`, `12.50`, `€ 12,5` or `12`; spaces and one euro sign are ignored.
        cents_first: Read digits without a separator as cents (`1250` is 12.50), as some tills do.

    Returns:
        The amount in cents, more than zero.

    Raises:
        AmountError: The text is no amount, not positive, too precise or too large.
    """
    bare = "".join(text.split()).removeprefix("€")
    if re.fullmatch(r"\d{1,9}[.,]\d{3,}", bare):
        raise AmountError(AmountProblem.TOO_PRECISE, text)
    if re.fullmatch(r"[-−]\d+([.,]\d*)?", bare):
        raise AmountError(AmountProblem.NOT_POSITIVE, text)
    if re.fullmatch(r"\d{10,}([.,]\d{1,2})?", bare):
        raise AmountError(AmountProblem.TOO_LARGE, text)
    match = _AMOUNT.fullmatch(bare) if bare.isascii() else None
    if match is None:
        raise AmountError(AmountProblem.NOT_AN_AMOUNT, text)
    whole, fraction = int(match["whole"]), match["fraction"]
    cents = whole if cents_first and fraction is None else whole * 100
    cents += int((fraction or "0").ljust(2, "0"))
    if cents == 0:
        raise AmountError(AmountProblem.NOT_POSITIVE, text)
    if cents > LARGEST_AMOUNT_CENTS:
        raise AmountError(AmountProblem.TOO_LARGE, text)
    return cents
