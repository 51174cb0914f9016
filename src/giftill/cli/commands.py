"""Every command by its name: what it is for, its arguments, and what carries it out.

A command's module is imported when it is called by name: opening the window must not wait for
seventeen commands that nobody called.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final, TypeAlias

from giftill.domain.message import N_

from .arguments import Parser

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Coroutine, Sequence
    from typing import TextIO

    from giftill.texts import Texts

    from .context import Context

    Action: TypeAlias = Callable[[Context, argparse.Namespace], Coroutine[None, None, int] | int]


@dataclass(frozen=True)
class Command:
    """One command.

    Attributes:
        name: As it is typed.
        purpose: What it does, in a line; translated when it is shown.
        module: The module of this package that it lives in.
        act: The function in it that carries the command out and returns the exit status.
        add: The function in it that adds the arguments to the parser; empty if there are none.
    """

    name: str
    purpose: str
    module: str
    act: str
    add: str = ""

    def action(self) -> Action:
        """Return what carries the command out."""
        action: Action = getattr(self._load(), self.act)
        return action

    def add_arguments(self, parser: Parser) -> None:
        """Add the command's own arguments to its parser."""
        if self.add:
            add: Callable[[Parser], None] = getattr(self._load(), self.add)
            add(parser)

    def _load(self) -> object:
        return import_module(f".{self.module}", __package__)


COMMANDS: Final = (
    Command("card", N_("show a card’s balance and transactions"), "cards", "show_card", "add_card"),
    Command("redeem", N_("hold an amount on a card"), "sales", "redeem", "add_redeem"),
    Command("capture", N_("complete a hold"), "sales", "capture", "add_settlement"),
    Command("release", N_("give a held amount back"), "sales", "release", "add_settlement"),
    Command("issue", N_("sell a card"), "selling", "issue", "add_issue"),
    Command("extend", N_("re-activate an expired card"), "selling", "extend", "add_extend"),
    Command("refund", N_("give captured money back"), "selling", "refund", "add_refund"),
    Command("holds", N_("list the open holds of this till"), "sales", "list_holds"),
    Command(
        "transactions",
        N_("list transactions, newest first"),
        "cards",
        "list_transactions",
        "add_transactions",
    ),
    Command("locations", N_("list the shops of the account"), "cards", "list_locations"),
    Command("packages", N_("list what cards are sold as"), "cards", "list_packages"),
    Command(
        "outbox",
        N_("list, send or resolve what is not confirmed"),
        "outbox",
        "outbox",
        "add_outbox",
    ),
    Command("journal", N_("verify or export the journal"), "journal", "journal", "add_journal"),
    Command("token", N_("set, forget or check the API token"), "token", "token", "add_token"),
    Command("doctor", N_("check this till and say what to do"), "doctor", "doctor", "add_doctor"),
    Command(
        "sandbox", N_("serve the practice API on this PC"), "sandbox", "sandbox", "add_sandbox"
    ),
    Command("demo", N_("play a sale on the real screens"), "window", "demo", "add_demo"),
)
BY_NAME: Final = {command.name: command for command in COMMANDS}


def build_parser(t: Texts, argv: Sequence[str], out: TextIO) -> Parser:
    """Return the parser of the whole command line.

    Args:
        t: The language.
        argv: What was typed: only the commands named in it get their arguments.
        out: Where help is shown.
    """
    parser = Parser(
        t=t,
        out=out,
        prog="giftill",
        description=t(
            "The gift-card terminal for store tills. Without a command it opens the window."
        ),
        epilog=t(EXIT_STATUSES),
    )
    parser.own.add_argument(
        "--training", action="store_true", help=t("open in training mode: no real money")
    )
    parser.own.add_argument("--version", action="store_true", help=t("show the version and stop"))
    commands = parser.add_subparsers(
        title=t("Commands"), dest="command", metavar=t("COMMAND"), parser_class=Parser
    )
    for command in COMMANDS:
        purpose = t(command.purpose)
        own = commands.add_parser(
            command.name,
            t=t,
            out=out,
            prog=f"giftill {command.name}",
            help=purpose,
            description=f"{purpose[0].upper()}{purpose[1:]}.",
        )
        if command.name in argv:
            command.add_arguments(own)
    return parser


EXIT_STATUSES: Final = N_(
    """Exit status:
  0  done
  1  Giftill itself is at fault; the log has the details
  2  the command can’t be understood; nothing was sent
  3  refused by the API or by this till; nothing happened
  4  not sent: offline, limited, or no usable answer; try again later
  5  queued: recorded safely, sent by itself
  6  unknown, being checked; do not repeat it
  7  needs attention
  8  not set up: token, keyring or settings
  9  the data folder is in use by another Giftill
130  interrupted (Ctrl-C)"""
)
