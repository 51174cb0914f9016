"""What a till must not load before its window can be seen: a cashier waits for every module."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.helpers.desk import TOKEN, sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT: Final = Path(__file__).parents[3]
_PATIENCE_S: Final = 60

# Prints what is loaded when the window was painted for the first time, and once more later.
_PROGRAM: Final = """
import gc, os, sys
import giftill.ui.window as window
from giftill.__main__ import main

class Telling(window.Window):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.seen.connect(self.tell)

    def tell(self):
        print(" ".join(sys.modules), flush=True)
        print(type(self.focusWidget()).__mro__[1].__name__, flush=True)
        self.startTimer(0)

    def timerEvent(self, event):
        print(gc.isenabled(), flush=True)
        self.stop.set()

window.Window = Telling
sys.exit(main())
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Start a till in a process of its own; give the lines it said at its first paint."""
    with sandbox() as server:
        environ = os.environ | {
            "GIFTILL_TOKEN": TOKEN,
            "GIFTILL_API_URL": server.url,
            "GIFTILL_DATA_DIR": str(tmp_path_factory.mktemp("till")),
            "QT_QPA_PLATFORM": "offscreen",
            "LC_ALL": "C.UTF-8",
        }
        till = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            env=environ,
            cwd=_ROOT,
            check=False,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
        )
        assert till.returncode == 0, till.stderr
        yield till.stdout.splitlines()


@pytest.mark.parametrize(
    "module",
    [
        "anyio",
        "babel",
        "email",
        "giftill.cli.cards",
        "giftill.cli.doctor",
        "giftill.config.policy_keys",
        "giftill.sandbox",
        "giftill.ui.about",
        "giftill.ui.help",
        "giftill.ui.screens.holds.view",
        "giftill.ui.screens.location.view",
        "giftill.ui.screens.outbox.view",
        "httpcore",
        "httpx",
        "keyring",
        "plistlib",
        "reportlab",
        "starlette",
        "tomlkit",
        "truststore",
        "uvicorn",
    ],
)
def test_the_first_paint_does_not_wait_for(module: str, said: list[str]) -> None:
    assert module not in said[0].split()


def test_the_first_paint_finds_the_cursor_in_the_code_field(said: list[str]) -> None:
    assert said[1] == "QLineEdit"


def test_garbage_is_collected_once_the_window_is_seen(said: list[str]) -> None:
    assert said[2] == "True"
