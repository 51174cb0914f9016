"""Build hook: compiles the translations and takes the resources into the wheel."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(root: Path) -> list[Path]:
    """Compile every .po file below resources/translations whose .mo file is missing or older.

    Args:
        root: The project's folder.

    Returns:
        The .mo files that were written.

    Raises:
        babel.messages.pofile.PoFileError: A .po file is malformed.
    """
    written = []
    for source in sorted(root.glob("resources/translations/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
        # Written beside and moved into place: tests that start meanwhile never read half a file.
        unfinished = target.with_suffix(".mo.part")
        with unfinished.open("wb") as file:
            write_mo(file, catalogue)
        unfinished.replace(target)
        written.append(target)
    return written


class GiftillBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's builders differ
    """Prepares resources/ for the wheel; an editable install reads it where it lies."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run before the wheel is written.

        Args:
            version: "standard" for a wheel, "editable" for an editable install.
            build_data: hatchling's options for this build, changed in place.
        """
        root = Path(self.root)
        compile_catalogues(root)
        resources = root / "resources"
        if version != "editable" and resources.is_dir():
            build_data["force_include"][str(resources)] = "giftill/resources"


if __name__ == "__main__":
    for catalogue_file in compile_catalogues(Path(__file__).resolve().parents[1]):
        sys.stdout.write(f"Compiled {catalogue_file.name} in {catalogue_file.parent}\n")
