"""The sandbox's own command line, for `giftill sandbox` to wrap and `python -m` to run."""

from __future__ import annotations

import argparse
from pathlib import Path

from giftill.sandbox.config import TRAINING_TOKEN, SandboxConfig


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sandbox's options, and `cards` to write the sheet instead of serving."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--port", type=_port, default=0, help="port to listen on (default: any free one)"
    )
    parser.add_argument("--data", type=Path, metavar="FILE", help="keep the ledger in this file")
    parser.add_argument(
        "--token", default=TRAINING_TOKEN, help="the token that requests must carry"
    )
    parser.add_argument(
        "--rate",
        type=_rate,
        default=120,
        metavar="N",
        help="requests a minute and token (0: no limit)",
    )
    actions = parser.add_subparsers(dest="sandbox_action", metavar="cards")
    cards = actions.add_parser("cards", help="write a PDF sheet of all cards, ready to scan")
    cards.add_argument("--out", type=Path, default=Path("cards.pdf"), help="the PDF to write")


def config_from(args: argparse.Namespace) -> SandboxConfig:
    """The configuration that parsed options ask for."""
    return SandboxConfig(
        host=args.host,
        port=args.port,
        data=args.data,
        token=args.token,
        rate_per_minute=args.rate,
    )


def run(args: argparse.Namespace) -> int:
    """Serve until stopped, or write the sheet.

    Returns:
        The exit status, 0.

    Raises:
        SandboxError: It could not be started, or the sheet not be written.
    """
    if args.sandbox_action == "cards":
        from giftill.sandbox.sheet import write_cards

        write_cards(args.data, args.out)
        return 0
    from giftill.sandbox.server import run_forever

    return run_forever(config_from(args))


def _port(text: str) -> int:
    return _within(text, 65_535)


def _rate(text: str) -> int:
    return _within(text, 1_000_000)


def _within(text: str, largest: int) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > largest:
        message = f"must be a whole number from 0 to {largest}"
        raise argparse.ArgumentTypeError(message)
    return int(text)
