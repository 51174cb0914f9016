"""How quickly the installed window is there, against the smallest window that PySide6 can show.

Both run on the PC as its user, in turns, on the same display; the bare window with the PC's Python
and this checkout's PySide6, from compiled bytecode.
"""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
import threading
import time
from contextlib import contextmanager
from statistics import median
from typing import IO, TYPE_CHECKING, Final

from tests.helpers.processes import PATIENCE_S, TOKEN, kill, server_process
from tests.package.debs import ROOT
from tests.package.pc import HOME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.helpers.desktop import Desktop
    from tests.package.pc import Pc
    from tests.package.report import Report

_ROUNDS: Final = 11
_MARK: Final = 2.0
_SETTLED_S: Final = 1.0
_LIBRARIES: Final = "/opt/pyside"
_BARE: Final = f"{HOME}/bare_window.py"
_PAINTED: Final = "painted\n"


def check_paint(report: Report, pc: Pc, on: Desktop) -> None:
    """Measure both windows and compare."""
    with (
        report.check(
            f"[{pc.release}] the window is painted within {_MARK:g} × a bare window’s time"
        ) as found,
        server_process(pc.session / "paint-server") as server,
        _bare_window(pc),
    ):
        till = pc.till("paint", GIFTILL_API_URL=server.url, GIFTILL_TOKEN=TOKEN)
        shown = {"DISPLAY": on.environ["DISPLAY"], "QT_QPA_PLATFORM": "xcb"}
        ours = {**till.environ, **shown, "GIFTILL_TELL_PAINT": "1"}
        theirs = {
            **pc.till().environ,
            **shown,
            "PYTHONPATH": _LIBRARIES,
            "PYTHONPYCACHEPREFIX": f"{HOME}/bytecode",
        }
        bare_s, giftill_s = [], []
        # The first round writes the bytecode and the journal, and does not count.
        for each in range(_ROUNDS + 1):
            bare = _measure((*pc.as_user, "python3", _BARE), theirs, "stdout")
            giftill = _measure((*pc.as_user, "giftill"), ours, "stderr")
            if each:
                bare_s.append(bare)
                giftill_s.append(giftill)
        quotient = median(giftill_s) / median(bare_s)
        found.append(
            f"{median(giftill_s) * 1000:.0f} ms ÷ {median(bare_s) * 1000:.0f} ms = {quotient:.2f}"
        )
        assert quotient <= _MARK, f"{quotient:.2f} × in the median of {_ROUNDS} rounds"


@contextmanager
def _bare_window(pc: Pc) -> Iterator[None]:
    """Give the PC a Python and a bare window for the length of the block."""
    pc.install("--no-install-recommends", "python3")
    shutil.copyfile(ROOT / "tests" / "benchmarks" / "bare_window.py", pc.here(_BARE))
    libraries = pc.here(_LIBRARIES)
    libraries.mkdir()
    subprocess.run(
        ["mount", "--bind", "-o", "ro", sysconfig.get_path("purelib"), libraries], check=True
    )
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", libraries], check=True)


def _measure(command: tuple[str, ...], environ: Mapping[str, str], stream: str) -> float:
    """Return how long a window takes from its command to its word that it was painted, in s."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # A window that is never painted must not hold up everything else.
    alarm = threading.Timer(PATIENCE_S, process.kill)
    alarm.start()
    try:
        told: IO[str] = getattr(process, stream)
        line = told.readline()
        took_s = time.perf_counter() - started
        assert line == _PAINTED, f"it said {line!r} instead of being painted"
        # What it does once it is seen must not be in the way of the next one's start.
        time.sleep(_SETTLED_S)
        return took_s
    finally:
        alarm.cancel()
        kill(process)
