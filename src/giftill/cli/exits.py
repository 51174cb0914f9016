"""What a command's exit status says, and which error leads to which."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from giftill.config import FolderError, SettingsError
from giftill.domain.codes import CodeError
from giftill.domain.money import AmountError

from .problems import NoTokenError, UnknownLocationError, UsageError

if TYPE_CHECKING:
    from giftill.domain.errors import GiftillError


class Exit(IntEnum):
    """How a command ended.

    Attributes:
        DONE: Done as asked.
        BROKEN: Giftill itself is at fault; the log has the details.
        USAGE: The command can't be understood; nothing was sent.
        REFUSED: The API (or this till) said no; nothing happened.
        OFFLINE: Not sent, or no usable answer to a mere question; try again later.
        QUEUED: Recorded durably; it is sent by itself.
        UNKNOWN: It may have happened; it is being checked. Do not repeat it.
        ATTENTION: A manager must decide.
        NOT_SET_UP: The token, the keyring or the settings are missing or wrong.
        IN_USE: Another Giftill has the data folder open.
        INTERRUPTED: Ctrl-C.
    """

    DONE = 0
    BROKEN = 1
    USAGE = 2
    REFUSED = 3
    OFFLINE = 4
    QUEUED = 5
    UNKNOWN = 6
    ATTENTION = 7
    NOT_SET_UP = 8
    IN_USE = 9
    INTERRUPTED = 130


def exit_for(error: GiftillError) -> Exit:
    """Return the exit status for an error that ended a command."""
    if isinstance(error, CodeError | AmountError | UsageError):
        return Exit.USAGE
    if isinstance(error, SettingsError | FolderError | NoTokenError):
        return Exit.NOT_SET_UP
    # Imported only now: most commands end well, and these cost time to import.
    return _exit_of_parts(error)


def _exit_of_parts(error: GiftillError) -> Exit:
    from giftill.gifty import ApiError, GiftyError, RateLimited, ServerFault, TokenRefused
    from giftill.gifty.errors import UnusableId, UnusableInput
    from giftill.journal import (
        JournalInUse,
        JournalNewer,
        JournalUnavailable,
        SettlementConflict,
    )
    from giftill.services import results
    from giftill.vault import VaultUnavailable

    by_kind: tuple[tuple[tuple[type[GiftillError], ...], Exit], ...] = (
        ((UnusableId,), Exit.USAGE),
        (
            (VaultUnavailable, TokenRefused, UnusableInput, JournalNewer, JournalUnavailable),
            Exit.NOT_SET_UP,
        ),
        ((RateLimited, ServerFault, results.LimitReached, results.NotDoneAfterAll), Exit.OFFLINE),
        ((ApiError, UnknownLocationError), Exit.REFUSED),
        ((GiftyError,), Exit.OFFLINE),
        ((JournalInUse,), Exit.IN_USE),
        ((results.StillChecking,), Exit.UNKNOWN),
        (
            (
                results.AlreadySettling,
                results.BalanceTooLow,
                results.NotAHold,
                results.NotResolvable,
                results.OtherCurrency,
                SettlementConflict,
            ),
            Exit.REFUSED,
        ),
    )
    for kinds, status in by_kind:
        if isinstance(error, kinds):
            return status
    # What is left is damage: of the journal, or of the disk that it lies on.
    return Exit.ATTENTION
