"""Texts for people: marked for translation where they are written, worded where they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark an English source text for translation and return it as it is."""
    return text


@dataclass(frozen=True)
class Message:
    """A sentence in its English source form, with the values that belong in it.

    Attributes:
        text: The source text, marked with `N_`, with named `{placeholders}`.
        values: What to put into the placeholders. `Money` and `datetime` values are written the
            way of the reader's language when the message is shown.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        """Return the message in English, for logs."""
        return self.text.format(**self.values) if self.values else self.text
