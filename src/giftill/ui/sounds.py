"""Sounds: accepted, refused, attention; for a till that is looked at with half an eye."""

from __future__ import annotations

import shutil
import sys
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QApplication

from giftill.resources import resource

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

    def __init__(self, *, is_on: bool = True) -> None:
        """Make no sound yet; `is_on` is the setting and may change at any time."""
        self.is_on = is_on

    def play(self, sound: Sound) -> None:
        """Play a sound, unless sounds are off."""
        if not self.is_on:
            return
        file = str(resource("sounds", f"{sound}.wav"))
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(
                file, winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT
            )
        elif not _play_elsewhere(file) and sound is not Sound.ACCEPTED:
            QApplication.beep()


def _play_elsewhere(file: str) -> bool:
    """Start the desktop's player, which ends by itself; tell whether there is one."""
    player = next((each for each in _PLAYERS if shutil.which(each[0])), None)
    if player is None:
        return False
    process = QProcess()
    process.setProgram(player[0])
    process.setArguments([*player[1:], file])
    # What it says, for want of a sound card perhaps, must not mix with what Giftill says.
    process.setStandardOutputFile(QProcess.nullDevice())
    process.setStandardErrorFile(QProcess.nullDevice())
    # The type stubs promise a pair with the process's number; what comes is the bool alone.
    answer: object = process.startDetached()
    return answer[0] is True if isinstance(answer, tuple) else answer is True
