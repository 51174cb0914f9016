"""Notices when the open files were deleted or replaced: what is saved then is gone with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from .wal import wal_of

if TYPE_CHECKING:
    from pathlib import Path

_Identity: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Place:
    """Which files are open, as the system tells files apart.

    Attributes:
        file: The journal's file.
        identities: Of it and of its log; None for one that was not there.
    """

    file: Path
    identities: tuple[_Identity | None, _Identity | None]

    @classmethod
    def of(cls, file: Path) -> Place:
        """Look which files are there now."""
        return cls(file, (_identity(file), _identity(wal_of(file))))

    def completed(self) -> Place:
        """Look again, where the log was not there yet."""
        return self if None not in self.identities else Place.of(self.file)

    def is_still_there(self) -> bool:
        """Tell whether the names still lead to the files that are open."""
        now = Place.of(self.file).identities
        return all(
            then is None or then == its for then, its in zip(self.identities, now, strict=True)
        )


def _identity(path: Path) -> _Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
