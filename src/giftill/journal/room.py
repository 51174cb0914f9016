"""Whether the disk has room for another sale."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from .errors import DiskNearlyFull

if TYPE_CHECKING:
    from .store import Store

_MEGABYTE: Final = 1_000_000


def check_room(least_bytes: int, store: Store) -> None:
    """Refuse to begin what might not be recorded to its end.

    Raises:
        DiskNearlyFull: Fewer than `least_bytes` are free.
    """
    try:
        free = shutil.disk_usage(store.file.parent).free
    except OSError:
        # Not to be told; the commit itself will say what the disk can't do.
        return
    if free < least_bytes:
        raise DiskNearlyFull(free // _MEGABYTE)
