"""Card codes: reading what was scanned or typed, and never showing more than the last four."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .errors import GiftillError
from .message import N_, Message

CODE_LENGTH: Final = 16
# The vendor's usual alphabet. Merchants may override it, so it only hints at a slip of the finger.
USUAL_ALPHABET: Final = frozenset("2456789ACDEFGHJKMNPQRSTUVWXYZ")

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015_.]+")
_LINK = re.compile(r"(?:HTTPS?://)?(?P<host>[A-Z0-9.-]+\.[A-Z]{2,})(?::\d+)?/(?P<path>[^?#]*)")
_WALLET_HOST = re.compile(r"(?:[A-Z0-9-]+\.)*GIFTY\.[A-Z]{2,3}")
_PRODUCT_LENGTHS: Final = frozenset({8, 12, 13, 14})


@dataclass(frozen=True, repr=False)
class CardCode:
    """A card's code: whoever holds it can spend the card, so it shows itself masked.

    Attributes:
        secret: The 16 characters, upper case; for the API only.
    """

    secret: str

    @property
    def masked(self) -> str:
        """The code as people may see it: `•••• •••• •••• 7K9Q`."""
        return f"•••• •••• •••• {self.secret[-4:]}"

    @property
    def has_unusual_characters(self) -> bool:
        """Whether a character is outside the usual alphabet: likely a slip, but not surely."""
        return not USUAL_ALPHABET.issuperset(self.secret)

    def __repr__(self) -> str:
        """Return the masked code, so that no log or traceback carries the secret."""
        return f"CardCode({self.masked})"

    __str__ = __repr__


class CodeProblem(StrEnum):
    """Why a text is not a card code."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    FOREIGN_CHARACTERS = "foreign_characters"
    PRODUCT_BARCODE = "product_barcode"
    OTHER_LINK = "other_link"
    TWO_SCANS = "two_scans"


_EXPLANATIONS = {
    CodeProblem.EMPTY: (
        N_("There is no card code yet."),
        N_("Scan the gift card, or type the 16 characters on it."),
    ),
    CodeProblem.TOO_SHORT: (
        N_("A card code has 16 characters; this has {length}."),
        N_("Scan the card again, or type all 16 characters."),
    ),
    CodeProblem.TOO_LONG: (
        N_("A card code has 16 characters; this has {length}."),
        N_("Clear the field and scan the card again."),
    ),
    CodeProblem.FOREIGN_CHARACTERS: (
        N_("A card code has only the letters A–Z and digits."),
        N_("Scan the card again. If it keeps happening, the scanner’s keyboard layout is wrong."),
    ),
    CodeProblem.PRODUCT_BARCODE: (
        N_("This is the barcode of a product, not of a gift card."),
        N_("Scan the code on the gift card itself, often on its back."),
    ),
    CodeProblem.OTHER_LINK: (
        N_("This link does not belong to a Gifty card."),
        N_("Scan the code on the card, or the customer’s wallet link from Gifty."),
    ),
    CodeProblem.TWO_SCANS: (
        N_("Two scans ran together, so no card was chosen."),
        N_("Scan the card once more."),
    ),
}


class CodeError(GiftillError):
    """What was scanned or typed is not a card code; nothing was sent.

    Attributes:
        problem: Which rule it breaks.
    """

    def __init__(self, problem: CodeProblem, length: int = 0) -> None:
        """Explain `problem`; the text itself is never repeated, it may be a secret."""
        message, hint = _EXPLANATIONS[problem]
        super().__init__(
            Message(N_("Not a card code")), Message(message, {"length": length}), Message(hint)
        )
        self.problem = problem


def read_code(text: str) -> CardCode:
    """Read a card code as it was scanned or typed.

    Args:
        text: 16 characters in any case, in groups with spaces or hyphens, or a wallet link
            `https://wallet.gifty.nl/CODE/SECRET`, of which the secret is dropped here.

    Raises:
        CodeError: The text is not a card code.
    """
    upper = text.strip().upper()
    if not upper:
        raise CodeError(CodeProblem.EMPTY)
    if upper.count("://") > 1:
        raise CodeError(CodeProblem.TWO_SCANS)
    if "/" in upper:
        return _read_plain(_code_in_link(upper), in_link=True)
    return _read_plain(upper)


def _code_in_link(link: str) -> str:
    match = _LINK.fullmatch(link.partition("?")[0].partition("#")[0])
    if match is None or not _WALLET_HOST.fullmatch(match["host"]):
        raise CodeError(CodeProblem.OTHER_LINK)
    return match["path"].partition("/")[0]


def _read_plain(text: str, *, in_link: bool = False) -> CardCode:
    bare = _SEPARATORS.sub("", text)
    if not (bare.isascii() and bare.isalnum()):
        raise CodeError(CodeProblem.OTHER_LINK if in_link else CodeProblem.FOREIGN_CHARACTERS)
    if len(bare) == CODE_LENGTH:
        return CardCode(bare)
    if in_link:
        raise CodeError(CodeProblem.OTHER_LINK)
    if bare.isdigit() and len(bare) in _PRODUCT_LENGTHS and _has_product_check_digit(bare):
        raise CodeError(CodeProblem.PRODUCT_BARCODE)
    if len(bare) == 2 * CODE_LENGTH:
        raise CodeError(CodeProblem.TWO_SCANS)
    too = CodeProblem.TOO_SHORT if len(bare) < CODE_LENGTH else CodeProblem.TOO_LONG
    raise CodeError(too, len(bare))


def _has_product_check_digit(digits: str) -> bool:
    """Tell whether the last digit is the check digit of GS1's EAN, UPC and GTIN numbers."""
    weighted = sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(reversed(digits)))
    return weighted % 10 == 0
