"""What can go wrong with the store, in words for the people at the till.

JournalError
├── JournalInUse         another program has this data folder open
├── JournalNewer         a newer Giftill wrote the file
├── JournalOtherPurpose  it is for real money and not for practice, or the other way round
├── JournalDamaged       the file is not what was written
├── JournalUnavailable   the folder or the file can't be opened
├── JournalReadError     the disk does not give back what is on it
├── JournalWriteError    surely nothing was saved
│   └── DiskNearlyFull   it would not be saved much longer
├── JournalUnclear       it can't be told whether it was saved
├── JournalClosed        the terminal is closing
└── SettlementConflict   the hold is already being captured or released
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message
from giftill.domain.operations import OperationKind

from .records import Purpose

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.domain.operations import Operation


class JournalError(GiftillError):
    """The store can't do what it was asked."""


class JournalInUse(JournalError):
    """Another program has this data folder open."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            Message(N_("Giftill is already open on this till")),
            Message(N_("Another Giftill uses the data folder {folder}."), {"folder": folder}),
            Message(N_("Use the terminal that is open, or close it first.")),
        )


class JournalNewer(JournalError):
    """The file was written by a newer Giftill than this one."""

    def __init__(self, file: Path, version: int, known: int) -> None:
        super().__init__(
            Message(N_("This Giftill is too old for its journal")),
            Message(
                N_("{file} has format {version}; this Giftill knows formats up to {known}."),
                {"file": file, "version": version, "known": known},
            ),
            Message(N_("Install the newest Giftill. The journal was left as it is.")),
        )


class JournalOtherPurpose(JournalError):
    """Training met a real till's journal, or a real till that of training."""

    def __init__(self, file: Path, purpose: Purpose) -> None:
        """Tell that `file` is for `purpose`."""
        if purpose is Purpose.PRACTICE:
            super().__init__(
                Message(N_("This data folder is for practice")),
                Message(
                    N_(
                        "{file} is the journal of training mode, where no real money moves."
                        " It was left as it is, and nothing was sent."
                    ),
                    {"file": file},
                ),
                Message(
                    N_("Let the administrator give this till another data folder (--data-dir).")
                ),
            )
        else:
            super().__init__(
                Message(N_("This data folder is a real till’s")),
                Message(
                    N_(
                        "{file} is a journal of real money, or can’t be told from one, so nobody"
                        " can practise here. Nothing was deleted."
                    ),
                    {"file": file},
                ),
                Message(
                    N_(
                        "Let the administrator move this folder away if only training ever used"
                        " it, and else practise with another data folder (--data-dir)."
                    )
                ),
            )


class JournalDamaged(JournalError):
    """The file is not what was written: nothing is added to it any more.

    Attributes:
        finding: What does not fit, in English.
    """

    def __init__(self, file: Path, finding: str, obstacle: str = "") -> None:
        """Tell what to do: start again, or call for help if that met an `obstacle`."""
        super().__init__(
            Message(N_("The journal is damaged")),
            Message(N_("{file} can’t be trusted any more."), {"file": file}),
            Message(
                N_(
                    "Don’t take gift cards on this till. It could not be repaired ({obstacle})."
                    " Nothing was deleted: keep the whole data folder, make room on the disk, and"
                    " start Giftill again or call support. For support: “{finding}”."
                ),
                {"obstacle": obstacle, "finding": finding},
            )
            if obstacle
            else Message(
                N_(
                    "Take no gift cards now. Close Giftill and start it again: it puts the file"
                    " aside, keeps all that can be read, and asks Gifty about the rest. Nothing"
                    " is deleted. For support: “{finding}”."
                ),
                {"finding": finding},
            ),
        )
        self.finding = finding


class JournalUnavailable(JournalError):
    """The folder or the file can't be made or opened."""

    def __init__(self, folder: Path, finding: str) -> None:
        super().__init__(
            Message(N_("The journal can’t be opened")),
            Message(
                N_("The data folder {folder} can’t be used ({finding})."),
                {"folder": folder, "finding": finding},
            ),
            Message(N_("Check that the disk is there and that you may write to this folder.")),
        )


class JournalReadError(JournalError):
    """The disk does not give back what is on it."""

    def __init__(self, finding: str) -> None:
        super().__init__(
            Message(N_("The journal can’t be read")),
            Message(N_("The disk reported a problem ({finding})."), {"finding": finding}),
            Message(N_("Check the disk, then start Giftill again.")),
        )


class JournalWriteError(JournalError):
    """Surely nothing of it was saved, and so nothing may be sent."""

    def __init__(self, finding: str, *, is_disk_full: bool = False) -> None:
        cause = (
            Message(N_("The disk is full, so nothing was saved and nothing was sent."))
            if is_disk_full
            else Message(
                N_("The disk refused it ({finding}), so nothing was saved and nothing was sent."),
                {"finding": finding},
            )
        )
        super().__init__(
            Message(N_("Not saved")),
            cause,
            Message(N_("Make room on the disk, then try again."))
            if is_disk_full
            else Message(N_("Check the disk, then try again.")),
        )
        self.is_disk_full = is_disk_full


class DiskNearlyFull(JournalWriteError):
    """There is still room on the disk, but not for another sale; nothing was sent."""

    def __init__(self, free_mb: int) -> None:
        JournalError.__init__(
            self,
            Message(N_("The disk is almost full")),
            Message(
                N_("Only {n} MB are free, so nothing was begun and nothing was charged."),
                {"n": free_mb},
            ),
            Message(N_("Make room on the disk, then try again. What waits is still sent.")),
        )
        self.is_disk_full = True


class JournalUnclear(JournalError):
    """The disk failed while saving and can't be read: it may be saved or not."""

    def __init__(self, finding: str) -> None:
        super().__init__(
            Message(N_("It is not sure whether this was saved")),
            Message(
                N_("The disk failed while saving and can’t be read now ({finding})."),
                {"finding": finding},
            ),
            Message(N_("Don’t do it again. Start Giftill again; it will show what was saved.")),
        )


class JournalClosed(JournalError):
    """The journal was closed before this was its turn; nothing was saved."""

    def __init__(self) -> None:
        super().__init__(
            Message(N_("Giftill is closing")),
            Message(N_("This came too late; nothing was saved.")),
            Message(N_("Start Giftill again.")),
        )


class SettlementConflict(JournalError):
    """The hold is already being captured or released, or was.

    Attributes:
        existing: The capture or release that came first.
    """

    def __init__(self, existing: Operation) -> None:
        what = (
            Message(N_("A capture of this hold is already recorded; nothing was added."))
            if existing.kind is OperationKind.CAPTURE
            else Message(N_("A release of this hold is already recorded; nothing was added."))
        )
        super().__init__(
            Message(N_("This hold is already being settled")),
            what,
            Message(N_("Look under Outbox how far it is.")),
        )
        self.existing = existing
