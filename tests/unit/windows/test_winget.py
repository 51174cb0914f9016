"""The manifests for winget, filled in for two installers that lie somewhere."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.helpers.windows_installers import VERSION, WINDOWS

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = "https://downloads.example.org/giftill"


def fill(folder: Path, address: str, version: str = VERSION) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, WINDOWS / "winget.py", folder, address, version],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files that are called as the installers are."""
    (tmp_path / f"Giftill-{VERSION}-x64.msi").write_bytes(b"for fleets")
    (tmp_path / f"Giftill-{VERSION}-x64-setup.exe").write_bytes(b"by hand")
    return tmp_path


def manifests(folder: Path) -> dict[str, Any]:
    read = [yaml.safe_load(file.read_text("utf-8")) for file in (folder / "winget").iterdir()]
    return {
        f"{each['ManifestType']} {each.get('PackageLocale', '')}".strip(): each for each in read
    }


def test_they_name_one_package_and_version_in_two_languages(folder: Path) -> None:
    import project

    assert fill(folder, ADDRESS).returncode == 0
    found = manifests(folder)
    assert found.keys() == {"version", "installer", "defaultLocale en-US", "locale nl-NL"}
    assert {each["PackageIdentifier"] for each in found.values()} == {"Giftill.Giftill"}
    assert {each["PackageVersion"] for each in found.values()} == {VERSION}
    assert found["version"]["DefaultLocale"] == "en-US"
    for locale in ("defaultLocale en-US", "locale nl-NL"):
        assert found[locale]["Publisher"] == project.maker()


def test_they_lead_to_the_installers_and_hold_their_hashes(folder: Path) -> None:
    from layout import UPGRADE_CODE, product_code

    assert fill(folder, f"{ADDRESS}/").returncode == 0
    msi, setup = manifests(folder)["installer"]["Installers"]
    for installer, name, content in (
        (msi, f"Giftill-{VERSION}-x64.msi", b"for fleets"),
        (setup, f"Giftill-{VERSION}-x64-setup.exe", b"by hand"),
    ):
        assert installer["InstallerUrl"] == f"{ADDRESS}/{name}"
        assert installer["InstallerSha256"] == hashlib.sha256(content).hexdigest().upper()
    # How winget knows what is on the PC again.
    assert msi["InstallerType"] == "wix"
    assert msi["ProductCode"] == f"{{{product_code(VERSION)}}}".upper()
    assert msi["AppsAndFeaturesEntries"][0]["UpgradeCode"] == f"{{{UPGRADE_CODE}}}".upper()
    assert setup["InstallerType"] == "nullsoft"
    assert setup["ProductCode"] == "Giftill"


@pytest.mark.parametrize(
    ("address", "version", "sentence"),
    [
        ("http://downloads.example.org", VERSION, "is no https address"),
        ("https://", VERSION, "is no https address"),
        ("https://a b", VERSION, "is no https address"),
        (ADDRESS, "1.2.4", "There is no"),
        (ADDRESS, "1.2", "can't compare"),
    ],
)
def test_they_are_not_made_for_something_that_is_not_there(
    folder: Path, address: str, version: str, sentence: str
) -> None:
    done = fill(folder, address, version)
    assert done.returncode == 8
    assert sentence in done.stderr
    assert not (folder / "winget").exists()
