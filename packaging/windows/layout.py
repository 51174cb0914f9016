"""Reads the program's folder and writes what the two installers make of it: its files, by name.

Usage: python3 layout.py PAYLOAD_DIR WORK_DIR VERSION. Needs nothing but Python, and gives the same
for the same payload. It writes into WORK_DIR:

- `payload.wxs`: each file as a component of its own, for giftill.wxs;
- `payload.nsh`: the same for giftill.nsi;
- `installed-files.txt`: what lies on the PC afterwards; the setup deletes what is in there, and
  nothing else;
- `answers`: the codes and sizes that giftill.wxs and giftill.nsi ask for.
"""

from __future__ import annotations

import hashlib
import re
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from xml.etree import ElementTree as ET

# For the window, and for a console, where Windows finds the second one first.
PROGRAM: Final = PurePosixPath("giftill.exe")
CONSOLE_PROGRAM: Final = PurePosixPath("giftill.com")
# Windows knows every version of Giftill by this one; it never changes.
UPGRADE_CODE: Final = uuid.UUID("F60E8BC4-380E-46DC-AC45-0AEDD6CDD828")
_WIX: Final = "http://schemas.microsoft.com/wix/2006/wi"
# What Windows Installer compares: three numbers, none larger than these.
_LARGEST_VERSION: Final = (255, 255, 65535)
_LONGEST_PATH: Final = 160
# ASCII, none of Windows' and NSIS's own signs, and no way out of the folder.
_FIT_NAME: Final = re.compile(r"(?!.*\.\.)[A-Za-z0-9 _.,+@~!#()\[\]{}=/-]+")


class UnfitError(Exception):
    """What was given can't be made into an installer; the text says why."""


