"""Loading the settings: which source has the last word about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from giftill.domain.message import N_, Message

from .policy import NO_POLICY, FixedOptionError
from .settings import NAMES, Settings, SettingsError, checked_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .folders import Folders
    from .policy import Decision, Policy

# Environment variables that stand in for a setting or a command-line option.
API_URL_VARIABLE: Final = "GIFTILL_API_URL"
LOCATION_VARIABLE: Final = "GIFTILL_LOCATION"
TOKEN_VARIABLE: Final = "GIFTILL_TOKEN"  # noqa: S105 - the variable's name, not a token
_REPAIR: Final = Message(N_("Repair that line, or move the file away to start with the defaults."))
_LOOK_AT_IT: Final = Message(
    N_("Look at the disk and the file, or move it away to start with the defaults.")
)
_VARIABLES: Final = {"api_url": API_URL_VARIABLE, "location": LOCATION_VARIABLE}


def system_language(environ: Mapping[str, str]) -> Literal["en", "nl"]:
    """Return `nl` where the system speaks Dutch, else `en`."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(variable):
            return "nl" if value.lower().startswith("nl") else "en"
    import locale

    return "nl" if (locale.getlocale()[0] or "").lower().startswith(("nl", "dutch")) else "en"


def load_settings(
    folders: Folders,
    environ: Mapping[str, str],
    overrides: Mapping[str, object] | None = None,
    policy: Policy = NO_POLICY,
) -> Settings:
    """Read the settings; later sources win.

    These are the defaults, the policy's, the file, the environment, `overrides`, what the policy
    fixed.

    Args:
        folders: Where the settings file is; a missing one means the defaults.
        environ: The environment, for `GIFTILL_API_URL`, `GIFTILL_LOCATION` and the language.
        overrides: Settings by name, such as the command line's; None values are left out.
        policy: What an administrator decided.

    Raises:
        FixedOptionError: One of `overrides` asks for something else than the policy fixed.
        SettingsError: The file can't be read, or a value breaks its rule. The file is not touched.
    """
    file = folders.settings
    return _combined(read_settings_file(file), str(file), environ, overrides, policy)


def settings_without_file(
    environ: Mapping[str, str],
    overrides: Mapping[str, object] | None = None,
    policy: Policy = NO_POLICY,
) -> Settings:
    """Return what would be in force without a settings file, for who looks into a broken one.

    Raises:
        SettingsError: A value of the environment or of `overrides` can't be used.
    """
    return _combined({}, "", environ, overrides, policy)


def overruled_variables(environ: Mapping[str, str], policy: Policy) -> tuple[str, ...]:
    """Return the names of the variables that say something else than the policy fixed."""
    overruled = []
    for name, variable in _VARIABLES.items():
        given, decision = environ.get(variable), policy.fixed.get(name)
        if given and decision is not None and not _is_same(name, given, decision):
            overruled.append(variable)
    return tuple(overruled)


def settings_for_training(settings: Settings, folders: Folders) -> Settings:
    """Return the settings that training mode works with.

    It starts from those of the till, without its location, which the practice server does not
    know, fixed or not; what is chosen while training is kept apart and wins, unless it is fixed.

    Args:
        settings: Those of the till.
        folders: Those of the till.

    Raises:
        SettingsError: Training mode's own file can't be read, or a value breaks its rule.
    """
    file = folders.training.settings
    fixed = settings.fixed - {"location"}
    chosen = {
        name: each
        for name, each in read_settings_file(file).items()
        if name in NAMES and name not in fixed
    }
    return msgspec.structs.replace(
        settings, **{"location": None, **checked_settings(chosen, str(file)), "fixed": fixed}
    )


def _combined(
    in_file: Mapping[str, object],
    file: str,
    environ: Mapping[str, str],
    overrides: Mapping[str, object] | None,
    policy: Policy,
) -> Settings:
    values: dict[str, object] = {"language": system_language(environ)}
    values |= {name: each.value for name, each in policy.defaults.items()}
    values |= checked_settings(
        {name: each for name, each in in_file.items() if name in NAMES}, file
    )
    for name, variable in _VARIABLES.items():
        if name not in policy.fixed and (value := environ.get(variable)):
            values |= checked_settings({name: value}, variable)
    for name, given in (overrides or {}).items():
        if given is not None:
            option = _option(name)
            values |= checked_settings({name: given}, option)
            decision = policy.fixed.get(name)
            if decision is not None and values[name] != decision.value:
                raise FixedOptionError(option, given, name, decision)
    values |= {name: each.value for name, each in policy.fixed.items()}
    return msgspec.convert({**values, "fixed": frozenset(policy.fixed)}, Settings)


def _is_same(name: str, given: str, decision: Decision) -> bool:
    try:
        return bool(checked_settings({name: given}, name)[name] == decision.value)
    except SettingsError:
        return False


def unknown_settings(folders: Folders) -> tuple[str, ...]:
    """Return the names in the settings file that mean nothing to this version.

    Raises:
        SettingsError: The file can't be read.
    """
    return tuple(name for name in read_settings_file(folders.settings) if name not in NAMES)


def read_settings_file(path: Path) -> Mapping[str, object]:
    """Return what the settings file says, unchecked; nothing for a missing file.

    Raises:
        SettingsError: The file can't be opened or is not TOML.
    """
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        # That the folder is none is told by whoever needs the folder.
        return {}
    except OSError as error:
        hint = _let_in(path.parent) if isinstance(error, PermissionError) else _LOOK_AT_IT
        raise _unreadable(path, error.strerror or str(error), hint) from error
    # Most tills have no settings file, and start the sooner for not importing a parser.
    import tomllib

    try:
        return tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unreadable(path, str(error), _REPAIR) from error


def _let_in(folder: Path) -> Message:
    """Return who must own the data folder: after a restore by root, say, this user does not."""
    import shlex

    return Message(
        N_(
            "The data folder and all that is in it must belong to the user who works with this "
            "till. On Linux an administrator gives them back with “chown -R USER: {folder}”."
        ),
        {"folder": shlex.quote(str(folder))},
    )


def _unreadable(path: Path, problem: str, hint: Message) -> SettingsError:
    return SettingsError(
        Message(N_("The settings can’t be read")),
        Message(
            N_("The file “{file}” is not readable: {problem}. It was left as it is."),
            {"file": str(path), "problem": problem},
        ),
        hint,
    )


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
