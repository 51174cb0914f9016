"""What people asked a till for: the measure of what it then did."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from giftill.domain.operations import OperationKind, SaleId
    from giftill.services.results import Result


@dataclass(eq=False)
class Intent:
    """One wish of one cashier: a hold, an issue, an extend or a refund.

    Attributes:
        number: Which one.
        kind: What is wanted.
        cents: How much; zero for an extend.
        sale: Names it in the till's journal; only for a hold.
        told: What the cashier was told, in order.
        posts: How many requests to do it left the till.
        made: The transactions that the server made of it, by account token.
        is_late: It reached the server after every wait of the till.
        is_doubled: Something between till and server did it twice.
    """

    number: int
    kind: OperationKind
    cents: int
    sale: SaleId
    told: list[Result] = field(default_factory=list)
    posts: int = 0
    made: list[str] = field(default_factory=list)
    is_late: bool = False
    is_doubled: bool = False

    def __str__(self) -> str:
        return f"intent {self.number}"


INTENT: Final[ContextVar[Intent | None]] = ContextVar("what is being asked for", default=None)
