"""Makes the Windows installers, and reads what is in them."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

WINDOWS: Final = Path(__file__).resolve().parents[2] / "packaging" / "windows"
VERSION: Final = "1.2.3"


@dataclass(frozen=True)
class Made:
    """What is made of one version.

    Attributes:
        payload: What they were made of.
        msi: The one for fleets.
        setup: The one by hand.
        templates: Those for group policy.
        said: What was said while they were made.
    """

    payload: Path
    msi: Path
    setup: Path
    templates: Path
    said: str

    def table(self, name: str) -> list[list[str]]:
        """Return the rows of a table of the MSI."""
        # Files of their own, such as an icon's, it writes into the folder that it runs in.
        export = output("msiinfo", "export", str(self.msi), name, cwd=self.msi.parent)
        lines = export.splitlines()
        return [line.rstrip("\r").split("\t") for line in lines[3:]]

    def properties(self) -> dict[str, str]:
        """Return what the MSI says of itself."""
        return {row[0]: row[1] for row in self.table("Property")}


def output(*command: str, cwd: Path | None = None) -> str:
    """Run a tool that must not fail."""
    done = subprocess.run(command, capture_output=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
    return done.stdout.decode()


def installers(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run packaging/windows/installers."""
    environ = {name: value for name, value in os.environ.items() if "GIFTILL_SIGN" not in name}
    return subprocess.run(
        [WINDOWS / "installers", *arguments],
        # Else a commit between two builds would give the second one another date.
        env={**environ, "SOURCE_DATE_EPOCH": "1700000000", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def make(payload: Path, out: Path, version: str = VERSION, **environment: str) -> Made:
    """Make both installers."""
    done = installers(payload, out, version, **environment)
    assert done.returncode == 0, done.stderr + done.stdout
    return Made(
        payload,
        out / f"Giftill-{version}-x64.msi",
        out / f"Giftill-{version}-x64-setup.exe",
        out / f"Giftill-{version}-policy-templates.zip",
        done.stdout + done.stderr,
    )


def files_below(folder: Path) -> dict[str, bytes]:
    """Return every file with its content, by its place."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def nsis_folder() -> str:
    """Return where NSIS keeps its own parts."""
    details = output("makensis", "-HDRINFO").replace(",", "\n").splitlines()
    return next(line for line in details if line.startswith("NSISDIR=")).partition("=")[2]


def seven_zip() -> str:
    """Return 7-Zip's command, which some releases call 7zz only and others 7z."""
    found = shutil.which("7zz") or shutil.which("7z")
    assert found, "packaging/linux/apt-test.txt says which package has it"
    return found
