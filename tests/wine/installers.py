"""The two installers, as an administrator calls them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from tests.helpers.processes import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.processes import Ended
    from tests.wine.pc import Pc


_LOG: Final = r"C:\installer.log"


@dataclass(frozen=True)
class Refusals:
    """The exit statuses with which an installer refuses.

    Attributes:
        running: The program runs.
        newer: A newer version is installed.
        other: The other installer's program is installed.
    """

    running: int
    newer: int
    other: int


class Installer(Protocol):
    """An installer of one kind.

    Attributes:
        name: What it is called in the report.
        ending: How its files' names end.
        own_files: What it puts beside the program's own files.
        refusals: Its exit statuses.
    """

    name: str
    ending: str
    own_files: frozenset[str]
    refusals: Refusals

    def install(self, pc: Pc, file: Path, folder: str = "") -> Ended:
        """Install silently, into a folder or where it goes by itself."""

    def tells(self, ended: Ended, beginning: str) -> bool:
        """Tell whether it said why it refused, as far as that can be seen under wine.

        Args:
            ended: What it left behind.
            beginning: How its sentence begins.
        """

    def uninstall(self, pc: Pc) -> None:
        """Uninstall silently, as the list of installed programs says it is done."""

    def try_to_uninstall(self, pc: Pc) -> Ended:
        """Begin to uninstall where it must refuse."""


class Setup:
    """The setup program, made with NSIS."""

    name = "setup"
    ending = "-x64-setup.exe"
    own_files = frozenset({"uninstall.exe", "installed-files.txt"})
    refusals = Refusals(running=1618, newer=1638, other=1638)

    def install(self, pc: Pc, file: Path, folder: str = "") -> Ended:
        """Install silently; the folder comes last and without quotes, as NSIS wants it."""
        return pc.run_line(f'"{pc.there(file)}" /S' + (f" /D={folder}" if folder else ""))

    def tells(self, ended: Ended, beginning: str) -> bool:
        """Look for its sentence on the console."""
        return beginning in ended.out

    def uninstall(self, pc: Pc) -> None:
        """Uninstall; it goes on in a copy of itself, as no program deletes its own file."""
        (entry,) = pc.installed()
        folder = entry.values["InstallLocation"]
        line = entry.values["QuietUninstallString"]
        assert line == f'"{folder}\\uninstall.exe" /S', line
        ended = pc.run_line(line)
        assert ended.status == 0, ended
        until(lambda: not pc.here(folder + r"\uninstall.exe").exists(), "the copy is done")

    def try_to_uninstall(self, pc: Pc) -> Ended:
        """Begin to uninstall where it must refuse: without a copy, so that it tells the status."""
        (entry,) = pc.installed()
        folder = entry.values["InstallLocation"]
        return pc.run_line(f'"{folder}\\uninstall.exe" /S _?={folder}')


class Msi:
    """The package of Windows Installer."""

    name = "msi"
    ending = "-x64.msi"
    own_files: frozenset[str] = frozenset()
    # It says why in its log.
    refusals = Refusals(running=1603, newer=1603, other=1603)

    def install(self, pc: Pc, file: Path, folder: str = "") -> Ended:
        """Install silently, with a log."""
        where = f' INSTALLDIR="{folder}"' if folder else ""
        return self._run(pc, f'/i "{pc.there(file)}"{where}')

    def tells(self, ended: Ended, beginning: str) -> bool:  # noqa: ARG002 - see below
        """Look into its log for the conditions that it stopped at.

        Wine writes no sentences there; tests/unit/windows look at those.
        """
        return "LaunchConditions. Return value 0" in ended.out

    def uninstall(self, pc: Pc) -> None:
        """Uninstall by the code that the list of installed programs has."""
        ended = self.try_to_uninstall(pc)
        assert ended.status == 0, ended

    def try_to_uninstall(self, pc: Pc) -> Ended:
        """The same, where it must refuse."""
        (entry,) = pc.installed()
        return self._run(pc, f"/x {entry.key.rsplit(chr(92), 1)[1]}")

    @staticmethod
    def _run(pc: Pc, words: str) -> Ended:
        log = pc.here(_LOG)
        log.unlink(missing_ok=True)
        ended = pc.run_line(f"msiexec {words} /qn /l*v {_LOG}")
        until(log.exists, "the log is there")
        return type(ended)(ended.status, log.read_text("utf-8", errors="replace"), ended.err)


INSTALLERS: Final[tuple[Installer, ...]] = (Setup(), Msi())
