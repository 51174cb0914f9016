"""Every flow, and then a search of everything it left: no card code, wallet secret or token."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.desktop import terminal
from tests.helpers.leaks import Secrets, process_texts
from tests.helpers.processes import TOKEN, Ended, Till, kill, until

if TYPE_CHECKING:
    from tests.helpers.desktop import Desktop, Terminal
    from tests.helpers.processes import Server

INSIDE = Path(__file__).parents[1] / "helpers" / "inside"

FULL = SHOWCASE["full_50"].code
OTHER = SHOWCASE["large"].code
PARTLY = SHOWCASE["partly_used"].code
KEPT = SHOWCASE["never_expires"].code
NEW = SHOWCASE["new"].code
EXPIRED = SHOWCASE["expired_extendable"].code
UNKNOWN_CODE = "WXYZ2456EFGH7K9Q"
WALLET_SECRET = "s3cr3tOfTheWallet"
WRONG_TOKEN = "a-token-of-nobody"
SECRETS = Secrets(
    (FULL, OTHER, PARTLY, KEPT, NEW, EXPIRED, UNKNOWN_CODE), (WALLET_SECRET, TOKEN, WRONG_TOKEN)
)
LINK = f"https://wallet.gifty.nl/{PARTLY}/{WALLET_SECRET}"

CARDS = "/v1/giftcards/*"
REDEEMS = "/v1/giftcards/*/redeem"
DONE, BROKEN, USAGE, REFUSED, OFFLINE, QUEUED, UNKNOWN, ATTENTION, NOT_SET_UP = range(9)


def in_groups(code: str) -> str:
    """Return a code as it is printed on cards, in small letters."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4)).lower()


@dataclass
class Flows:
    """Commands of one till, and what they said.

    Attributes:
        till: The till; its processes are watched from within.
        starts: The file of what they started themselves.
        said: All output so far.
    """

    till: Till
    starts: Path
    said: str = ""

    def run(self, *words: str, expect: int = DONE, stdin: str = "", **environ: str) -> Ended:
        """Run a command that ends with this status."""
        ended = self.till.with_environ(**environ).run(*words, stdin=stdin)
        self.said += ended.out + ended.err
        assert ended.status == expect, (words, ended)
        return ended

    def hold(self, code: str, amount: str) -> str:
        """Make a hold and return its transaction."""
        transaction: str = self.run("redeem", code, amount, "--json").json["hold"]["transaction"]
        return transaction

    def leaks(self) -> dict[str, list[str]]:
        """Search everything that the commands left and said."""
        found: dict[str, Any] = SECRETS.found_in_files([Path(self.till.environ["HOME"])])
        if in_output := SECRETS.found_in(self.said.encode()):
            found["output"] = in_output
        started = self.starts.read_bytes() if self.starts.exists() else b""
        if in_starts := SECRETS.found_in(started):
            found["processes"] = in_starts
        return found


@pytest.fixture
def flows(till: Till, tmp_path: Path) -> Flows:
    starts = tmp_path / "starts"
    return Flows(till.with_environ(PYTHONPATH=str(INSIDE), WATCHED_STARTS=str(starts)), starts)


def files_of_others(till: Till) -> list[Path]:
    """Return the till's files that anybody else may read."""
    everything = (each for each in till.data.rglob("*") if each.is_file())
    return [each for each in everything if each.stat().st_mode & 0o077]


def sell(flows: Flows) -> None:
    """Do what succeeds, in every command that knows a card."""
    flows.run("card", LINK)
    captured = flows.hold(in_groups(OTHER), "2.00")
    flows.run("capture", captured)
    flows.run("refund", captured, "1.00", "--reason", "Wrong size")
    flows.run("release", flows.hold(LINK, "1.00"))
    flows.run("issue", NEW, "25.00")
    day = (datetime.now(UTC) + timedelta(days=400)).date().isoformat()
    flows.run("extend", EXPIRED, "--until", day)


def fail(flows: Flows, server: Server) -> None:
    """Meet every kind of bad answer."""
    # What was under way when a command was killed is told in the log by the next one.
    server.switch({"kind": "latency", "path": REDEEMS, "times": 1, "latency_ms": 60_000})
    process = flows.till.start("redeem", FULL, "4.00")
    until(lambda: server.has_met(REDEEMS), "the request is under way")
    kill(process)
    with server.fault("lose_answer_after", method="POST", path=REDEEMS, times=1):
        flows.run("redeem", PARTLY, "1.50", "--wait", "0", expect=UNKNOWN)
    for kind in ("html_200", "wrong_type", "status_500"):
        with server.fault(kind, path=CARDS, times=1):
            flows.run("card", FULL, expect=OFFLINE)
    flows.run("card", UNKNOWN_CODE, expect=REFUSED)
    flows.run("issue", OTHER, "5.00", expect=REFUSED)
    flows.run("card", FULL, expect=NOT_SET_UP, GIFTILL_TOKEN=WRONG_TOKEN)


def test_no_mistake_on_the_command_line_repeats_a_secret(flows: Flows) -> None:
    flows.run("redeem", FULL, FULL, expect=USAGE)
    flows.run("card", FULL, in_groups(OTHER), LINK, expect=USAGE)
    flows.run(FULL, expect=USAGE)
    flows.run("transactions", "--limit", FULL, expect=USAGE)
    flows.run("capture", FULL, "--json", expect=USAGE)
    flows.run("--location", FULL, "redeem", FULL, "1.00", expect=USAGE)
    flows.run("token", "set", stdin=f"{WRONG_TOKEN} {FULL}", expect=USAGE)
    assert flows.leaks() == {}


