"""The installed program without a window: as a plain user of a PC that has nothing else."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from giftill.sandbox import SHOWCASE
from tests.helpers.certificates import self_signed
from tests.helpers.processes import TOKEN, Server, server_process
from tests.helpers.proxy import proxy_before
from tests.helpers.sheets import scanned_from
from tests.package.pc import HOME, USER_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.package.debs import Packages
    from tests.package.pc import Pc
    from tests.package.report import Report

_ELF: Final = b"\x7fELF"
_SOME_LIBRARIES: Final = {"libQt6Core.so.6", "libqxcb.so", "libqwayland.so", "QtWidgets.abi3.so"}
_FEWEST_PICTURES: Final = 6
_SMALLEST_PICTURE: Final = 10_000
_ATTENTION: Final = 7
_NOT_SET_UP: Final = 8
_OFFLINE: Final = 4
_FULL_CENTS: Final = 50_00


@contextmanager
def installed_server(pc: Pc, name: str) -> Iterator[Server]:
    """Run the installed practice server, as the PC's user, for the length of the block."""
    folder = pc.session / name
    folder.mkdir()
    os.chown(folder, USER_ID, USER_ID)
    with server_process(folder, program=(*pc.as_user, "giftill")) as server:
        yield server


def check_programs(report: Report, pc: Pc, packages: Packages) -> None:
    """Check what works without a display, a session bus and a keyring."""
    on = f"[{pc.release}] "
    with report.check(f"{on}every library that the program loads finds all of its own") as found:
        found.append(f"{_check_libraries(pc)} files")
    till = pc.till()
    with report.check(f"{on}the version and the manual page are this version's"):
        told = till.run("--version")
        assert (told.status, told.out.strip()) == (0, f"Giftill {packages.version}"), told
        listed = pc.run_root("dpkg", "--listfiles", "giftill").split()
        assert "/usr/share/man/man1/giftill.1.gz" in listed
    with report.check(f"{on}the doctor names what is missing: the keyring and the token"):
        doctor = till.run("doctor", "--json")
        levels = {each["check"]: each["level"] for each in doctor.json["checks"]}
        assert doctor.status == _ATTENTION, doctor
        assert (levels["keyring"], levels["token"]) == ("fail", "fail"), levels
        assert {levels[name] for name in ("folder", "disk", "settings", "journal")} == {"ok"}
    with report.check(f"{on}the practice server answers, and a card is read from it"):
        _check_sandbox(pc)
    with report.check(f"{on}every code on the printed sheet of cards can be scanned") as found:
        found.append(f"{_check_sheet(pc)} cards")
    with report.check(f"{on}TLS is checked against the system's certificates"):
        _check_certificates(pc)
    with report.check(f"{on}the demonstration plays its sale") as found:
        found.append(f"{_check_demo(pc)} pictures")


def _check_libraries(pc: Pc) -> int:
    files = [
        f"/{each.relative_to(pc.root)}"
        for each in sorted(pc.here("/opt/giftill").rglob("*"))
        if each.is_file() and not each.is_symlink() and _starts_with(each, _ELF)
    ]
    assert {each.rpartition("/")[2] for each in files} >= _SOME_LIBRARIES, files
    shown = pc.try_root("ldd", *files)
    lines = [line.strip() for line in shown.out.splitlines() if "not found" in line]
    assert not lines, "\n".join(lines)
    assert "libQt6Core" in shown.out, shown
    return len(files)


def _starts_with(file: Path, beginning: bytes) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(beginning)) == beginning


def _check_sandbox(pc: Pc) -> None:
    code = SHOWCASE["full_50"].code
    with installed_server(pc, "first-server") as server:
        assert server.card("full_50")["balance"] == _FULL_CENTS
        till = pc.till("first", GIFTILL_API_URL=server.url, GIFTILL_TOKEN=TOKEN)
        assert till.json("card", code)["card"]["balance"] == _FULL_CENTS


def _check_sheet(pc: Pc) -> int:
    sheet = f"{HOME}/cards.pdf"
    ended = pc.till().run("sandbox", "cards", "--out", sheet)
    assert ended.status == 0, ended
    found = scanned_from(pc.here(sheet))
    codes = {each.code for each in SHOWCASE.values()}
    assert codes <= found, codes - found
    return len(codes)


def _check_certificates(pc: Pc) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        installed_server(pc, "secure-server") as server,
    ):
        context, certificate = self_signed(Path(folder))
        with proxy_before(server.url, tls=context) as proxy:
            till = pc.till("secure", GIFTILL_API_URL=proxy.url, GIFTILL_TOKEN=TOKEN)
            refused = till.run("token", "check")
            assert refused.status == _OFFLINE, refused
            assert "is not safe" in refused.err, refused
            assert not proxy.passed, "the token was given to a stranger"
            own = pc.here("/usr/local/share/ca-certificates/giftill-test.crt")
            own.write_bytes(certificate.read_bytes())
            pc.run_root("update-ca-certificates")
            trusted = till.run("token", "check")
            assert trusted.status == 0, trusted
            own.unlink()
            pc.run_root("update-ca-certificates", "--fresh")
            assert till.run("token", "check").status == _OFFLINE


def _check_demo(pc: Pc) -> int:
    ended = pc.till().run("demo", "--out", f"{HOME}/demo")
    assert ended.status == 0, ended
    assert "chain intact" in ended.out, ended
    pictures = list(pc.here(f"{HOME}/demo").glob("*.png"))
    assert len(pictures) >= _FEWEST_PICTURES, pictures
    assert all(each.stat().st_size > _SMALLEST_PICTURE for each in pictures)
    return len(pictures)


def check_keyring(report: Report, pc: Pc, environ: dict[str, str]) -> None:
    """Check that a token is kept in the Secret Service and found again by other processes."""
    with (
        report.check(f"[{pc.release}] the token makes its way through the Secret Service"),
        installed_server(pc, "keyring-server") as server,
    ):
        till = pc.till("keyring", GIFTILL_API_URL=server.url, **environ)
        assert till.run("token", "check").status == _NOT_SET_UP
        kept = till.run("token", "set", stdin=f"{TOKEN}\n")
        assert kept.status == 0, kept
        assert "SecretService" in kept.out or "Secret Service" in kept.out, kept
        found = till.run("token", "check", "--json")
        assert found.status == 0, found
        assert json.loads(found.out)["token"]["works"] is True
        levels = {
            each["check"]: each["level"] for each in till.run("doctor", "--json").json["checks"]
        }
        assert (levels["keyring"], levels["token"]) == ("ok", "ok"), levels
        files = [each for each in pc.here(HOME).rglob("*") if each.is_file()]
        assert not [each for each in files if TOKEN.encode() in each.read_bytes()]
        assert till.run("token", "forget").status == 0
        assert till.run("token", "check").status == _NOT_SET_UP
