"""Sounds, and who plays them."""

from __future__ import annotations

import asyncio
import os
import sys
import wave
from typing import TYPE_CHECKING

import pytest

from giftill.resources import resource
from giftill.ui.sounds import Sound, Sounds
from tests.helpers.patience import until

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication


@pytest.mark.parametrize("sound", Sound)
def test_every_sound_is_short_and_a_file(sound: Sound) -> None:
    with wave.open(str(resource("sounds", f"{sound}.wav"))) as file:
        assert 0.1 < file.getnframes() / file.getframerate() < 1.0


def test_no_sound_is_made_when_sounds_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[str] = []

    def play(file: str) -> bool:
        played.append(file)
        return True

    monkeypatch.setattr("giftill.ui.sounds._play_elsewhere", play)
    Sounds(is_on=False).play(Sound.REFUSED)
    assert played == []
    Sounds().play(Sound.REFUSED)
    assert [file.rpartition("/")[2] for file in played] == ["refused.wav"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows plays by itself")
def test_a_sound_is_given_to_the_player_of_the_desktop(
    app: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player, heard = tmp_path / "pw-play", tmp_path / "heard"
    player.write_text(f'#!/bin/sh\nprintf %s "$1" >"{heard}.part"; mv "{heard}.part" "{heard}"\n')
    player.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    Sounds().play(Sound.ACCEPTED)
    asyncio.run(until(heard.exists))
    assert heard.read_text() == str(resource("sounds", "accepted.wav"))


def test_a_player_that_does_not_start_leaves_a_beep(
    app: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player, beeps = tmp_path / "pw-play", list[None]()
    player.write_text("#!/nowhere/sh\n")
    player.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("giftill.ui.sounds.QApplication.beep", lambda: beeps.append(None))
    Sounds().play(Sound.REFUSED)
    assert len(beeps) == 1
