"""The soak's lanes of the program itself: commands and windows, killed at random instants.

As in `lane`, a chapter has a fresh ledger and journal, the books are held against the ledger after
each kill, and at its end everything is finished in calm weather. Here the till waits as long as in
a shop and keeps to its pace, so that there are fewer kills a minute.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from giftill.domain.operations import HoldState
from tests.helpers.desktop import desktop, missing_tools, terminal
from tests.helpers.processes import GIFTILL, Server, Till, kill, new_till, until
from tests.helpers.proxy import Fate, Passing, Proxy, Weather, calm, proxy_before

from .books import UNFINISHED, Books, audit, read_books, read_ledger
from .driver import Told
from .lane import make_cards

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from tests.helpers.desktop import Desktop, Terminal

    from .lane import Counts

_COMMANDS_IN_A_CHAPTER: Final = 25
_EVERY_WINDOW: Final = 5
_LONGEST_COMMAND_S: Final = 2.0
_LONGEST_WINDOW_S: Final = 6.0
_SHARE_OF_FAULTS: Final = 0.2
# Two quiet periods and the retries between them.
_SETTLES_WITHIN_S: Final = 240.0
_ANSWERS_WITHIN_S: Final = 3.0


class Program:
    """One chapter's server, network and till."""

    def __init__(self, folder: Path, server: Server, proxy: Proxy, counts: Counts) -> None:
        """Keep the till in `folder`."""
        self._folder = folder
        self._server = server
        self._proxy = proxy
        self._counts = counts
        self._told: list[Told] = []
        self.till: Till = new_till(folder / "home", proxy.url)

    def command(self, words: tuple[str, ...], life_s: float) -> None:
        """Run a command, and kill it should it live longer than that."""
        answer = self._folder / "answer.json"
        with answer.open("wb") as out:
            process = subprocess.Popen(
                [*GIFTILL, *words, "--json"],
                env=self.till.environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.DEVNULL,
            )
        with suppress(subprocess.TimeoutExpired):
            process.wait(life_s)
        self.end(process)
        with suppress(json.JSONDecodeError):
            self._told += _promises(json.loads(answer.read_bytes()))

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a process, if it still runs, and hold the books against the ledger."""
        if process.poll() is None:
            self._counts.killed()
        kill(process)
        self.audit(is_settled=False)

    def settle(self) -> None:
        """Finish everything in calm weather, and hold the books against the ledger once more."""
        self._proxy.choose = calm

        def is_settled() -> bool:
            self.till.run("outbox", "send")
            return not any(each.state in UNFINISHED for each in self.books().operations)

        # What could not be finished is in the books, where the audit finds it.
        with suppress(AssertionError):
            until(is_settled, "all is finished", timeout_s=_SETTLES_WITHIN_S, pause_s=2.0)
        self.audit(is_settled=True)
        self._counts.ended(self._proxy, [self.books()])

    def books(self) -> Books:
        """Read what the till says, while nothing runs of it."""
        return asyncio.run(read_books(self.till.data, self._told))

    def audit(self, *, is_settled: bool) -> None:
        """Hold the books against the ledger."""
        books = self.books()
        found = audit([books], read_ledger(self._server.ledger), is_settled=is_settled)
        self._counts.audited([replace(each, what=f"{self._folder}: {each.what}") for each in found])


def commands(folder: Path, seed: int, counts: Counts, stop: threading.Event) -> None:
    """Play a chapter of commands that are killed, and now and then of a window drawn nowhere."""
    folder.mkdir(parents=True)
    chance = random.Random(seed)
    server = Server(folder / "server")
    codes = make_cards(server.ledger)
    server.start()
    try:
        with proxy_before(server.url, seed=seed) as proxy:
            proxy.choose = Weather(seed, _SHARE_OF_FAULTS)
            program = Program(folder, server, proxy, counts)
            for round_ in range(_COMMANDS_IN_A_CHAPTER):
                if stop.is_set():
                    break
                if round_ % _EVERY_WINDOW == _EVERY_WINDOW - 1:
                    window = program.till.with_environ(QT_QPA_PLATFORM="offscreen").start()
                    with suppress(subprocess.TimeoutExpired):
                        window.wait(chance.uniform(0, _LONGEST_WINDOW_S))
                    program.end(window)
                words = _words(chance, program.books(), chance.choice(codes), round_)
                program.command(words, chance.uniform(0, _LONGEST_COMMAND_S))
            program.settle()
    finally:
        server.kill()


def windows(folder: Path, seed: int, counts: Counts, stop: threading.Event) -> None:
    """Play a chapter of windows that are killed while a cashier works, on a display in memory."""
    missing = missing_tools()
    if missing:
        msg = f"no windows with a cashier: not installed: {', '.join(missing)}"
        raise RuntimeError(msg)
    folder.mkdir(parents=True)
    chance = random.Random(seed)
    server = Server(folder / "server")
    codes = make_cards(server.ledger)
    server.start()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="giftill-", ignore_cleanup_errors=True) as short,
            desktop(Path(short)) as display,
            proxy_before(server.url, seed=seed) as proxy,
        ):
            proxy.choose = _of_money(Weather(seed, _SHARE_OF_FAULTS))
            program = Program(folder, server, proxy, counts)
            for round_, code in enumerate(codes):
                if stop.is_set():
                    break
                with terminal(display, program.till) as window:
                    _sell(display, window, code, f"{3 + round_}.{round_:02d}", chance)
                    program.end(window.process)
            program.settle()
    finally:
        server.kill()


def _sell(display: Desktop, window: Terminal, code: str, euros: str, chance: random.Random) -> None:
    """Hold an amount and perhaps complete the sale; return at any instant after the last key."""
    display.scan(code)
    window.until_focus_on("Amount to hold")
    display.type(euros)
    window.until_shows(f"Hold €{euros}")
    display.press("F8")
    if chance.random() < 0.5:
        # On this network it may also be lost, and then the key does nothing.
        deadline = time.monotonic() + _ANSWERS_WITHIN_S
        while time.monotonic() < deadline and not window.shows(f"Complete sale €{euros}"):
            time.sleep(0.05)
        display.press("F9")
    time.sleep(chance.uniform(0, 0.5))


def _of_money(weather: Weather) -> Callable[[Passing], Fate]:
    """Return the same weather for what moves money only: a cashier would just scan again."""
    return lambda request: weather(request) if request.method == "POST" else Fate.PASS


def _words(chance: random.Random, books: Books, code: str, round_: int) -> tuple[str, ...]:
    """Return what a cashier types: mostly a sale, or what is left to do of an earlier one."""
    left = [
        id_
        for id_, hold in books.holds.items()
        if hold.state is HoldState.OPEN and hold.settlement is None
    ]
    if left and chance.random() < 0.3:
        return (chance.choice(("capture", "release")), chance.choice(left))
    if chance.random() < 0.1:
        return ("outbox", "send")
    amount = f"{1 + round_}.{round_:02d}"
    return ("redeem", code, amount, "--wait", "0", *chance.choice(((), ("--capture",))))


def _promises(answer: dict[str, object]) -> list[Told]:
    """Return what a command's answer promised to the cashier."""
    settled = answer.get("settled")
    if not isinstance(settled, list):
        return []
    return [
        Told(
            word=each["result"],
            kind=each["operation"]["kind"],
            transaction=each["hold"]["transaction"],
        )
        for each in settled
    ]
