"""What can be held against the package for macOS where no Mac is: it is never built here."""

from __future__ import annotations

import json
import plistlib
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtGui import QImage

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
MACOS = PACKAGING / "macos"


class Toc(list[tuple[str, str, str]]):
    """A list of what goes into the program, as PyInstaller's is."""


class Maker:
    """Stands for one of PyInstaller's targets, and keeps what it is asked for."""

    def __init__(self) -> None:
        self.given: tuple[Any, ...] = ()
        self.options: dict[str, Any] = {}

    def __call__(self, *given: Any, **options: Any) -> Maker:  # noqa: ANN401 - as PyInstaller's
        self.given, self.options = given, options
        return self

    pure = Toc([("json", json.__file__, "PYMODULE")])
    scripts = Toc()
    binaries = Toc()
    datas = Toc()
    _modules_outside_pyz = Toc()


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Maker]:
    """Read giftill.spec as PyInstaller does on a Mac; return what it asks for."""
    hooks = ModuleType("PyInstaller.utils.hooks")
    hooks.collect_submodules = lambda name: [name]  # type: ignore[attr-defined]  # made here
    monkeypatch.setitem(sys.modules, "PyInstaller.utils.hooks", hooks)
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(sys, "path", list(sys.path))
    makers = {name: Maker() for name in ("Analysis", "PYZ", "EXE", "COLLECT", "BUNDLE")}
    links = Toc(
        [
            ("PySide6/Qt/lib/QtCore.framework/QtCore", "Versions/Current/QtCore", "SYMLINK"),
            ("PySide6/Qt/lib/QtCore.framework/Versions/Current", "A", "SYMLINK"),
        ]
    )
    makers["Analysis"].binaries = links
    makers["Analysis"].datas = Toc()
    hooks_before = ("inspect", "pkgutil", "multiprocessing", "pyside6")
    names = (*(f"pyi_rth_{each}" for each in hooks_before), "__main__")
    makers["Analysis"].scripts = Toc((name, f"{name}.py", "PYSOURCE") for name in names)
    place = {"SPECPATH": str(PACKAGING), "workpath": str(tmp_path)}
    runpy.run_path(str(PACKAGING / "giftill.spec"), init_globals=place | makers)
    return makers


def test_what_only_waits_does_not_run_before_the_program(made: dict[str, Maker]) -> None:
    left = {name for name, _, _ in made["Analysis"].scripts}
    assert "__main__" in left
    assert not left & {"pyi_rth_inspect", "pyi_rth_pkgutil", "pyi_rth_multiprocessing"}


def test_the_spec_asks_for_a_program_with_a_window_that_finder_can_start(
    made: dict[str, Maker],
) -> None:
    bundle = made["BUNDLE"].options
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert made["BUNDLE"].given == (made["COLLECT"],)
    assert bundle["name"] == "Giftill.app"
    assert bundle["version"] == version
    # PyInstaller hides a program with a console from the Dock.
    assert made["EXE"].options["console"] is False
    icon = QImage(bundle["icon"])
    assert (icon.width(), icon.height()) == (1024, 1024)
    assert icon.pixelColor(512, 512).alpha() == 255


def test_the_program_is_named_as_everywhere_and_its_info_can_be_written(
    made: dict[str, Maker],
) -> None:
    component = ET.parse(PACKAGING / "linux" / "deb" / "giftill.metainfo.xml").getroot()  # noqa: S314 - our own file
    assert made["BUNDLE"].options["bundle_identifier"] == component.findtext("id")
    info = plistlib.loads(plistlib.dumps(made["BUNDLE"].options["info_plist"]))
    assert info["NSHighResolutionCapable"] is True
    assert info["CFBundleLocalizations"] == ["en", "nl"]
    assert "LSBackgroundOnly" not in info


def test_the_links_of_a_framework_are_kept_and_its_licences_are_told(
    made: dict[str, Maker], tmp_path: Path
) -> None:
    binaries, datas = made["COLLECT"].given[1:]
    assert [name for name, _, kind in binaries if kind == "SYMLINK"] == [
        "PySide6/Qt/lib/QtCore.framework/QtCore",
        "PySide6/Qt/lib/QtCore.framework/Versions/Current",
    ]
    assert ("giftill/resources/licences/notices.txt", str(tmp_path / "notices.txt"), "DATA") in [
        tuple(each) for each in datas
    ]
    assert "libffi (MIT)" in (tmp_path / "notices.txt").read_text("utf-8")
    assert "keyring.backends.macOS" in made["Analysis"].options["hiddenimports"]


def test_the_runtime_is_hardened_but_for_what_the_lgpl_asks() -> None:
    content = (MACOS / "entitlements.plist").read_bytes()
    allowed = plistlib.loads(content)
    # The part of macOS that reads it at the start of a program knows no comments.
    assert b"<!--" not in content
    assert allowed == {"com.apple.security.cs.disable-library-validation": True}
    script = (MACOS / "release").read_text("utf-8")
    assert "--options runtime" in script
    assert re.search(r'--entitlements "\$here/entitlements\.plist" "\$app"', script)


def run_release(*arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    bash = shutil.which("bash")
    assert bash
    return subprocess.run(
        [bash, MACOS / "release", *arguments],
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_release_says_what_it_wants_and_that_it_wants_a_mac(tmp_path: Path) -> None:
    for tool in ("dirname", "bash"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    usage = run_release(path=str(tmp_path))
    assert usage.returncode == 2
    assert usage.stderr.startswith("Usage: ")
    app = tmp_path / "Giftill.app"
    nothing = run_release(str(app), str(tmp_path), "1.0", path=str(tmp_path))
    assert (nothing.returncode, nothing.stderr) == (8, f"There is no program in {app}.\n")
    (app / "Contents" / "MacOS").mkdir(parents=True)
    elsewhere = run_release(str(app), str(tmp_path), "1.0", path=str(tmp_path))
    assert elsewhere.returncode == 8
    assert elsewhere.stderr.startswith("codesign is missing: this needs a Mac")
