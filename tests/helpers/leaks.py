"""Finds card codes, wallet secrets and tokens in whatever a till leaves behind."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# A masked code shows the last four characters; of the others, no run may be seen.
_SHOWN: Final = 4
# What can stand between two characters: separators as people, links, JSON and wide texts have them.
_GAP: Final = rb"(?:[\s\-_.]|%20|\\u20[0-9a-f]{2}|\xe2\x80[\x90-\x95]|[\x10-\x15]\x20){0,3}"


@dataclass(frozen=True)
class Secrets:
    """What nobody may find.

    Attributes:
        codes: Card codes.
        others: Tokens and the secrets of wallet links.
    """

    codes: tuple[str, ...]
    others: tuple[str, ...]

    def found_in(self, data: bytes) -> list[str]:
        """Return the secrets that can be read in there: in any grouping, case and width."""
        narrow = data.replace(b"\x00", b"")
        return [
            *(each for each in self.codes if _can_be_read(each[:-_SHOWN], narrow)),
            *(each for each in self.others if _can_be_read(each, narrow)),
        ]

    def found_in_files(self, folders: Iterable[Path]) -> dict[str, list[str]]:
        """Return the files below the folders in which secrets can be read, and which."""
        found = {str(file): self.found_in(file.read_bytes()) for file in _files(folders)}
        return {file: secrets for file, secrets in found.items() if secrets}


def process_texts(ancestor: int) -> Iterator[bytes]:
    """Return what the process list shows of a process and everything that it started."""
    parents = {}
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                parents[int(each.name)] = int(
                    (each / "stat").read_text("ascii", "replace").rsplit(")", 1)[1].split()[1]
                )
            except OSError:
                # It has just ended.
                continue
    family = {ancestor}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    for pid in family:
        for name in ("cmdline", "environ"):
            try:
                yield Path(f"/proc/{pid}/{name}").read_bytes()
            except OSError:
                continue


def _can_be_read(secret: str, data: bytes) -> bool:
    characters = (re.escape(each.encode()) for each in secret)
    return re.search(_GAP.join(characters), data, re.IGNORECASE) is not None


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for root, _, names in os.walk(folder):
            yield from (Path(root, name) for name in names if Path(root, name).is_file())
