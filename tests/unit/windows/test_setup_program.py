"""What the setup holds and how it is written; `make package-windows-test` tells what it does.

It is compiled with every warning an error: a sentence that one language lacks fails it.
"""

from __future__ import annotations

import re
import sys
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Final

import pytest

from tests.helpers.windows_installers import VERSION, WINDOWS, files_below, output, seven_zip

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.windows_installers import Made

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="makensis and 7-Zip come from Debian here"),
    pytest.mark.xdist_group("windows-installers"),
]
SCRIPTS: Final = [path.read_text("utf-8") for path in sorted(WINDOWS.glob("*.ns[ih]"))]
LINES: Final = [line.strip() for script in SCRIPTS for line in script.splitlines()]


@pytest.fixture(scope="module")
def unpacked(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("setup")
    output(seven_zip(), "x", "-y", f"-o{folder}", str(made.setup))
    return folder


def test_it_brings_the_payload_its_list_and_an_uninstaller(made: Made, unpacked: Path) -> None:
    brought = {
        name: content
        for name, content in files_below(unpacked).items()
        if not name.startswith("$PLUGINSDIR/")
    }
    assert brought.pop("uninstall.exe").startswith(b"MZ")
    assert brought.pop("installed-files.txt")
    assert brought == files_below(made.payload)


def test_its_list_names_every_file_and_every_folder_after_what_lies_in_it(
    made: Made, unpacked: Path
) -> None:
    text = (unpacked / "installed-files.txt").read_bytes().decode("utf-16-le")
    lines = text.removesuffix("\r\n").split("\r\n")
    files = [line for line in lines if not line.endswith("\\")]
    folders = [line.removesuffix("\\") for line in lines if line.endswith("\\")]
    assert lines == [*files, *(f"{folder}\\" for folder in folders)]
    assert {PureWindowsPath(file).as_posix() for file in files} == files_below(made.payload).keys()
    assert set(folders) == {
        str(PureWindowsPath(path.relative_to(made.payload)))
        for path in made.payload.rglob("*")
        if path.is_dir()
    }
    for place, folder in enumerate(folders):
        assert not any(later.startswith(f"{folder}\\") for later in folders[place:])


def test_the_programs_go_first_and_are_put_in_place_last(made: Made) -> None:
    listing = output(seven_zip(), "l", "-slt", str(made.setup))
    names = [
        name for name in re.findall(r"^Path = (.+)$", listing, re.MULTILINE) if "$" not in name
    ]
    # The first line is the setup itself, and 7-Zip adds the uninstaller at the end.
    brought = [name for name in names[1:] if name != "uninstall.exe"]
    assert brought[0] == "installed-files.txt"
    assert brought[-2:] == ["giftill.com", "giftill.exe"]
    script = (WINDOWS / "giftill.nsi").read_text("utf-8")
    for section in script.split("\nSection ")[1:]:
        body = section.partition("SectionEnd")[0]
        assert 0 < body.index("DELETE_PROGRAMS") < body.index("DeleteListed")


def test_nothing_waits_for_an_answer_in_a_silent_setup() -> None:
    boxes = [line for line in LINES if line.startswith("MessageBox")]
    assert boxes
    assert [line for line in boxes if " /SD ID" not in line] == []


def test_it_deletes_no_folder_with_what_others_put_there() -> None:
    deleting = [line for line in LINES if re.match(r"(?i)(rmdir|delete)\b", line)]
    assert deleting
    assert [line for line in deleting if re.search(r"(?i)/r\b|\*|/rebootok", line)] == []


def test_no_line_of_it_touches_a_tills_data() -> None:
    changing = r"(?i)(rmdir|delete|rename|copyfiles|file|fileopen|createdirectory)\b"
    touching = [line for line in LINES if re.match(changing, line)]
    assert touching
    assert not any("APPDATA" in line.upper() for line in touching)
    # The one thing that it makes there is the folder of the policy, for all users.
    assert [line for line in LINES if "$APPDATA" in line] == ['StrCpy $0 "$APPDATA\\Giftill"']


def test_it_makes_no_policy_its_own_that_somebody_else_put_there() -> None:
    """The till looks at owner and rights; a setup that gives it good ones would mislead it."""
    script = (WINDOWS / "giftill.nsi").read_text("utf-8")
    body = script[script.index("Function MakePolicyFolder") :].partition("FunctionEnd")[0]
    before, _, after = body.partition("Call FindOwner")
    assert re.search(r'\$\{If\} \$\{FileExists\} "\$0\\policy\.toml"\s*$', before)
    assert re.match(r"\s*\$\{If\} \$1 = 0\s*Return\s", after)
    changes = [line for line in LINES if line.startswith("!insertmacro ICACLS")]
    assert len(changes) == 3
    assert all(line.startswith('!insertmacro ICACLS "$0" ') for line in changes)
    assert [line in after for line in changes] == [True] * 3
    # Of the folder alone, not of what lies in it.
    assert not re.search(r"/T\b", "".join(changes))


@pytest.mark.parametrize("function", [".onInit", "un.onInit"])
def test_setup_and_uninstaller_see_the_64_bit_registry_and_all_users(function: str) -> None:
    script = (WINDOWS / "giftill.nsi").read_text("utf-8")
    start = script.index(f"Function {function}\n")
    body = script[start : script.index("FunctionEnd", start)]
    assert re.search(r"Call (un\.)?StartUp\n", body)
    shared = script[script.index("Function ${un}StartUp") :]
    assert shared.splitlines()[1:3] == ["  SetRegView 64", "  SetShellVarContext all"]
    # Nothing is read before.
    assert not re.search(r"Reg(Str|DWORD|Key)", body.partition("StartUp")[0])


def test_a_file_that_cannot_be_written_ends_it() -> None:
    assert "AllowSkipFiles off" in LINES


def test_it_says_which_version_it_is_and_whose(made: Made) -> None:
    import project

    content = made.setup.read_bytes()
    whose = (project.maker(), project.copyright_line())
    for detail in (f"Giftill {VERSION}", *whose, "requireAdministrator"):
        assert detail.encode("utf-16-le") in content or detail.encode() in content


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("UninstallString", "'\"$INSTDIR\\uninstall.exe\"'"),
        ("QuietUninstallString", "'\"$INSTDIR\\uninstall.exe\" /S'"),
        ("InstallLocation", '"$INSTDIR"'),
        ("DisplayVersion", '"${VERSION}"'),
        ("EstimatedSize", "${SIZE_KB}"),
    ],
)
def test_windows_is_told_how_to_uninstall_it(entry: str, value: str) -> None:
    written = [line for line in LINES if f'"${{UNINSTALL_KEY}}" {entry} ' in line]
    assert [line.partition(f" {entry} ")[2] for line in written] == [value]


def test_what_it_takes_on_the_disk_is_what_the_payload_takes(made: Made) -> None:
    from layout import Payload

    files = files_below(made.payload).values()
    assert Payload.read(made.payload).size_kb == sum(-(-len(file) // 4096) * 4 for file in files)
