"""Fills in the manifests that winget reads, out of the templates in winget/.

Usage: python3 winget.py FOLDER ADDRESS VERSION. FOLDER holds both installers as they are offered
for download, signed; they lie at ADDRESS (https, without the file's name) afterwards. The manifests
come to FOLDER/winget, for a pull request to winget-pkgs or a source of one's own.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path
from typing import Final

from layout import UPGRADE_CODE, UnfitError, check_version, product_code

TEMPLATES: Final = Path(__file__).with_name("winget")


def answers(folder: Path, address: str, version: str) -> dict[str, str]:
    """Return what the templates ask for.

    Args:
        folder: Where both installers are.
        address: Where they will lie.
        version: Three numbers.

    Raises:
        UnfitError: An installer is missing, or the address or version is none.
    """
    import project

    check_version(version)
    if not re.fullmatch(r"https://[^\s\"'#]+[^\s\"'#/]", address):
        raise UnfitError(f"{address} is no https address without a slash at its end.")
    files = {
        "MSI": folder / f"Giftill-{version}-x64.msi",
        "SETUP": folder / f"Giftill-{version}-x64-setup.exe",
    }
    found = {
        "ADDRESS": address,
        "MAKER": project.maker(),
        "PRODUCT_CODE": str(product_code(version)).upper(),
        "UPGRADE_CODE": str(UPGRADE_CODE).upper(),
        "VERSION": version,
    }
    for name, file in files.items():
        if not file.is_file():
            raise UnfitError(f"There is no {file}.")
        found[name] = file.name
        found[f"{name}_SHA256"] = hashlib.sha256(file.read_bytes()).hexdigest().upper()
    return found


def main(folder: Path, address: str, version: str) -> None:
    """Write every manifest."""
    found = answers(folder, address, version)
    (folder / "winget").mkdir(exist_ok=True)
    for template in sorted(TEMPLATES.glob("*.yaml")):
        text = re.sub(r"@([A-Z_0-9]+)@", lambda name: found[name[1]], template.read_text("utf-8"))
        (folder / "winget" / template.name).write_text(text, "utf-8")


if __name__ == "__main__":
    # project.py is for every system.
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    if len(sys.argv) != 4:  # noqa: PLR2004 - three arguments
        sys.exit("Usage: python3 winget.py FOLDER ADDRESS VERSION")
    try:
        main(Path(sys.argv[1]), sys.argv[2].rstrip("/"), sys.argv[3])
    except UnfitError as error:
        print(error, file=sys.stderr)
        sys.exit(8)
