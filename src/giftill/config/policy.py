"""The administrator's policy: what is fixed for every user of this PC, and what is proposed.

A policy has the last word: over the settings file, the environment and the command line, as one
that a cashier can get round by setting a variable is none. An option that asks for something else
is refused, because a command must not work for another shop or API than the one that was typed; a
variable, which may be a left-over of the session, yields, and that is told.

What stands under `defaults` lies beneath the user's own settings. So a till can start in Dutch and
in its shop with nobody having chosen, and its people may still choose.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from msgspec import Struct

from giftill.domain.message import N_, Message

from .settings import NAMES, SettingsError, checked_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

DEFAULTS: Final = "defaults"

_LINUX_FOLDER: Final = Path("/etc/giftill/policy.d")


class PolicyError(SettingsError):
    """A policy can't be used; the till does not start with a laxer one than was meant."""


class FixedOptionError(SettingsError):
    """An option asks for something else than the administrator fixed; nothing was done."""

    def __init__(self, option: str, given: object, name: str, decision: Decision) -> None:
        """Name the option with what was `given`, and what is decided about the setting `name`."""
        super().__init__(
            Message(N_("This option can’t be used")),
            Message(
                N_(
                    "The administrator of this PC fixed {name} as “{fixed}” ({where}), so "
                    "“{option} {given}” was refused and nothing was sent."
                ),
                {
                    "name": name,
                    "fixed": decision.value,
                    "where": decision.where,
                    "option": option,
                    "given": str(given)[:60],
                },
            ),
            Message(N_("Leave the option out; “giftill doctor” tells all that is fixed.")),
        )


class Decision(Struct, frozen=True):
    """One setting as an administrator decided it: the value, and where that is written."""

    value: Any
    where: str


class Policy(Struct, frozen=True):
    """What an administrator decided for this PC.

    Attributes:
        fixed: What nobody can change, by the names of the settings.
        defaults: What holds until a user chooses.
        unknown: Names that mean nothing to this version, each with the place where it is written.
        tables: Those of them that are tables, as nothing that stands in one is in force.
        unread: What lies among the policy's files and is none by its name.
        paths: The files and folders that were read, whose rights the doctor looks at.
        problem: Why it can't be told what was decided, or None; only the doctor goes on with that.
    """

    fixed: Mapping[str, Decision] = {}
    defaults: Mapping[str, Decision] = {}
    unknown: tuple[tuple[str, str], ...] = ()
    tables: tuple[tuple[str, str], ...] = ()
    unread: tuple[Path, ...] = ()
    paths: tuple[Path, ...] = ()
    problem: PolicyError | None = None


NO_POLICY: Final = Policy()


class Sheet(Struct, frozen=True):
    """What one file or registry key says, unchecked.

    Attributes:
        where: How people call it: its path.
        values: What it says; what is proposed is a table of its own, under `defaults`.
        path: The file or folder, or None where it is none.
        unread: What lies in the folder and is no policy by its name.
    """

    where: str
    values: Mapping[str, object]
    path: Path | None = None
    unread: tuple[Path, ...] = ()


class Place(Protocol):
    """Where a policy may be."""

    def read(self) -> Iterable[Sheet]:
        """Return what it says, in order: a later sheet wins; nothing where there is no policy.

        Raises:
            PolicyError: It is there, but can't be read.
        """


class PolicyFolder:
    """A folder of `*.toml` files, read in the order of their names.

    Others are not read, as with the folders of apt or systemd: a `.bak` says what was once meant.
    But `.TOML` is read too, although a name in Linux is case-sensitive: whoever wrote it meant it,
    without it the till would have laxer limits, and elsewhere it is the same name anyway.

    Attributes:
        path: Where it is.
    """

    def __init__(self, path: Path) -> None:
        """Read from `path`, which may be missing."""
        self.path = path

    def read(self) -> Iterator[Sheet]:
        """Return first what lies there without being read, then what its files say."""
        try:
            files = sorted(self.path.iterdir())
        except FileNotFoundError as error:
            if self.path.is_symlink() or self.path.parent.is_symlink():
                # What was meant to be fixed where a link leads to must not be free.
                raise unreadable(self.path, error) from error
            return
        except OSError as error:
            raise unreadable(self.path, error) from error
        seen = [file for file in files if not file.name.startswith(".")]
        unread = [file for file in seen if not _is_toml(file) and not _is_readme(file)]
        yield Sheet(str(self.path), {}, self.path, tuple(unread))
        for file in filter(_is_toml, seen):
            yield _read_toml(file)


class PolicyFile:
    """One TOML file."""

    def __init__(self, path: Path, read_bytes: Callable[[Path], bytes] = Path.read_bytes) -> None:
        """Read from `path`, which may be missing, in a way that may refuse it."""
        self._path = path
        self._read_bytes = read_bytes

    def read(self) -> Iterator[Sheet]:
        """Return what it says, if it is there."""
        try:
            self._path.lstat()
        except FileNotFoundError:
            return
        except OSError as error:
            raise unreadable(self._path, error) from error
        yield _read_toml(self._path, self._read_bytes)


def system_places() -> Sequence[Place]:
    """Return where this system keeps policies, the weakest first; no variable can move them."""
    if sys.platform == "win32":
        from .policy_windows import PolicyRegistry, program_data, read_trusted

        file = program_data() / "Giftill" / "policy.toml"
        return (PolicyFile(file, read_trusted), PolicyRegistry())
    if sys.platform == "darwin":
        from .policy_macos import LIBRARY, ManagedPreferences

        return (
            PolicyFile(LIBRARY / "Application Support" / "Giftill" / "policy.toml"),
            ManagedPreferences(),
        )
    return (PolicyFolder(_LINUX_FOLDER),)


