"""Settings and folders: what can be chosen about a till, where it is kept, how it is checked."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec

from .domain.addresses import LIVE_API_URL, safe_address
from .domain.errors import GiftillError
from .domain.message import N_, Message

if TYPE_CHECKING:
    from collections.abc import Mapping

# Environment variables that stand in for a setting or a command-line option.
API_URL_VARIABLE: Final = "GIFTILL_API_URL"
DATA_DIR_VARIABLE: Final = "GIFTILL_DATA_DIR"
LOCATION_VARIABLE: Final = "GIFTILL_LOCATION"
TOKEN_VARIABLE: Final = "GIFTILL_TOKEN"  # noqa: S105 - the variable's name, not a token

_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600

_LocationText = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_]{1,64}$")]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be chosen about a till.

    Attributes:
        api_url: Where the Gifty API is; ends with a slash, HTTPS unless it is this very PC.
        location: `lc_…` of the shop this till works for, or None.
        language: `en` or `nl`.
        cashier: Name that operations are recorded under; may be empty.
        theme: The look: as the system, light or dark.
        scanner_gap_ms: Characters that come no further apart than this are a scan.
        cents_first: Whether `1250` typed without a separator means 12.50.
        sound: Whether the till makes sounds.
        tills_on_account: How many tills share the account's limit of requests.
        outbox_limit_items: How many captures and releases may wait.
        outbox_limit_cents: How much money may wait, in cents.
        outbox_warn_hours: After how long people are told that something waits.
        outbox_manager_hours: After how long a manager must look at it.
        requests_per_minute: Requests that all tills of the account may make together in a minute;
            the API allows 120.
        least_free_mb: Megabytes that must be free where the journal is for a sale to begin.
    """

    api_url: str = LIVE_API_URL
    location: _LocationText | None = None
    language: Literal["en", "nl"] = "en"
    cashier: Annotated[str, msgspec.Meta(max_length=60)] = ""
    theme: Literal["system", "light", "dark"] = "system"
    scanner_gap_ms: Annotated[int, msgspec.Meta(ge=20, le=150)] = 50
    cents_first: bool = False
    sound: bool = True
    tills_on_account: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    outbox_limit_items: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 200
    outbox_limit_cents: Annotated[int, msgspec.Meta(ge=1, le=100_000_000)] = 500_000
    outbox_warn_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 24
    outbox_manager_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 72
    requests_per_minute: Annotated[int, msgspec.Meta(ge=1, le=120)] = 100
    least_free_mb: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 50


_RULES: Final = {
    "api_url": N_("It must be an https address, such as https://api.gifty.nl/v1/."),
    "location": N_("It must be the id of a location, such as lc_RVyje31w8pmKwwmqlZW096M7."),
    "language": N_("It must be en or nl."),
    "cashier": N_("It must be a name of at most 60 characters."),
    "theme": N_("It must be system, light or dark."),
    "scanner_gap_ms": N_("It must be a whole number from 20 to 150."),
    "cents_first": N_("It must be true or false."),
    "sound": N_("It must be true or false."),
    "tills_on_account": N_("It must be a whole number from 1 to 100."),
    "outbox_limit_items": N_("It must be a whole number from 1 to 10000."),
    "outbox_limit_cents": N_("It must be a whole number of cents from 1 to 100000000."),
    "outbox_warn_hours": N_("It must be a whole number of hours from 1 to 720."),
    "outbox_manager_hours": N_("It must be a whole number of hours from 1 to 720."),
    "requests_per_minute": N_("It must be a whole number from 1 to 120."),
    "least_free_mb": N_("It must be a whole number of megabytes from 1 to 1000000."),
}
_FIELDS: Final = {field.name: field for field in msgspec.structs.fields(Settings)}


class SettingsError(GiftillError):
    """A setting, or the whole settings file, can't be used; the file was left as it is."""


class FolderError(GiftillError):
    """The data folder can't be made or written to."""


