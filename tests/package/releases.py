"""Bare PCs of Debian's releases: chroots of the packages that every Debian has, and no others."""

from __future__ import annotations

import platform
import re
import subprocess
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

RELEASES: Final = ("bookworm", "trixie")
# How this PC reaches its archive: by which proxy, how patiently, with which checks of the clock.
_WAY: Final = re.compile(r"Acquire::(?:http|ftp|Retries|Check-|ForceIPv)", re.IGNORECASE)


def bare_system(release: str, folder: Path) -> Path:
    """Return the archive of a release's bare system; it is made where there is none yet.

    Args:
        release: Its code name.
        folder: Where they are kept.
    """
    sources, way = _sources(release), _way()
    mark = sha256("\n".join([*sources, way]).encode()).hexdigest()[:12]
    made = folder / f"{release}-{mark}.tar"
    if made.exists():
        return made
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "apt.conf"
    settings.write_text(way, "utf-8")
    unfinished = made.with_suffix(".unfinished.tar")
    # Where the archive is reached by HTTPS, the PC must know whom to trust from the beginning.
    needed = ["--include=ca-certificates"] if any("https:" in each for each in sources) else []
    subprocess.run(
        [
            *("mmdebstrap", "--quiet", "--variant=minbase", f"--aptopt={settings}"),
            *(*needed, release, str(unfinished), *sources),
        ],
        check=True,
    )
    unfinished.rename(made)
    return made


def _sources(release: str) -> list[str]:
    """Return the lines of a release on the mirror that this PC uses; none for the usual one."""
    if platform.freedesktop_os_release().get("ID") != "debian":
        return []
    own = platform.freedesktop_os_release()["VERSION_CODENAME"]
    shown = subprocess.run(
        [
            *("apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(COMPONENT)"),
            *("Created-By: Packages", "Origin: Debian"),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = [line.split() for line in shown.splitlines()]
    return sorted(
        {
            f"deb {uri} {release}{codename.removeprefix(own)} {component}"
            for uri, codename, component in found
            if codename.startswith(own) and component == "main"
        }
    )


def _way() -> str:
    shown = subprocess.run(
        ["apt-config", "dump", "Acquire"], check=True, capture_output=True, text=True
    ).stdout
    return "\n".join([line for line in shown.splitlines() if _WAY.match(line)] + [""])
