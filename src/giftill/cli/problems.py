"""Errors that only the command line knows, and the exit status of every error."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, ClassVar, Final

from giftill.config import FixedOptionError, FolderError, SettingsError
from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message

from .display import Display
from .exits import Exit

if TYPE_CHECKING:
    from pathlib import Path

# How Linux says which library it did not find.
_MISSING: Final = re.compile(r"^(?P<library>[^\s:/]+\.so[.\d]*): cannot open shared object file")


class CommandError(GiftillError):
    """A command can't be carried out, for a reason of the command line's own.

    Attributes:
        status: The exit status that it leads to.
    """

    status: ClassVar[Exit]


class UsageError(CommandError):
    """The command line can't be understood; nothing was sent."""

    status = Exit.USAGE

    def __init__(self, message: Message, hint: Message) -> None:
        """Explain what can't be understood and how to write it."""
        super().__init__(Message(N_("This command can’t be understood")), message, hint)


class NoTokenError(CommandError):
    """There is no API token to work with."""

    status = Exit.NOT_SET_UP

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


class TokenNotKeptError(CommandError):
    """The API refuses the token that was to be set."""

    status = Exit.NOT_SET_UP

    def __init__(self) -> None:
        """Tell what becomes of the token that was set before."""
        super().__init__(
            Message(N_("Gifty refused the token")),
            Message(N_("It was not kept. A token that was set before stays as it is.")),
            Message(N_("Copy the token again from the developer’s page of the Gifty dashboard.")),
        )


class UnknownLocationError(CommandError):
    """The location that was asked for is not one of the account's."""

    status = Exit.REFUSED

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


class ExportError(CommandError):
    """The journal can't be written to the file that was asked for."""

    status = Exit.USAGE

    def __init__(self, path: Path, problem: str) -> None:
        """Name the file and what the system said."""
        super().__init__(
            Message(N_("The journal was not exported")),
            Message(
                N_("The file “{file}” can’t be written: {problem}."),
                {"file": str(path), "problem": problem},
            ),
            Message(N_("Choose another file with --out.")),
        )


class OutboxFilledError(CommandError):
    """The token is still needed: what waits in the outbox can't be sent without it."""

    status = Exit.REFUSED

    def __init__(self, waiting: int) -> None:
        """Tell how much waits."""
        super().__init__(
            Message(N_("The token is still needed")),
            Message(
                N_("The outbox is not empty: {n} waiting. Without the token it can’t be sent."),
                {"n": waiting},
            ),
            Message(N_("Run “giftill outbox send” first, or use --force if you are sure.")),
        )


class OtherAccountError(CommandError):
    """A token is to be set that can't send what waits in the outbox."""

    status = Exit.REFUSED

    def __init__(self, waiting: int) -> None:
        """Tell how much waits."""
        super().__init__(
            Message(N_("This token is another account’s")),
            Message(
                N_(
                    "The outbox is not empty: {n} waiting, made with the token of another "
                    "account. This one can’t send it, and was not kept."
                ),
                {"n": waiting},
            ),
            Message(N_("Run “giftill outbox send” first, or use --force if you are sure.")),
        )


class SandboxFailedError(CommandError):
    """The sandbox could not be started, or its sheet not be written."""

    status = Exit.NOT_SET_UP

    def __init__(self, problem: str) -> None:
        """Repeat what the sandbox said."""
        super().__init__(
            Message(N_("The sandbox could not do it")),
            Message(N_("{problem}"), {"problem": problem}),
            Message(N_("Choose another port, host or file.")),
        )


class NoWindowError(CommandError):
    """The window's library can't be loaded on this PC."""

    status = Exit.NOT_SET_UP

    def __init__(self, problem: str) -> None:
        """Repeat what is missing."""
        super().__init__(
            Message(N_("No window on this PC")),
            Message(N_("The library for windows can’t be loaded: {problem}"), {"problem": problem}),
            how_to_get_windows(problem),
        )


class NoDisplayError(CommandError):
    """There is no screen to open the window on."""

    status = Exit.NOT_SET_UP

    def __init__(self, display: Display) -> None:
        """Explain what is known of the `display`, and where one comes from."""
        super().__init__(
            Message(N_("No window on this PC")),
            Message(N_("There is no display here, so the window can’t open."))
            if display is Display.NONE
            else Message(N_("The display does not answer, so the window can’t open.")),
            Message(N_("Sign in to a desktop, or set DISPLAY; the command line works without.")),
        )


def how_to_get_windows(problem: str = "") -> Message:
    """Return what to do where the window's library can't be loaded.

    Args:
        problem: What the system said.
    """
    if not getattr(sys, "frozen", False):
        return Message(
            N_(
                "Install PySide6-Essentials and the system’s libegl1 and libxkbcommon0; the "
                "command line works without."
            )
        )
    # A package brings the library along, and says what it needs of the system's.
    missing = _MISSING.match(problem)
    if missing is None:
        return Message(N_("Install Giftill’s package again; the command line works without."))
    return Message(
        N_(
            "Install Giftill’s package again, with all that it depends on: {library} is missing. "
            "The command line works without."
        ),
        {"library": missing["library"]},
    )


def exit_for(error: GiftillError) -> Exit:
    """Return the exit status for an error that ended a command."""
    if isinstance(error, CommandError):
        return error.status
    # Imported only now: most commands end well, and these cost time to import.
    from giftill.domain.codes import CodeError
    from giftill.domain.money import AmountError

    if isinstance(error, CodeError | AmountError):
        return Exit.USAGE
    if isinstance(error, FixedOptionError):
        return Exit.REFUSED
    if isinstance(error, SettingsError | FolderError):
        return Exit.NOT_SET_UP
    return _exit_of_parts(error)


def _exit_of_parts(error: GiftillError) -> Exit:
    from giftill.gifty import ApiError, GiftyError, RateLimited, ServerFault, TokenRefused
    from giftill.gifty.errors import UnusableId, UnusableInput
    from giftill.journal import (
        JournalInUse,
        JournalNewer,
        JournalOtherPurpose,
        JournalUnavailable,
        SettlementConflict,
    )
    from giftill.services import limits, results
    from giftill.vault import VaultUnavailable

    by_kind: tuple[tuple[tuple[type[GiftillError], ...], Exit], ...] = (
        ((UnusableId,), Exit.USAGE),
        (
            (
                VaultUnavailable,
                TokenRefused,
                UnusableInput,
                JournalNewer,
                JournalOtherPurpose,
                JournalUnavailable,
            ),
            Exit.NOT_SET_UP,
        ),
        ((RateLimited, ServerFault, results.LimitReached, results.NotDoneAfterAll), Exit.OFFLINE),
        ((ApiError,), Exit.REFUSED),
        ((GiftyError,), Exit.OFFLINE),
        ((JournalInUse,), Exit.IN_USE),
        ((results.StillChecking,), Exit.UNKNOWN),
        (
            (
                results.AlreadySettling,
                results.BalanceTooLow,
                results.ForeignLocation,
                results.NotAHold,
                limits.OutboxFull,
                results.NotResolvable,
                results.OtherAccount,
                results.OtherCurrency,
                SettlementConflict,
            ),
            Exit.REFUSED,
        ),
    )
    if isinstance(error, results.HoldNotKnown):
        return exit_for(error.reason)
    for kinds, status in by_kind:
        if isinstance(error, kinds):
            return status
    # What is left is damage: of the journal, or of the disk that it lies on.
    return Exit.ATTENTION
