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
class Refusal:
    """How an installer refuses.

    Attributes:
        status: Its exit status.
        because: What it leaves behind of the reason, on the console or in its log.
    """

    status: int
    because: str

    def meets(self, ended: Ended) -> bool:
        """Tell whether it ended so."""
        return ended.status == self.status and self.because in ended.out


@dataclass(frozen=True)
class Refusals:
    """What an installer refuses.

    Attributes:
        running: The program runs.
        newer: A newer version is installed.
        other: The other installer's program is installed.
    """

    running: Refusal
    newer: Refusal
    other: Refusal


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

    def uninstall(self, pc: Pc) -> None:
        """Uninstall silently, as the list of installed programs says it is done."""

    def try_to_uninstall(self, pc: Pc) -> Ended:
        """Begin to uninstall where it must refuse."""


class Setup:
    """The setup program, made with NSIS."""

    name = "setup"
    ending = "-x64-setup.exe"
    own_files = frozenset({"uninstall.exe", "installed-files.txt"})
    refusals = Refusals(
        running=Refusal(1618, "Giftill is running on this PC"),
        newer=Refusal(1638, "A newer version of Giftill is installed"),
        other=Refusal(1638, "Giftill was installed here by its MSI package"),
    )

    def install(self, pc: Pc, file: Path, folder: str = "") -> Ended:
        """Install silently; the folder comes last and without quotes, as NSIS wants it."""
        return pc.run_line(f'"{pc.there(file)}" /S' + (f" /D={folder}" if folder else ""))

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
    # Wine writes no sentences into the log, but what it decided by; tests/unit/windows hold those.
    refusals = Refusals(
        running=Refusal(1603, "Property(S): GIFTILLRUNS = 1"),
        newer=Refusal(1603, "Property(S): NEWERFOUND = {"),
        other=Refusal(1603, "Property(S): SETUPFOUND = "),
    )

    def install(self, pc: Pc, file: Path, folder: str = "") -> Ended:
        """Install silently, with a log."""
        where = f' INSTALLDIR="{folder}"' if folder else ""
        return self._run(pc, f'/i "{pc.there(file)}"{where}')

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
