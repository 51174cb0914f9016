"""What a check has at hand: a PC, an installer, two versions of the program and its server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tests.wine.payloads import hashes
from tests.wine.screen import window

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.helpers.processes import Server, Till
    from tests.package.report import Report
    from tests.wine.installers import Installer
    from tests.wine.pc import Pc
    from tests.wine.screen import Window

FOLDER: Final = r"C:\Program Files\Giftill"
# Somebody else's file in the program's folder: no installer may touch it.
FOREIGN: Final = "_internal/not-ours.txt"


@dataclass(frozen=True)
class Version:
    """A version of the program, frozen and packed.

    Attributes:
        number: Such as `0.1.0`.
        payload: The program's folder.
        installers: The folder with its two installers.
    """

    number: str
    payload: Path
    installers: Path

    def file(self, installer: Installer) -> Path:
        """Return the file of one of its installers."""
        return self.installers / f"Giftill-{self.number}{installer.ending}"


@dataclass(frozen=True)
class Scene:
    """One PC, one installer, two versions.

    Attributes:
        report: Where the checks are counted.
        pc: The PC.
        installer: The installer.
        older: The version that is installed first.
        version: The version that is to be shipped.
        server: The API that its till works with.
    """

    report: Report
    pc: Pc
    installer: Installer
    older: Version
    version: Version
    server: Server

    def check(self, what: str) -> AbstractContextManager[list[str]]:
        """Make a check, named after the installer too."""
        return self.report.check(f"[{self.installer.name}] {what}")

    def till(self, folder: str = FOLDER, **environ: str) -> Till:
        """Return the till of the PC's user, on the program that answers in a console."""
        return self.pc.till(
            rf"{folder}\giftill.com", **{"GIFTILL_API_URL": self.server.url, **environ}
        )

    def window(self, *words: str) -> AbstractContextManager[Window]:
        """Open the till's window for the length of a block, as the Start menu does."""
        program = (rf"{FOLDER}\giftill.exe",)
        return window(replace(self.till(), program=program), *words)

    def install(self, version: Version, folder: str = "") -> None:
        """Install a version silently; it must work."""
        ended = self.installer.install(self.pc, version.file(self.installer), folder)
        assert ended.status == 0, ended

    def hold_to(self, version: Version, folder: str = FOLDER, *, foreign: bool = False) -> int:
        """Hold what lies on the PC to a version, file by file; return how many there are.

        Args:
            version: The version.
            folder: Where it is installed.
            foreign: Whether somebody else's file lies there too.
        """
        found = hashes(self.pc.here(folder))
        assert (found.pop(FOREIGN, None) is not None) is foreign
        wanted = hashes(version.payload)
        wrong = {name for name, content in wanted.items() if found.get(name) != content}
        assert not wrong, sorted(wrong)
        assert found.keys() - wanted.keys() == self.installer.own_files
        (entry,) = self.pc.installed()
        assert entry.values["DisplayVersion"] == version.number, entry
        told = self.till(folder).run("--version")
        assert (told.status, told.out.strip()) == (0, f"Giftill {version.number}"), told
        return len(found)
