"""A Windows 10 PC under wine: its disk, its registry, and the programs that run on it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Final

from tests.helpers.processes import Ended, Till

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).resolve().parents[2]
WORK: Final = ROOT / "build" / "windows"
_WINE: Final = str(ROOT / "packaging" / "windows" / "wine")
PYTHON: Final = str(WORK / "python" / "python.exe")
_SERVER: Final = "/usr/lib/wine/wineserver"
# Linux has room for a byte of an exit status; Windows Installer's have two.
_TELL_STATUS: Final = (
    "import subprocess, sys; print(f'status {subprocess.call(sys.argv[1]) & 0xFFFFFFFF}')"
)
_LONGEST_S: Final = 300.0
_ARP: Final = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
_ENVIRONMENT: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment"


@dataclass(frozen=True)
class Entry:
    """A program in the list of the installed ones.

    Attributes:
        key: Its key in the registry.
        values: What it says of itself.
    """

    key: str
    values: Mapping[str, str]


class Pc:
    """A PC with nothing on it but Windows.

    Attributes:
        environ: What its programs are started with, here.
        data: Where its user's till keeps its things, as seen from here.
    """

    def __init__(self, prefix: Path, display: str) -> None:
        """Find a PC that was made before; `pc` makes one."""
        self._prefix = prefix
        self.environ = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "DISPLAY": display,
            "WINEPREFIX": str(prefix),
        }
        user = next(each for each in self.here(r"C:\users").iterdir() if each.name != "Public")
        self.data = user / "AppData" / "Local" / "giftill"

    def here(self, path: str) -> Path:
        """Return where a file of its disk C: lies on this PC."""
        return self._prefix.joinpath("drive_c", *PureWindowsPath(path).parts[1:])

    @staticmethod
    def there(path: Path) -> str:
        """Return what a file of this PC is called on that one."""
        return "Z:" + str(path.resolve()).replace("/", "\\")

    def run(self, *words: str, stdin: str = "") -> Ended:
        """Run a program to its end; of its exit status only the last byte comes through."""
        ended = subprocess.run(
            [_WINE, *words],
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LONGEST_S,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def run_line(self, line: str) -> Ended:
        """Run a command line as Windows gets it, and return its whole exit status."""
        ended = self.run(PYTHON, "-c", _TELL_STATUS, line)
        found = re.search(r"^status (\d+)\s*\Z", ended.out, re.MULTILINE)
        assert found, ended
        return Ended(int(found[1]), ended.out[: found.start()], ended.err)

    def till(self, program: str, **environ: str) -> Till:
        """Return the till of its user, on an installed program."""
        return Till(self.data, {**self.environ, **environ}, (_WINE,), (program,))

    def set_value(self, key: str, name: str, kind: str, value: str) -> None:
        """Write a value into the registry."""
        ended = self.run("reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f")
        assert ended.status == 0, ended

    def forget_key(self, key: str) -> None:
        """Take a key out of the registry, with everything below it."""
        ended = self.run("reg", "delete", key, "/f")
        assert ended.status == 0, ended

    def keys(self, key: str) -> list[Entry]:
        """Read a key of the registry and everything below it; there may be none."""
        ended = self.run("reg", "query", key, "/s")
        found = []
        for block in re.split(r"\n(?=HKEY_)", "\n" + ended.out.replace("\r", "")):
            lines = block.strip("\n").splitlines()
            if lines and lines[0].startswith("HKEY_"):
                fields = (re.match(r"    (.+?)    REG_\w+    (.*)", line) for line in lines[1:])
                found.append(Entry(lines[0], {each[1]: each[2] for each in fields if each}))
        return found

    def installed(self) -> list[Entry]:
        """Return what the list of installed programs has of Giftill."""
        return [each for each in self.keys(_ARP) if each.values.get("DisplayName") == "Giftill"]

    def search_path(self) -> str:
        """Return the machine's PATH."""
        (entry,) = (each for each in self.keys(_ENVIRONMENT) if each.key.endswith("Environment"))
        return entry.values["PATH"]


@contextmanager
def pc(name: str, display: str) -> Iterator[Pc]:
    """Make a PC for the length of the block; it stays in `build/windows` to look into."""
    prefix = WORK / name
    shutil.rmtree(prefix, ignore_errors=True)
    environ = {"PATH": os.environ["PATH"], "WINEPREFIX": str(prefix), "DISPLAY": display}
    subprocess.run([_WINE, "make"], env=environ, check=True, timeout=_LONGEST_S)
    # Else it ends with the last program, and one that begins at that moment ends with it: status 1
    # and not a word. The PC's own services begin with the first program and keep its streams open.
    subprocess.run([_SERVER, "--persistent"], env=environ, check=True, timeout=_LONGEST_S)
    nowhere = subprocess.DEVNULL
    subprocess.run(
        [_WINE, "cmd", "/c", "exit"],
        env=environ,
        check=True,
        stdin=nowhere,
        stdout=nowhere,
        stderr=nowhere,
        timeout=_LONGEST_S,
    )
    try:
        yield Pc(prefix, display)
    finally:
        # Whatever still runs on this one PC; there is nothing to end when nothing does.
        subprocess.run([_SERVER, "--kill"], env=environ, check=False, timeout=_LONGEST_S)
