"""Identifiers in the page's shapes: a two-letter prefix and 24 letters and digits."""

from __future__ import annotations

import string
from random import Random, SystemRandom

CODE_ALPHABET = "2456789ACDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 16

_ID_ALPHABET = string.ascii_letters + string.digits
_ID_LENGTH = 24


class IdSource:
    """Draws identifiers; a seeded one draws the same ones each time.

    Args:
        random: Where the randomness comes from; None asks the operating system.
    """

    def __init__(self, random: Random | None = None) -> None:
        self._random = random or SystemRandom()

    def identifier(self, prefix: str) -> str:
        """Draw an object id such as `tr_kOWB2x0QVvE8GYn6GX7p1oL9`."""
        return f"{prefix}_{''.join(self._random.choices(_ID_ALPHABET, k=_ID_LENGTH))}"

    def card_code(self) -> str:
        """Draw a card code of 16 characters from the default alphabet."""
        return "".join(self._random.choices(CODE_ALPHABET, k=CODE_LENGTH))
