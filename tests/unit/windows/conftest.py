"""What the tests of the Windows installers share: a small payload, and what is made of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.helpers.windows_installers import WINDOWS, Made, make, nsis_folder

# The scripts of packaging/ are run, not installed.
sys.path[:0] = [str(WINDOWS), str(WINDOWS.parent)]


@pytest.fixture(scope="session")
def payload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What PyInstaller makes, in small; the programs are real ones for Windows that do nothing."""
    root = tmp_path_factory.mktemp("payload")
    stub = Path(nsis_folder(), "Stubs", "zlib-x86-unicode")
    contents = {
        "giftill.exe": stub.read_bytes(),
        "giftill.com": stub.read_bytes(),
        "_internal/Qt6Core.dll": b"a library",
        "_internal/base_library.zip": b"modules",
        "_internal/PySide6/plugins/platforms/qwindows.dll": b"a plugin",
        "_internal/giftill/resources/sounds/done (1).wav": b"a sound",
        "_internal/empty.txt": b"",
    }
    for name, content in contents.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


@pytest.fixture(scope="session")
def made(payload: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Both installers, unsigned."""
    return make(payload, tmp_path_factory.mktemp("made"))
