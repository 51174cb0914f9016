"""Reads the printed sheet of cards as a scanner does."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import zxingcpp
from PIL import Image


def scanned_from(sheet: Path) -> set[str]:
    """Return what every barcode on a sheet says; it is printed finely enough for any of them.

    Args:
        sheet: A PDF file.
    """
    found: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-r", "300", "-gray", sheet, f"{folder}/page"], check=True)
        for page in Path(folder).glob("page*.pgm"):
            with Image.open(page) as image:
                found |= {each.text for each in zxingcpp.read_barcodes(image)}
    return found