@dataclass(frozen=True)
class Folders:
    """Where a till keeps its things; all of it local to this PC and this user.

    Attributes:
        data: The journal and the settings.
        logs: Log files.
        cache: What can be fetched again: lists of locations and packages, card images.
    """

    data: Path
    logs: Path
    cache: Path

    @property
    def settings(self) -> Path:
        """The settings file (TOML); may be missing."""
        return self.data / "settings.toml"

    @property
    def training(self) -> Folders:
        """The folders of training mode: practice never touches the real journal."""
        return Folders.within(self.data / "training")

    @classmethod
    def within(cls, root: Path) -> Folders:
        """Return folders that all lie in one."""
        return cls(data=root, logs=root / "logs", cache=root / "cache")

    def prepare(self) -> None:
        """Make what is missing, readable by this user alone.

        Raises:
            FolderError: One of them can't be made or is not a folder.
        """
        for folder in (self.data, self.logs, self.cache):
            try:
                folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
                if os.name == "posix":
                    folder.chmod(_PRIVATE_FOLDER)
            except OSError as error:
                raise FolderError(
                    Message(N_("The data folder can’t be used")),
                    Message(
                        N_("“{folder}” can’t be made or changed: {problem}."),
                        {"folder": str(folder), "problem": error.strerror or str(error)},
                    ),
                    Message(
                        N_(
                            "Let this user change the folder: what waits in its outbox is nowhere "
                            "else. A new till may have another one, by --data-dir."
                        )
                    ),
                ) from error


def find_folders(environ: Mapping[str, str], data_dir: str | Path | None = None) -> Folders:
    """Tell where this till keeps its things; nothing is made yet.

    Args:
        environ: The environment; `GIFTILL_DATA_DIR` names a folder for everything.
        data_dir: The folder given on the command line, which wins.
    """
    chosen = data_dir or environ.get(DATA_DIR_VARIABLE)
    if chosen:
        return Folders.within(Path(chosen).expanduser().absolute())
    import platformdirs

    own = platformdirs.PlatformDirs("giftill", appauthor=False, roaming=False)
    return Folders(data=own.user_data_path, logs=own.user_log_path, cache=own.user_cache_path)


