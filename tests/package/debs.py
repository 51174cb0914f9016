"""The package itself, looked at from outside; and an older version of it, for the upgrades."""

from __future__ import annotations

import re
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.package.report import Report

ROOT: Final = Path(__file__).resolve().parents[2]
_MARK_MB: Final = 45.0
# In the older version only: an upgrade takes it away.
LEFT_BEHIND: Final = "opt/giftill/_internal/of-the-older-version"
_LOCAL_RULES: Final = ROOT / "packaging" / "linux" / "deb" / "shlibs.local"
# What Qt may use of the libraries that shlibs.local asks less of than Debian does.
_USED: Final = {
    "libX11-xcb.so.1": {"XGetXCBConnection", "XSetEventQueueOwner"},
    "libzstd.so.1": {
        "ZSTD_createDStream",
        "ZSTD_decompress",
        "ZSTD_decompressStream",
        "ZSTD_freeDStream",
        "ZSTD_getErrorName",
        "ZSTD_getFrameContentSize",
        "ZSTD_isError",
    },
}


@dataclass(frozen=True)
class Packages:
    """Two versions of one package.

    Attributes:
        deb: What `make package` built.
        version: Its version.
        older: The same with a lower version, one file more, another README of the policy and no
            scripts.
        older_version: That lower version.
    """

    deb: Path
    version: str
    older: Path
    older_version: str


def built() -> Path | None:
    """Return the package that `make package` left, or None."""
    version = re.search(
        r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE
    )
    assert version
    deb = ROOT / "build" / f"giftill_{version[1]}_amd64.deb"
    return deb if deb.exists() else None


@contextmanager
def unpacked(deb: Path, folder: Path) -> Iterator[Path]:
    """Unpack a package for the length of the block."""
    tree = folder / "unpacked"
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["dpkg-deb", "--raw-extract", deb, tree], check=True)
    try:
        yield tree
    finally:
        shutil.rmtree(tree)


def with_an_older_one(deb: Path, folder: Path) -> Packages:
    """Pack a package once more as an older version of itself."""
    version = _field(deb, "Version")
    older_version = f"{version}~older"
    older = folder / f"giftill_{older_version}_amd64.deb"
    with unpacked(deb, folder) as tree:
        control = tree / "DEBIAN" / "control"
        text = control.read_text("utf-8")
        control.write_text(
            text.replace(f"\nVersion: {version}\n", f"\nVersion: {older_version}\n"), "utf-8"
        )
        (tree / LEFT_BEHIND).write_text("older\n", "utf-8")
        with (tree / "etc/giftill/policy.d/README").open("a", encoding="utf-8") as readme:
            readme.write("(of the older version)\n")
        # The first one had none: the newer one's must be enough.
        for script in ("preinst", "prerm", "postrm"):
            (tree / "DEBIAN" / script).unlink(missing_ok=True)
        _renew_checksums(tree)
        # It is thrown away: packing it well would only take time.
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, older],
            check=True,
            capture_output=True,
        )
    return Packages(deb, version, older, older_version)


def _renew_checksums(tree: Path) -> None:
    names = sorted(
        str(each.relative_to(tree))
        for top in ("etc", "opt", "usr")
        for each in (tree / top).rglob("*")
        if each.is_file() and not each.is_symlink()
    )
    sums = subprocess.run(
        ["md5sum", "--", *names], cwd=tree, check=True, capture_output=True, text=True
    ).stdout
    (tree / "DEBIAN" / "md5sums").write_text(sums, "utf-8")


def _field(deb: Path, name: str) -> str:
    return subprocess.run(
        ["dpkg-deb", "--field", deb, name], check=True, capture_output=True, text=True
    ).stdout.strip()


def look_at(report: Report, deb: Path, folder: Path) -> None:
    """Check what can be seen of a package without installing it."""
    with report.check(f"the package has at most {_MARK_MB:.0f} MB") as found:
        size_mb = deb.stat().st_size / 2**20
        found.append(f"{size_mb:.1f} MB, {int(_field(deb, 'Installed-Size')) / 1024:.0f} installed")
        assert size_mb <= _MARK_MB
    with report.check("lintian finds no error") as found:
        told = _told("lintian", "--tag-display-limit", "0", "--fail-on", "error", str(deb))
        warnings = [line for line in told.splitlines() if line.startswith("W:")]
        found.append(f"{len(warnings)} warnings")
    with unpacked(deb, folder) as tree:
        share = tree / "usr" / "share"
        with report.check("the entry for the menu is valid"):
            assert _told("desktop-file-validate", str(share / "applications/giftill.desktop")) == ""
        with report.check("the description for software centres is valid, without warnings"):
            metainfo = str(share / "metainfo" / "giftill.metainfo.xml")
            told = _told("appstreamcli", "validate", "--no-net", metainfo)
            assert not re.search(r"^[EW]:", told, re.MULTILINE), told
        with report.check("Qt uses nothing new of what shlibs.local answers for"):
            _check_used(tree / "opt")


def _told(*words: str) -> str:
    """Run a tool that must be content; return what it said."""
    ended = subprocess.run(
        words, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"}, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def _check_used(folder: Path) -> None:
    local = re.findall(r"^(\S+) (\d+) ", _LOCAL_RULES.read_text("utf-8"), re.MULTILINE)
    assert {f"{name}.so.{number}" for name, number in local} == set(_USED)
    for file in folder.rglob("*.so*"):
        if file.is_symlink():
            continue
        shown = subprocess.run(
            ["objdump", "--private-headers", "--dynamic-syms", file],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for library, used in _USED.items():
            if f"NEEDED               {library}" in shown:
                prefix = "ZSTD_" if "zstd" in library else "X(?:Get|Set)(?:XCB|EventQ)"
                names = set(re.findall(rf"\*UND\*.*\b({prefix}\w*)$", shown, re.MULTILINE))
                assert names <= used, f"{file.name} uses {names - used} of {library}"
