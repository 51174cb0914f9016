"""Giftill as processes: the command line, the sandbox, and what may be killed without notice."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from giftill.sandbox import SHOWCASE

from .measured import measured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

GIFTILL = (sys.executable, "-m", "giftill")
TOKEN = "token-of-the-e2e-tests"

# Patience costs nothing while all is well, and a busy PC may need it.
PATIENCE_S = 60.0

_IDLE_LOOKS = 10

# The system takes the near ends of its connections from here. A till that knocks at a closed port
# of this range can, once in a while, be given that very port and be connected to itself.
_BELOW_EPHEMERAL = range(20_000, 30_000)
# Each is used once: the keyring of a desktop still has the tokens of earlier servers.
_PORTS = iter(random.sample(_BELOW_EPHEMERAL, len(_BELOW_EPHEMERAL)))


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - the document is what the test looks into
        """The document on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Till:
    """One till's surroundings: its data folder, its API, its token.

    Attributes:
        data: The data folder.
        environ: The whole environment of its processes.
        prefix: What they are started with, where they see another disk than the test does.
        program: How Giftill is called: the one of this checkout, or an installed one.
    """

    data: Path
    environ: Mapping[str, str]
    prefix: tuple[str, ...] = ()
    program: tuple[str, ...] = GIFTILL

    def with_environ(self, **values: str) -> Till:
        """Return the same till with other surroundings; an empty value takes a variable away."""
        changed = {**self.environ, **values}
        return replace(self, environ={name: value for name, value in changed.items() if value})

    def run(self, *words: str, stdin: str = "") -> Ended:
        """Run a command to its end."""
        ended = subprocess.run(
            [*self.prefix, *self.program, *words],
            env=self.environ,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S * 2,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def json(self, *words: str) -> Any:  # noqa: ANN401 - the document is what the test looks into
        """Run a command that must succeed, and return its document."""
        ended = self.run(*words, "--json")
        assert ended.status == 0, ended
        return ended.json

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command whose end is the test's business; it is silent."""
        return subprocess.Popen(
            [*self.prefix, *self.program, *words],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def new_till(home: Path, url: str, *, token: str = TOKEN, **environ: str) -> Till:
    """Return a till with a data folder of its own.

    Args:
        home: A folder that is the home of its processes; the data folder lies in it.
        url: Where its API is.
        token: For the environment; empty where the keyring has it.
        environ: More of its environment.
    """
    data = home / "till"
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = data / "settings.toml"
    # The keys of a test come from a process that a busy PC lets wait, unlike a scanner's.
    settings.write_text("scanner_gap_ms = 150\n", encoding="utf-8")
    settings.chmod(0o600)
    surroundings = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": os.environ["XDG_RUNTIME_DIR"],
        "LANG": "C.UTF-8",
        "PYTHONWARNINGS": "error",
        "GIFTILL_API_URL": url,
        "GIFTILL_DATA_DIR": str(data),
        "GIFTILL_TOKEN": token,
        **measured(),
    }
    return Till(data, surroundings).with_environ(**environ)


class Server:
    """`giftill sandbox` in a process of its own: one ledger and one port, however often killed.

    Attributes:
        url: Where its API is, from the first start on.
        ledger: The file of its ledger.
    """

    def __init__(self, folder: Path, *, rate: int = 0, program: tuple[str, ...] = GIFTILL) -> None:
        """Keep the ledger in `folder`; it runs once `start` was called."""
        folder.mkdir(parents=True, exist_ok=True)
        self.ledger = folder / "ledger.sqlite3"
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}/v1/"
        self._rate = rate
        self._program = program
        self._environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self._process = subprocess.Popen(
            [
                *(*self._program, "sandbox", "--port", str(self._port)),
                *("--data", str(self.ledger)),
                *("--token", TOKEN, "--rate", str(self._rate)),
            ],
            env=self._environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line == f"Listening on {self.url}\n", line

    def kill(self) -> None:
        """End it without notice, as a power cut does."""
        if self._process is not None:
            kill(self._process)
            self._process = None

    def get(self, path: str) -> Any:  # noqa: ANN401 - whatever the API has there
        """Read the API like any client, and return the answer's data."""
        answer = self.request("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def request(self, method: str, path: str) -> httpx.Response:
        """Ask the API something that is not Giftill's doing."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.request(
            method, self.url + path, headers=headers, trust_env=False, timeout=PATIENCE_S
        )

    def card(self, name: str) -> dict[str, Any]:
        """Read a showcase card."""
        card: dict[str, Any] = self.get(f"giftcards/{SHOWCASE[name].code}")
        return card

    def redeems(self, name: str, cents: int) -> list[dict[str, Any]]:
        """Return a showcase card's redeems of exactly that amount."""
        found: list[dict[str, Any]] = self.card(name)["transactions"]
        return [each for each in found if (each["type"], each["amount"]) == ("redeem", -cents)]

    @contextmanager
    def fault(self, kind: str, **scope: object) -> Iterator[None]:
        """Make something go wrong inside the block."""
        self.switch({"kind": kind, **scope})
        try:
            yield
        finally:
            self.switch()

    def switch(self, *faults: dict[str, object]) -> None:
        """Switch exactly these faults on."""
        self._control("PUT", {"faults": faults})

    def has_met(self, path: str) -> bool:
        """Tell whether the fault for that path has hit as often as it was to."""
        return all(each["path"] != path for each in self._control("GET")["faults"])

    def _control(self, method: str, body: object = None) -> Any:  # noqa: ANN401 - as it answers
        address = self.url.removesuffix("v1/") + "_sandbox/faults"
        answer = httpx.request(method, address, json=body, trust_env=False, timeout=PATIENCE_S)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def server_process(
    folder: Path, *, rate: int = 0, program: tuple[str, ...] = GIFTILL
) -> Iterator[Server]:
    """Run a sandbox process for the length of the block, whatever is done to it meanwhile."""
    server = Server(folder, rate=rate, program=program)
    server.start()
    try:
        yield server
    finally:
        server.kill()


def kill(process: subprocess.Popen[Any]) -> None:
    """Kill a process that a test started, and close what is left of it."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE_S)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def until(
    condition: Callable[[], object],
    what: str,
    *,
    timeout_s: float = PATIENCE_S,
    pause_s: float = 0.03,
) -> None:
    """Wait for a condition.

    Args:
        condition: Asked again and again.
        what: What is waited for, for whoever reads of the failure.
        timeout_s: When to give up.
        pause_s: How long to leave it alone between two questions.

    Raises:
        AssertionError: It did not come true in time.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s} s in vain until {what}"
        time.sleep(pause_s)


def until_idle(process: subprocess.Popen[Any]) -> None:
    """Wait until a process waits for something outside of it: ten looks in a row say so."""
    looks = []

    def has_waited() -> bool:
        # Of every thread: while one waits, another may be loading what it waits for.
        looks.append(all(map(_is_asleep, Path(f"/proc/{process.pid}/task").iterdir())))
        return len(looks) >= _IDLE_LOOKS and all(looks[-_IDLE_LOOKS:])

    until(has_waited, "the process waits")


def _is_asleep(thread: Path) -> bool:
    try:
        state = (thread / "stat").read_text("ascii").rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        # It has ended since it was listed.
        return True
    return state == "S"


def _free_port() -> int:
    for port in _PORTS:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    msg = "no free port from 20000 to 29999"
    raise AssertionError(msg)
