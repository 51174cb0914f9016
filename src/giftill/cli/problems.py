"""Errors that only the command line knows."""

from __future__ import annotations

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message


class UsageError(GiftillError):
    """The command line can't be understood; nothing was sent."""

    def __init__(self, message: Message, hint: Message) -> None:
        """Explain what can't be understood and how to write it."""
        super().__init__(Message(N_("This command can’t be understood")), message, hint)


class NoTokenError(GiftillError):
    """There is no API token to work with."""

    def __init__(self) -> None:
        """Explain how to set one."""
        super().__init__(
            Message(N_("No API token yet")),
            Message(N_("This till has no token for the Gifty API, so nothing was sent.")),
            Message(
                N_(
                    "Make one on the developer’s page of the Gifty dashboard and run "
                    "“giftill token set”, or set GIFTILL_TOKEN."
                )
            ),
        )


class UnknownLocationError(GiftillError):
    """The location that was asked for is not one of the account's."""

    def __init__(self, location: str) -> None:
        """Explain how to find the right one."""
        super().__init__(
            Message(N_("Unknown location")),
            Message(
                N_("The account has no location “{location}”; nothing was sent."),
                {"location": location},
            ),
            Message(N_("Run “giftill locations” to see their ids.")),
        )
