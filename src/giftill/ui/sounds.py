"""Sounds: accepted, refused, attention; for a till that is looked at with half an eye."""

from __future__ import annotations

import shutil
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QApplication

from giftill.resources import resource

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

# Whichever the desktop has, newest sound server first; each plays a file and ends.
_PLAYERS: Final = (("pw-play",), ("paplay",), ("aplay", "-q"), ("afplay",))


class Sound(StrEnum):
    """What happened; a file of resources/sounds each."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    ATTENTION = "attention"


class Sounds:
    """Plays short sounds without ever waiting for them.

    Qt's own sound player is not in PySide6-Essentials. Windows plays by itself; elsewhere the
    desktop's player does, and where there is none only what went wrong beeps.
    """

    def __init__(self, parent: QObject, *, is_on: bool = True) -> None:
        """Find out how sounds are played here; running players end with `parent`."""
        self._parent = parent
        self._playing: QProcess | None = None
        self._player = next((each for each in _PLAYERS if shutil.which(each[0])), None)
        self.is_on = is_on

    def play(self, sound: Sound) -> None:
        """Play a sound, unless sounds are off or one is playing already."""
        if not self.is_on:
            return
        file = str(resource("sounds", f"{sound}.wav"))
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(
                file, winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT
            )
        elif self._player is not None:
            self._run((*self._player, file))
        elif sound is not Sound.ACCEPTED:
            QApplication.beep()

    def _run(self, command: tuple[str, ...]) -> None:
        if self._playing is not None:
            return
        process = QProcess(self._parent)
        process.setStandardOutputFile(QProcess.nullDevice())
        process.setStandardErrorFile(QProcess.nullDevice())
        # A player that fails, for want of a sound card say, must not keep the next one silent.
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._ended)
        self._playing = process
        process.start(command[0], list(command[1:]))

    def _ended(self) -> None:
        process, self._playing = self._playing, None
        if process is not None:
            process.deleteLater()
