"""What the Outbox screen shows: plain values in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giftill.domain.attention import Resolution
    from giftill.domain.operations import OperationId
    from giftill.ui.screens.common import Pill


@dataclass(frozen=True)
class OutboxRow:
    """One operation that is not confirmed yet.

    Attributes:
        operation: Which one.
        kind: What is asked of the API.
        amount: How much.
        card: The masked code, its last half.
        status: How far it is.
        age: How long ago it was asked for.
        attempts: How often it was tried.
        problem: What the last attempt met, in a few words.
    """

    operation: OperationId
    kind: str
    amount: str
    card: str
    status: Pill
    age: str
    attempts: str
    problem: str


@dataclass(frozen=True)
class Fact:
    """One line of the detail: what it is called, and what it is."""

    label: str
    value: str


@dataclass(frozen=True)
class Detail:
    """Everything about the chosen operation.

    Attributes:
        operation: Which one.
        title: What it is about.
        status: How far it is.
        meaning: What that means for the customer and the shop; empty if nothing is wrong.
        advice: What to do now.
        facts: What is known, for whoever looks it up elsewhere.
        problem: What the last attempt met, in the journal's words; empty if there was none.
        resolutions: What a manager can decide about it; nothing if it needs nobody.
    """

    operation: OperationId
    title: str
    status: Pill
    meaning: str
    advice: str
    facts: tuple[Fact, ...]
    problem: str
    resolutions: tuple[Resolution, ...] = ()


@dataclass(frozen=True)
class ResolveForm:
    """What the resolving dialog asks.

    Attributes:
        resolution: What is to be done.
        title: What is being resolved.
        text: What will happen.
        meaning: The facts of the case in a sentence or two.
        yes: The button that does it.
    """

    resolution: Resolution
    title: str
    text: str
    meaning: str
    yes: str


@dataclass(frozen=True)
class OutboxState:
    """The whole screen.

    Attributes:
        is_loading: Whether the outbox was not read yet.
        rows: What is not settled, oldest first.
        chosen: The operation whose detail is shown, or None.
        detail: That detail.
        count: How many wait.
        total: What they come to.
        oldest: How old the oldest is.
        attention: How many need attention; empty if none does.
        can_send: Whether Send now does anything.
        is_busy: Whether a manager's decision is being recorded.
        problem: What went wrong here, and what to do.
    """

    is_loading: bool = True
    rows: Sequence[OutboxRow] = field(default=())
    chosen: OperationId | None = None
    detail: Detail | None = None
    count: str = ""
    total: str = ""
    oldest: str = ""
    attention: str = ""
    can_send: bool = False
    is_busy: bool = False
    problem: str = ""
