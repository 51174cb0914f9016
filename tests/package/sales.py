"""The installed window with a cashier before it: a sale, and what may not be done meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from giftill.journal import Journal, Purpose
from giftill.sandbox import SHOWCASE
from tests.helpers.desktop import desktop, terminal
from tests.helpers.processes import PATIENCE_S
from tests.package.pc import USER_ID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.helpers.desktop import Desktop, Terminal
    from tests.helpers.processes import Till
    from tests.package.debs import Packages
    from tests.package.pc import Pc
    from tests.package.report import Report

FULL: Final = SHOWCASE["full_50"].code
# Whoever runs this reads the windows of the PC's user.
_READER: Final = """\
<busconfig><policy context="mandatory"><allow user="root"/></policy></busconfig>
"""
_REDEEMS: Final = """\
SELECT status, txn.amount_cents FROM txn JOIN card ON card.id = card_id
WHERE code = ? AND type = 'redeem'
"""


@contextmanager
def desktop_on(pc: Pc) -> Iterator[Desktop]:
    """Sign the PC's user in to a desktop for the length of the block."""
    pc.here("/etc/dbus-1/session-local.conf").write_text(_READER, "utf-8")
    with desktop(pc.session / "desktop", pc.as_user, USER_ID) as on:
        yield on


def session_of(on: Desktop) -> dict[str, str]:
    """Return what a process needs to find the session's bus and its keyring."""
    return {name: on.environ[name] for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")}


def check_sale(report: Report, pc: Pc, on: Desktop) -> None:
    """Play a sale in training mode, and hold its books against each other."""
    with report.check(f"[{pc.release}] a sale is played in training mode: scan, amount, F8, F9"):
        till = pc.till("practice")
        with terminal(on, till, "--training") as window:
            _sell(on, window, "12.50")
            on.picture(f"installed-{pc.release}")
            window.process.terminate()
            assert window.process.wait(PATIENCE_S) == 0
        assert _ledger(till) == [("success", -1250)]
        ends = asyncio.run(_practised(till.data / "training"))
        assert ends == [("capture", "confirmed"), ("redeem", "confirmed")]
        assert not (till.data / "journal.sqlite3").exists(), "practice is in the real journal"


async def _practised(folder: Path) -> list[tuple[str, str]]:
    """Return how what was practised ended; the command line has no say in that journal."""
    journal = await Journal.open(folder, now_ms=lambda: 0, purpose=Purpose.PRACTICE)
    try:
        assert (await journal.verify()).is_intact
        return sorted((each.kind, each.state) for each in await journal.operations())
    finally:
        await journal.close()


def _sell(on: Desktop, window: Terminal, euros: str) -> None:
    on.scan(FULL)
    window.until_focus_on("Amount to hold")
    on.type(euros)
    window.until_shows(f"Hold €{euros}")
    on.press("F8")
    window.until_shows(f"Complete sale €{euros}")
    on.press("F9")
    window.until_shows("The sale is complete and confirmed.")


def _ledger(till: Till) -> list[tuple[str, int]]:
    file = till.data / "training" / "sandbox.sqlite3"
    with closing(sqlite3.connect(file)) as ledger:
        return ledger.execute(_REDEEMS, (FULL,)).fetchall()


def check_running(report: Report, pc: Pc, packages: Packages, on: Desktop) -> None:
    """Check that the package lets a running program alone, and goes on once it is closed."""
    here = f"[{pc.release}] "
    older, newer = pc.put(packages.older), pc.put(packages.deb)
    with report.check(f"{here}an upgrade is refused while the older program runs, which goes on"):
        pc.install("--allow-downgrades", older)
        with terminal(on, pc.till("busy-older"), "--training") as window:
            _check_refused(pc, packages.older_version, window, newer)
            _sell(on, window, "5.00")
    with report.check(f"{here}it is upgraded once the program is closed"):
        pc.install(newer)
        pc.check_whole(packages.version)
    with (
        report.check(f"{here}replacing, removing and purging it are refused while it runs"),
        terminal(on, pc.till("busy"), "--training") as window,
    ):
        for words in (
            ("--reinstall", newer),
            ("--allow-downgrades", older),
            ("giftill-",),
            ("--purge", "giftill-"),
        ):
            _check_refused(pc, packages.version, window, *words)
        _sell(on, window, "5.00")
    with report.check(f"{here}it is installed again where there is no /proc"):
        with pc.without_proc():
            assert not pc.here("/proc/self").exists()
            pc.run_root("dpkg", "--install", newer)
        pc.check_whole(packages.version)


def _check_refused(pc: Pc, version: str, window: Terminal, *words: str) -> None:
    refused = pc.apt_install(*words)
    assert refused.status != 0, refused
    sentence = f"Giftill is running (process {window.process.pid} of till). Close it"
    assert sentence in refused.out + refused.err, refused
    assert window.process.poll() is None
    pc.check_whole(version)
