"""Folders: where a till keeps its things."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message

if TYPE_CHECKING:
    from collections.abc import Mapping

# The environment variable that stands in for the command-line option.
DATA_DIR_VARIABLE: Final = "GIFTILL_DATA_DIR"

_PRIVATE_FOLDER: Final = 0o700
# What Windows calls a junction, which Python takes for a link only from 3.12 on.
_JUNCTION: Final = 0xA0000003


class FolderError(GiftillError):
    """The data folder can't be made or written to."""


class Folders(Struct, frozen=True):
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

    def prepare_training(self) -> Folders:
        """Make the folders of training mode where they are missing, and return them.

        Raises:
            FolderError: One of them can't be made, or they lie elsewhere.
        """
        own = self.training
        if _leads_elsewhere(own.data):
            raise FolderError(
                Message(N_("Training mode can’t use its folder")),
                Message(
                    N_(
                        "“{folder}” is a link to another place. What is practised there could "
                        "overwrite what a real till has recorded."
                    ),
                    {"folder": str(own.data)},
                ),
                Message(N_("Remove the link: training mode makes a folder of its own there.")),
            )
        own.prepare()
        return own

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


def _leads_elsewhere(folder: Path) -> bool:
    """Tell whether a name is not a folder itself, but a link to one."""
    try:
        found = folder.lstat()
    except OSError:
        # It is not there yet; or whoever makes or uses it is told why that can't be.
        return False
    return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION


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
