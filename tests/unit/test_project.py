"""The house rules: those that no tool checks, and those that `make test` shall catch too."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import giftill

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "giftill"
LOCKS = ROOT / "packaging" / "locks"
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
# A longer file says why on a line of its own that begins like this.
LONG_FILE_REASON = "# Longer than 400 lines because "


def run(*command: str) -> str:
    """Run a tool of this environment in the project's folder; fail with its report."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def python_files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(folder.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def pins(lock: str) -> dict[str, str]:
    text = (LOCKS / lock).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", text, re.MULTILINE))


def wanted_name(requirement: str) -> str:
    return re.split(r"[<>=!~\[; ]", requirement)[0].lower().replace("_", "-")


def test_the_format_is_clean() -> None:
    run("ruff", "format", "--check", "--output-format", "concise", ".")


def test_the_lint_is_clean() -> None:
    run("ruff", "check", "--output-format", "concise", ".")


def test_every_import_keeps_to_the_floors_of_the_house() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "0 broken" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


def test_every_text_is_marked_and_translated() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "translations.py"), "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_no_file_is_long_without_a_reason() -> None:
    too_long = []
    for path in python_files(SOURCES, ROOT / "packaging"):
        text = path.read_text("utf-8")
        lines = text.count("\n")
        if lines > MAX_FILE_LINES and LONG_FILE_REASON not in text:
            too_long.append(f"{name_of(path)}: {lines} lines")
    assert not too_long


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = []
    for path in python_files(SOURCES, ROOT / "packaging"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    too_long.append(f"{name_of(path)}: {node.name} has {lines} lines")
    assert not too_long


def test_every_exemption_from_a_check_says_why() -> None:
    exemption = re.compile(
        r"#\s*(?:noqa(?::[A-Z0-9, ]+)?|type:\s*ignore(?:\[[^]]*])?|pragma: no cover)(?P<reason>.*)$"
    )
    silent = [
        f"{name_of(path)}:{number}"
        for path in python_files(SOURCES, ROOT / "packaging", ROOT / "tests")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (found := exemption.search(line)) and not re.search(r"[a-z]{2}", found["reason"])
    ]
    assert not silent


@pytest.mark.skipif(sys.platform == "win32", reason="make check runs on Linux")
def test_every_shell_script_is_checked() -> None:
    is_shell = re.compile(r"#!.*\b(?:ba)?sh\n|# shellcheck shell=")
    scripts = {
        name_of(path)
        for folder in ("packaging", ".ci")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and is_shell.match(path.read_text("utf-8", errors="replace"))
    }
    text = (ROOT / "packaging" / "linux" / "check").read_text("utf-8")
    asked = re.search(
        r'^check "shell scripts" "" \S+/shellcheck ((?:.*\\\n)*.*)$', text, re.MULTILINE
    )
    assert asked
    shown = subprocess.run(
        ["bash", "-c", f"printf '%s\\n' {asked[1]}"], capture_output=True, text=True, check=True
    )
    assert set(shown.stdout.split()) == scripts


def test_presenters_know_no_qt() -> None:
    qt_import = re.compile(r"^\s*(?:from|import)\s+(?:PySide6|qasync)", re.MULTILINE)
    with_qt = [
        name_of(path)
        for path in SOURCES.glob("ui/screens/*/presenter.py")
        if qt_import.search(path.read_text("utf-8"))
    ]
    assert not with_qt


def test_the_command_line_loads_no_qt() -> None:
    script = (
        "import importlib, pkgutil, sys, giftill.__main__, giftill.cli\n"
        "for module in pkgutil.iter_modules(giftill.cli.__path__, 'giftill.cli.'):\n"
        "    importlib.import_module(module.name)\n"
        "loaded = [name for name in ('PySide6', 'qasync', 'shiboken6') if name in sys.modules]\n"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_version_is_the_same_everywhere(project: dict[str, Any]) -> None:
    assert project["project"]["version"] == giftill.__version__


def test_every_dependency_says_why_it_is_there() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    first, last = lines.index("dependencies = ["), lines.index("[tool.hatch.build.targets.wheel]")
    silent = []
    for before, line in zip(lines[first:last], lines[first + 1 : last], strict=False):
        if re.match(r'^    "[A-Za-z]', line) and not before.startswith("    #"):
            silent.append(line.strip())
    # Babel builds the project and is explained beside the build system.
    assert silent == ['"babel>=2.17",']


def test_the_running_lock_pins_every_dependency(project: dict[str, Any]) -> None:
    wanted = project["project"]["dependencies"] + project["build-system"]["requires"]
    missing = {wanted_name(text) for text in wanted} - pins("run.txt").keys()
    assert not missing, "run `make lock`"


def test_the_development_lock_pins_every_tool(project: dict[str, Any]) -> None:
    groups = project["dependency-groups"]
    # What freezes the program and what looks at it afterwards have locks of their own.
    wanted = [
        entry
        for name in groups.keys() - {"audit", "package"}
        for entry in groups[name]
        if isinstance(entry, str)
    ]
    missing = {wanted_name(text) for text in wanted} - pins("dev.txt").keys()
    assert not missing, "run `make lock`"


def test_the_packaging_lock_pins_what_freezes_the_program(project: dict[str, Any]) -> None:
    groups = project["dependency-groups"]
    wanted = {wanted_name(text) for text in [*groups["package"], *groups["build"]]}
    assert not wanted - pins("package.txt").keys(), "run `make lock`"
    assert not {wanted_name(text) for text in groups["package"]} & pins("dev.txt").keys()


def test_the_auditing_lock_pins_the_tools_and_nothing_that_is_frozen(
    project: dict[str, Any],
) -> None:
    wanted = {wanted_name(text) for text in project["dependency-groups"]["audit"]}
    assert wanted <= pins("audit.txt").keys(), "run `make lock`"
    assert not wanted & (pins("package.txt").keys() | pins("dev.txt").keys())


@pytest.mark.parametrize("lock", ["dev.txt", "package.txt"])
def test_every_lock_has_the_very_versions_that_run(lock: str) -> None:
    assert pins("run.txt").items() <= pins(lock).items()


def test_the_windows_lock_has_the_versions_that_every_other_package_is_frozen_with() -> None:
    windows = pins("windows.txt")
    assert windows.items() <= pins("package.txt").items()
    # The keyring's way to the credentials of Windows says that it was resolved for there.
    assert {"pyinstaller", "pyside6-essentials", "pywin32-ctypes"} <= windows.keys()


@pytest.mark.parametrize("lock", ["run.txt", "dev.txt", "package.txt", "windows.txt"])
def test_a_lock_names_hashes_and_no_address(lock: str) -> None:
    text = (LOCKS / lock).read_text("utf-8")
    assert "://" not in text
    unhashed = re.findall(r"^[a-z0-9._-]+==[^\\\n]*\n", text, re.MULTILINE)
    assert not unhashed


@pytest.mark.parametrize(
    ("package", "platforms"),
    [
        ("pyside6-essentials", 5),  # Linux and Windows on two processors each, and macOS
        ("msgspec", 30),  # three Pythons and more, on every platform
    ],
)
def test_the_locks_hold_the_hashes_of_every_platform(package: str, platforms: int) -> None:
    text = (LOCKS / "run.txt").read_text("utf-8")
    start = text.index(f"\n{package}==")
    hashes = re.match(r"[^\\]*\\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text[start + 1 :])
    assert hashes
    assert hashes[1].count("--hash") >= platforms


def test_the_wheel_carries_the_resources_and_compiled_texts(tmp_path: Path) -> None:
    run("hatchling", "build", "--target", "wheel", "--directory", str(tmp_path))
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "giftill/__main__.py" in names
    assert "giftill/py.typed" in names
    assert "giftill/resources/translations/nl/LC_MESSAGES/giftill.mo" in names
    missing = {
        f"giftill/resources/{path.relative_to(ROOT / 'resources').as_posix()}"
        for path in (ROOT / "resources").rglob("*")
        if path.is_file()
    } - names
    assert not missing
