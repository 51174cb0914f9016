"""Reads SPDX licence expressions, for notices.py."""

from __future__ import annotations

import re


def alternatives(expression: str) -> list[frozenset[str]]:
    """Multiply an SPDX expression out into its alternatives, in their order.

    Args:
        expression: Such as `MIT OR (Apache-2.0 AND Zlib)`.

    Returns:
        For each alternative the licences that hold together; none if it can't be read.

    Raises:
        IndexError: It breaks off.
    """
    tokens = re.findall(r"\(|\)|[^\s()]+(?:\s+WITH\s+[^\s()]+)?", expression)

    def either() -> list[frozenset[str]]:
        found = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            found += both()
        return found

    def both() -> list[frozenset[str]]:
        found = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            others = one()
            found = [left | right for left in found for right in others]
        return found

    def one() -> list[frozenset[str]]:
        word: str = tokens.pop(0)
        if word != "(":
            return [frozenset({word})]
        found = either()
        tokens.pop(0)
        return found

    found = either()
    return [] if tokens else found
