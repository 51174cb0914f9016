"""The doctor's checks of this PC: folder, settings, journal, outbox, keyring, display, scanner."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from typing import TYPE_CHECKING, Final

from giftill.config import TOKEN_VARIABLE, unknown_settings
from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message
from giftill.services.clock import SystemClock
from giftill.services.limits import Age, Limits

from .display import Display, find_display
from .findings import Check, Finding
from .problems import how_to_get_windows

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.config import Settings
    from giftill.domain.operations import OutboxSummary
    from giftill.journal import ChainReport

    from .context import Context

_FOLDER = Check("folder", Message(N_("Data folder")))
_DISK = Check("disk", Message(N_("Disk")))
_SETTINGS = Check("settings", Message(N_("Settings")))
_JOURNAL = Check("journal", Message(N_("Journal")))
_OUTBOX = Check("outbox", Message(N_("Outbox")))
_KEYRING = Check("keyring", Message(N_("Keyring")))
_DISPLAY = Check("display", Message(N_("Display")))
_SCANNER = Check("scanner", Message(N_("Scanner")))

_MEGABYTE: Final = 1_000_000
_GIGABYTE_MB: Final = 1000
_FREE_TO_BE_CALM_MB: Final = 500


def check_folder(context: Context) -> Finding:
    """Whether the data folder is there, can be written to, and is nobody else's to read."""
    folder = context.folders.data
    place = {"folder": str(folder)}
    try:
        context.folders.prepare()
        with tempfile.TemporaryFile(dir=folder):
            pass
    except GiftillError as error:
        return _FOLDER.fail_with(error)
    except OSError as error:
        return _FOLDER.fail(
            Message(
                N_("“{folder}” can’t be written to: {problem}."),
                {**place, "problem": error.strerror or str(error)},
            ),
            Message(N_("Repair the rights on it, or choose another with --data-dir.")),
        )
    return _FOLDER.ok(Message(N_("{folder} can be written to, by this user alone."), place))


def check_disk(context: Context) -> Finding:
    """Whether there is room for the journal to grow."""
    try:
        free = shutil.disk_usage(_nearest(context.folders.data)).free // _MEGABYTE
    except OSError as error:
        return _DISK.warn(
            Message(N_("The room on it can’t be told: {problem}."), {"problem": str(error)}),
            Message(N_("Look at the disk with the system’s own tools.")),
        )
    left = {"free": f"{free} MB" if free < 10 * _GIGABYTE_MB else f"{free // _GIGABYTE_MB} GB"}
    if free < context.settings.least_free_mb:
        return _DISK.fail(
            Message(N_("Only {free} free: soon nothing can be recorded."), left),
            Message(N_("Make room now; the till refuses sales that it can’t record.")),
        )
    if free < _FREE_TO_BE_CALM_MB:
        return _DISK.warn(
            Message(N_("Only {free} free."), left), Message(N_("Make room before it is full."))
        )
    return _DISK.ok(Message(N_("{free} free."), left))


def check_settings(context: Context) -> Finding:
    """Whether the settings file is readable and says nothing that nobody understands."""
    if context.settings_problem is not None:
        return _SETTINGS.fail_with(context.settings_problem)
    file = context.folders.settings
    if not file.exists():
        return _SETTINGS.ok(Message(N_("No settings file; the defaults are in force.")))
    unknown = unknown_settings(context.folders)
    if unknown:
        return _SETTINGS.warn(
            Message(N_("Not understood: {names}."), {"names": ", ".join(unknown)[:200]}),
            Message(N_("Correct the spelling in “{file}”."), {"file": str(file)}),
        )
    return _SETTINGS.ok(Message(N_("{file} is readable."), {"file": str(file)}))


