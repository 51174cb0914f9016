"""The same commit gives the same bytes: the package is built once more, elsewhere."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from tests.package.debs import ROOT, unpacked

if TYPE_CHECKING:
    from pathlib import Path

    from tests.package.report import Report


def build_again(report: Report, deb: Path, folder: Path) -> None:
    """Build the package in another folder, time zone, language and mask, and compare."""
    with report.check("a second build, elsewhere, gives the same bytes"):
        checkout = folder / "another folder for the second build"
        shutil.rmtree(checkout, ignore_errors=True)
        _copy_checkout(checkout)
        environ = {**os.environ, "TZ": "Pacific/Auckland", "LANG": "nl_NL.UTF-8"}
        environ.pop("LC_ALL", None)
        ended = subprocess.run(
            ["packaging/linux/package"],
            cwd=checkout,
            env=environ,
            umask=0o077,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        again = checkout / "build" / deb.name
        assert filecmp.cmp(deb, again, shallow=False), _difference(deb, again, folder)
        shutil.rmtree(checkout)


def _copy_checkout(to: Path) -> None:
    """Copy what git knows or would take in, changed or not, and the history that dates it."""
    subprocess.run(["git", "clone", "--quiet", "--no-checkout", ROOT, to], check=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in listed.split("\0"):
        if name and (ROOT / name).exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def _difference(one: Path, other: Path, folder: Path) -> str:
    """Name the files that differ."""
    with unpacked(one, folder) as first, unpacked(other, folder / "other") as second:
        names = {
            each.relative_to(tree)
            for tree in (first, second)
            for each in tree.rglob("*")
            if each.is_file() and not each.is_symlink()
        }
        differ = [
            str(name)
            for name in sorted(names)
            if not (first / name).exists()
            or not (second / name).exists()
            or not filecmp.cmp(first / name, second / name, shallow=False)
        ]
    return f"these differ: {', '.join(differ[:40]) or 'only how they are packed'}"
