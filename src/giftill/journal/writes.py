"""What can be saved: entries with the states they lead to, and small facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from . import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .chain import Tip
    from .records import Record
    from .store import Store


class Write(Protocol):
    """One thing to be saved as a whole."""

    def apply(self, store: Store) -> None:
        """Write it inside the open transaction."""

    def is_saved(self, store: Store, tip: Tip) -> bool:
        """Tell whether a file that was opened anew has it; `tip` is the end it would have then."""


@dataclass(frozen=True)
class Commit:
    """Entries with the states they lead to.

    Attributes:
        records: What happened, in order.
        at_ms: When, this PC's Unix time in ms.
    """

    records: Sequence[Record]
    at_ms: int

    def apply(self, store: Store) -> None:
        """Append every entry."""
        for record in self.records:
            store.append(record, self.at_ms)

    def is_saved(self, store: Store, tip: Tip) -> bool:
        """Compare the chain's end, which no other entries can have."""
        return store.tip == tip


@dataclass(frozen=True)
class SetFact:
    """A small durable fact, outside the chain."""

    key: str
    value: str

    def apply(self, store: Store) -> None:
        """Put the fact in place of what is there."""
        queries.set_fact(store.connection, self.key, self.value)

    def is_saved(self, store: Store, tip: Tip) -> bool:  # noqa: ARG002 - facts have no tip
        """Compare the fact itself."""
        return queries.fact(store.connection, self.key) == self.value


@dataclass(frozen=True)
class ForgetFact:
    """A small fact that has served."""

    key: str

    def apply(self, store: Store) -> None:
        """Take it away."""
        queries.forget_fact(store.connection, self.key)

    def is_saved(self, store: Store, tip: Tip) -> bool:  # noqa: ARG002 - facts have no tip
        """Look whether it is gone."""
        return queries.fact(store.connection, self.key) is None
