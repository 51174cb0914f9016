"""What can keep a card from being shown or a sale from going on, said for the cashier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message
from giftill.gifty import (
    AnsweredError,
    AskedToWait,
    Forbidden,
    GiftyError,
    RateLimited,
    TlsError,
    TokenMissing,
    TokenRefused,
    UnreadableAnswer,
)
from giftill.services.results import LimitReached

if TYPE_CHECKING:
    from giftill.domain.codes import CardCode


_IN_A_MINUTE: Final = N_("Check again in a minute, or let the customer pay another way.")


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
        """Say so, and what it means for the customer; the network has a band of its own."""
        icon, hint = "offline", N_("Check again, or let the customer pay another way.")
        if isinstance(cause, TokenMissing | TokenRefused | Forbidden):
            icon, hint = "token", N_("Call a manager, and let the customer pay another way.")
        elif isinstance(cause, AskedToWait | LimitReached):
            # Its message says until when, which may be longer than a minute.
            icon, hint = "limited", N_("Check again then, or let the customer pay another way.")
        elif isinstance(cause, RateLimited):
            icon, hint = "limited", _IN_A_MINUTE
        elif isinstance(cause, AnsweredError):
            icon, hint = "warning", _IN_A_MINUTE
        # Whoever sees that the network wants something can help it at once; and what the till
        # itself can't do, such as to read its journal, has an advice that goes first.
        asks_for_help = (
            not isinstance(cause, GiftyError | LimitReached)
            or isinstance(cause, TlsError)
            or (isinstance(cause, UnreadableAnswer) and cause.looks_like_portal)
        )
        super().__init__(
            Message(N_("Can’t check this card now")),
            cause.message,
            cause.hint if asks_for_help else Message(hint),
        )
        self.icon = icon


class SettlingError(GiftillError):
    """A card is scanned while the sale is being completed or cancelled."""

    def __init__(self) -> None:
        """Ask for a moment."""
        super().__init__(
            Message(N_("One moment")),
            Message(N_("The sale is still being settled.")),
            Message(N_("Scan the card again in a moment.")),
        )
