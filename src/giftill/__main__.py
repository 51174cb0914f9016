"""Where the program starts: hands the command line over, and ends as a command should."""

from __future__ import annotations

import builtins
import contextlib
import gc
import os
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from giftill.config import Folders, Settings
    from giftill.domain.errors import GiftillError
    from giftill.services.desk import Desk
    from giftill.texts import Texts
    from giftill.ui.session import Opening

# What a shell reports of a program that wrote to a reader who had left.
_BROKEN_PIPE: Final = 141
# For benchmarks and the tests of packages, which see the program from outside only.
_TELL_PAINT: Final = "GIFTILL_TELL_PAINT"


class Bootstrap:
    """The bootstrap's parts, loaded when a command needs them."""

    def open_desk(
        self, settings: Settings, folders: Folders, environ: Mapping[str, str]
    ) -> AbstractAsyncContextManager[Desk]:
        """Open a till for work and close it again."""
        from giftill.bootstrap import open_desk

        return open_desk(settings, folders, environ)

    def run_window(
        self, settings: Settings, folders: Folders, environ: Mapping[str, str], *, is_training: bool
    ) -> int:
        """Show the terminal until it is closed."""
        from giftill.config import TOKEN_VARIABLE, settings_for_training

        shown = settings_for_training(settings, folders) if is_training else settings
        # Nor is there any in what a window is made of; the terminal begins to look once it is at
        # work.
        gc.disable()
        _load_qt()
        from giftill.ui.app import run

        def load() -> Opening:
            from giftill.bootstrap import opening
            from giftill.logs import ensure_logging

            ensure_logging(folders.logs, environ.get(TOKEN_VARIABLE, "").strip())
            return opening(settings, folders, environ, is_training=is_training)

        return run(
            load,
            shown,
            folders.logs,
            is_training=is_training,
            tell=_tell if environ.get(_TELL_PAINT) else None,
        )

    def show_problem(self, problem: GiftillError, t: Texts) -> None:
        """Show why there is no terminal, until it was read."""
        from giftill.ui.refused import show_problem

        show_problem(problem, t)

    def run_demo(self, settings: Settings, out: Path) -> int:
        """Play the main flow by itself."""
        from giftill.bootstrap import run_demo

        return run_demo(settings, out)


def _load_qt() -> None:
    """Load Qt, without what its binding does to all that is imported after it.

    For `from __feature__ import …`, which nothing here says, PySide6 puts a function of its own in
    front of the import that reads the source of each module that is loaded from then on, to look
    for its own name in it; and the source stays in memory.
    """
    import PySide6.QtCore  # noqa: F401 - loading it puts the function there

    builtins.__import__ = vars(builtins).get("__orig_import__", builtins.__import__)


def _tell(step: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"{step}\n")
        sys.stderr.flush()


def main() -> int:
    """Carry out this process's command line and return its exit status."""
    # Looking for garbage in what is only being loaded finds none, some twenty times.
    gc.disable()
    from giftill.cli import main as run
    from giftill.config import system_places

    gc.enable()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character shows another one rather than nothing at all.
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # not on replaced streams
    try:
        status = run(
            sys.argv[1:],
            os.environ,
            sys.stdin,
            sys.stdout,
            sys.stderr,
            wiring=Bootstrap(),
            policy_places=system_places(),
        )
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would complain once more when it closes the stream at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    return status


if __name__ == "__main__":
    sys.exit(main())
