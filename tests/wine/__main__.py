"""`make package-windows-test`: installs the program for Windows under wine, and uses it there.

Asked for by packaging/windows/package-test, which froze and packed two versions. One line for each
check; a red one does not keep the others from being made. Exit status: 0 if none is red, else 1.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.helpers.processes import server_process
from tests.package.report import Report
from tests.wine import lives, payloads, programs
from tests.wine.installers import INSTALLERS
from tests.wine.pc import WORK, pc
from tests.wine.scene import Scene, Version
from tests.wine.screen import display

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.wine.installers import Installer

# The one of the Debian package.
_MARK_MB: Final = 45.0


def main(argv: Sequence[str]) -> int:
    """Make every check, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.wine", description=__doc__)
    parser.add_argument("number", help="the version")
    parser.add_argument("older", help="the older version that was made for the upgrade")
    names = [each.name for each in INSTALLERS]
    parser.add_argument("--only", choices=names, help="one installer only")
    wanted = parser.parse_args(argv)
    older = Version(wanted.older, WORK / "older" / "giftill", WORK / "older")
    version = Version(wanted.number, WORK / "payload" / "giftill", WORK / "installers")
    # As Ctrl-C does it: in order, with nothing left running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    report = Report()
    payloads.look_at(report, version.payload, version.number)
    with display() as screen:
        for installer in INSTALLERS:
            if wanted.only in {None, installer.name}:
                _play(report, installer, (older, version), screen)
    report.not_run("a real Windows", "this is wine; the hosted workflow installs on Windows itself")
    return report.end()


def _play(
    report: Report, installer: Installer, versions: tuple[Version, Version], screen: str
) -> None:
    name = f"pc-{installer.name}"
    with report.check(f"[{installer.name}] it has at most {_MARK_MB:.0f} MB") as found:
        size_mb = versions[1].file(installer).stat().st_size / 2**20
        found.append(f"{size_mb:.1f} MB: {versions[1].file(installer).name}")
        assert size_mb <= _MARK_MB
    with (
        tempfile.TemporaryDirectory() as folder,
        pc(name, screen) as machine,
        server_process(Path(folder)) as server,
    ):
        scene = Scene(report, machine, installer, *versions, server)
        lives.come(scene)
        lives.fill_the_outbox(scene)
        lives.refuse_while_running(scene)
        lives.renew(scene)
        programs.work(scene)
        lives.refuse_others(scene)
        lives.go(scene)
        lives.come_again(scene)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
