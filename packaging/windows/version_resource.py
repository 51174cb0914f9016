"""What Windows shows of giftill.exe under Properties, Details: PyInstaller's version file."""

from __future__ import annotations

from typing import Final

_DETAILS: Final = {
    "FileDescription": "Giftill",
    "InternalName": "giftill",
    "OriginalFilename": "giftill.exe",
    "ProductName": "Giftill",
}
# English, in Unicode: the one that Windows falls back on in every other language.
_LANGUAGE: Final = 0x0409
_UNICODE: Final = 1200


def text(version: str, maker: str, copyright_line: str) -> str:
    """Return the version file.

    Args:
        version: Three numbers, such as `0.1.0`.
        maker: Who makes it.
        copyright_line: Whose it is.
    """
    numbers = (*(int(number) for number in version.split(".")), 0)
    details = {
        **_DETAILS,
        "CompanyName": maker,
        "FileVersion": version,
        "LegalCopyright": copyright_line,
        "ProductVersion": version,
    }
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
