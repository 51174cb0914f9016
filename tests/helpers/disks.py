"""A small disk for a test: full, read-only or gone when the test wants it, and for it alone."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .processes import PATIENCE_S, kill

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEGABYTE: Final = 1_000_000
_MOUNT: Final = 'mount -t tmpfs -o "size=$2,mode=0700" tmpfs "$1"'
# What is there stays in sight; what is written there is seen by the test's processes alone.
_COVER: Final = (
    "mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work && mount -t overlay"
    ' -o "lowerdir=$1,upperdir=/mnt/upper,workdir=/mnt/work" overlay "$1"'
)


@dataclass(frozen=True)
class SmallDisk:
    """A file system in memory that only the processes see which are started with `prefix`.

    Attributes:
        at: Where they see it.
        path: Where the test sees it.
        prefix: What stands before the words of such a process.
        as_root: The same for a process that may mount.
    """

    at: Path
    path: Path
    prefix: tuple[str, ...]
    as_root: tuple[str, ...]

    def fill(self, *, free_bytes: int) -> None:
        """Leave only so much room."""
        self.make_room()
        with (self.path / "filler").open("wb") as file:
            file.truncate(0)
            rest = shutil.disk_usage(self.path).free - free_bytes
            while rest > 0:
                rest -= file.write(bytes(min(rest, _MEGABYTE)))

    def make_room(self) -> None:
        """Take away what fills it."""
        (self.path / "filler").unlink(missing_ok=True)

    def make_read_only(self, *, is_read_only: bool = True) -> None:
        """Refuse all that writes, also for root; nothing on it may be open for writing."""
        how = f"remount,{'ro' if is_read_only else 'rw'}"
        subprocess.run([*self.as_root, "mount", "-o", how, str(self.at)], check=True)


def missing_rights() -> str:
    """Return why this user can have no disk of its own here, or nothing."""
    return _missing_for("mount -t tmpfs tmpfs /mnt")


def missing_rights_to_cover() -> str:
    """Return why this user can have no folder of the system's of its own here, or nothing."""
    return _missing_for(_COVER, "/etc")


@contextmanager
def small_disk(at: Path, *, megabytes: int) -> Iterator[SmallDisk]:
    """Mount a disk of so many MB for the length of the block.

    Args:
        at: An empty folder, in which it is seen.
        megabytes: Its size.
    """
    at.mkdir(parents=True, exist_ok=True)
    with _own_mounts(_MOUNT, at, str(megabytes * _MEGABYTE)) as disk:
        yield disk


@contextmanager
def covered(folder: Path) -> Iterator[SmallDisk]:
    """Give a folder of the system another content for the length of the block.

    Args:
        folder: The folder, such as `/etc`; for everybody else it stays as it is.
    """
    with _own_mounts(_COVER, folder) as disk:
        yield disk


@contextmanager
def _own_mounts(script: str, at: Path, *words: str) -> Iterator[SmallDisk]:
    """Mount at a folder what nobody else sees."""
    process = subprocess.Popen(
        [*_unshared(), "sh", "-c", f"{script} && echo ready && read -r _", "sh", str(at), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        target = ("--target", str(process.pid), "--mount")
        rights = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")
        as_root = ("nsenter", *target, *rights, "--")
        seen = Path(f"/proc/{process.pid}/root") / at.relative_to("/")
        yield SmallDisk(at, seen, (*as_root, *_as_myself()), as_root)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(PATIENCE_S)
        kill(process)


def _missing_for(script: str, *words: str) -> str:
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        return "unshare and nsenter are not installed"
    tried = subprocess.run(
        [*_unshared(), "sh", "-c", script, "sh", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    return tried.stderr.strip()


def _unshared() -> tuple[str, ...]:
    """Return what starts a process whose mounts nobody else sees."""
    return ("unshare", "--mount", *(() if os.geteuid() == 0 else ("--map-root-user",)), "--")


def _as_myself() -> tuple[str, ...]:
    """Return what makes a process the test's own user again: the session's bus knows no other."""
    if os.geteuid() == 0:
        return ()
    return ("unshare", f"--map-user={os.geteuid()}", f"--map-group={os.getegid()}", "--")
