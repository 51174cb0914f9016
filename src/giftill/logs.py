"""Log files that rotate, belong to one user, and never carry a card code, wallet link or token."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
import threading
from datetime import datetime
from functools import partial
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

LOG_FILE_BYTES: Final = 1_000_000
LOG_FILES_KEPT: Final = 5

_logger = logging.getLogger(__name__)

_MASKED_CODE: Final = "[card code]"
_MASKED_LINK: Final = "[wallet link]"
_MASKED_TOKEN: Final = "[token]"  # noqa: S105 - what is written instead of a token

# A wallet link is a card code with its secret; the API's own paths stay readable.
# It starts only where a word starts, so that a long line takes no longer than its length.
_WALLET_LINK = re.compile(
    r"(?<![a-z0-9.\-])(?:https?://)?(?:[a-z0-9\-]{1,63}\.){0,4}gifty\.[a-z]{2,3}(?::\d+)?"
    r"/(?!v1/|storage/)[^\s\"'<>]+",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?P<word>bearer)[\s:=]+[^\s\"',]+", re.IGNORECASE)
# Ids such as tr_… are longer and follow an underscore, so a run of exactly 16 is a code.
_PLAIN_CODE = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z0-9]{16}(?![A-Za-z0-9])")
_GAP = r"[\s\-\u2010-\u2015_.]{1,3}"
_CODE_LENGTH: Final = 16
# Codes are written in groups of four as a rule; whole runs are found, as the words around a code
# can be as long as its groups are.
_RUNS: Final = tuple(
    (
        _CODE_LENGTH // size,
        re.compile(
            rf"(?<![A-Za-z0-9])[A-Za-z0-9]{{{size}}}"
            rf"(?:{_GAP}[A-Za-z0-9]{{{size}}}){{{_CODE_LENGTH // size - 1},}}(?![A-Za-z0-9])"
        ),
    )
    for size in (4, 8, 2, 1)
)
_GROUP = re.compile(r"[A-Za-z0-9]+")

_OWN_FIELDS: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}


class Redactor:
    """Blanks out secrets in texts: card codes, wallet links, bearer tokens, and known secrets."""

    def __init__(self) -> None:
        self._secrets: frozenset[str] = frozenset()

    def hide(self, secret: str) -> None:
        """Blank out this very text from now on; one that is too short to be a secret is ignored."""
        if len(secret) >= 8:  # noqa: PLR2004 - shorter ones would blank out ordinary words
            self._secrets |= {secret}

    def redact(self, text: str) -> str:
        """Return the text with every secret blanked out."""
        for secret in self._secrets:
            text = text.replace(secret, _MASKED_TOKEN)
        text = _WALLET_LINK.sub(_MASKED_LINK, text)
        text = _BEARER.sub(rf"\g<word> {_MASKED_TOKEN}", text)
        text = _PLAIN_CODE.sub(_MASKED_CODE, text)
        for count, run in _RUNS:
            text = run.sub(partial(_mask_in_run, count), text)
        return text


def _mask_in_run(count: int, found: re.Match[str]) -> str:
    """Blank out every stretch of `count` groups that may be a code.

    Four ordinary words of four letters have no digit and small letters; a code hardly ever.
    """
    run = found[0]
    groups = list(_GROUP.finditer(run))
    covered: list[tuple[int, int]] = []
    for first, last in zip(groups, groups[count - 1 :], strict=False):
        stretch = run[first.start() : last.end()]
        if not (stretch.isupper() or any(each.isdigit() for each in stretch)):
            continue
        if covered and first.start() < covered[-1][1]:
            covered[-1] = (covered[-1][0], last.end())
        else:
            covered.append((first.start(), last.end()))
    for start, end in reversed(covered):
        run = run[:start] + _MASKED_CODE + run[end:]
    return run


class _Formatter(logging.Formatter):
    """One line a record: time, level, where, the constant message, then the fields."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self.redactor = redactor

    def formatTime(  # noqa: N802 - the base class's name
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        """Return local time with its offset, to the millisecond."""
        when = datetime.fromtimestamp(record.created).astimezone()
        return when.strftime(datefmt) if datefmt else when.isoformat(timespec="milliseconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the same
        """Return the line with the record's own fields after the message."""
        fields = [
            f" {name}={value}" for name, value in vars(record).items() if name not in _OWN_FIELDS
        ]
        return super().formatMessage(record) + "".join(fields)

    def format(self, record: logging.LogRecord) -> str:
        """Return everything that is written, traceback included, without secrets."""
        return self.redactor.redact(super().format(record))


class _PrivateFile(RotatingFileHandler):
    """A rotating log file that only this user can read; a full disk never stops a sale."""

    def _open(self) -> TextIOWrapper:
        # The first line makes the folder: a till that is never started leaves nothing behind.
        os.makedirs(os.path.dirname(self.baseFilename), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120 - the base class keeps its path as text
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return TextIOWrapper(
            os.fdopen(descriptor, "ab"), encoding="utf-8", errors="backslashreplace"
        )

    def close(self) -> None:
        """Close the file; what a full disk did not take of it is dropped."""
        with contextlib.suppress(OSError):
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class's name
        """Drop what can't be written."""


def start_logging(
    folder: Path, *, file_name: str = "giftill.log", level: int = logging.INFO
) -> None:
    """Send all logging of this process to rotating files.

    Args:
        folder: Where the files go; made with the first line.
        file_name: The newest file's name. The terminal and the commands that run beside it use
            different ones, as two processes can't rotate one file.
        level: The least level that is written; HTTP libraries are held to WARNING, since their
            lines carry addresses with card codes in them.
    """
    handler = _PrivateFile(
        folder / file_name,
        maxBytes=LOG_FILE_BYTES,
        backupCount=LOG_FILES_KEPT,
        encoding="utf-8",
        delay=True,
    )
    handler.setFormatter(_Formatter(Redactor()))
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each, _PrivateFile)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(level)
    for library in ("httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)


def ensure_logging(folder: Path, secret: str, *, file_name: str = "giftill.log") -> None:
    """Log to rotating files from now on, unless that was begun already.

    Args:
        folder: See `start_logging`.
        secret: What no line may say, such as the token; may be empty.
        file_name: See `start_logging`.
    """
    if not any(isinstance(each, _PrivateFile) for each in logging.getLogger().handlers):
        start_logging(folder, file_name=file_name)
        hide_secret(secret)


def hide_secret(secret: str) -> None:
    """Blank out this very text in all log files of this process from now on, such as the token."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _PrivateFile) and isinstance(handler.formatter, _Formatter):
            handler.formatter.redactor.hide(secret)


def stop_logging() -> None:
    """Close the log files, as the last thing a process does."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _PrivateFile)]:
        root.removeHandler(handler)
        handler.close()


def catch_crashes(tell: Callable[[], None] | None = None) -> None:
    """Log whatever nobody caught, in any thread, and go on.

    Args:
        tell: Called after a crash was logged, in the thread that crashed, so that a person can be
            told. `None` leaves it at the log.
    """

    def crashed(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        _logger.critical("Something broke", exc_info=(kind, error, trace))
        if tell is not None:
            tell()

    def thread_crashed(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and args.exc_type is not SystemExit:
            crashed(args.exc_type, args.exc_value, args.exc_traceback)

    def unraisable(args: Any) -> None:  # noqa: ANN401 - the type exists for checkers only
        _logger.error(
            "Something broke where nobody could be told",
            exc_info=(args.exc_type, args.exc_value, args.exc_traceback),
        )

    sys.excepthook = crashed
    threading.excepthook = thread_crashed
    sys.unraisablehook = unraisable


def loop_crash_handler(
    tell: Callable[[], None] | None = None,
) -> Callable[[asyncio.AbstractEventLoop, Mapping[str, Any]], None]:
    """Return a handler for `loop.set_exception_handler` that logs and goes on.

    Args:
        tell: Called after a crash was logged.
    """

    def crashed(_loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        _logger.critical(
            "Something broke in a task", exc_info=error, extra={"what": context.get("message")}
        )
        if tell is not None:
            tell()

    return crashed
