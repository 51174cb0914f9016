"""The life of an installed program: it comes, is renewed, refuses to be replaced, and goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from giftill.sandbox import SHOWCASE
from tests.helpers.audit import audit
from tests.helpers.processes import TOKEN, kill, until
from tests.wine.installers import INSTALLERS
from tests.wine.payloads import hashes
from tests.wine.pc import WORK
from tests.wine.scene import FOLDER, FOREIGN

if TYPE_CHECKING:
    from tests.wine.scene import Scene

POLICY_FILE: Final = r"C:\ProgramData\Giftill\policy.toml"
ELSEWHERE: Final = r"C:\Tills\Giftill"
_QUEUED: Final = 5
_IN_USE: Final = 9
_CARD: Final = "full_25"
_CENTS: Final = 1250


def come(scene: Scene) -> None:
    """Install the older version on the bare PC."""
    with scene.check("the older version is installed without a question") as found:
        scene.install(scene.older)
        found.append(f"{scene.hold_to(scene.older)} files")
    with scene.check("`giftill` is found by its name"):
        assert FOLDER.lower() in scene.pc.search_path().lower().rstrip("\\").split(";")
        told = scene.pc.run("cmd", "/c", "giftill", "--version")
        assert told.out.strip() == f"Giftill {scene.older.number}", told
    with scene.check("it is in the Start menu"):
        assert len(_shortcuts(scene)) == 1, _shortcuts(scene)


def _shortcuts(scene: Scene) -> list[str]:
    return [
        str(each)
        for top in (r"C:\ProgramData", r"C:\users")
        for each in scene.pc.here(top).rglob("Giftill.lnk")
    ]


def fill_the_outbox(scene: Scene) -> None:
    """Keep a token in Windows’ own store, hold an amount, and complete it without a network."""
    with scene.check("the token is kept in Windows’ own store of credentials"):
        till = scene.till()
        kept = till.run("token", "set", stdin=f"{TOKEN}\n")
        assert kept.status == 0, kept
        assert till.json("token", "check")["token"]["works"] is True
        files = [each for each in scene.pc.data.rglob("*") if each.is_file()]
        assert not [each for each in files if TOKEN.encode() in each.read_bytes()]
    with scene.check("a capture without a network waits in the outbox"):
        till = scene.till()
        code = SHOWCASE[_CARD].code
        assert till.run("redeem", code, f"{_CENTS / 100:.2f}", "--json").status == 0
        (hold,) = till.json("holds")["holds"]
        scene.server.kill()
        queued = till.run("capture", hold["transaction"], "--json")
        assert queued.status == _QUEUED, queued
        assert len(till.json("outbox")["outbox"]) == 1
        scene.pc.here(FOLDER + "\\" + FOREIGN.replace("/", "\\")).write_text("not ours", "utf-8")
        policy = scene.pc.here(POLICY_FILE)
        policy.parent.mkdir(parents=True, exist_ok=True)
        policy.write_text('language = "nl"\n', "utf-8")
        # Whatever this PC gives to new files: what is trusted there is what nobody else can write.
        policy.parent.chmod(0o755)
        policy.chmod(0o644)


def refuse_while_running(scene: Scene) -> None:
    """Try to replace and to remove the program while a cashier has it open."""
    try_again = scene.installer.refusals.running
    before = hashes(scene.pc.here(FOLDER))
    with scene.window() as till:
        with scene.check("a second Giftill on the same till is refused"):
            ended = scene.till().run("redeem", SHOWCASE["full_50"].code, "1.00", "--json")
            assert ended.status == _IN_USE, ended
        with scene.check("it is not replaced while it runs") as found:
            ended = scene.installer.install(scene.pc, scene.version.file(scene.installer))
            found.append(f"exit status {ended.status}")
            assert try_again.meets(ended), ended
            assert hashes(scene.pc.here(FOLDER)) == before
        with scene.check("it is not removed while it runs") as found:
            ended = scene.installer.try_to_uninstall(scene.pc)
            found.append(f"exit status {ended.status}")
            assert try_again.meets(ended), ended
            assert hashes(scene.pc.here(FOLDER)) == before
        with scene.check("it went on meanwhile, and ends in order when it is closed"):
            assert till.process.poll() is None
            # It asks first: a capture waits.
            assert till.close(asked=WORK / f"closing-{scene.installer.name}.png") == 0
    with scene.check("nor is it replaced while one of its commands runs") as found:
        ledger = r"C:\practice.sqlite3"
        command = scene.till().start("sandbox", "--port", "0", "--data", ledger)
        try:
            until(scene.pc.here(ledger).exists, "the command runs")
            ended = scene.installer.install(scene.pc, scene.version.file(scene.installer))
        finally:
            kill(command)
        found.append(f"exit status {ended.status}")
        assert try_again.meets(ended), ended
        assert hashes(scene.pc.here(FOLDER)) == before


def renew(scene: Scene) -> None:
    """Upgrade with the filled outbox, and let it be sent."""
    with scene.check("the new version takes the older one’s place, without a question") as found:
        scene.install(scene.version)
        found.append(f"{scene.hold_to(scene.version, foreign=True)} files")
        assert len(_shortcuts(scene)) == 1, _shortcuts(scene)
    with scene.check("the outbox is still there, and is sent exactly once"):
        till = scene.till()
        assert len(till.json("outbox")["outbox"]) == 1
        scene.server.start()
        assert [each["status"] for each in scene.server.redeems(_CARD, _CENTS)] == ["pending"]
        assert till.run("outbox", "send").status == 0
        assert till.run("outbox", "send").status == 0
        assert [each["status"] for each in scene.server.redeems(_CARD, _CENTS)] == ["success"]
        audit(till, scene.server, [_CARD])


def refuse_others(scene: Scene) -> None:
    """Try the older version and the other installer over the new one."""
    refusals = scene.installer.refusals
    with scene.check("the older version is refused over the newer one") as found:
        ended = scene.installer.install(scene.pc, scene.older.file(scene.installer))
        found.append(f"exit status {ended.status}")
        assert refusals.newer.meets(ended), ended
        scene.hold_to(scene.version, foreign=True)
    for other in INSTALLERS:
        if other.name == scene.installer.name:
            continue
        with scene.check(f"the {other.name} is refused beside it") as found:
            ended = other.install(scene.pc, scene.version.file(other))
            found.append(f"exit status {ended.status}")
            assert other.refusals.other.meets(ended), ended
            scene.hold_to(scene.version, foreign=True)


def go(scene: Scene) -> None:
    """Uninstall: what is the program's goes, and nothing else."""
    pc = scene.pc
    journal = pc.data / "journal.sqlite3"
    before = journal.read_bytes()
    with scene.check("uninstalling takes the program’s files, and no other"):
        scene.installer.uninstall(pc)
        assert hashes(pc.here(FOLDER)).keys() == {FOREIGN}
        assert pc.installed() == []
        assert FOLDER.lower() not in pc.search_path().lower()
    with scene.check("its entry in the Start menu goes too"):
        assert _shortcuts(scene) == []
    with scene.check("journal, settings and the policy of the PC stay"):
        assert journal.read_bytes() == before
        assert pc.here(POLICY_FILE).read_text("utf-8") == 'language = "nl"\n'


def come_again(scene: Scene) -> None:
    """Install once more, into another folder, and go on where the till was."""
    scene.pc.here(FOLDER + "\\" + FOREIGN.replace("/", "\\")).unlink()
    with scene.check("it is installed into another folder on demand"):
        scene.install(scene.older, ELSEWHERE)
        scene.hold_to(scene.older, ELSEWHERE)
    with scene.check("an upgrade stays in that folder"):
        scene.install(scene.version)
        scene.hold_to(scene.version, ELSEWHERE)
        assert not scene.pc.here(FOLDER + r"\giftill.exe").exists()
    with scene.check("the till goes on where it was: journal, token and policy are found again"):
        till = scene.till(ELSEWHERE)
        lines = till.run("journal", "export").out.splitlines()
        operations = [json.loads(each)["operation"] for each in lines]
        assert any(each and each["amount_cents"] == _CENTS for each in operations)
        assert till.json("token", "check")["token"]["works"] is True
    with scene.check("nothing is left of it after it is uninstalled again"):
        scene.installer.uninstall(scene.pc)
        assert not scene.pc.here(ELSEWHERE).exists()