def system_language(environ: Mapping[str, str]) -> Literal["en", "nl"]:
    """Return `nl` where the system speaks Dutch, else `en`."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(variable):
            return "nl" if value.lower().startswith("nl") else "en"
    import locale

    return "nl" if (locale.getlocale()[0] or "").lower().startswith(("nl", "dutch")) else "en"


def load_settings(
    folders: Folders, environ: Mapping[str, str], overrides: Mapping[str, object] | None = None
) -> Settings:
    """Read the settings; later sources win: defaults, file, environment, `overrides`.

    Args:
        folders: Where the settings file is; a missing one means the defaults.
        environ: The environment, for `GIFTILL_API_URL`, `GIFTILL_LOCATION` and the language.
        overrides: Settings by name, such as the command line's; None values are left out.

    Raises:
        SettingsError: The file can't be read, or a value breaks its rule. The file is not touched.
    """
    return _combined(
        read_settings_file(folders.settings), str(folders.settings), environ, overrides
    )


def settings_without_file(
    environ: Mapping[str, str], overrides: Mapping[str, object] | None = None
) -> Settings:
    """Return what would be in force without a settings file, for who looks into a broken one.

    Raises:
        SettingsError: A value of the environment or of `overrides` breaks its rule.
    """
    return _combined({}, "", environ, overrides)


def settings_for_training(settings: Settings, folders: Folders) -> Settings:
    """Return the settings that training mode works with.

    It starts from those of the till, without its location, which the practice server does not
    know; what is chosen while training is kept apart and wins.

    Args:
        settings: Those of the till.
        folders: Those of the till.

    Raises:
        SettingsError: Training mode's own file can't be read, or a value breaks its rule.
    """
    file = folders.training.settings
    chosen = {name: each for name, each in read_settings_file(file).items() if name in _FIELDS}
    return msgspec.structs.replace(settings, **{"location": None, **_checked(chosen, str(file))})


def _combined(
    in_file: Mapping[str, object],
    file: str,
    environ: Mapping[str, str],
    overrides: Mapping[str, object] | None,
) -> Settings:
    values: dict[str, object] = {"language": system_language(environ)}
    values |= _checked({name: each for name, each in in_file.items() if name in _FIELDS}, file)
    for name, variable in (("api_url", API_URL_VARIABLE), ("location", LOCATION_VARIABLE)):
        if value := environ.get(variable):
            values |= _checked({name: value}, variable)
    for name, given in (overrides or {}).items():
        if given is not None:
            values |= _checked({name: given}, _option(name))
    return msgspec.convert(values, Settings)


def unknown_settings(folders: Folders) -> tuple[str, ...]:
    """Return the names in the settings file that mean nothing to this version.

    Raises:
        SettingsError: The file can't be read.
    """
    return tuple(name for name in read_settings_file(folders.settings) if name not in _FIELDS)


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
        raise _unreadable(path, error.strerror or str(error)) from error
    # Most tills have no settings file, and start the sooner for not importing a parser.
    import tomllib

    try:
        return tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unreadable(path, str(error)) from error


def _unreadable(path: Path, problem: str) -> SettingsError:
    return SettingsError(
        Message(N_("The settings can’t be read")),
        Message(
            N_("The file “{file}” is not readable: {problem}. It was left as it is."),
            {"file": str(path), "problem": problem},
        ),
        Message(N_("Repair that line, or move the file away to start with the defaults.")),
    )


class SettingsStore:
    """The settings in force, and the way to change them.

    Attributes:
        current: The settings in force.
    """

    def __init__(self, folders: Folders, current: Settings) -> None:
        self.current = current
        self._path = folders.settings

    def save(self, **changes: object) -> Settings:
        """Change settings, in force and on disk; the file's comments and other values stay.

        Args:
            changes: New values by name; None forgets a setting that may be empty.

        Returns:
            The settings now in force.

        Raises:
            SettingsError: A value breaks its rule, or the file can't be read or written; then
                nothing has changed.
        """
        import tomlkit

        checked = _checked(changes, str(self._path))
        # Read first and checked, so that a file someone is still repairing is never overwritten.
        read_settings_file(self._path)
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        document = tomlkit.parse(text)
        for name, value in checked.items():
            if value is None:
                document.pop(name, None)
            else:
                document[name] = value
        write_private(self._path, tomlkit.dumps(document).encode())
        self.current = msgspec.structs.replace(self.current, **checked)
        return self.current


def write_private(path: Path, content: bytes) -> None:
    """Replace a file at once: a power cut leaves the old one or the new one, never half of it.

    Args:
        path: The file; its folder must exist. It ends up readable by this user alone.
        content: All of the new content.

    Raises:
        SettingsError: It can't be written; the old file is as it was.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise SettingsError(
            Message(N_("The settings were not saved")),
            Message(
                N_("The file “{file}” can’t be written: {problem}."),
                {"file": str(path), "problem": error.strerror or str(error)},
            ),
            Message(N_("Check the disk and the rights on the folder, then try again.")),
        ) from error


def _checked(values: Mapping[str, object], where: str) -> dict[str, Any]:
    """Return the values in their own types, each held to its rule."""
    checked: dict[str, Any] = {}
    for name, value in values.items():
        try:
            checked[name] = msgspec.convert(value, _FIELDS[name].type)
            if name == "api_url":
                checked[name] = safe_address(checked[name])
        except (msgspec.ValidationError, ValueError) as error:
            raise SettingsError(
                Message(N_("A setting can’t be used")),
                Message(
                    N_("“{value}” can’t be used for “{name}” ({where})."),
                    {"name": name, "value": str(value)[:60], "where": where},
                ),
                Message(_RULES[name]),
            ) from error
    return checked


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
