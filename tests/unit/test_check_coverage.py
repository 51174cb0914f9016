"""The check of the coverage turns red for each thing that it is there to find."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

# The scripts of packaging/ are run, not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))

from check_coverage import SOURCES, WHOLE, main

if TYPE_CHECKING:
    import pytest


def a_file(*, reached: int = 10, lines: list[int], branches: list[list[int]]) -> dict[str, object]:
    summary = {
        "num_statements": 10,
        "covered_lines": reached,
        "num_branches": 0,
        "covered_branches": 0,
    }
    return {"summary": summary, "missing_lines": lines, "missing_branches": branches}


def judge(tmp_path: Path, **changed: dict[str, object]) -> int:
    """Judge a report in which each file is reached whole but those that are named."""
    files = {pattern.replace("*", "thing.py"): a_file(lines=[], branches=[]) for pattern in WHOLE}
    files |= {name.replace("__", "/") + ".py": file for name, file in changed.items()}
    report = tmp_path / "coverage.json"
    report.write_text(json.dumps({"files": {SOURCES + name: file for name, file in files.items()}}))
    return main(["--report", str(report)])


def test_enough_is_enough(tmp_path: Path) -> None:
    assert judge(tmp_path, ui__window=a_file(reached=9, lines=[4], branches=[])) == 0


def test_a_line_that_moves_money_unreached_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge(tmp_path, domain__money=a_file(lines=[3, 4], branches=[[2, 3]])) == 1
    assert capsys.readouterr().out == "domain/money.py: lines 3, 4 are not reached\n"


def test_a_branch_that_moves_money_untaken_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge(tmp_path, services__settle=a_file(lines=[], branches=[[2, 5], [7, -1]])) == 1
    assert capsys.readouterr().out.splitlines() == [
        "services/settle.py: line 2 never leads to line 5",
        "services/settle.py: line 7 never leads to the end",
    ]


def test_a_part_that_is_reached_too_little_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert judge(tmp_path, ui__window=a_file(reached=8, lines=[4, 5], branches=[])) == 1
    assert capsys.readouterr().out == "ui: 80.0 % reached, not 90 %\n"


def test_a_pattern_without_a_file_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "coverage.json"
    report.write_text('{"files": {}}')
    assert main(["--report", str(report)]) == 1
    assert "journal/*: there is no such file" in capsys.readouterr().out.splitlines()
