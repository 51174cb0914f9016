"""The terminal itself and its demonstration: both are handed over to the part that has a window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from giftill.config import SettingsError

from .display import Display, find_display

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from giftill.domain.errors import GiftillError

    from .arguments import Parser
    from .context import Context
    from .exits import Exit
    from .terminal import Terminal
    from .wiring import Wiring


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


def show_window(context: Context, arguments: argparse.Namespace) -> int:
    """Show the terminal until it is closed.

    Raises:
        NoDisplayError: There is no screen, or none that answers.
        NoWindowError: Qt is not there, or not whole.
    """
    display = find_display(context.environ)
    if display is not Display.THERE:
        from .problems import NoDisplayError

        raise NoDisplayError(display)
    try:
        return context.wiring.run_window(
            context.settings,
            context.folders,
            context.environ,
            is_training=getattr(arguments, "training", False),
        )
    except SettingsError as problem:
        # Of training mode, whose own file nobody read before.
        return refuse_window(problem, context.environ, context.terminal, context.wiring)
    except ImportError as error:
        raise _unless_it_is_ours(error) from error


def refuse_window(
    problem: GiftillError, environ: Mapping[str, str], terminal: Terminal, wiring: Wiring
) -> Exit:
    """Tell why the terminal can't open; who started it from a menu sees it on the screen.

    Raises:
        NoWindowError: Qt is not there, or not whole.
    """
    from .problems import exit_for

    status = exit_for(problem)
    terminal.problem(problem, status)
    if find_display(environ) is Display.THERE:
        try:
            wiring.show_problem(problem, terminal.t)
        except ImportError as error:
            raise _unless_it_is_ours(error) from error
    return status


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
    from .problems import NoWindowError

    return NoWindowError(str(error))
