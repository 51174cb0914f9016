"""The terminal itself and its demonstration: both are handed over to the part that has a window."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .problems import NoDisplayError, NoWindowError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from .arguments import Parser
    from .context import Context


def add_demo(parser: Parser) -> None:
    """Add the arguments of `demo`."""
    t = parser.t
    parser.own.add_argument(
        "--out",
        type=Path,
        metavar=t("FOLDER"),
        default=Path("build/demo"),
        help=t("where its pictures go: build/demo"),
    )


def has_display(environ: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Whether a window could open here."""
    return platform in {"win32", "darwin"} or bool(
        environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    )


def show_window(context: Context, arguments: argparse.Namespace) -> int:
    """Show the terminal until it is closed.

    Raises:
        NoDisplayError: There is no screen.
        NoWindowError: Qt is not there, or not whole.
    """
    # Qt would end the whole process. Whoever chose another of its platforms needs no screen.
    if not (context.environ.get("QT_QPA_PLATFORM") or has_display(context.environ)):
        raise NoDisplayError
    try:
        return context.wiring.run_window(
            context.settings,
            context.folders,
            context.environ,
            is_training=getattr(arguments, "training", False),
        )
    except ImportError as error:
        raise _unless_it_is_ours(error) from error


def demo(context: Context, arguments: argparse.Namespace) -> int:
    """Play the main flow by itself, which needs no screen.

    Raises:
        NoWindowError: Qt is not there, or not whole.
    """
    try:
        return context.wiring.run_demo(context.settings, arguments.out)
    except ImportError as error:
        raise _unless_it_is_ours(error) from error


def _unless_it_is_ours(error: ImportError) -> Exception:
    """Return what to raise: a missing part of Giftill is a bug, not a missing library."""
    if (error.name or "").startswith("giftill"):
        return error
    return NoWindowError(str(error))
