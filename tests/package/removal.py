"""The package goes: what is the administrator's and the user's stays as long as it should."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from tests.helpers.processes import TOKEN, server_process
from tests.package.pc import HOME, PACKAGE
from tests.package.sales import FULL, session_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.desktop import Desktop
    from tests.package.debs import Packages
    from tests.package.pc import Pc
    from tests.package.report import Report

_POLICY: Final = "/etc/giftill/policy.d"
_OWN: Final = f"{_POLICY}/10-shop.toml"
_REFUSED: Final = 3
_NOT_SET_UP: Final = 8
# Where packages of whatever name are remembered; and what was put on the PC for the checks.
_REMEMBERED: Final = ("/home/", "/proc/", "/tmp/", "/var/cache/", "/var/lib/", "/var/log/")


def check_removal(report: Report, pc: Pc) -> None:
    """Check what removing and purging leave."""
    here = f"[{pc.release}] "
    before = _contents(pc.here(HOME))
    assert any(name.endswith("journal.sqlite3") for name in before)
    with report.check(f"{here}removing it keeps the policy and what belongs to users"):
        pc.here(_OWN).write_text('[defaults]\nlanguage = "nl"\n', "utf-8")
        pc.run_root("apt-get", "remove", "-y", PACKAGE)
        assert not pc.here("/opt/giftill").exists()
        assert not pc.here("/usr/bin/giftill").is_symlink()
        assert sorted(each.name for each in pc.here(_POLICY).iterdir()) == [
            "10-shop.toml",
            "README",
        ]
        assert _contents(pc.here(HOME)) == before
    with report.check(f"{here}purging it takes the policy, and nothing that belongs to users"):
        pc.run_root("apt-get", "purge", "-y", PACKAGE)
        left = [
            name
            for name in pc.run_root("find", "/", "-xdev", "-iname", "*giftill*").split()
            if not name.startswith(_REMEMBERED)
        ]
        assert left == [], left
        assert pc.try_root("dpkg", "-s", PACKAGE).status != 0
        assert _contents(pc.here(HOME)) == before


def _contents(folder: Path) -> dict[str, str]:
    return {
        str(each.relative_to(folder)): hashlib.sha256(each.read_bytes()).hexdigest()
        for each in folder.rglob("*")
        if each.is_file() and not each.is_symlink()
    }


def check_rollout(report: Report, pc: Pc, packages: Packages, on: Desktop) -> None:
    """Check that a PC with a policy needs nothing but the token after the installation."""
    with (
        report.check(f"[{pc.release}] policy placed, package installed: only the token is missing"),
        server_process(pc.session / "rollout-server") as server,
    ):
        shop = server.get("locations")[1]["id"]
        pc.here(_POLICY).mkdir(parents=True)
        pc.here(_OWN).write_text(f'api_url = "{server.url}"\nlocation = "{shop}"\n', "utf-8")
        pc.install(pc.put(packages.deb))
        till = pc.till("rollout", **session_of(on))
        assert till.run("card", FULL).status == _NOT_SET_UP
        assert till.run("token", "set", stdin=f"{TOKEN}\n").status == 0
        (sold,) = till.json("redeem", FULL, "12.50", "--capture")["settled"]
        assert sold["operation"]["location"] == shop, sold
        assert [each["status"] for each in server.redeems("full_50", 1250)] == ["success"]
        elsewhere = till.run("redeem", FULL, "1.00", "--location", "lc_elsewhere")
        assert elsewhere.status == _REFUSED, elsewhere
