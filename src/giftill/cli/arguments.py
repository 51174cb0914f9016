"""Reads the command line: a parser that speaks the till's language and raises its own errors."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Final, NoReturn

from giftill.domain.message import N_, Message

from .problems import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from _typeshed import SupportsWrite

    from giftill.texts import Texts

_LONGEST_SHOWN: Final = 200
# argparse says what is wrong in English only; these are the sentences a cashier can meet.
_KNOWN_PROBLEMS: Final = (
    (
        re.compile(r"the following arguments are required: (?P<choices>\w+(?:\|\w+)+)"),
        N_("It must be said what to do: {choices}."),
    ),
    (
        re.compile(r"the following arguments are required: (?P<what>.+)"),
        N_("{what} is missing."),
    ),
    (re.compile(r"unrecognized arguments: (?P<what>.+)"), N_("“{what}” means nothing here.")),
    (
        re.compile(
            r"argument [^:]+: invalid choice: '(?P<what>.*)' \(choose from (?P<choices>[^()]+)\)",
            re.DOTALL,
        ),
        N_("“{what}” is not a choice here; the choices are: {choices}."),
    ),
    (
        re.compile(r"argument (?P<what>[^:]+): expected .*argument.*"),
        N_("{what} needs a value after it."),
    ),
    (
        re.compile(r"argument (?P<name>[^:]+): invalid .* value: '(?P<what>[^']*)'"),
        N_("“{what}” is not a value for {name}."),
    ),
    (
        re.compile(r"one of the arguments (?P<what>.+) is required"),
        N_("One of {what} is missing."),
    ),
    (
        re.compile(r"argument (?P<what>[^:]+): not allowed with argument (?P<name>.+)"),
        N_("{what} and {name} exclude each other."),
    ),
)


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Writes help with translated words around the arguments."""

    def __init__(self, prog: str, usage_word: str) -> None:
        super().__init__(prog)
        self._usage_word = usage_word

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """Add the line that shows how to call, in the language's own words."""
        super().add_usage(usage, actions, groups, self._usage_word if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A parser whose problems are errors of Giftill and whose groups have translated titles."""

    def __init__(
        self, *, t: Texts, out: TextIO, prog: str, description: str, epilog: str = ""
    ) -> None:
        """Make the parser of one command.

        Args:
            t: The language.
            out: Where help is shown.
            prog: The command as it is typed.
            description: What it does, translated.
            epilog: What is said below the arguments, translated.
        """

        def formatter(prog: str) -> HelpFormatter:
            return HelpFormatter(prog, t("Usage: "))

        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog or None,
            formatter_class=formatter,
            add_help=False,
            allow_abbrev=False,
        )
        self.t = t
        self._out = out
        self.own = self.add_argument_group(t("Arguments"))
        self.general = self.add_argument_group(t("General options"))
        add_general_options(self.general, t)

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Show the help where answers go."""
        super().print_help(self._out if file is None else file)

    def error(self, message: str) -> NoReturn:
        """Raise what argparse complains about, in the language.

        Raises:
            UsageError: Always.
        """
        raise UsageError(
            _translated(message),
            Message(N_("See “{command} --help”."), {"command": self.prog}),
        )


def add_general_options(group: argparse._ArgumentGroup, t: Texts) -> None:
    """Add what every command takes, before its name or after it.

    Nothing is set where an option is not given: the parser of the command would otherwise
    overwrite with its default what was given before the command's name.
    """
    group.add_argument(
        "--api-url",
        metavar="URL",
        default=argparse.SUPPRESS,
        help=t("where the Gifty API is (or GIFTILL_API_URL)"),
    )
    group.add_argument(
        "--data-dir",
        metavar=t("FOLDER"),
        default=argparse.SUPPRESS,
        help=t("where this till keeps its things (or GIFTILL_DATA_DIR)"),
    )
    group.add_argument(
        "--location",
        metavar="LC",
        default=argparse.SUPPRESS,
        help=t("the shop to work for, lc_… (or GIFTILL_LOCATION)"),
    )
    group.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help=t("answer in JSON, for other programs; amounts are whole cents"),
    )
    group.add_argument(
        "-h", "--help", action="help", default=argparse.SUPPRESS, help=t("show this and stop")
    )


def peek(argv: Sequence[str]) -> argparse.Namespace:
    """Read `--data-dir` and `--json` alone: they decide in which words all else is answered."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--data-dir", default=None)
    parser.add_argument("--json", action="store_true")
    try:
        found, _ = parser.parse_known_args(list(argv))
    except argparse.ArgumentError:
        return argparse.Namespace(data_dir=None, json=False)
    return found


def _translated(message: str) -> Message:
    for pattern, text in _KNOWN_PROBLEMS:
        if match := pattern.fullmatch(message):
            return Message(text, {name: _shown(each) for name, each in match.groupdict().items()})
    return Message(N_("It says: {problem}."), {"problem": message})


def _shown(text: str) -> str:
    """Return what was typed without quotes, and not at length."""
    bare = text.replace("'", "")
    return bare if len(bare) <= _LONGEST_SHOWN else f"{bare[: _LONGEST_SHOWN - 1]}…"