def read_policy(places: Iterable[Place]) -> Policy:
    """Read what an administrator decided; in each place all that is wrong is refused.

    Args:
        places: Where it may be, the weakest first.

    Raises:
        PolicyError: A place can't be read, a value breaks its rule, or a setting stands in a table
            that means nothing.
    """
    fixed: dict[str, Decision] = {}
    defaults: dict[str, Decision] = {}
    unknown: list[tuple[str, str]] = []
    tables: list[tuple[str, str]] = []
    unread: list[Path] = []
    paths: list[Path] = []
    for place in places:
        for sheet in place.read():
            unread += sheet.unread
            if sheet.path is not None:
                paths.append(sheet.path)
            own = dict(sheet.values)
            proposed = own.pop(DEFAULTS, {})
            if not isinstance(proposed, dict):
                raise unreadable(sheet.where, f"“{DEFAULTS}” is not a table")
            for values, into in ((own, fixed), (proposed, defaults)):
                strange = {name: each for name, each in values.items() if name not in NAMES}
                unknown += [(name, sheet.where) for name in strange]
                tables += [(name, sheet.where) for name in _tables(strange, sheet.where)]
                into.update(_decided(values, sheet.where))
    return Policy(fixed, defaults, tuple(unknown), tuple(tables), tuple(unread), tuple(paths))


def unreadable(where: object, problem: str | OSError) -> PolicyError:
    """Return what to raise for a policy that is there but can't be read."""
    hint = Message(N_("Let the administrator of this PC repair it."))
    # On Windows it may as well be open in a program that lets nobody else read it.
    if isinstance(problem, PermissionError) and sys.platform != "win32":
        hint = Message(
            N_(
                "All users must be able to read policies. Let the administrator of this PC use "
                "chmod: 644 for a file, 755 for its folder."
            )
        )
    if isinstance(problem, OSError):
        problem = problem.strerror or str(problem)
    return PolicyError(
        Message(N_("The policy of this PC can’t be read")),
        Message(
            N_("“{file}” is not readable: {problem}. The till does not start without it."),
            {"file": str(where), "problem": problem},
        ),
        hint,
    )


def _tables(strange: Mapping[str, object], where: str) -> Iterator[str]:
    """Name the tables among what means nothing to this version.

    A newer policy may have tables that an older till passes over, as it does unknown names. But
    one with a setting in it, such as `[fixed]`, was meant to hold for this till.

    Raises:
        PolicyError: A setting stands in one.
    """
    for name, value in strange.items():
        inner = list(_tables_within(value))
        if not inner:
            continue
        setting = next((each for table in inner for each in table if each in NAMES), None)
        if setting is not None:
            raise PolicyError(
                Message(N_("The policy of this PC can’t be used")),
                Message(
                    N_(
                        "“{name}” is not in force where it stands, under [{table}] ({where}). The "
                        "till does not start with laxer limits than were meant."
                    ),
                    {"name": setting, "table": name, "where": where},
                ),
                Message(
                    N_(
                        "Let the administrator of this PC write it at the top, above every "
                        "[table], to fix it, or under [defaults] to propose it."
                    )
                ),
            )
        yield name


def _tables_within(value: object) -> Iterator[Mapping[str, object]]:
    """Return a table and all that are in it, or in a list."""
    if isinstance(value, dict):
        yield value
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in within:
        yield from _tables_within(each)


def _is_toml(file: Path) -> bool:
    return file.suffix.lower() == ".toml"


def _is_readme(file: Path) -> bool:
    """Tell whether it is the package's own README, or what dpkg put beside one that was changed."""
    return file.name.partition(".")[0] == "README"


def _decided(values: Mapping[str, object], where: str) -> dict[str, Decision]:
    known = {name: value for name, value in values.items() if name in NAMES}
    try:
        checked = checked_settings(known, where)
    except SettingsError as error:
        title = Message(N_("The policy of this PC can’t be used"))
        raise PolicyError(title, error.message, error.hint) from error
    return {name: Decision(value, where) for name, value in checked.items()}


def _read_toml(file: Path, read_bytes: Callable[[Path], bytes] = Path.read_bytes) -> Sheet:
    try:
        content = read_bytes(file)
    except OSError as error:
        # Also one that a link promises: what was meant to be fixed there must not be free.
        raise unreadable(file, error) from error
    # Most tills have no policy, and start the sooner for not importing a parser.
    import tomllib

    try:
        # Windows' own editors begin a file with a byte order mark.
        text = content.decode("utf-8-sig")
        if not text.strip():
            # TOML has nothing against it, but nobody writes it: what was meant is lost.
            raise _empty(file)
        return Sheet(str(file), tomllib.loads(text), file)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise unreadable(file, str(error)) from error


def _empty(file: Path) -> PolicyError:
    return PolicyError(
        Message(N_("The policy of this PC can’t be read")),
        Message(
            N_(
                "“{file}” is empty, as a full disk or a power cut leaves it. The till does not "
                "start with laxer limits than were meant."
            ),
            {"file": str(file)},
        ),
        Message(
            N_(
                "Let the administrator of this PC write it anew; or delete it, if nothing is to be "
                "fixed."
            )
        ),
    )
