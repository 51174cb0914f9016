"""The sandbox from the command line: the Gifty API on this PC, and its sheet of cards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from giftill.domain.message import N_, Message

from .exits import Exit
from .problems import SandboxFailedError, UsageError

if TYPE_CHECKING:
    import argparse

    from .arguments import Parser
    from .context import Context

DEFAULT_RATE: Final = 120
_LARGEST_PORT: Final = 65_535


def add_sandbox(parser: Parser) -> None:
    """Add the arguments of `sandbox`."""
    t = parser.t
    parser.own.add_argument(
        "action",
        choices=("serve", "cards"),
        nargs="?",
        default="serve",
        help=t("serve until stopped, or write a PDF sheet of scannable cards"),
    )
    parser.own.add_argument("--host", default="127.0.0.1", help=t("address to listen on"))
    parser.own.add_argument(
        "--port", type=int, default=0, metavar="N", help=t("port to listen on; 0 for any free one")
    )
    parser.own.add_argument(
        "--data", type=Path, metavar=t("FILE"), help=t("keep the ledger in this file")
    )
    parser.own.add_argument("--token", metavar="T", help=t("the token that requests must carry"))
    parser.own.add_argument(
        "--rate",
        type=int,
        default=DEFAULT_RATE,
        metavar="N",
        help=t("requests a minute and token; 0 for no limit"),
    )
    parser.own.add_argument(
        "--out", type=Path, metavar=t("FILE"), help=t("where “cards” writes its PDF: cards.pdf")
    )


def sandbox(context: Context, arguments: argparse.Namespace) -> Exit:
    """Carry out `sandbox` or `sandbox cards`."""
    from giftill.sandbox import SandboxConfig, SandboxError, run_forever
    from giftill.sandbox.config import TRAINING_TOKEN

    _check(arguments)
    if arguments.action == "cards":
        return _write_cards(context, arguments.data, arguments.out or Path("cards.pdf"))
    config = SandboxConfig(
        host=arguments.host,
        port=arguments.port,
        data=arguments.data,
        token=TRAINING_TOKEN if arguments.token is None else arguments.token,
        rate_per_minute=arguments.rate,
    )
    try:
        return Exit(run_forever(config))
    except SandboxError as error:
        raise SandboxFailedError(str(error)) from error


def _check(arguments: argparse.Namespace) -> None:
    if not 0 <= arguments.port <= _LARGEST_PORT or arguments.rate < 0:
        raise UsageError(
            Message(N_("--port must be from 0 to 65535, and --rate at least 0.")),
            Message(N_("Leave --port out to take any free one.")),
        )
    if arguments.token is not None and not arguments.token.strip():
        raise UsageError(
            Message(N_("--token can’t be empty.")), Message(N_("Leave it out for the usual one."))
        )
    if arguments.out is not None and arguments.action != "cards":
        raise UsageError(
            Message(N_("--out belongs to “sandbox cards”.")),
            Message(N_("Such as: giftill sandbox cards --out cards.pdf")),
        )


def _write_cards(context: Context, data: Path | None, out: Path) -> Exit:
    from giftill.sandbox import SandboxError
    from giftill.sandbox.sheet import write_cards

    try:
        write_cards(data, out)
    except (SandboxError, OSError) as error:
        raise SandboxFailedError(str(error)) from error
    context.terminal.answer({"sheet": str(out)})
    context.terminal.say(context.t("Wrote the sheet of cards to {file}.", file=str(out)))
    return Exit.DONE
