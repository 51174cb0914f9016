"""What can keep a card from being shown or a sale from going on, said for the cashier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message
from giftill.gifty import AnsweredError, AskedToWait, Forbidden, RateLimited, TokenRefused
from giftill.services.results import LimitReached

if TYPE_CHECKING:
    from giftill.domain.codes import CardCode


class UnknownCardError(GiftillError):
    """The API answered that there is no such card."""

    def __init__(self, code: CardCode) -> None:
        """Say so; a character that cards hardly ever have is likely a slip of the finger."""
        hint = N_("Scan the card once more, or ask the customer for another way to pay.")
        if code.has_unusual_characters:
            hint = N_(
                "Compare the characters with the card: it has some that cards hardly ever have, "
                "such as 0 for O or 1 for I."
            )
        super().__init__(
            Message(N_("Unknown card")),
            Message(N_("The shop has no gift card with this code.")),
            Message(hint),
        )


class CantCheckError(GiftillError):
    """The API could not be asked about a card, so nothing is known about it.

    Attributes:
        icon: The name of the icon that says why.
    """

    def __init__(self, cause: GiftillError) -> None:
        """Say so, and why."""
        super().__init__(Message(N_("Can’t check this card now")), cause.message, cause.hint)
        self.icon = "offline"
        if isinstance(cause, TokenRefused | Forbidden):
            self.icon = "token"
        elif isinstance(cause, AskedToWait | RateLimited | LimitReached):
            self.icon = "limited"
        elif isinstance(cause, AnsweredError):
            self.icon = "warning"


class SettlingError(GiftillError):
    """A card is scanned while the sale is being completed or cancelled."""

    def __init__(self) -> None:
        """Ask for a moment."""
        super().__init__(
            Message(N_("One moment")),
            Message(N_("The sale is still being settled.")),
            Message(N_("Scan the card again in a moment.")),
        )
