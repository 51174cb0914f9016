"""What goes into the packages, held against the program itself; no installer is built here."""

from __future__ import annotations

import configparser
import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from giftill.cli.commands import COMMANDS
from giftill.config.policy_keys import Kind, policy_keys
from giftill.config.settings import NAMES
from giftill.vault.backends import _BY_PLATFORM

ROOT = Path(__file__).resolve().parents[2]
DEB = ROOT / "packaging" / "linux" / "deb"
# The scripts of packaging/ are run, not installed.
sys.path.insert(0, str(ROOT / "packaging"))

from frozen import KEYRINGS, is_dangling, is_kept, modules_of  # noqa: E402 - see above
from frozen_environment import (  # noqa: E402 - see above
    fill_streams,
    forget_other_plugins,
    restore,
)

QT = "PySide6/Qt"
VENV = "/srv/till/venv/lib/python3.11/site-packages/"
SYSTEM = "/lib/x86_64-linux-gnu/"


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/QtWidgets.abi3.so",
        f"{QT}/lib/libQt6Core.so.6",
        f"{QT}/lib/libQt6XcbQpa.so.6",
        f"{QT}/plugins/platforms/libqxcb.so",
        f"{QT}/plugins/platforms/libqoffscreen.so",
        f"{QT}/plugins/iconengines/libqsvgicon.so",
        f"{QT}/translations/qtbase_nl.qm",
        "PySide6/plugins/platforms/qwindows.dll",
        "babel/locale-data/root.dat",
        "babel/locale-data/nl_NL.dat",
        "PIL/_imaging.cpython-311-x86_64-linux-gnu.so",
        "giftill/resources/translations/nl/LC_MESSAGES/giftill.mo",
        "certifi/cacert.pem",
        "keyring-25.7.0.dist-info/entry_points.txt",
    ],
)
def test_what_a_till_uses_is_kept(name: str) -> None:
    assert is_kept(name, VENV + name)
    assert is_kept(name.replace("/", "\\"), VENV + name)


@pytest.mark.parametrize(
    "name",
    [
        f"{QT}/lib/libQt6Quick.so.6",
        f"{QT}/lib/libQt6QmlModels.so.6",
        f"{QT}/lib/libQt6EglFSDeviceIntegration.so.6",
        f"{QT}/lib/libQt6EglFsKmsSupport.so.6",
        f"{QT}/plugins/platforms/libqvnc.so",
        f"{QT}/plugins/platformthemes/libqgtk3.so",
        f"{QT}/plugins/imageformats/libqtiff.so",
        f"{QT}/plugins/tls/libqopensslbackend.so",
        f"{QT}/translations/qtbase_de.qm",
        f"{QT}/translations/qtbase_zh_CN.qm",
        "PySide6/opengl32sw.dll",
        "PySide6/Qt6Quick.dll",
        "babel/locale-data/de.dat",
        "babel/locale-data/nds_NL.dat",
        "keyring-25.7.0.dist-info/RECORD",
        "PIL/_avif.cpython-311-x86_64-linux-gnu.so",
        "pillow.libs/libavif-e3f2.so.16.3.0",
    ],
)
def test_what_a_till_never_uses_stays_out(name: str) -> None:
    assert not is_kept(name, VENV + name)
    assert not is_kept(name.replace("/", "\\"), VENV + name)


def test_the_systems_libraries_stay_with_the_system_and_pythons_own_come_along() -> None:
    for name in ("libX11.so.6", "libglib-2.0.so.0", "libstdc++.so.6", "libssl.so.3"):
        assert not is_kept(name, SYSTEM + name)
        assert not is_kept(name, f"/usr{SYSTEM}{name}")
    for name in ("libpython3.11.so.1.0", "libmpdec.so.3"):
        assert is_kept(name, SYSTEM + name)
    extension = "_decimal.cpython-311-x86_64-linux-gnu.so"
    assert is_kept(
        f"python3.11/lib-dynload/{extension}", f"/usr/lib/python3.11/lib-dynload/{extension}"
    )
    built = "/opt/python/lib/libpython3.11.so.1.0"
    assert is_kept("libpython3.11.so.1.0", built)


