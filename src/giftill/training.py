"""Training mode: the embedded sandbox, its practice cards, and what may go wrong on purpose."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message
from giftill.domain.money import Money
from giftill.sandbox import Fault, FaultKind, SandboxConfig, SandboxError, SandboxServer
from giftill.sandbox.config import TRAINING_TOKEN
from giftill.sandbox.model import TransactionStatus, TransactionType
from giftill.services.desk import Disturbance, PracticeCard
from giftill.services.observable import Observable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from giftill.sandbox.ledger import Ledger
    from giftill.sandbox.model import Card, Transaction

_CAPTURES: Final = "/v1/transactions/*/capture"
_REDEEMS: Final = "/v1/giftcards/*/redeem"

_FAULTS: Final = {
    "offline": (
        Fault(FaultKind.OFFLINE),
        N_("Network cable out"),
        N_("Nothing reaches Gifty: captures and releases are queued."),
    ),
    "slow": (
        Fault(FaultKind.LATENCY, latency_ms=2_500),
        N_("Slow network"),
        N_("Each answer takes two and a half seconds."),
    ),
    "lost_capture": (
        Fault(FaultKind.LOSE_ANSWER_AFTER, method="POST", path=_CAPTURES, times=1),
        N_("Next capture: answer lost"),
        N_("Gifty captures, but its answer gets lost on the way."),
    ),
    "lost_hold": (
        Fault(FaultKind.LOSE_ANSWER_AFTER, method="POST", path=_REDEEMS, times=1),
        N_("Next hold: answer lost"),
        N_("Gifty holds the amount, but its answer gets lost on the way."),
    ),
    "broken": (
        Fault(FaultKind.STATUS_503),
        N_("Gifty is broken"),
        N_("Gifty answers every request with an error of its own."),
    ),
    "limited": (
        Fault(FaultKind.LIMITED, times=1, retry_after_s=20),
        N_("Too many requests"),
        N_("Gifty asks this till to wait twenty seconds, once."),
    ),
    "portal": (
        Fault(FaultKind.HTML_200),
        N_("Sign-in page in the way"),
        N_("A web page answers instead of Gifty, as in a hotel’s network."),
    ),
}

# What a card is there for, where its balance and state do not say it.
_CARDS: Final = {
    "full_50": "",
    "full_25": "",
    "partly_used": "",
    "package": N_("sold as a package"),
    "promotional": N_("promotional"),
    "long_history": N_("many transactions"),
    "pending_hold": "",
    "expired": "",
    "empty": "",
    "new": "",
    "dollars": N_("in US dollars"),
}


class TrainingFailed(GiftillError):
    """The sandbox could not be started."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            Message(N_("Training mode can’t start")),
            Message(N_("The practice server did not start: {problem}"), {"problem": problem}),
            Message(N_("Close other Giftill windows and try again.")),
        )


class Training:
    """The embedded sandbox and its switches.

    Attributes:
        url: Address of its API, on loopback.
        token: What it lets in.
        disturbances: What can be made to go wrong.
        current: The name of the disturbance that is on, or None.
    """

    def __init__(self, server: SandboxServer) -> None:
        """Control a running server."""
        self.server = server
        self.url = server.url
        self.token = TRAINING_TOKEN
        self.disturbances = tuple(
            Disturbance(name, Message(label), Message(explanation))
            for name, (_, label, explanation) in _FAULTS.items()
        )
        self.current: Observable[str | None] = Observable(None)

    @classmethod
    async def start(cls, ledger: Path | None) -> Training:
        """Start the sandbox with its ledger in the file `ledger`, or in memory.

        Raises:
            TrainingFailed: It can't be started.
        """
        config = SandboxConfig(data=ledger)
        server = SandboxServer(config)
        starting = asyncio.create_task(asyncio.to_thread(server.start))
        try:
            await asyncio.shield(starting)
        except SandboxError as error:
            raise TrainingFailed(str(error)) from error
        except asyncio.CancelledError:
            # A thread can't be broken off, and nobody else knows of the server that it starts.
            await asyncio.wait((starting,))
            if starting.exception() is None:
                await asyncio.to_thread(server.stop)
            raise
        return cls(server)

    async def stop(self) -> None:
        """Stop the sandbox; its ledger stays."""
        await asyncio.to_thread(self.server.stop)

    async def cards(self) -> tuple[PracticeCard, ...]:
        """Return the cards to practise with, as they are in the ledger now."""
        return await asyncio.to_thread(self._read_cards)

    def _read_cards(self) -> tuple[PracticeCard, ...]:
        from giftill.sandbox import SHOWCASE

        return tuple(
            PracticeCard(SHOWCASE[name].code, _shown(self.server.ledger, SHOWCASE[name].code, use))
            for name, use in _CARDS.items()
        )

    async def switch(self, name: str | None) -> None:
        """Play the disturbance of that name from now on, or none."""
        faults = () if name is None else (_FAULTS[name][0],)
        await asyncio.to_thread(self.server.faults.set, *faults)
        self.current.set(name)

    async def write_sheet(self, path: Path) -> None:
        """Write the PDF with the scannable codes of all practice cards."""
        from giftill.sandbox import write_sheet

        await asyncio.to_thread(write_sheet, self.server.ledger, path)


def _shown(ledger: Ledger, code: str, use: str) -> Message:
    """Put a card into words: what is on it now, and what it is there for."""
    card = ledger.card_by_code(code)
    if card is None:
        # Somebody practises with a ledger of their own.
        return Message(N_("Not in this ledger"))
    state = _state(card, ledger.transactions(card.id))
    if not use:
        return state
    return Message(N_("{state}, {use}"), {"state": state, "use": Message(use)})


def _state(card: Card, transactions: Sequence[Transaction]) -> Message:
    if card.is_issuable():
        return Message(N_("Not activated yet"))
    if card.is_expired(int(time.time())):
        return Message(N_("Expired"))
    left = {"balance": Money(card.balance_cents, card.currency)}
    held = -sum(
        each.amount_cents for each in transactions if each.status is TransactionStatus.PENDING
    )
    if held:
        on_hold = {**left, "held": Money(held, card.currency)}
        return Message(N_("{balance} left, {held} on hold"), on_hold)
    if not card.balance_cents:
        return Message(N_("Empty"))
    if all(each.type is TransactionType.ISSUE for each in transactions):
        return Message(N_("{balance}, never used"), left)
    return Message(N_("{balance} left"), left)