def test_no_command_leaves_a_code_a_wallet_secret_or_a_token(flows: Flows, server: Server) -> None:
    sell(flows)
    fail(flows, server)
    kept = flows.hold(KEPT, "2.50")
    server.request("DELETE", f"transactions/{kept}")
    flows.run("capture", kept, expect=ATTENTION)
    items = flows.run("outbox", "list", "--json").json["outbox"]
    (item,) = (each["id"] for each in items if each["kind"] == "capture")
    reason = f"the card {in_groups(KEPT)} was given back, see {LINK}"
    flows.run("outbox", "resolve", item, "--reason", reason, "--manager", KEPT)
    waiting = flows.hold(KEPT, "3.50")
    flows.run("card", FULL, expect=BROKEN, WATCHED_BREAKS="lookup")
    server.kill()
    flows.run("card", FULL, expect=OFFLINE)
    flows.run("capture", waiting, expect=QUEUED)
    for line in ("holds", "outbox --json", "journal verify", "journal export"):
        flows.run(*line.split())
    flows.run("journal", "export", "--out", str(flows.till.data / "export.jsonl"))
    flows.till.run("doctor")
    assert f"•••• •••• •••• {OTHER[-4:]}" in flows.said
    log = (flows.till.data / "logs" / "commands.log").read_text(encoding="utf-8")
    assert "RuntimeError: [card code]" in log
    assert flows.leaks() == {}
    assert files_of_others(flows.till) == []


def test_a_till_that_does_not_redact_is_found_out(flows: Flows) -> None:
    flows.run("card", FULL, expect=BROKEN, WATCHED_BREAKS="lookup redactor")
    log = str(flows.till.data / "logs" / "commands.log")
    assert flows.leaks() == {log: [FULL, WALLET_SECRET, TOKEN]}


@pytest.mark.parametrize(
    "text",
    [
        FULL,
        in_groups(FULL),
        f"{FULL[:-4]}••••",
        " . ".join(FULL),
        f"card%20{FULL[4:8]}%20{FULL[8:]}",
        "CARD\\u2013FRES\\u2013HEUR\\u20135555",
        "CARD–FRES–HEUR–5555",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_a_code_is_found_in_any_writing(text: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    planted = tmp_path / "deep" / "journal.sqlite3-wal"
    planted.write_bytes(b"\x00\xff page " + text.encode(encoding) + b"\xfe rest")
    assert Secrets((FULL,), ()).found_in_files([tmp_path]) == {str(planted): [FULL]}


def test_a_masked_code_is_none() -> None:
    assert SECRETS.found_in("•••• •••• •••• 5555, [card code], card fresh".encode()) == []


@dataclass
class Watch:
    """Looks at the process list again and again while a window is used."""

    window: Terminal
    looks: int = 0

    def look(self) -> None:
        """Look at the window's process and at all that it started."""
        for each in process_texts(self.window.process.pid):
            assert SECRETS.found_in(each) == []
            self.looks += 1


@pytest.mark.serial
def test_no_window_leaves_a_code_a_wallet_secret_or_a_token(
    desktop: Desktop, kept_till: Till, server: Server, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    till = kept_till.with_environ(PYTHONPATH=str(INSIDE), WATCHED_STARTS=str(starts))
    flows = Flows(till, starts)
    output = tmp_path / "output"
    with ExitStack() as stack:
        file = stack.enter_context(output.open("wb"))
        window = stack.enter_context(terminal(desktop, till, output=file))
        watch = Watch(window)
        desktop.scan(UNKNOWN_CODE)
        window.until_shows("The shop has no gift card with this code.")
        watch.look()
        desktop.scan(LINK)
        window.until_focus_on("Amount to hold")
        watch.look()
        desktop.type("1.25")
        window.until_shows("Hold €1.25")
        desktop.press("F8")
        window.until_shows("Complete sale €1.25")
        desktop.press("F9")
        window.until_shows("The sale is complete and confirmed.")
        watch.look()
        with server.fault("html_200", path=CARDS):
            desktop.scan(FULL)
            window.until_shows("Can’t check this card now")
        desktop.scan(in_groups(OTHER))
        window.until_focus_on("Amount to hold")
        desktop.type("2.25")
        window.until_shows("Hold €2.25")
        with server.fault("lose_answer_after", method="POST", path=REDEEMS):
            desktop.press("F8")
            window.until_shows("do not charge again")
        watch.look()
        # The log beside the journal, and what is not yet in the database itself, are still there.
        kill(window.process)
    assert watch.looks >= 8
    assert flows.leaks() == {}
    broken = till.with_environ(WATCHED_BREAKS="lookup thread")
    with output.open("ab") as file, terminal(desktop, broken, output=file) as window:
        desktop.scan(FULL)
        window.until_shows("Something broke; nothing was lost")
        log = till.data / "logs" / "giftill.log"
        until(lambda: log.read_bytes().count(b"RuntimeError: [card code]") >= 2, "both are logged")
        Watch(window).look()
        kill(window.process)
    flows.run("token", "set", stdin=WRONG_TOKEN, expect=NOT_SET_UP)
    flows.run("token", "check")
    flows.run("token", "forget", "--force")
    flows.said += output.read_text("utf-8")
    assert flows.leaks() == {}
