"""Runs the tests and fails where they reach too little: `check_coverage.py [PYTEST-ARGUMENT...]`.

What moves money or keeps it in mind is reached whole, each branch of it; each other part of the
program by nine tenths. With `--report FILE` no test is run, and a report of an earlier run in
coverage's JSON is judged. Exit status: 0 enough, 1 too little, otherwise that of the tests.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import defaultdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
SOURCES = "src/giftill/"
WHOLE = (
    "domain/*",
    "journal/*",
    "services/accounts.py",
    "services/answers.py",
    "services/attempt.py",
    "services/attention.py",
    "services/breaker.py",
    "services/connectivity.py",
    "services/limits.py",
    "services/lookup.py",
    "services/online.py",
    "services/reconcile.py",
    "services/recovery.py",
    "services/search.py",
    "services/settle.py",
    "services/together.py",
)
OTHERS_PERCENT = 90


class Summary(msgspec.Struct):
    """How much of a file was reached: lines and branches, those that count."""

    num_statements: int
    covered_lines: int
    num_branches: int
    covered_branches: int


class File(msgspec.Struct):
    """One file of coverage's report."""

    summary: Summary
    missing_lines: list[int]
    missing_branches: list[tuple[int, int]]


class Report(msgspec.Struct):
    """Coverage's report in JSON, the part of it that is judged."""

    files: dict[str, File]


def main(argv: Sequence[str]) -> int:
    """Measure and judge; return the exit status."""
    if argv[:1] == ["--report"]:
        return judge(Path(argv[1]))
    with tempfile.TemporaryDirectory(prefix="giftill-coverage-") as folder:
        report = Path(folder) / "coverage.json"
        tests = argv or ["-n", "2", "--dist", "loadgroup", "tests"]
        measured = ["--cov", "--cov-branch", "--cov-report=", f"--cov-report=json:{report}"]
        done = subprocess.run(  # noqa: S603 - our own Python and our own tests
            [sys.executable, "-m", "pytest", *measured, *tests], cwd=ROOT, check=False
        )
        return done.returncode or judge(report)


def judge(report: Path) -> int:
    """Print what is reached too little; return the exit status."""
    files = dict(named(msgspec.json.decode(report.read_bytes(), type=Report).files))
    findings = [*holes(files), *thin_parts(files), *left_over(files)]
    print(*findings or ["Reached enough."], sep="\n")
    return 1 if findings else 0


def named(files: dict[str, File]) -> Iterator[tuple[str, File]]:
    """Name the program's files as they lie below `src/giftill`."""
    for name, file in files.items():
        path = Path(name).as_posix()
        if SOURCES in path:
            yield path.partition(SOURCES)[2], file


def must_be_whole(name: str) -> bool:
    """Tell whether each branch of a file must be reached."""
    return any(fnmatchcase(name, pattern) for pattern in WHOLE)


def holes(files: dict[str, File]) -> Iterator[str]:
    """Tell what is not reached of what must be reached whole."""
    for name, file in sorted(files.items()):
        if not must_be_whole(name):
            continue
        if file.missing_lines:
            yield f"{name}: lines {', '.join(map(str, file.missing_lines))} are not reached"
        for start, end in file.missing_branches:
            if end not in file.missing_lines:
                where = f"line {end}" if end > 0 else "the end"
                yield f"{name}: line {start} never leads to {where}"


def thin_parts(files: dict[str, File]) -> Iterator[str]:
    """Tell which of the other parts of the program are reached too little."""
    parts: dict[str, list[Summary]] = defaultdict(list)
    for name, file in files.items():
        if not must_be_whole(name):
            parts[name.partition("/")[0]].append(file.summary)
    for part, summaries in sorted(parts.items()):
        percent = reached_percent(summaries)
        if percent < OTHERS_PERCENT:
            yield f"{part}: {percent:.1f} % reached, not {OTHERS_PERCENT} %"


def reached_percent(summaries: Iterable[Summary]) -> float:
    """Return how much of some files is reached, lines and branches together, in percent."""
    known = list(summaries)
    there = sum(each.num_statements + each.num_branches for each in known)
    reached = sum(each.covered_lines + each.covered_branches for each in known)
    return 100 * reached / there if there else 100.0


def left_over(files: dict[str, File]) -> Iterator[str]:
    """Tell which pattern stands for no file any more: it would let a renamed one slip away."""
    for pattern in WHOLE:
        if not any(fnmatchcase(name, pattern) for name in files):
            yield f"{pattern}: there is no such file"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
