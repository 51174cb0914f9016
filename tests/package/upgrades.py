"""Another version comes while money waits: what is in the outbox and in the journal stays true."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

import apsw

from giftill.sandbox import SHOWCASE
from tests.helpers.audit import audit, settle
from tests.helpers.desktop import Terminal
from tests.helpers.processes import TOKEN, server_process
from tests.helpers.proxy import proxy_before
from tests.package.debs import LEFT_BEHIND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.desktop import Desktop
    from tests.helpers.processes import Server, Till
    from tests.helpers.proxy import Proxy
    from tests.package.debs import Packages
    from tests.package.pc import Pc
    from tests.package.report import Report

_QUEUED: Final = 5
_NOT_SET_UP: Final = 8
_SENTENCE: Final = "This Giftill is too old for its journal"


def check_upgrades(report: Report, pc: Pc, packages: Packages, on: Desktop) -> None:
    """Check what an upgrade, a reinstallation and a downgrade leave alone."""
    here = f"[{pc.release}] "
    with _shop(pc) as (till, server, proxy):
        with report.check(
            f"{here}an older version with a full outbox is upgraded; the outbox stays"
        ):
            _fill_outbox(pc, packages, till, server)
        with report.check(f"{here}it is installed again; the outbox and the settings stay"):
            _reinstall(pc, packages, till)
        with report.check(f"{here}when the server is back, each capture is sent exactly once"):
            _send(till, server, proxy)
    with report.check(f"{here}an older version refuses a newer journal, which stays as it is"):
        _refuse_newer_journal(pc, packages, till, on)


@contextmanager
def _shop(pc: Pc) -> Iterator[tuple[Till, Server, Proxy]]:
    # The server is this checkout's: the package's own would be running when it is upgraded.
    with (
        server_process(pc.session / "upgrade-server") as server,
        proxy_before(server.url) as proxy,
    ):
        yield pc.till("shop", GIFTILL_API_URL=proxy.url, GIFTILL_TOKEN=TOKEN), server, proxy


def _check_waiting(till: Till) -> None:
    """Check that both captures wait, and nothing else."""
    waiting = till.json("outbox")["outbox"]
    assert [each["kind"] for each in waiting] == ["capture", "capture"], waiting
    # The proxy took them and had nobody to hand them to: the till knows that no answer came.
    assert {each["state"] for each in waiting} <= {"queued", "unknown"}, waiting


def _fill_outbox(pc: Pc, packages: Packages, till: Till, server: Server) -> None:
    pc.install("--allow-downgrades", pc.put(packages.older))
    pc.check_whole(packages.older_version)
    assert pc.here(LEFT_BEHIND).exists()
    holds = [
        till.json("redeem", SHOWCASE[card].code, amount)["hold"]["transaction"]
        for card, amount in (("full_50", "12.50"), ("full_25", "7.25"))
    ]
    server.kill()
    for each in holds:
        assert till.run("capture", each).status == _QUEUED
    pc.install(pc.put(packages.deb))
    pc.check_whole(packages.version)
    assert not pc.here(LEFT_BEHIND).exists()
    _check_waiting(till)


def _reinstall(pc: Pc, packages: Packages, till: Till) -> None:
    before = (till.data / "settings.toml").read_bytes()
    pc.install("--reinstall", pc.put(packages.deb))
    pc.check_whole(packages.version)
    _check_waiting(till)
    assert (till.data / "settings.toml").read_bytes() == before


def _send(till: Till, server: Server, proxy: Proxy) -> None:
    server.start()
    settle(till)
    assert till.run("outbox", "send").status == 0
    arrived = [
        each.request.path
        for each in proxy.passed
        if each.request.last_word == "capture" and each.statuses
    ]
    assert len(arrived) == len(set(arrived)) == 2, arrived
    audit(till, server, ("full_50", "full_25"))
    for card, cents in (("full_50", 1250), ("full_25", 725)):
        assert [each["status"] for each in server.redeems(card, cents)] == ["success"]


def _refuse_newer_journal(pc: Pc, packages: Packages, till: Till, on: Desktop) -> None:
    file = till.data / "journal.sqlite3"
    connection = apsw.Connection(str(file))
    connection.pragma("user_version", 99)
    connection.close()
    before = file.read_bytes()
    pc.install("--allow-downgrades", pc.put(packages.older))
    refused = till.run("holds")
    assert refused.status == _NOT_SET_UP, refused
    assert _SENTENCE in refused.err, refused
    assert "Install the newest Giftill" in refused.err, refused
    with closing(Terminal(on, till)) as window:
        window.until_shows(_SENTENCE)
        assert window.confirm() == _NOT_SET_UP
    assert file.read_bytes() == before
    pc.install(pc.put(packages.deb))
