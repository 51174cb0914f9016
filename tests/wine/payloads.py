"""The frozen program's folder, looked at from outside: what Windows itself would find missing."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.package.report import Report

_OBJDUMP: Final = "x86_64-w64-mingw32-objdump"
_RESOURCES: Final = Path(__file__).resolve().parents[2] / "resources"
_FEWEST_LIBRARIES: Final = 40
# What every Windows 10 brings along, of what the program asks for. The C runtime's own libraries
# are not among them: a PC has those only once somebody has installed them.
_OF_WINDOWS: Final = re.compile(
    r"(?:api-ms-win-(?:core|crt|shcore)-[a-z0-9-]+"
    r"|advapi32|authz|bcrypt|comctl32|comdlg32|crypt32|d3d11|d3d12|d3d9|dnsapi|dwmapi"
    r"|dwrite|dxgi|gdi32|icuuc|imm32|iphlpapi|kernel32|mpr|netapi32|ntdll|ole32"
    r"|oleaut32|propsys|psapi|rpcrt4|secur32|setupapi|shell32|shlwapi|uiautomationcore"
    r"|user32|userenv|uxtheme|version|winhttp|winmm|ws2_32|wtsapi32"
    r")\.dll|winspool\.drv"
)
_WINDOWS_GUI: Final = 2
_WINDOWS_CONSOLE: Final = 3
# Wine's own libraries say so right behind the first header.
_OF_WINE: Final = (b"Wine builtin DLL", b"Wine placeholder DLL")


def hashes(folder: Path) -> dict[str, str]:
    """Return what is in a folder: each file's name from there, and its content's hash."""
    return {
        each.relative_to(folder).as_posix(): hashlib.sha256(each.read_bytes()).hexdigest()
        for each in folder.rglob("*")
        if each.is_file()
    }


def look_at(report: Report, payload: Path, version: str) -> None:
    """Check what can be seen of the frozen program without running it."""
    programs = {
        each: _asked_for(each)
        for each in sorted(payload.rglob("*"))
        if each.suffix.lower() in {".com", ".dll", ".exe", ".pyd"}
    }
    with report.check("every library that the program asks for is in it, or in Windows") as found:
        size = sum(each.stat().st_size for each in payload.rglob("*") if each.is_file())
        found.append(f"{len(programs)} programs and libraries; {size / 2**20:.0f} MB in all")
        assert len(programs) >= _FEWEST_LIBRARIES
        _check_complete(programs)
    with report.check("no library in it is wine’s"):
        beginnings = {each: each.read_bytes()[:256] for each in programs}
        ours = [each for each, text in beginnings.items() if any(one in text for one in _OF_WINE)]
        assert not ours, ours
    with report.check("it says its name and version under Properties"):
        for program in ("giftill.exe", "giftill.com"):
            content = (payload / program).read_bytes()
            for name, value in {"ProductName": "Giftill", "ProductVersion": version}.items():
                place = content.find(f"{name}\0".encode("utf-16-le"))
                assert place >= 0, f"{name} is missing in {program}"
                assert f"{value}\0".encode("utf-16-le") in content[place : place + 128], program
    with report.check("the Start menu’s program has no console, and the one for commands has"):
        systems = {name: _subsystem(payload / name) for name in ("giftill.exe", "giftill.com")}
        assert systems == {"giftill.exe": _WINDOWS_GUI, "giftill.com": _WINDOWS_CONSOLE}, systems
    with report.check("every resource and licence is in it") as found:
        files = [each.relative_to(_RESOURCES) for each in _RESOURCES.rglob("*") if each.is_file()]
        there = payload / "_internal" / "giftill" / "resources"
        missing = [str(each) for each in files if not (there / each).is_file()]
        assert not missing, missing
        assert (there / "licences" / "notices.txt").stat().st_size > 0
        found.append(f"{len(files)} files")


def _subsystem(program: Path) -> int:
    """Return what its header says of consoles."""
    content = program.read_bytes()
    header = int.from_bytes(content[0x3C:0x40], "little")
    place = header + 0x5C
    return int.from_bytes(content[place : place + 2], "little")


def _asked_for(program: Path) -> frozenset[str]:
    shown = subprocess.run(
        [_OBJDUMP, "--private-headers", program],
        capture_output=True,
        text=True,
        errors="replace",
        check=True,
    ).stdout
    return frozenset(
        each.lower() for each in re.findall(r"^\s*DLL Name: (\S+)", shown, re.MULTILINE)
    )


def _check_complete(programs: Mapping[Path, frozenset[str]]) -> None:
    there = {each.name.lower() for each in programs}
    missing = [
        f"{program.name} asks for {name}"
        for program, names in programs.items()
        for name in sorted(names - there)
        if not _OF_WINDOWS.fullmatch(name)
    ]
    assert not missing, "\n".join(missing)
