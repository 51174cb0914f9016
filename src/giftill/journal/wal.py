"""Looks whether the write-ahead log lost commits that people were told of.

SQLite reads the log up to the first frame that does not fit and forgets the rest in silence. After
a power cut that is right: the rest is one commit at most, which nobody was told of, as each was
synced before the next began. Two commits or more in the rest are damage.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import apsw

if TYPE_CHECKING:
    from pathlib import Path

# https://www.sqlite.org/fileformat2.html#walformat
_HEADER: Final = struct.Struct(">IIIIIIII")
_FRAME: Final = struct.Struct(">IIIIII")
_MAGIC: Final = (0x377F0682, 0x377F0683)
_UNTOLD: Final = 1


def wal_of(file: Path) -> Path:
    """Return where the log of a journal's file is."""
    return file.with_name(f"{file.name}-wal")


def has_lost_commits(connection: apsw.Connection, file: Path) -> bool:
    """Tell whether commits lie behind the last one that SQLite takes from the log."""
    wal = wal_of(file)
    if not wal.exists() or wal.stat().st_size <= _HEADER.size:
        return False
    page_size = int(connection.pragma("page_size"))
    # Nothing is copied by this one: it tells how much of the log counts.
    frames, _ = connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_NOOP)
    with wal.open("rb") as log:
        header = log.read(_HEADER.size)
        magic, _, size, _, salt1, salt2, sum1, sum2 = _HEADER.unpack(header)
        is_whole = (
            magic in _MAGIC
            and size == page_size
            and _checksum(header[:24], is_big=bool(magic & 1)) == (sum1, sum2)
        )
        lost = 0
        place = _HEADER.size + max(frames, 0) * (_FRAME.size + page_size)
        while True:
            log.seek(place)
            frame = log.read(_FRAME.size)
            if len(frame) < _FRAME.size:
                break
            _, is_commit, its_salt1, its_salt2, _, _ = _FRAME.unpack(frame)
            # Frames with another salt are left over from before the log began anew.
            if is_commit and (not is_whole or (its_salt1, its_salt2) == (salt1, salt2)):
                lost += 1
            place += _FRAME.size + page_size
    return lost > (_UNTOLD if is_whole else 0)


def _checksum(data: bytes, *, is_big: bool) -> tuple[int, int]:
    first = second = 0
    words = struct.unpack(f"{'>' if is_big else '<'}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