def test_a_link_whose_file_was_trimmed_leads_nowhere() -> None:
    kept = {f"{QT}/lib/libQt6Core.so.6"}
    assert not is_dangling("libQt6Core.so.6", f"{QT}/lib/libQt6Core.so.6", kept)
    assert not is_dangling("PySide6/x/libQt6Core.so.6", "../Qt/lib/libQt6Core.so.6", kept)
    assert is_dangling("libQt6Quick.so.6", f"{QT}/lib/libQt6Quick.so.6", kept)


def test_every_module_that_is_loaded_by_name_comes_along() -> None:
    modules = modules_of(ROOT / "src" / "giftill")
    assert {f"giftill.cli.{command.module}" for command in COMMANDS} <= set(modules)
    assert {"giftill", "giftill.bootstrap", "giftill.sandbox", "giftill.sandbox.sheet"} <= set(
        modules
    )


def test_every_keyring_that_the_vault_accepts_comes_along() -> None:
    accepted = {
        platform: {module for module, _ in candidates}
        for platform, candidates in _BY_PLATFORM.items()
    }
    assert {platform: set(modules) for platform, modules in KEYRINGS.items()} == accepted


def test_the_plugins_of_another_qt_are_not_looked_for() -> None:
    environ = {
        "QT_PLUGIN_PATH": "/opt/other/plugins",
        "QT_QPA_PLATFORM_PLUGIN_PATH": "/opt/other/plugins/platforms",
        "QT_QPA_PLATFORM": "xcb",
    }
    forget_other_plugins(environ)
    assert environ == {"QT_QPA_PLATFORM": "xcb"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"LD_LIBRARY_PATH": "/opt/giftill/_internal"}, {}),
        (
            {"LD_LIBRARY_PATH": "/opt/giftill/_internal:/a", "LD_LIBRARY_PATH_ORIG": "/a"},
            {"LD_LIBRARY_PATH": "/a"},
        ),
        ({"HOME": "/home/till"}, {"HOME": "/home/till"}),
    ],
)
def test_what_the_program_starts_gets_the_systems_libraries(
    before: dict[str, str], after: dict[str, str]
) -> None:
    environ = dict(before)
    restore(environ)
    assert environ == after


def test_a_program_without_a_console_has_streams_that_lead_nowhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(sys, "stderr", None)
    before = sys.stdout
    fill_streams()
    with sys.stdin, sys.stderr:
        assert sys.stdin.read() == ""
        assert sys.stderr.write("giftill: the window is open") > 0
    assert sys.stdout is before


def test_the_menu_entry_is_the_one_that_the_window_names() -> None:
    entry = configparser.RawConfigParser()
    entry.read(DEB / "giftill.desktop", "utf-8")
    named = re.search(
        r'setDesktopFileName\("(.+)"\)',
        (ROOT / "src" / "giftill" / "ui" / "app.py").read_text("utf-8"),
    )
    assert named
    assert named[1] == "giftill"
    assert entry["Desktop Entry"]["Exec"] == "giftill"
    assert (ROOT / "resources" / "icons" / f"{entry['Desktop Entry']['Icon']}.svg").is_file()
    component = ET.parse(DEB / "giftill.metainfo.xml").getroot()  # noqa: S314 - our own file
    assert component.findtext("launchable") == "giftill.desktop"


def test_the_readme_of_the_policies_tells_every_name_with_what_it_may_be() -> None:
    readme = (DEB / "policy-README").read_text("ascii")
    told = dict(re.findall(r"^  ([a-z_]+) {2,}(\S.*)$", readme, re.MULTILINE))
    assert tuple(told) == NAMES
    for key in policy_keys():
        may_be = told[key.name].partition(":")[0]
        match key.kind:
            case Kind.NUMBER:
                assert may_be == f"{key.least} to {key.most}"
            case Kind.SWITCH:
                assert may_be == "true or false"
            case Kind.CHOICE:
                words = re.findall(r'"(\w+)"', may_be.partition(" (")[0])
                assert sorted(words) == sorted(key.choices)
            case Kind.TEXT:
                assert may_be.startswith('"')
                assert str(key.longest or "") in told[key.name]
