"""The sandbox as a process of its own: its first line, its end, and what a kill leaves behind."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from giftill.cli.exits import Exit
from giftill.sandbox import SHOWCASE, Ledger, SandboxConfig, SandboxError, SandboxServer
from tests.contract.kit import NO_TLS, Till, connect, data, rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SANDBOX = (sys.executable, "-m", "giftill", "sandbox")


@contextmanager
def sandbox_process(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running `giftill sandbox` and the address that it printed."""
    command = [*SANDBOX, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as it:
        try:
            assert it.stdout is not None
            line = it.stdout.readline()
            found = re.fullmatch(r"Listening on (http://127\.0\.0\.1:\d+/v1/)\n", line)
            assert found is not None, line
            yield it, found[1]
        finally:
            it.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to ask with")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_process_says_where_it_listens_and_ends_with_0_when_asked_to(
    number: signal.Signals,
) -> None:
    with sandbox_process("--token", "secret", "--rate", "0") as (process, address):
        headers = {"Authorization": "Bearer secret"}
        assert rows(
            httpx.get(address + "packages", headers=headers, trust_env=False, verify=NO_TLS)
        )
        process.send_signal(number)
        assert process.wait(10) == 0
        assert process.communicate() == ("", "")


def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        ended = subprocess.run(
            [*SANDBOX, "--port", port], capture_output=True, text=True, check=False
        )
    assert ended.returncode == Exit.NOT_SET_UP
    assert ended.stdout == ""
    assert f"The sandbox can't listen on 127.0.0.1 port {port}: " in ended.stderr


def test_a_file_that_is_no_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "letter.txt"
    other.write_text("Dear customer, " * 100)
    with pytest.raises(SandboxError, match=r"letter\.txt can't be opened"):
        SandboxServer(SandboxConfig(data=other)).start()
    assert other.read_text() == "Dear customer, " * 100


def test_a_stopped_sandbox_frees_its_port_and_starts_again_with_what_it_had(
    tmp_path: Path,
) -> None:
    server = SandboxServer(SandboxConfig(data=tmp_path / "ledger.db"))
    address = server.start()
    with connect(address) as client:
        hold = Till(client).hold("full_50", 1000)
    server.stop()
    server.stop()
    port = httpx.URL(address).port
    assert port is not None
    again = SandboxServer(SandboxConfig(data=tmp_path / "ledger.db", port=port))
    assert again.start() == address
    with connect(address) as client:
        assert data(Till(client).capture(hold))["status"] == "success"
    again.stop()


def test_a_kill_in_the_middle_of_work_leaves_every_answered_change_and_no_half_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    answered: list[str] = []
    with sandbox_process("--data", str(path), "--rate", "0") as (process, address):

        def spend(_worker: int) -> None:
            with connect(address) as client:
                while True:
                    try:
                        hold = Till(client).hold("large", 1)
                    except httpx.TransportError:
                        return
                    answered.append(hold)
                    if len(answered) == 200:
                        process.kill()

        with ThreadPoolExecutor(4) as workers:
            list(workers.map(spend, range(4)))
    ledger = Ledger(path)
    assert ledger.balance_errors() == []
    assert set(answered) <= {row.id for row in ledger.transactions()}
    ledger.close()


def test_of_50_redeems_at_once_exactly_the_10_that_fit_succeed(
    till: Till, server: SandboxServer
) -> None:
    def redeem(_worker: int) -> int:
        with connect(server.url) as client:
            return Till(client).redeem("full_50", 500, capture=True).status_code

    with ThreadPoolExecutor(50) as workers:
        statuses = list(workers.map(redeem, range(50)))
    assert statuses.count(200) == 10
    assert statuses.count(422) == 40
    assert till.balance("full_50") == 0


def test_of_many_captures_and_releases_at_once_exactly_one_wins(
    till: Till, server: SandboxServer
) -> None:
    hold = till.hold("full_50", 500)

    def settle(worker: int) -> int:
        with connect(server.url) as client:
            other = Till(client)
            return (other.capture if worker % 2 else other.release)(hold).status_code

    with ThreadPoolExecutor(12) as workers:
        statuses = list(workers.map(settle, range(12)))
    assert sorted(statuses) == [200] + [422] * 11


def test_importing_the_sandbox_loads_no_server_and_nothing_else_of_giftill() -> None:
    look = (
        "import sys, giftill.sandbox;"
        "print(*(n for n in sys.modules if n.startswith(('giftill.', 'uvicorn', 'starlette'))))"
    )
    told = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True
    ).stdout
    assert set(told.split()) == {"giftill.sandbox", "giftill.sandbox.config"}
    every = (
        "import sys, pkgutil, importlib, giftill.sandbox as s;"
        "[importlib.import_module(f'{s.__name__}.{m.name}')"
        " for m in pkgutil.iter_modules(s.__path__)];"
        "print(*(n for n in sys.modules if n.startswith('giftill.')))"
    )
    told = subprocess.run(
        [sys.executable, "-c", every], capture_output=True, text=True, check=True
    ).stdout
    assert all(name.startswith("giftill.sandbox") for name in told.split())


def test_a_showcase_card_is_always_in_a_fresh_sandbox(server: SandboxServer) -> None:
    for card in SHOWCASE.values():
        assert server.ledger.card_by_code(card.code) is not None
