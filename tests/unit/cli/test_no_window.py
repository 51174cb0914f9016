"""What to do where the window’s library can’t be loaded: in a package, another thing."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from giftill.cli.wiring import Wiring
    from tests.helpers.shell import Shell

# What Python says on Linux and on Windows.
NO_FILE = "cannot open shared object file: No such file or directory"
NO_EGL = f"libEGL.so.1: {NO_FILE}"
NO_DLL = "DLL load failed while importing QtWidgets: The specified module could not be found."


class WithoutLibrary:
    """Wiring on a PC that lacks something the window's library needs."""

    def __init__(self, real: Wiring, said: str) -> None:
        self.open_desk = real.open_desk
        self._said = said

    def run_window(self, *_given: object, **_named: object) -> NoReturn:
        raise ImportError(self._said, name="PySide6.QtGui")

    run_demo = show_problem = run_window


@pytest.mark.parametrize(
    ("said", "is_packaged", "advice", "never"),
    [
        (NO_EGL, False, "Install PySide6-Essentials", "package again"),
        (NO_EGL, True, "all that it depends on: libEGL.so.1 is missing", "PySide6"),
        (f"/opt/{NO_EGL}", True, "Install Giftill’s package again; the command", "PySide6"),
        (NO_DLL, True, "Install Giftill’s package again; the command", "PySide6"),
    ],
)
def test_the_advice_fits_how_giftill_came_here(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    is_packaged: bool,
    advice: str,
    never: str,
) -> None:
    monkeypatch.setattr(sys, "frozen", is_packaged, raising=False)
    shell.wiring = WithoutLibrary(shell.wiring, said)
    answer = shell.run(QT_QPA_PLATFORM="offscreen")
    assert answer.status == 8
    assert said in answer.err
    assert advice in answer.err
    assert never not in answer.err


@pytest.mark.parametrize("is_packaged", [False, True])
def test_the_doctor_gives_the_same_advice(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    is_packaged: bool,
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(sys, "frozen", is_packaged, raising=False)
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "PySide6" else real(name)
    )
    told = shell.run("doctor").out
    assert ("Giftill’s package again" in told) == is_packaged
    assert ("Install PySide6-Essentials" in told) != is_packaged
