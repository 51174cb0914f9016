"""The notices of what is frozen, made from the packages that run here; nothing is frozen for it."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from importlib.metadata import distributions
from pathlib import Path

import PySide6
import pytest
from PySide6.QtCore import qVersion

from giftill.ui.licences import sources_of_qt

ROOT = Path(__file__).resolve().parents[2]
# The scripts of packaging/ are run, not installed.
sys.path.insert(0, str(ROOT / "packaging"))

from notices import (  # noqa: E402 - see above
    LicenceProblem,
    Rules,
    check,
    collect,
    render,
)

RULES = Rules.load()


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def running() -> set[str]:
    """Name the packages that the program runs with, as the lock does."""
    lock = (ROOT / "packaging" / "locks" / "run.txt").read_text("utf-8")
    return set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))


def files() -> list[str]:
    """Return a file of each package that runs here, one of Python's and one of Giftill's."""
    names = running()
    chosen = [json.__file__, str(ROOT / "src" / "giftill" / "__main__.py"), "-"]
    for package in distributions():
        if normalized(package.name) in names:
            modules = [each for each in package.files or () if each.suffix in {".py", ".so"}]
            chosen.append(str(package.locate_file(modules[0])))
    return chosen


def test_every_package_that_runs_has_an_allowed_licence_and_its_text() -> None:
    notices = collect(files(), RULES)
    told = {normalized(each.name) for each in notices}
    # The others of the lock are for other platforms and Pythons.
    assert {"pyside6-essentials", "shiboken6", "apsw", "httpx", "pillow", "python"} <= told
    assert len(notices) > 30
    assert all(each.texts or each.standard for each in notices)


def test_the_notices_are_the_same_bytes_however_the_files_are_listed() -> None:
    sources = files()
    text = render(collect(sources, RULES))
    assert text == render(collect([*reversed(sources), *sources], RULES))
    assert str(ROOT) not in text
    assert sys.prefix not in text


def test_the_notices_tell_of_the_licence_of_qt_of_its_sources_and_of_its_parts() -> None:
    text = render(collect(files(), RULES))
    for expected in (
        "GNU LESSER GENERAL PUBLIC LICENSE",
        "GNU GENERAL PUBLIC LICENSE",
        *sources_of_qt(qVersion(), PySide6.__version__),
        "PCRE2 (BSD-3-Clause)",
        "Copyright (c) 2026 The Giftill team",
        "PYTHON SOFTWARE FOUNDATION LICENSE",
        "OpenSSL (Apache-2.0)",
    ):
        assert expected in text


def test_a_package_without_its_text_is_refused() -> None:
    with pytest.raises(LicenceProblem, match="shiboken6: there is no licence text"):
        collect(files(), dataclasses.replace(RULES, texts={}))


def test_every_package_with_a_licence_that_is_not_allowed_is_named() -> None:
    rules = dataclasses.replace(RULES, allowed=RULES.allowed - {"MPL-2.0", "MIT-CMU"})
    with pytest.raises(LicenceProblem) as refused:
        collect(files(), rules)
    assert "certifi: its licence “MPL-2.0” is not among those" in str(refused.value)
    assert "pillow: its licence “MIT-CMU”" in str(refused.value)


def test_a_file_that_belongs_to_nobody_is_refused(tmp_path: Path) -> None:
    stray = tmp_path / "libstray.so.1"
    stray.touch()
    with pytest.raises(LicenceProblem, match=r"libstray\.so\.1: no package says"):
        collect([str(stray)], RULES)


@pytest.mark.skipif(not Path("/usr/bin/dpkg").exists(), reason="asks Debian's own list of files")
def test_a_library_of_the_system_needs_a_licence_too() -> None:
    library = next(Path("/usr/lib").glob("*-linux-gnu/libz.so.1"))
    with pytest.raises(LicenceProblem, match="zlib1g: its licence “” is not among those"):
        collect([str(library)], RULES)
    rules = dataclasses.replace(RULES, licences={"zlib1g": "Zlib"})
    (notice,) = collect([str(library)], rules)
    assert "Mark Adler" in notice.texts[0]


@pytest.mark.parametrize(
    ("licence", "used"),
    [
        ("MIT", {"MIT"}),
        ("LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", {"LGPL-3.0-only"}),
        ("GPL-3.0-only OR MIT AND Zlib", {"MIT", "Zlib"}),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", {"MIT", "Unicode-3.0"}),
        (
            "GPL-2.0-or-later WITH Bootloader-exception",
            {"GPL-2.0-or-later WITH Bootloader-exception"},
        ),
    ],
)
def test_of_several_licences_the_first_that_is_allowed_is_used(
    licence: str, used: set[str]
) -> None:
    assert check("it", licence, RULES) == used


@pytest.mark.parametrize(
    "licence",
    [
        "",
        "GPL-2.0-or-later",
        "MIT AND GPL-3.0-only",
        "(MIT",
        "MIT)",
        "MIT OR",
        "AND MIT",
        "MIT GPL-3.0-only",
        "BSD license (see license.txt for details)",
    ],
)
def test_a_licence_that_is_not_allowed_or_cannot_be_read_is_refused(licence: str) -> None:
    with pytest.raises(LicenceProblem, match=r"^it: its licence"):
        check("it", licence, RULES)


def test_what_the_rules_tell_of_is_in_the_lock_and_has_a_text() -> None:
    packages = {normalized(each["of"]) for each in RULES.inside}
    assert packages <= running() | {"python"}
    for each in RULES.inside:
        for spdx in check(each["name"], each["licence"], RULES):
            folders = (ROOT / "packaging" / "notices_texts", ROOT / "resources" / "licences")
            assert any((folder / f"{spdx}.txt").is_file() for folder in folders), spdx
