"""What the MSI will do on a PC, as Windows Installer reads it from the tables in it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.helpers.windows_installers import VERSION, WINDOWS, files_below, output

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.windows_installers import Made

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="wixl and msitools are Linux tools"),
    pytest.mark.xdist_group("windows-installers"),
]


def test_it_installs_the_payload_and_nothing_else(made: Made, tmp_path: Path) -> None:
    output("msiextract", "-C", str(tmp_path), str(made.msi))
    assert files_below(tmp_path / "Giftill") == files_below(made.payload)


def test_it_is_for_the_whole_pc_and_64_bits(made: Made) -> None:
    assert made.properties()["ALLUSERS"] == "1"
    assert "Template: x64;1033" in output("msiinfo", "suminfo", str(made.msi))
    folders = {row[0]: row[1] for row in made.table("Directory")}
    assert folders["INSTALLDIR"] == "ProgramFiles64Folder"
    components = made.table("Component")
    # 256: the 64-bit folders and registry.
    assert {row[3] for row in components} == {"256"}
    assert len(components) == len(files_below(made.payload)) + 1
    assert all(row[1] for row in components), "one without a code would never be uninstalled"


def test_windows_shows_it_as_giftill_with_its_icon(made: Made) -> None:
    import project

    properties = made.properties()
    assert properties["ProductName"] == "Giftill"
    assert properties["Manufacturer"] == project.maker()
    assert properties["ProductVersion"] == VERSION
    assert properties["ARPPRODUCTICON"] == "giftill.ico"
    assert [row[0] for row in made.table("Icon")] == ["giftill.ico"]
    assert ["TellFolder", "ARPINSTALLLOCATION"] in [
        [row[0], row[2]] for row in made.table("CustomAction")
    ]


def test_an_older_version_goes_and_a_newer_one_stays(made: Made) -> None:
    code = made.properties()["UpgradeCode"]
    detect_only, from_this_on = 2, 256
    assert sorted(made.table("Upgrade")) == [
        [code, "0.0.0", VERSION, "", str(from_this_on), "", "OLDERFOUND"],
        [code, VERSION, "", "", str(detect_only), "", "NEWERFOUND"],
    ]
    assert conditions(made)["Installed OR NOT NEWERFOUND"].startswith("A newer version")
    order = sequence(made)
    assert order["FindRelatedProducts"] < order["LaunchConditions"]
    # Inside the transaction, and before a file of the new version is written.
    assert order["InstallInitialize"] < order["RemoveExistingProducts"] < order["ProcessComponents"]
    # Else Windows leaves out a library of which the older version has a higher one.
    assert made.properties()["REINSTALLMODE"] == "amus"


def test_every_version_is_a_product_of_its_own_in_one_family(made: Made) -> None:
    from layout import PROGRAM, component_code, product_code

    properties = made.properties()
    assert properties["UpgradeCode"] == "{F60E8BC4-380E-46DC-AC45-0AEDD6CDD828}", "for ever"
    assert properties["ProductCode"] == f"{{{product_code(VERSION)}}}".upper()
    assert product_code(VERSION) != product_code("1.2.4")
    # The same file in the same place is the same part in every version.
    program = f"{{{component_code(PROGRAM)}}}".upper()
    assert ["Program", program] in [row[:2] for row in made.table("Component")]


def test_it_does_not_replace_a_running_till(made: Made) -> None:
    assert conditions(made)["NOT GIFTILLRUNS"].startswith("Giftill is running")
    script = (WINDOWS / "running.js").read_text("utf-8")
    assert "Name = 'giftill.exe' OR Name = 'giftill.com'" in script
    for table in ("InstallExecuteSequence", "InstallUISequence"):
        order = sequence(made, table)
        assert order["FindRunning"] < order["LaunchConditions"]


def test_it_does_not_install_beside_the_setup(made: Made) -> None:
    assert conditions(made)["Installed OR NOT SETUPFOUND"].startswith("Giftill was installed by")
    (found,) = [row for row in made.table("RegLocator") if row[0] == "FindSetup"]
    # 2: HKEY_LOCAL_MACHINE; 18: a value as it is, of the 64-bit registry.
    assert found[1:] == [
        "2",
        r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\Giftill",
        "DisplayVersion",
        "18",
    ]


def test_it_refuses_in_both_languages_and_in_what_windows_shows(made: Made) -> None:
    told = conditions(made)
    assert len(told) == 4
    for sentence in told.values():
        english, dutch = sentence.split(" / ")
        assert english
        assert dutch
        # The column's width; and the code page has no more than this.
        assert len(sentence) <= 255
        assert sentence.isascii()


def test_an_upgrade_stays_in_the_folder_that_was_chosen(made: Made) -> None:
    (kept,) = [row for row in made.table("Registry") if row[3] == "Folder"]
    assert kept[1:] == ["2", r"SOFTWARE\Giftill", "Folder", "[INSTALLDIR]", "Program"]
    order = sequence(made)
    assert order["AppSearch"] < order["StayInFolder"] < order["CostFinalize"]
    (condition,) = [
        row[1] for row in made.table("InstallExecuteSequence") if row[0] == "StayInFolder"
    ]
    assert condition == "NOT INSTALLDIR AND FOLDERBEFORE"


def test_giftill_answers_in_a_console_and_in_the_menu(made: Made) -> None:
    # For the PC (*), added (=) and taken back (-); behind what is there ([~]).
    assert made.table("Environment") == [["Path", "=-*Path", "[~];[INSTALLDIR]", "Program"]]
    assert {"WriteEnvironmentStrings", "RemoveEnvironmentStrings"} <= sequence(made).keys()
    (entry,) = made.table("Shortcut")
    assert entry[:5] == [
        "MenuEntry",
        "ProgramMenuFolder",
        "Giftill",
        "Program",
        "[INSTALLDIR]giftill.exe",
    ]


def test_users_can_read_the_folder_of_the_policy_and_not_write_into_it(made: Made) -> None:
    assert made.table("CreateFolder") == [["POLICYFOLDER", "PolicyFolder"]]
    ((_, folder, table, rights, _),) = made.table("MsiLockPermissionsEx")
    assert (folder, table) == ("POLICYFOLDER", "CreateFolder")
    # Nothing inherited (P); the system and administrators everything, users read and enter. And no
    # owner (O:): handed over to the administrators, a folder that a user made would look like
    # theirs, and the till would trust the policy in it.
    assert rights == "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)"


def conditions(made: Made) -> dict[str, str]:
    return {row[0]: row[1] for row in made.table("LaunchCondition")}


def sequence(made: Made, table: str = "InstallExecuteSequence") -> dict[str, int]:
    return {row[0]: int(row[2]) for row in made.table(table)}
