"""Writes what Windows shows of giftill.exe under Properties, Details: PyInstaller's version file.

Usage: python version_resource.py VERSION OUT.txt
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

_DETAILS: Final = {
    "CompanyName": "The Giftill team",
    "FileDescription": "Giftill",
    "InternalName": "giftill",
    "LegalCopyright": "The Giftill team, MIT licence",
    "OriginalFilename": "giftill.exe",
    "ProductName": "Giftill",
}
# English, in Unicode: the one that Windows falls back on in every other language.
_LANGUAGE: Final = 0x0409
_UNICODE: Final = 1200


def text(version: str) -> str:
    """Return the version file.

    Args:
        version: Three numbers, such as `0.1.0`.
    """
    numbers = (*(int(number) for number in version.split(".")), 0)
    details = {**_DETAILS, "FileVersion": version, "ProductVersion": version}
    strings = ",\n      ".join(
        f"StringStruct({name!r}, {value!r})" for name, value in sorted(details.items())
    )
    return f"""VSVersionInfo(
  ffi=FixedFileInfo(
    filevers={numbers},
    prodvers={numbers},
    mask=0x3f,
    flags=0x0,
    OS=0x40004,
    fileType=0x1,
    subtype=0x0,
    date=(0, 0),
  ),
  kids=[
    StringFileInfo([StringTable('{_LANGUAGE:04x}{_UNICODE:04x}', [
      {strings},
    ])]),
    VarFileInfo([VarStruct('Translation', [{_LANGUAGE}, {_UNICODE}])]),
  ],
)
"""


if __name__ == "__main__":
    if len(sys.argv) != 3:  # noqa: PLR2004 - two arguments
        sys.exit("Usage: python version_resource.py VERSION OUT.txt")
    Path(sys.argv[2]).write_text(text(sys.argv[1]), "utf-8")
