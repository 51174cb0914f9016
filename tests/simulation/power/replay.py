"""What a disk may hold after the power was cut: all that was synced, and any of the rest.

What was not synced may be lost, may have arrived in another order, and may have arrived in part:
each sector of it by itself. A sector is whole, old or new, as every disk of today promises; the
bytes beside what was written keep their value (SQLite's “powersafe overwrite”).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from .disk import Asked, Cut, FolderSynced, Made, Promised, Removed, Synced, Wrote

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from .disk import Event

_JUNK: Final = b"\xa5junk!\x00\xff"


class Fate(Enum):
    """What becomes of what was not synced.

    Attributes:
        LOST: Nothing of it arrived.
        ARRIVED: All of it did.
        SECTORS: Some sectors of 512 bytes did.
        BLOCKS: Some sectors of 4096 bytes did, as on disks of today.
        JUNK: The same as SECTORS, and where a file grew but its bytes are missing there is what
            the disk held before.
    """

    LOST = "lost"
    ARRIVED = "arrived"
    SECTORS = "sectors"
    BLOCKS = "blocks"
    JUNK = "junk"


_SECTOR_BYTES: Final = {Fate.SECTORS: 512, Fate.BLOCKS: 4096, Fate.JUNK: 512}


@dataclass
class _Content:
    """A file's bytes that are on the disk, and what was asked of it since."""

    safe: bytes = b""
    waiting: list[Wrote | Cut] = field(default_factory=list)

    def sync(self) -> None:
        self.safe = self.after(Fate.ARRIVED, None)
        self.waiting.clear()

    def after(self, fate: Fate, chance: random.Random | None) -> bytes:
        """Return what a power cut leaves; `chance` decides about each sector."""
        image = bytearray(self.safe)
        for change in self.waiting if fate is not Fate.LOST else ():
            if isinstance(change, Cut):
                if chance is None or fate is Fate.ARRIVED or chance.random() < 0.5:
                    _resize(image, change.size, fate)
                continue
            for start, piece in _pieces(change, fate):
                if chance is None or fate is Fate.ARRIVED or chance.random() < 0.5:
                    _resize(image, max(len(image), start + len(piece)), fate)
                    image[start : start + len(piece)] = piece
        return bytes(image)


@dataclass
class Disk:
    """A disk in the making: apply the events, and ask at any time what a power cut would leave."""

    _names: dict[str, _Content] = field(default_factory=dict)
    _safe_names: dict[str, _Content] = field(default_factory=dict)
    _renamings: dict[str, list[_Content | None]] = field(default_factory=dict)
    _asked: dict[str, int] = field(default_factory=dict)
    _promised: dict[str, int] = field(default_factory=dict)

    @property
    def asked(self) -> dict[str, int]:
        """The newest version of each thing that the program asked to be kept."""
        return dict(self._asked)

    @property
    def promised(self) -> dict[str, int]:
        """The newest version of each thing that the program was told is kept."""
        return dict(self._promised)

    def apply(self, event: Event) -> None:
        """Take the next event of the log."""
        match event:
            case Made(name):
                self._names[name] = _Content()
                self._renamings.setdefault(name, []).append(self._names[name])
            case Wrote(name) | Cut(name):
                self._names[name].waiting.append(event)
            case Synced(name):
                self._names[name].sync()
            case Removed(name):
                del self._names[name]
                self._renamings.setdefault(name, []).append(None)
            case FolderSynced():
                self._safe_names = dict(self._names)
                self._renamings.clear()
            case Asked(key, step):
                self._asked[key] = max(step, self._asked.get(key, 0))
            case Promised(key, step):
                self._promised[key] = max(step, self._promised.get(key, 0))

    def after_power_cut(self, fate: Fate, chance: random.Random) -> dict[str, bytes]:
        """Return the files, name and bytes, that the program finds when power is back."""
        names: dict[str, _Content | None] = dict(self._safe_names)
        for name, versions in self._renamings.items():
            if fate is Fate.ARRIVED:
                names[name] = versions[-1]
            elif fate is not Fate.LOST:
                names[name] = chance.choice([names.get(name), *versions])
        return {
            name: content.after(fate, chance)
            for name, content in names.items()
            if content is not None
        }


def _pieces(change: Wrote, fate: Fate) -> Iterator[tuple[int, bytes]]:
    """Split a write at the sectors' edges."""
    size = _SECTOR_BYTES.get(fate, len(change.data) or 1)
    end = change.offset + len(change.data)
    start = change.offset
    while start < end:
        stop = end if fate is Fate.ARRIVED else min(end, (start // size + 1) * size)
        yield start, change.data[start - change.offset : stop - change.offset]
        start = stop


def _resize(image: bytearray, size: int, fate: Fate) -> None:
    if size < len(image):
        del image[size:]
    elif fate is Fate.JUNK:
        grown = size - len(image)
        image.extend((_JUNK * (grown // len(_JUNK) + 1))[:grown])
    else:
        image.extend(bytes(size - len(image)))
