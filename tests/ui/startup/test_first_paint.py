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

# Prints what is loaded when the program tells of its first paint, and once more when it works.
_PROGRAM: Final = """
import builtins, gc, linecache, os, sys
import giftill.__main__ as program

tell_step = program._tell

def tell(step):
    tell_step(step)
    if step != "painted":
        return
    print(" ".join(sys.modules), flush=True)
    print(os.path.exists(os.environ["GIFTILL_DATA_DIR"] + "/journal.sqlite3"), flush=True)
    from giftill.ui.window import Window
    work_on = Window.work_on
    def work(self, desk):
        work_on(self, desk)
        self.startTimer(50)
    Window.work_on, Window.timerEvent = work, end

def end(self, event):
    print(gc.isenabled(), flush=True)
    print(builtins.__import__ is builtins.__orig_import__, flush=True)
    own = os.path.dirname(program.__file__)
    print(*[name for name in linecache.cache if name.startswith(own)], flush=True)
    self.stop.set()

program._tell = tell
sys.exit(program.main())
"""


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.CompletedProcess[str]]:
    """Start a till in a process of its own, and let it end once it works."""
    with sandbox() as server:
        environ = os.environ | {
            "GIFTILL_TOKEN": TOKEN,
            "GIFTILL_API_URL": server.url,
            "GIFTILL_DATA_DIR": str(tmp_path_factory.mktemp("till")),
            "GIFTILL_TELL_PAINT": "1",
            "QT_QPA_PLATFORM": "offscreen",
            "LC_ALL": "C.UTF-8",
        }
        ended = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            env=environ,
            cwd=_ROOT,
            check=False,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
        )
        assert ended.returncode == 0, ended.stderr
        yield ended


@pytest.fixture(scope="module")
def said(till: subprocess.CompletedProcess[str]) -> list[str]:
    return till.stdout.splitlines()


@pytest.mark.parametrize(
    "module",
    [
        "anyio",
        "apsw",
        "asyncio",
        "babel",
        "email",
        "filelock",
        "giftill.bootstrap",
        "giftill.cli.arguments",
        "giftill.cli.cards",
        "giftill.cli.doctor",
        "giftill.config.policy_keys",
        "giftill.domain.operations",
        "giftill.domain.places",
        "giftill.gifty",
        "giftill.journal",
        "giftill.logs",
        "giftill.sandbox",
        "giftill.services",
        "giftill.ui.about",
        "giftill.ui.dialogs",
        "giftill.ui.help",
        "giftill.ui.scanner",
        "giftill.ui.screens.holds.view",
        "giftill.ui.screens.location.view",
        "giftill.ui.screens.outbox.view",
        "giftill.ui.screens.till.presenter",
        "giftill.ui.status",
        "giftill.ui.widgets.card_panel",
        "html",
        "httpcore",
        "httpx",
        "json",
        "keyring",
        "logging.handlers",
        "plistlib",
        "qasync",
        "reportlab",
        "ssl",
        "starlette",
        "tomlkit",
        "truststore",
        "uvicorn",
    ],
)
def test_the_first_paint_does_not_wait_for(module: str, said: list[str]) -> None:
    assert module not in said[0].split()


def test_the_first_paint_does_not_wait_for_the_disk(said: list[str]) -> None:
    assert said[1] == "False"


def test_whoever_asks_is_told_of_the_first_paint_and_of_the_till_at_work(
    till: subprocess.CompletedProcess[str],
) -> None:
    assert till.stderr == "painted\nopen\n"


def test_garbage_is_collected_once_the_till_works(said: list[str]) -> None:
    assert said[2] == "True"


def test_qts_binding_does_not_read_the_source_of_all_that_is_loaded(said: list[str]) -> None:
    is_taken_out, sources_in_memory = said[3:]
    assert is_taken_out == "True"
    assert sources_in_memory == ""


def test_how_long_a_window_that_is_not_painted_is_waited_for_is_said_once() -> None:
    said = [
        each.name
        for each in (_ROOT / "src" / "giftill" / "ui").rglob("*.py")
        if "UNSEEN_MS: Final" in each.read_text("utf-8")
    ]
    assert said == ["window.py"]
