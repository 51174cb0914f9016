"""What makes the frozen program start sooner, and must go on being the same as what it replaces."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.machinery import SourcelessFileLoader
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shiboken6

if TYPE_CHECKING:
    from types import CodeType

ROOT = Path(__file__).resolve().parents[2]
# The scripts of packaging/ are run, not installed.
sys.path.insert(0, str(ROOT / "packaging"))

from frozen import support_of_shiboken  # noqa: E402 - see above

# Tells from where the binding's Python part was loaded.
_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import shiboken6
loaded = [name for name in sys.modules if name.startswith("shibokensupport")]
print(*sorted(f"{name} {sys.modules[name].__file__}" for name in loaded), sep="\\n")
"""


@pytest.fixture(scope="module")
def support(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    return support_of_shiboken(tmp_path_factory.mktemp("support"))


def test_the_bindings_python_part_is_loaded_from_compiled_files(
    support: list[tuple[str, str]], tmp_path: Path
) -> None:
    own = Path(shiboken6.__file__).parent
    shutil.copytree(own, tmp_path / "shiboken6")
    for source, folder in support:
        target = tmp_path / folder
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    ended = subprocess.run(
        [sys.executable, "-I", "-B", "-c", _PROGRAM, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = dict(line.split(" ", 1) for line in ended.stdout.splitlines())
    assert "shibokensupport.signature.loader" in loaded
    compiled = str(tmp_path / "shiboken6" / "files.dir")
    assert all(path.startswith(compiled) for path in loaded.values()), loaded
    assert all(path.endswith(".pyc") for path in loaded.values()), loaded


def _code_of(compiled: Path) -> CodeType:
    loader = SourcelessFileLoader(compiled.stem, str(compiled))
    code = loader.get_code(compiled.stem)
    assert code is not None
    return code


def test_the_part_for_the_makers_of_bindings_is_left_empty(support: list[tuple[str, str]]) -> None:
    codes = {Path(source).stem: _code_of(Path(source)) for source, _ in support}
    assert codes["pyi_generator"].co_names == ()
    assert "build_brace_pattern" in codes["parser"].co_names


def test_the_compiled_files_are_the_same_wherever_they_are_made(
    support: list[tuple[str, str]], tmp_path: Path
) -> None:
    again = support_of_shiboken(tmp_path / "elsewhere")
    assert [folder for _, folder in again] == [folder for _, folder in support]
    for (one, _), (other, _) in zip(support, again, strict=True):
        content = Path(one).read_bytes()
        assert content == Path(other).read_bytes()
        assert str(Path(one).parent).encode() not in content
