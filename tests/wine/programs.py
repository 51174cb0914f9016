"""The installed program: it works on Windows as it does elsewhere, with what Windows has."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from giftill.sandbox import SHOWCASE
from tests.helpers.certificates import self_signed
from tests.helpers.processes import TOKEN, until
from tests.helpers.proxy import proxy_before
from tests.helpers.sheets import scanned_from
from tests.wine import policies
from tests.wine.pc import WORK

if TYPE_CHECKING:
    from tests.wine.scene import Scene

_CARD: Final = "full_50"
_FEWEST_PICTURES: Final = 6
_SMALLEST_PICTURE: Final = 10_000
_OFFLINE: Final = 4
_NOT_SET_UP: Final = 8


def work(scene: Scene) -> None:
    """Check what the program does, with and without its window."""
    with scene.check("the doctor is content with disk, journal, keyring and display"):
        levels = {
            each["check"]: each["level"]
            for each in scene.till().run("doctor", "--json").json["checks"]
        }
        wanted = ("folder", "disk", "settings", "journal", "keyring", "token", "display")
        assert {levels[name] for name in wanted} == {"ok"}, levels
    with scene.check("a sale on the command line takes the money"):
        ended = scene.till().run("redeem", SHOWCASE[_CARD].code, "12.34", "--capture", "--json")
        assert ended.status == 0, ended
        assert [each["status"] for each in scene.server.redeems(_CARD, 1234)] == ["success"]
    _sell_in_training(scene)
    with scene.check("the demonstration plays its sale") as found:
        found.append(f"{_play_demo(scene)} pictures")
    with scene.check("every code on the printed sheet of cards can be scanned") as found:
        found.append(f"{_scan_sheet(scene)} cards")
    policies.obey(scene)
    with scene.check("a server with an unknown certificate is not given the token"):
        _distrust(scene)
    scene.report.not_run(
        f"[{scene.installer.name}] a certificate that the PC trusts is taken",
        "wine takes no certificate into its store",
    )
    with scene.check("a journal of a newer version is refused, and left as it is"):
        _meet_newer_journal(scene)


def _sell_in_training(scene: Scene) -> None:
    practice = scene.pc.data / "training"
    with (
        scene.check("a sale in training mode, played with keys in the window") as found,
        scene.window("--training") as till,
    ):
        picture = WORK / f"window-{scene.installer.name}.png"
        found.append(f"picture build/windows/{picture.name}: {till.picture(picture)} colours")
        till.scan(SHOWCASE[_CARD].code)
        till.press("F4")
        till.press("F8")
        until(lambda: _states(practice) == {"redeem": "confirmed"}, "the amount is held")
        till.press("F9")
        until(
            lambda: _states(practice) == {"redeem": "confirmed", "capture": "confirmed"},
            "the sale is complete",
        )
        till.picture(picture.with_stem(f"sale-{scene.installer.name}"))
        assert till.close() == 0


def _states(folder: Path) -> dict[str, str]:
    """Read a copy of a running till's journal: how its operations stand."""
    with tempfile.TemporaryDirectory() as copies:
        for each in folder.glob("journal.sqlite3*"):
            shutil.copy(each, copies)
        connection = sqlite3.connect(Path(copies, "journal.sqlite3"))
        try:
            return dict(connection.execute("SELECT kind, state FROM operation"))
        except sqlite3.DatabaseError:
            # Copied in the middle of being written.
            return {}
        finally:
            connection.close()


def _play_demo(scene: Scene) -> int:
    ended = scene.till().run("demo", "--out", r"C:\demo")
    # It fails unless journal and ledger agree at its end.
    assert ended.status == 0, ended
    pictures = list(scene.pc.here(r"C:\demo").glob("*.png"))
    assert len(pictures) >= _FEWEST_PICTURES, pictures
    assert all(each.stat().st_size > _SMALLEST_PICTURE for each in pictures)
    return len(pictures)


def _scan_sheet(scene: Scene) -> int:
    ended = scene.till().run("sandbox", "cards", "--out", r"C:\cards.pdf")
    assert ended.status == 0, ended
    found = scanned_from(scene.pc.here(r"C:\cards.pdf"))
    codes = {each.code for each in SHOWCASE.values()}
    assert codes <= found, codes - found
    return len(codes)


def _distrust(scene: Scene) -> None:
    with tempfile.TemporaryDirectory() as folder:
        context, _certificate = self_signed(Path(folder))
        with proxy_before(scene.server.url, tls=context) as proxy:
            till = scene.till(GIFTILL_API_URL=proxy.url, GIFTILL_TOKEN=TOKEN)
            refused = till.run("token", "check", "--json")
            assert refused.status == _OFFLINE, refused
            assert json.loads(refused.err)["error"]["type"] == "TlsError", refused
            assert not proxy.passed, "the token was given to a stranger"


def _meet_newer_journal(scene: Scene) -> None:
    folder = scene.pc.here(r"C:\newer")
    shutil.copytree(scene.pc.data, folder)
    journal = folder / "journal.sqlite3"
    connection = sqlite3.connect(journal)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = journal.read_bytes()
    ended = scene.till().run("holds", "--data-dir", r"C:\newer", "--json")
    assert ended.status == _NOT_SET_UP, ended
    assert json.loads(ended.err)["error"]["type"] == "JournalNewer", ended
    assert journal.read_bytes() == before