async def check_journal(context: Context) -> tuple[Finding, ...]:
    """Whether the journal is whole and its chain holds, and how full the outbox is."""
    from giftill.journal import JournalInUse

    try:
        async with context.journal(tells_repair=False) as journal:
            if journal is None:
                return (_JOURNAL.ok(Message(N_("None yet: no money was moved at this till."))),)
            await journal.check_integrity()
            report = await journal.verify()
            summary = await journal.summary(None)
            repair = await journal.salvage()
    except JournalInUse:
        return (
            _JOURNAL.ok(Message(N_("In use by a running terminal, which checked it at start."))),
        )
    except GiftillError as error:
        return (_JOURNAL.fail_with(error),)
    if report.is_intact and repair is not None:
        seen = Message(N_("When a manager has read this: giftill journal check --seen"))
        return (_JOURNAL.warn(repair.told, seen), _judge_outbox(summary, context.settings))
    return (_judge_chain(report), _judge_outbox(summary, context.settings))


async def check_keyring(context: Context, token: str | GiftillError) -> Finding:
    """Whether there is a keyring that may keep the token.

    Args:
        context: What the doctor works with.
        token: The token, or why there is none: only that tells whether the keyring is locked.
    """
    from giftill.vault import VaultUnavailable

    if isinstance(token, VaultUnavailable):
        return _KEYRING.fail_with(token)
    try:
        keyring = await context.vault().describe()
    except GiftillError as error:
        if context.environ.get(TOKEN_VARIABLE, "").strip():
            return _KEYRING.warn(
                Message(N_("None, but GIFTILL_TOKEN is set, which is enough for unattended use.")),
                error.hint,
            )
        return _KEYRING.fail_with(error)
    return _KEYRING.ok(Message(N_("“{keyring}” answers."), {"keyring": keyring}))


def check_display(context: Context, platform: str = sys.platform) -> Finding:
    """Whether the window could open; the command line works without."""
    if importlib.util.find_spec("PySide6") is None:
        return _DISPLAY.warn(
            Message(N_("PySide6 is not installed, so the window can’t open.")),
            how_to_get_windows(),
        )
    display = find_display(context.environ, platform)
    if display is Display.THERE:
        return _DISPLAY.ok(Message(N_("There is one for the window.")))
    return _DISPLAY.warn(
        Message(N_("There is none here, so the window can’t open."))
        if display is Display.NONE
        else Message(N_("It does not answer, so the window can’t open.")),
        Message(N_("Sign in to a desktop, or set DISPLAY; the command line works without.")),
    )


def check_scanner(context: Context) -> Finding:
    """What the till takes for a scan."""
    gap = {"n": context.settings.scanner_gap_ms}
    return _SCANNER.ok(
        Message(N_("Characters at most {n} ms apart are a scan (scanner_gap_ms)."), gap)
    )


def _judge_chain(report: ChainReport) -> Finding:
    if report.is_intact:
        return _JOURNAL.ok(
            Message(N_("Intact, with {n} entries in its chain."), {"n": report.count})
        )
    return _JOURNAL.fail(
        report.explanation,
        Message(N_("Keep the data folder as it is and tell whoever looks after this till.")),
    )


def _judge_outbox(summary: OutboxSummary, settings: Settings) -> Finding:
    limits = Limits.of(settings)
    age = limits.age(summary, SystemClock().now_ms())
    facts = {"n": summary.waiting, "most": settings.outbox_limit_items}
    if summary.attention:
        return _OUTBOX.warn(
            Message(N_("{n} need attention."), {"n": summary.attention}),
            Message(N_("A manager resolves them: giftill outbox.")),
        )
    if limits.is_full(summary) or age is Age.MANAGER:
        return _OUTBOX.fail(
            Message(
                N_("{n} of {most} waiting; it is full, or the oldest waits for too long."), facts
            ),
            Message(N_("Bring the network back, then run “giftill outbox send”.")),
        )
    if age is Age.WARNING:
        return _OUTBOX.warn(
            Message(N_("{n} of {most} waiting, the oldest for long."), facts),
            Message(N_("Bring the network back, then run “giftill outbox send”.")),
        )
    return _OUTBOX.ok(Message(N_("{n} of {most} waiting."), facts))


def _nearest(folder: Path) -> Path:
    """Return the folder, or the closest one above it that exists."""
    return next((each for each in (folder, *folder.parents) if each.exists()), folder)
