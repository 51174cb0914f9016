"""The command line's way in: words to settings to command to exit status."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TextIO, cast

from giftill import __version__
from giftill.config import (
    TOKEN_VARIABLE,
    FixedOptionError,
    Policy,
    PolicyError,
    SettingsError,
    find_folders,
    load_settings,
    overruled_variables,
    read_policy,
    settings_without_file,
    system_language,
)
from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message
from giftill.texts import Texts

from .context import Context
from .exits import Exit
from .terminal import Terminal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping, Sequence

    from giftill.config import Folders
    from giftill.config.policy import Place
    from giftill.domain.places import LocationId

    from .wiring import Wiring

_log = logging.getLogger(__name__)


def main(
    argv: Sequence[str],
    environ: Mapping[str, str],
    stdin: TextIO,
    stdout: TextIO,
    stderr: TextIO,
    *,
    wiring: Wiring,
    policy_places: Iterable[Place],
) -> int:
    """Carry out a command line.

    Args:
        argv: What was typed after the program's name.
        environ: The environment.
        stdin: Where a token is read from.
        stdout: Where answers go.
        stderr: Where problems go.
        wiring: Opens tills and windows.
        policy_places: Where an administrator's policy may be, the weakest first.

    Returns:
        The exit status, one of `Exit`.
    """
    data_dir, is_json = _peek(argv)
    folders = find_folders(environ, data_dir)
    policy = _read_policy(policy_places)
    t = Texts(_language(folders, environ, policy))
    terminal = Terminal(stdin, stdout, stderr, t, is_json=is_json)
    try:
        return _carry_out(_parse(argv, t, stdout), environ, folders, policy, terminal, wiring)
    except GiftillError as error:
        from .problems import exit_for

        status = exit_for(error)
        terminal.problem(error, status)
        return status
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except SystemExit as request:
        # argparse has shown its help.
        return int(request.code or 0)
    except BrokenPipeError:
        # A reader that went away, such as `head`; who called us knows how to end quietly.
        raise
    except Exception:  # noqa: BLE001 - this is the one hook that bugs end in; it logs them whole
        _start_log(folders, environ)
        _log.exception("A command broke")
        _tell_broken(terminal, folders)
        return Exit.BROKEN
    finally:
        from giftill.logs import stop_logging

        stop_logging()


def _start_log(
    folders: Folders, environ: Mapping[str, str], file_name: str = "giftill.log"
) -> None:
    """Begin to log, unless that was begun already."""
    from giftill.logs import ensure_logging

    secret = environ.get(TOKEN_VARIABLE, "").strip()
    ensure_logging(folders.logs, secret, file_name=file_name)


def _peek(argv: Sequence[str]) -> tuple[str | None, bool]:
    """Read the data folder and whether to answer in JSON."""
    if not argv:
        return None, False
    from .arguments import peek

    first = peek(argv)
    return first.data_dir, first.json


def _parse(argv: Sequence[str], t: Texts, stdout: TextIO) -> argparse.Namespace:
    if not argv:
        # What a till does each morning: it names no command, and waits for no parser.
        from types import SimpleNamespace

        none = SimpleNamespace(command=None, version=False, training=False)
        return cast("argparse.Namespace", none)
    from .commands import build_parser

    return build_parser(t, argv, stdout).parse_args(list(argv))


def _carry_out(
    arguments: argparse.Namespace,
    environ: Mapping[str, str],
    folders: Folders,
    policy: Policy,
    terminal: Terminal,
    wiring: Wiring,
) -> int:
    if arguments.version:
        terminal.say(f"Giftill {__version__}")
        terminal.answer({"version": __version__})
        return Exit.DONE
    name: str | None = arguments.command
    if arguments.training and name is not None:
        from .problems import UsageError

        raise UsageError(
            Message(N_("Training mode has a window only, no commands.")),
            Message(N_("Run “giftill --training”; or “giftill sandbox” to try commands out.")),
        )
    # Without a policy, the terminal has nothing to write down before it can be seen.
    if name is not None or policy.fixed or policy.unknown:
        _start_log(folders, environ, "giftill.log" if name is None else "commands.log")
    _tell_of_policy(policy, environ, terminal)
    try:
        context = _context(arguments, environ, folders, policy, terminal, wiring)
    except SettingsError as problem:
        if name is not None:
            raise
        from .window import refuse_window

        return refuse_window(problem, environ, terminal, wiring)
    if name is None:
        from .window import show_window

        return show_window(context, arguments)
    from .commands import BY_NAME

    outcome = BY_NAME[name].action()(context, arguments)
    if isinstance(outcome, int):
        return outcome
    import asyncio

    return asyncio.run(outcome)


def _context(
    arguments: argparse.Namespace,
    environ: Mapping[str, str],
    folders: Folders,
    policy: Policy,
    terminal: Terminal,
    wiring: Wiring,
) -> Context:
    overrides = {
        "api_url": getattr(arguments, "api_url", None),
        "location": getattr(arguments, "location", None),
    }
    if policy.problem is not None and arguments.command != "doctor":
        raise policy.problem
    problem: SettingsError | None = None
    try:
        settings = load_settings(folders, environ, overrides, policy)
    except FixedOptionError:
        raise
    except SettingsError as error:
        if _is_usage(error, overrides):
            from .problems import UsageError

            raise UsageError(error.message, error.hint) from error
        if arguments.command != "doctor":
            raise
        problem, settings = error, settings_without_file(environ, overrides, policy)
    given = overrides["location"]
    chosen: LocationId | None = None
    if given:
        from giftill.domain.places import LocationId

        chosen = LocationId(given)
    return Context(
        terminal=terminal,
        settings=settings,
        folders=folders,
        environ=environ,
        wiring=wiring,
        policy=policy,
        chosen_location=chosen,
        settings_problem=problem,
    )


def _is_usage(error: SettingsError, overrides: Mapping[str, object]) -> bool:
    """Tell whether the value at fault stands on this command line rather than in the file."""
    return str(error.message.values.get("where", "")) in {
        f"--{name.replace('_', '-')}" for name, value in overrides.items() if value is not None
    }


def _read_policy(places: Iterable[Place]) -> Policy:
    """Read the policy; one that can't be used is told by each command in its own way."""
    try:
        return read_policy(places)
    except PolicyError as error:
        return Policy(problem=error)


def _tell_of_policy(policy: Policy, environ: Mapping[str, str], terminal: Terminal) -> None:
    """Say which variables are not heeded, and log what is fixed."""
    if policy.fixed:
        _log.info("The policy fixes %s", ", ".join(sorted(policy.fixed)))
    for name, where in policy.unknown:
        _log.warning("The policy says “%s”, which means nothing here (%s)", name, where)
    for variable in overruled_variables(environ, policy):
        _log.warning("%s is not heeded: the policy says something else", variable)
        terminal.note(
            terminal.t(
                "{name} is not heeded: the administrator of this PC fixed it.", name=variable
            )
        )


def _language(folders: Folders, environ: Mapping[str, str], policy: Policy) -> str:
    """Return the language to answer in, also where the settings file is at fault."""
    try:
        return load_settings(folders, environ, None, policy).language
    except SettingsError:
        return system_language(environ)


def _tell_broken(terminal: Terminal, folders: Folders) -> None:
    terminal.problem(
        GiftillError(
            Message(N_("Something broke; nothing was lost")),
            Message(N_("Giftill itself is at fault here.")),
            Message(
                N_("Send the newest file in “{folder}” to whoever looks after this till."),
                {"folder": str(folders.logs)},
            ),
        ),
        Exit.BROKEN,
    )
