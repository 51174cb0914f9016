"""`make package-test`: installs the package on bare PCs and does what a shop does with it.

Run as root by packaging/linux/package-test, which sees to what is needed. It prints one line for
each check. Exit status: 0 if all are green, 1 if one is red, 8 if there is no package yet.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.package.debs import ROOT, Packages, built, look_at, with_an_older_one
from tests.package.paint import check_paint
from tests.package.pc import Pc, new_pc
from tests.package.programs import check_keyring, check_programs
from tests.package.releases import RELEASES, bare_system
from tests.package.removal import check_removal, check_rollout
from tests.package.report import Report
from tests.package.sales import check_running, check_sale, desktop_on, session_of
from tests.package.twice import build_again
from tests.package.upgrades import check_upgrades

if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLDER: Final = ROOT / "build" / "package-test"
# A desktop has these; a bare PC does not.
_DESKTOP: Final = ("gnome-keyring", "dbus-daemon", "at-spi2-core")
_NOT_SET_UP: Final = 8


def main(argv: Sequence[str]) -> int:
    """Make all checks and return the exit status."""
    parser = argparse.ArgumentParser(prog="packaging/linux/package-test", description=__doc__)
    parser.add_argument("--once", action="store_true", help="leave out the second build")
    parser.add_argument("--release", action="append", choices=RELEASES, help="only on this one")
    wanted = parser.parse_args(argv)
    deb = built()
    if deb is None:
        print("There is no package yet: run “make package” first.", file=sys.stderr)
        return _NOT_SET_UP
    report = Report()
    _FOLDER.mkdir(parents=True, exist_ok=True)
    look_at(report, deb, _FOLDER)
    packages = with_an_older_one(deb, _FOLDER)
    for release in wanted.release or RELEASES:
        with report.check(f"[{release}] everything was tried to its end"):
            _try_on(report, release, packages)
    for release in RELEASES:
        if wanted.release and release not in wanted.release:
            report.not_run(f"[{release}] everything", "--release left it out")
    if wanted.once:
        report.not_run("a second build gives the same bytes", "--once left it out")
    else:
        build_again(report, deb, _FOLDER)
    return report.end()


def _try_on(report: Report, release: str, packages: Packages) -> None:
    with ExitStack() as stack:
        # Sockets need a short path.
        session = Path(tempfile.mkdtemp(prefix="giftill-pc-"))
        stack.callback(shutil.rmtree, session, ignore_errors=True)
        session.chmod(0o755)
        system = bare_system(release, _FOLDER)
        pc = stack.enter_context(new_pc(system, _FOLDER, session))
        _install(report, pc, packages)
        check_programs(report, pc, packages)
        with report.check(f"[{release}] it joins a desktop"):
            pc.install("--no-install-recommends", *_DESKTOP)
        on = stack.enter_context(desktop_on(pc))
        check_keyring(report, pc, session_of(on))
        check_sale(report, pc, on)
        check_upgrades(report, pc, packages, on)
        check_running(report, pc, packages, on)
        check_paint(report, pc, on)
        check_removal(report, pc)
        check_rollout(report, pc, packages, on)


def _install(report: Report, pc: Pc, packages: Packages) -> None:
    deb = pc.put(packages.deb)
    with report.check(f"[{pc.release}] apt would bring a keyring along, unless told otherwise"):
        planned = pc.run_root("apt-get", "install", "--simulate", deb)
        assert "\nInst gnome-keyring " in planned, planned
    with report.check(f"[{pc.release}] it installs on a bare PC") as found:
        before = pc.run_root("dpkg-query", "--show").count("\n")
        pc.install("--no-install-recommends", deb)
        pc.check_whole(packages.version)
        found.append(f"with {pc.run_root('dpkg-query', '--show').count(chr(10)) - before - 1} more")


if __name__ == "__main__":
    os.umask(0o022)
    # What runs on the other PCs is ended by whoever started it, also when this is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(main(sys.argv[1:]))
