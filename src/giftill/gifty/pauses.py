"""Why a request was not even sent: everything pauses, or all that no cashier waits for does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.domain.message import N_, Message
from giftill.domain.outcomes import Outcome

from .errors import GiftyError

if TYPE_CHECKING:
    from datetime import datetime

    from .exchange import Request


class AskedToWait(GiftyError):
    """The API asked this till to wait, and the time is not over; nothing was sent.

    Attributes:
        until: When requests may be sent again, with a time zone.
    """

    outcome = Outcome.LIMITED
    _title = N_("Gifty asks to wait")

    def __init__(self, request: Request, until: datetime) -> None:
        """Explain what it means for `request`, and how long it lasts."""
        self.until = until
        super().__init__(request, "not sent")

    def _advise(self, request: Request) -> Message:  # noqa: ARG002 - the same for all requests
        return Message(
            N_("Try again at {time}. Captures and releases go on by themselves."),
            {"time": self.until},
        )


class TokenAwaited(GiftyError):
    """The token was refused; nothing is sent with it that no cashier waits for."""

    outcome = Outcome.TOKEN_REFUSED
    _title = N_("Gifty refused the token")
    _hint = N_("Ask a manager to set a token that works. Captures and releases wait for it.")
