"""A copy of the project in which the program can be made wrong, and tests be run against it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import venv
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.mutants.mutants import Hunter, Mutant

ROOT: Final = Path(__file__).resolve().parents[2]
_COPIED: Final = ("src", "tests", "resources", "packaging", "pyproject.toml")
_LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "*.pyc")
# What takes longer has not caught anything: nobody could tell what.
_PATIENCE_S: Final = 900.0
_FAILED: Final = 1


class PatchDoesNotApply(Exception):
    """The program has changed where a mutant changes it: the mutant must follow."""


@dataclass(frozen=True)
class Hunt:
    """How a run of tests ended.

    Attributes:
        status: Its exit status.
        failed: The tests that failed.
        took_s: How long it took.
        report: All that it printed.
    """

    status: int
    failed: tuple[str, ...]
    took_s: float
    report: str

    @property
    def has_caught(self) -> bool:
        """Whether tests ran and failed, as opposed to not having run."""
        return self.status == _FAILED and bool(self.failed)


class Workshop:
    """The project's files and a Python of its own that imports the program from there."""

    def __init__(self, folder: Path) -> None:
        """Copy the project as it is now into `folder`."""
        self.folder = folder
        for name in _COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=_LEFT_OUT)
            else:
                shutil.copy2(ROOT / name, folder / name)
        # Also the processes that a test starts must import the copy. They inherit the interpreter,
        # and not always the environment.
        venv.create(folder / ".venv", symlinks=os.name == "posix")
        names = {"base": str(folder / ".venv"), "platbase": str(folder / ".venv")}
        own = Path(sysconfig.get_path("purelib", vars=names))
        shared = sysconfig.get_path("purelib")
        (own / "giftill-mutant.pth").write_text(f"{folder / 'src'}\n{shared}\n", "utf-8")
        scripts = Path(sysconfig.get_path("scripts", vars=names))
        self._python = str(scripts / Path(sys.executable).name)

    @contextmanager
    def mutated(self, mutant: Mutant) -> Iterator[None]:
        """Make the program wrong for a while.

        Raises:
            PatchDoesNotApply: The text to replace is not there, or not only once.
        """
        whole: dict[Path, str] = {}
        try:
            for edit in mutant.edits:
                path = self.folder / "src" / "giftill" / edit.path
                text = path.read_text("utf-8") if path.exists() else ""
                if text.count(edit.old) != 1:
                    msg = f"{mutant.name}: {edit.path} has {text.count(edit.old)} × {edit.old!r}"
                    raise PatchDoesNotApply(msg)
                whole.setdefault(path, text)
                path.write_text(text.replace(edit.old, edit.new), "utf-8")
            yield
        finally:
            for path, text in whole.items():
                path.write_text(text, "utf-8")

    def hunt(self, hunter: Hunter) -> Hunt:
        """Run a hunter's tests in the copy."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if name != "PYTHONPATH" and not name.startswith("PYTEST_")
        }
        environ = {
            **inherited,
            # A file that was changed back within a second would leave its old bytecode valid.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DEBUG_TEMPROOT": str(self.folder),
        }
        started = time.monotonic()
        with subprocess.Popen(
            [self._python, *hunter.command],
            cwd=self.folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as running:
            try:
                report = running.communicate(timeout=_PATIENCE_S)[0]
            except subprocess.TimeoutExpired:
                _end(running)
                report = running.communicate()[0]
            except BaseException:
                _end(running)
                raise
        failed = re.findall(hunter.finding, report, re.MULTILINE)
        took_s = time.monotonic() - started
        return Hunt(running.returncode, tuple(dict.fromkeys(failed)), took_s, report)


def _end(running: subprocess.Popen[str]) -> None:
    """End a run with all that it started."""
    if os.name == "posix":
        os.killpg(running.pid, signal.SIGKILL)
    else:
        running.kill()
