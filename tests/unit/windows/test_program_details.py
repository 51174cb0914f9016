"""What Windows shows of giftill.exe: its icon, and its version under Properties, Details."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageChops, ImageStat
from PIL.IcoImagePlugin import IcoFile


def test_the_icon_shows_the_drawing_in_every_size() -> None:
    from icon import DRAWING, ICON, icon

    kept, drawn = (IcoFile(io.BytesIO(data)) for data in (ICON.read_bytes(), icon(DRAWING)))
    assert {(16, 16), (32, 32), (48, 48), (256, 256)} <= kept.sizes()
    assert kept.sizes() == drawn.sizes()
    for size in kept.sizes():
        difference = ImageChops.difference(*(each.getimage(size) for each in (kept, drawn)))
        # Another Qt draws an edge by a shade otherwise.
        assert max(ImageStat.Stat(difference).mean) < 2, "run packaging/windows/icon.py"


def test_the_setup_shows_the_drawing_beside_its_last_page() -> None:
    from icon import BANNER, DRAWING, banner

    kept, drawn = (
        Image.open(io.BytesIO(data)).convert("RGB")
        for data in (BANNER.read_bytes(), banner(DRAWING))
    )
    assert kept.size == drawn.size == (164, 314)
    assert max(ImageStat.Stat(ImageChops.difference(kept, drawn)).mean) < 2, (
        "run packaging/windows/icon.py"
    )


def test_the_details_name_the_program_its_maker_and_its_version() -> None:
    import project
    from version_resource import text

    details: dict[str, str] = {}
    parts = ("FixedFileInfo", "StringFileInfo", "StringTable", "VarFileInfo", "VarStruct")
    read: dict[str, Any] = {part: lambda *inner, **named: (inner, named) for part in parts}
    read |= {"VSVersionInfo": read["FixedFileInfo"], "StringStruct": details.setdefault}
    # As PyInstaller reads it: https://pyinstaller.org/en/stable/usage.html, version resources.
    _, named = eval(  # noqa: S307 - our own text
        text("1.20.3", project.maker(), project.copyright_line()), {"__builtins__": {}}, read
    )
    _, fixed = named["ffi"]
    assert fixed["filevers"] == fixed["prodvers"] == (1, 20, 3, 0)
    assert details["ProductVersion"] == details["FileVersion"] == "1.20.3"
    assert details["ProductName"] == details["FileDescription"] == "Giftill"
    assert details["OriginalFilename"] == "giftill.exe"
    assert details["CompanyName"] == "The Giftill team"
    assert details["LegalCopyright"].startswith("Copyright (c) 20")
    assert details["LegalCopyright"].endswith(" The Giftill team")
