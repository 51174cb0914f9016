"""The processes of the benchmarks: a display, a sandbox, windows, and what they cost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TOKEN: Final = "bench-token"
BARE: Final = "tests.benchmarks.bare_window"
TILL: Final = "giftill"
_PATIENCE_S: Final = 30.0


class BenchFailed(Exception):
    """A benchmark could not be measured."""


@dataclass(frozen=True)
class Stage:
    """What the benchmarks run on.

    Attributes:
        bare: The environment of a program that knows nothing of Giftill.
        till: The environment of a till on the sandbox, with a data folder of its own.
        display: What the windows are shown on, for the table.
    """

    bare: Mapping[str, str]
    till: Mapping[str, str]
    display: str


@contextmanager
def stage() -> Iterator[Stage]:
    """Start a display and a sandbox, each a process of its own, and end them again."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="giftill-bench-")))
        environ = dict(os.environ)
        # As on a till, where the installer has compiled everything; for both sides alike.
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
        # The shop's PC has a desktop in English; whoever runs this may have any.
        environ["LC_ALL"] = "C.UTF-8"
        display = "offscreen"
        if shutil.which("Xvfb"):
            environ["DISPLAY"] = stack.enter_context(_display())
            environ.pop("WAYLAND_DISPLAY", None)
            environ["QT_QPA_PLATFORM"] = "xcb"
            display = "Xvfb"
        else:
            environ["QT_QPA_PLATFORM"] = "offscreen"
        url = stack.enter_context(_sandbox(environ))
        till = {
            "GIFTILL_TOKEN": TOKEN,
            "GIFTILL_API_URL": url,
            "GIFTILL_DATA_DIR": str(folder / "till"),
        }
        yield Stage(environ, environ | till, display)


@contextmanager
def program(
    module: str, environ: Mapping[str, str], *, errors: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run a Python module, or an installed program by its path, with pipes for its lines."""
    is_installed = os.sep in module
    process = subprocess.Popen(
        [module] if is_installed else [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=dict(environ),
        text=True,
    )
    try:
        yield process
    finally:
        _end(process)


def line_of(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process writes.

    Raises:
        BenchFailed: It ended instead.
    """
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise BenchFailed(f"{process.args!r} ended with status {process.wait()}")
    return line.strip()


@contextmanager
def window(
    module: str, environ: Mapping[str, str], step: str = "painted"
) -> Iterator[tuple[int, float]]:
    """Open a window; give its process id and how long it took until a step, in seconds.

    Args:
        module: What to run, see `program`.
        environ: Its environment.
        step: `painted`, as a usable Till; or `open`, with a till that works behind it.

    Raises:
        BenchFailed: It ended, or said something else.
    """
    started = time.perf_counter()
    telling = {**environ, "GIFTILL_TELL_PAINT": "1"}
    with program(module, telling, errors=subprocess.STDOUT) as process:
        while (said := line_of(process)) != step:
            if said != "painted":
                raise BenchFailed(said)
        yield process.pid, time.perf_counter() - started


def resident_mb(pid: int) -> float:
    """Return the memory that a process has resident, shared libraries included, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:")) / 1024


def cpu_ms(pid: int) -> float:
    """Return the processor time that all threads of a process have had, in ms."""
    # Clock ticks would be too coarse for a process that sleeps; the scheduler counts in ns.
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(each.read_text(encoding="ascii").split()[0]) for each in threads) / 1e6


@contextmanager
def _display() -> Iterator[str]:
    reads, writes = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writes), "-screen", "0", "1366x900x24", "-nolisten", "tcp"],
        pass_fds=[writes],
        stderr=subprocess.DEVNULL,
    )
    os.close(writes)
    try:
        with os.fdopen(reads) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise BenchFailed("Xvfb did not start")
        yield f":{number}"
    finally:
        _end(process)


@contextmanager
def _sandbox(environ: Mapping[str, str]) -> Iterator[str]:
    command = [sys.executable, "-m", "giftill", "sandbox", "--token", TOKEN, "--rate", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(environ), text=True)
    try:
        yield line_of(process).split()[-1]
    finally:
        _end(process)


def _end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
