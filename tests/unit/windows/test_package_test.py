"""Who does what in `make package-windows-test`, with stand-ins for the system's tools."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.helpers.windows_installers import WINDOWS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="wine runs on Linux")


@dataclass(frozen=True)
class Pc:
    """A checkout of which the test of the installers is all there is, on a make-believe PC."""

    folder: Path
    tools: Path

    def tool(self, name: str, script: str) -> None:
        path = self.tools / name
        path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o755)

    def run(self, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "packaging" / "windows" / "package-test", "--only", "msi"],
            env={"PATH": str(self.tools), **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def done(self) -> list[str]:
        return (self.folder / "done").read_text("utf-8").splitlines()


@pytest.fixture
def pc(tmp_path: Path) -> Pc:
    """Root's turn on a PC that has all packages; the checkout is of user 1000."""
    made = Pc(tmp_path / "giftill", tmp_path / "tools")
    made.tools.mkdir()
    packaging = made.folder / "packaging"
    (packaging / "windows").mkdir(parents=True)
    (packaging / "linux").mkdir()
    for name in ("package-test", "apt-test.txt"):
        shutil.copy(WINDOWS / name, packaging / "windows")
    for name in ("bash", "cut", "dirname", "env", "grep", "mkdir", "sed", "sh", "tail"):
        found = shutil.which(name, path="/usr/bin:/bin")
        assert found
        (made.tools / name).symlink_to(found)
    setup = packaging / "linux" / "setup"
    setup.write_text(f"#!/bin/sh\necho setup $* >>{made.folder}/done\n", "utf-8")
    setup.chmod(0o755)
    made.tool("id", "echo 0")
    made.tool("stat", "echo 1000")
    made.tool("getent", "echo till:x:1000:1000::/home/till:/bin/sh")
    made.tool("dpkg-query", "echo 'ii '")
    for name in ("chown", "setpriv", "apt-get", "git"):
        made.tool(name, f'echo {name} "$@" >>{made.folder}/done')
    return made


GIVEN_BACK = [
    "chown --no-dereference 1000:1001 build",
    "chown --recursive --no-dereference 1000:1001 build/windows",
]


def test_with_sudo_the_checkouts_owner_does_all_but_the_system_packages(pc: Pc) -> None:
    done = pc.run(SUDO_UID="1000", SUDO_GID="1001")
    assert done.returncode == 0, done.stderr
    assert pc.done == [
        "setup test",
        *GIVEN_BACK,
        (
            "setpriv --reuid 1000 --regid 1001 --init-groups env --unset SUDO_UID HOME=/home/till "
            "packaging/windows/package-test --only msi"
        ),
    ]


def test_nothing_stays_roots_where_the_packages_can_not_be_had(pc: Pc) -> None:
    pc.tool("dpkg-query", "exit 1")
    pc.tool("apt-get", "exit 1")
    done = pc.run(SUDO_UID="1000", SUDO_GID="1001")
    assert done.returncode == 8
    assert "The system packages could not be installed." in done.stderr
    assert pc.done == ["setup test", *GIVEN_BACK]


@pytest.mark.parametrize("uid", ["", "1002"])
def test_root_goes_on_where_the_checkout_is_nobody_elses(pc: Pc, uid: str) -> None:
    """Root in its own session, and root in the checkout of somebody who did not ask it."""
    pc.run(**({"SUDO_UID": uid, "SUDO_GID": uid} if uid else {}))
    assert pc.done[0] == "setup test"
    assert not any(line.startswith(("chown", "setpriv")) for line in pc.done)