@dataclass(frozen=True)
class Payload:
    """What the program's folder holds.

    Attributes:
        files: Every file but the two programs, in order.
        folders: Every folder in it, each after the one that it lies in.
        size_kb: What all of it takes on a disk, in units of 1024 bytes.
        hash: SHA-256 over every name and content.
    """

    files: tuple[PurePosixPath, ...]
    folders: tuple[PurePosixPath, ...]
    size_kb: int
    hash: str

    @classmethod
    def read(cls, root: Path) -> Payload:
        """Read a folder.

        Raises:
            UnfitError: It is not the folder of the program, or Windows can't keep a file in it.
        """
        for program in (PROGRAM, CONSOLE_PROGRAM):
            if not (root / program).is_file():
                raise UnfitError(f"There is no {program} in {root}.")
        files, folders, size, digest = [], [], 0, hashlib.sha256()
        for path in sorted(root.rglob("*")):
            name = PurePosixPath(path.relative_to(root).as_posix())
            if path.is_symlink():
                raise UnfitError(f"{name} is a link; Windows gets files only.")
            if len(str(name)) > _LONGEST_PATH or not _FIT_NAME.fullmatch(str(name)):
                raise UnfitError(f"{name} is no name that both installers can write.")
            if path.is_dir():
                folders.append(name)
                continue
            content = path.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
            size += -(-len(content) // 4096) * 4
            if name not in {PROGRAM, CONSOLE_PROGRAM}:
                files.append(name)
        return cls(tuple(files), tuple(folders), size, digest.hexdigest())


def check_version(version: str) -> None:
    """Refuse a version that Windows can't compare.

    Raises:
        UnfitError: It is not three numbers, or one is too large.
    """
    numbers = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
    if not numbers or any(
        int(number) > most for number, most in zip(numbers.groups(), _LARGEST_VERSION, strict=True)
    ):
        raise UnfitError(
            f"Windows can't compare the version {version}: it takes three numbers, "
            "up to 255.255.65535."
        )


def product_code(version: str) -> uuid.UUID:
    """Return the code that Windows knows this one version by."""
    return uuid.uuid5(UPGRADE_CODE, f"product {version}")


def component_code(name: PurePosixPath) -> uuid.UUID:
    """Return the code of a file: the same in every version, as its place is."""
    return uuid.uuid5(UPGRADE_CODE, f"file {str(name).lower()}")


def _identifier(kind: str, name: PurePosixPath) -> str:
    return f"{kind}_{hashlib.sha256(str(name).encode()).hexdigest()[:24]}"


def wix_fragment(payload: Payload) -> bytes:
    """Return payload.wxs: folders, files and the group that giftill.wxs installs."""
    ET.register_namespace("", _WIX)
    root = ET.Element(f"{{{_WIX}}}Wix")
    fragment = ET.SubElement(root, f"{{{_WIX}}}Fragment")
    top = ET.SubElement(fragment, f"{{{_WIX}}}DirectoryRef", Id="INSTALLDIR")
    group = ET.SubElement(fragment, f"{{{_WIX}}}ComponentGroup", Id="Payload")
    places = {PurePosixPath(): top}
    for folder in payload.folders:
        places[folder] = ET.SubElement(
            places[folder.parent],
            f"{{{_WIX}}}Directory",
            Id=_identifier("folder", folder),
            Name=folder.name,
        )
    # giftill.wxs itself has the program of the menu.
    for name in (*payload.files, CONSOLE_PROGRAM):
        component = ET.SubElement(
            places[name.parent],
            f"{{{_WIX}}}Component",
            Id=_identifier("part", name),
            Guid=str(component_code(name)).upper(),
            Win64="yes",
        )
        ET.SubElement(
            component,
            f"{{{_WIX}}}File",
            Id=_identifier("file", name),
            Name=name.name,
            Source=f"payload/{name}",
            KeyPath="yes",
        )
        ET.SubElement(group, f"{{{_WIX}}}ComponentRef", Id=component.attrib["Id"])
    ET.indent(root)
    content: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return content + b"\n"


def nsis_macro(payload: Payload) -> str:
    """Return payload.nsh: a macro that puts everything but the programs into place."""
    lines = ["!macro PutPayload"]
    place = None
    for name in sorted(payload.files, key=lambda name: (name.parent, name)):
        if name.parent != place:
            place = name.parent
            lines.append(f'  SetOutPath "{_windows_path("$INSTDIR", place)}"')
        lines.append(f'  File "payload/{name}"')
    return "\n".join([*lines, "!macroend", ""])


def installed_files(payload: Payload) -> str:
    r"""Return installed-files.txt: files, then folders (with a `\` behind), innermost first."""
    files = [_windows_path(name) for name in (*payload.files, CONSOLE_PROGRAM, PROGRAM)]
    folders = [_windows_path(name) + "\\" for name in reversed(payload.folders)]
    return "".join(f"{line}\r\n" for line in [*files, *folders])


def _windows_path(*parts: PurePosixPath | str) -> str:
    return str(PurePosixPath(*parts)).replace("/", "\\")


def answers(payload: Payload, version: str) -> str:
    """Return answers: what giftill.wxs and giftill.nsi ask for, `name=value` a line."""
    codes = {
        "upgrade_code": UPGRADE_CODE,
        "product_code": product_code(version),
        "package_code": uuid.uuid5(UPGRADE_CODE, f"package {version} {payload.hash}"),
        "program_code": component_code(PROGRAM),
        "policy_folder_code": uuid.uuid5(UPGRADE_CODE, "policy folder"),
    }
    lines = [f"{name}={str(code).upper()}" for name, code in codes.items()]
    return "\n".join([*lines, f"size_kb={payload.size_kb}", ""])


def main(payload_dir: Path, work_dir: Path, version: str) -> None:
    """Write everything into the work folder."""
    check_version(version)
    payload = Payload.read(payload_dir)
    (work_dir / "payload.wxs").write_bytes(wix_fragment(payload))
    (work_dir / "payload.nsh").write_text(nsis_macro(payload), "utf-8")
    # As the setup reads it: UTF-16 without a mark in front.
    (work_dir / "installed-files.txt").write_bytes(installed_files(payload).encode("utf-16-le"))
    (work_dir / "answers").write_text(answers(payload, version), "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 4:  # noqa: PLR2004 - three arguments
        sys.exit("Usage: python3 layout.py PAYLOAD_DIR WORK_DIR VERSION")
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
    except UnfitError as error:
        print(error, file=sys.stderr)
        sys.exit(8)
