"""What the setup says and does about system packages, with stand-ins for the system's tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the setup is for Debian and Ubuntu"
)

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Pc:
    """A copy of the setup on a make-believe PC.

    Attributes:
        folder: The checkout.
        tools: Where the stand-ins are; nothing else is on the search path but the basic tools.
    """

    folder: Path
    tools: Path

    def tool(self, name: str, script: str) -> None:
        path = self.tools / name
        path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o755)

    def lists(self, lines: str) -> None:
        (self.folder / "packaging" / "linux" / "apt-run.txt").write_text(lines, "utf-8")

    def set_up(self, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "packaging" / "linux" / "setup", "run"],
            env={"PATH": str(self.tools), **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def installed(self) -> str:
        asked = self.folder / "asked"
        return asked.read_text("utf-8") if asked.exists() else ""


@pytest.fixture
def pc(tmp_path: Path) -> Pc:
    """A Debian PC that knows b and c, has a installed, and has no Python: setups end there."""
    folder, tools = tmp_path / "giftill", tmp_path / "tools"
    shutil.copytree(ROOT / "packaging", folder / "packaging")
    shutil.copy(ROOT / "pyproject.toml", folder)
    tools.mkdir()
    basics = [
        "bash",
        "cat",
        "cut",
        "dirname",
        "env",
        "flock",
        "grep",
        "mkdir",
        "rm",
        "sed",
        "sha256sum",
        "sh",
        "tail",
        "tr",
    ]
    for name in basics:
        found = shutil.which(name, path="/usr/bin:/bin")
        assert found
        (tools / name).symlink_to(found)
    made = Pc(folder, tools)
    made.tool("id", "echo 1000")
    made.tool("dpkg", "exit 0")
    made.tool("dpkg-query", "echo 'ii  a'; echo 'rc  b'")
    made.tool(
        "apt-cache",
        'case $2 in b|c) echo "  Candidate: 1.0" ;; *) echo "  Candidate: (none)" ;; esac',
    )
    made.tool("apt-get", f'echo "$@" >>{folder}/asked')
    return made


def test_a_user_is_told_what_is_missing_and_the_line_that_installs_it(pc: Pc) -> None:
    pc.lists("a # there\nb # removed, its settings left\n")
    done = pc.set_up()
    assert done.returncode == 8
    assert "These system packages are missing: b\n" in done.stderr
    assert "apt-get install --no-install-recommends b\n" in done.stderr
    assert not pc.installed


def test_the_packager_asks_for_its_own_packages_too(pc: Pc) -> None:
    pc.lists("a\n")
    (pc.folder / "packaging" / "linux" / "apt-package.txt").write_text("b\nc # tools\n", "utf-8")
    done = subprocess.run(
        [pc.folder / "packaging" / "linux" / "package"],
        env={"PATH": str(pc.tools)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 8
    assert "apt-get install --no-install-recommends b c\n" in done.stderr
    assert not pc.installed


@pytest.mark.parametrize(("owner", "is_handed_over"), [("1000", True), ("1001", False)])
def test_with_sudo_root_brings_the_packages_and_the_checkouts_owner_makes_the_rest(
    pc: Pc, owner: str, is_handed_over: bool
) -> None:
    pc.lists("b\n")
    pc.tool("id", "echo 0")
    pc.tool("stat", f"echo {owner}")
    pc.tool("getent", "echo till:x:1000:1000::/home/till:/bin/sh")
    pc.tool("chown", "exit 0")
    pc.tool("setpriv", 'echo "handed over: $*" >&2')
    done = pc.set_up(SUDO_UID="1000", SUDO_GID="1000")
    assert "--no-install-recommends b" in pc.installed
    handed = (
        "handed over: --reuid 1000 --regid 1000 --init-groups env --unset SUDO_UID "
        f"HOME=/home/till {pc.folder}/packaging/linux/setup run\n"
    )
    assert (handed in done.stderr) is is_handed_over
    # Root goes on by itself only where the checkout is somebody else's.
    assert ("Python is missing." in done.stderr) is not is_handed_over


def test_one_installed_alternative_is_enough(pc: Pc) -> None:
    pc.lists("b|a\n")
    assert "system packages" not in pc.set_up().stderr


def test_of_several_alternatives_the_first_that_the_release_has_is_named(pc: Pc) -> None:
    pc.lists("x|c|b\n")
    assert "These system packages are missing: c\n" in pc.set_up().stderr


def test_without_package_lists_the_first_alternative_is_named(pc: Pc) -> None:
    pc.lists("x|y\n")
    assert "These system packages are missing: x\n" in pc.set_up().stderr


def test_an_optional_package_stops_nobody(pc: Pc) -> None:
    pc.lists("?b\n")
    done = pc.set_up()
    assert "going on without them" in done.stderr
    assert "Python is missing." in done.stderr


def test_root_has_the_missing_packages_installed(pc: Pc) -> None:
    pc.lists("a\nb\n?c\n")
    pc.tool("id", "echo 0")
    pc.set_up()
    update, install = pc.installed.splitlines()
    assert update.endswith("update")
    assert install.endswith("install --no-install-recommends b c")


def test_an_installation_that_fails_says_so_with_the_reason(pc: Pc) -> None:
    pc.lists("b\n")
    pc.tool("id", "echo 0")
    pc.tool("apt-get", "echo 'No space left on device'; exit 100")
    done = pc.set_up()
    assert done.returncode == 8
    assert "No space left on device" in done.stderr
    assert "The system packages could not be installed" in done.stderr


def test_an_old_python_is_named_with_what_is_needed(pc: Pc) -> None:
    pc.lists("a\n")
    pc.tool("python3", '[ "$1" = -V ] && echo "Python 3.10.4"; [ "$1" = -V ]')
    done = pc.set_up()
    assert done.returncode == 8
    assert "needs Python 3.11 or newer; python3 here is 3.10.4" in done.stderr


def test_a_missing_venv_module_is_named_with_its_package(pc: Pc) -> None:
    pc.lists("a\n")
    pc.tool("python3", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    done = pc.set_up()
    assert done.returncode == 8
    assert "sudo apt-get install python3-venv" in done.stderr


def test_another_word_than_its_own_is_a_usage_error() -> None:
    setup = ROOT / "packaging" / "linux" / "setup"
    done = subprocess.run(
        [setup, "all"], env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "Usage: packaging/linux/setup run|test|package|package-test\n"
