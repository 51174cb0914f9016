"""Who else than the administrator could change what is read from a file, or put another there."""

from __future__ import annotations

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT: Final = 0
# As many links in a row as Linux follows (path_resolution(7)).
_MOST_LINKS: Final = 40


class Spot(Struct, frozen=True):
    """A file, folder or link that others can change.

    Attributes:
        path: Where it is, with no link on the way to it.
        link: The first link on the way that led there, or None.
    """

    path: Path
    link: Path | None = None


def weak_spots(path: Path) -> Iterator[Spot]:
    """Return where others can change what is read from `path`: itself, or anything on the way.

    The way is walked as the system does, a link at a time: who can change any folder on it can
    put another file in the place of the one that was meant. On Windows only `path` itself is looked
    at, as a policy there is not read at all where others can change it or its folder.

    Args:
        path: What was read.
    """
    if sys.platform != "win32":
        yield from _weak_spots_on_the_way(path)
    elif _may_write(path):
        yield Spot(path)


def _weak_spots_on_the_way(path: Path) -> Iterator[Spot]:
    here, link, links = Path("/"), None, 0
    ahead = list(reversed(path.absolute().parts[1:]))
    while ahead:
        found = here.stat()
        # Of a sticky folder of root's, others can't replace what is root's.
        is_sticky = found.st_uid == _ROOT and bool(found.st_mode & stat.S_ISVTX)
        if not is_sticky and _can_others_write(here, found):
            yield Spot(here, link)
        name = ahead.pop()
        step = here.parent if name == ".." else here / name
        inside = step.lstat()
        if not stat.S_ISLNK(inside.st_mode):
            here = step
            continue
        if is_sticky and inside.st_uid != _ROOT:
            yield Spot(step, link)
        link, links = link or step, links + 1
        if links > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        target = step.readlink()
        here = Path("/") if target.is_absolute() else here
        ahead += reversed([part for part in target.parts if part != target.anchor])
    if _can_others_write(here, here.stat()):
        yield Spot(here, link)


def _can_others_write(path: Path, found: os.stat_result) -> bool:
    is_for_group = bool(found.st_mode & stat.S_IWGRP)
    by_group = is_for_group and (found.st_gid != _ROOT or _has_access_list(path))
    return found.st_uid != _ROOT or by_group or bool(found.st_mode & stat.S_IWOTH)


def _has_access_list(path: Path) -> bool:
    """Tell whether the group's rights are the most that a list of accounts has (acl(5))."""
    if sys.platform == "linux":
        # Where it has none, or its file system knows none, there is nothing to read.
        with suppress(OSError):
            return bool(os.getxattr(path, "system.posix_acl_access"))
    return False


def _may_write(path: Path) -> bool:
    """Tell whether who asks may write to it, which administrators may and others must not."""
    import ctypes

    if sys.platform == "win32" and ctypes.windll.shell32.IsUserAnAdmin():
        return False
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND))
    except OSError:
        return False
    return True
