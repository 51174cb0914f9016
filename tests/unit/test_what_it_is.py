"""packaging/project.py: version, maker and copyright, said once and asked for everywhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import giftill

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


def ask(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, PACKAGING / "project.py", *words],
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_told_by_name() -> None:
    assert ask("version").stdout == f"{giftill.__version__}\n"
    assert ask("maker").stdout == "The Giftill team\n"
    assert re.fullmatch(r"Copyright \(c\) 20\d\d The Giftill team\n", ask("copyright").stdout)


@pytest.mark.parametrize("words", [(), ("name",), ("version", "maker")])
def test_asked_for_something_else_it_says_what_it_knows(words: tuple[str, ...]) -> None:
    done = ask(*words)
    assert done.returncode == 1
    assert done.stderr == "Usage: python3 project.py version|maker|copyright\n"


def test_no_file_of_the_windows_packages_says_it_again() -> None:
    said = [
        path.name
        for path in (PACKAGING / "windows").rglob("*")
        if path.suffix in {".nsi", ".nsh", ".wxs", ".py", ".yaml", ".idt"}
        and "Giftill team" in path.read_text("utf-8")
    ]
    assert said == []
