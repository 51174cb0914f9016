"""Faults as a client feels them, switched on while the sandbox runs."""

from __future__ import annotations

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpx
import pytest

from giftill.sandbox import SHOWCASE, Fault, FaultKind, SandboxServer
from tests.contract.kit import AUTHORIZED, NO_TLS, Till, data, error

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = SHOWCASE["full_50"].code


def balance_cents(server: SandboxServer) -> int:
    """The truth, whatever a client was told."""
    card = server.ledger.card_by_code(CODE)
    assert card is not None
    return card.balance_cents


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


def reachable(server: SandboxServer) -> bool:
    try:
        httpx.get(server.url + "packages", headers=AUTHORIZED, trust_env=False, verify=NO_TLS)
    except httpx.TransportError:
        return False
    return True


def test_offline_refuses_connections_and_the_same_port_opens_again(
    till: Till, server: SandboxServer
) -> None:
    assert till.balance("full_50") == 5000
    server.faults.set(Fault(FaultKind.OFFLINE))
    with pytest.raises((httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError)):
        till.card("full_50")
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url, trust_env=False, verify=NO_TLS)
    server.faults.clear()
    assert till.balance("full_50") == 5000


def test_going_offline_cuts_the_connections_that_are_open(server: SandboxServer) -> None:
    url = httpx.URL(server.url)
    assert url.port is not None
    with socket.create_connection((url.host, url.port), timeout=5) as connection:
        connection.sendall(b"GET /v1/ HTTP/1.1\r\nHost: sandbox\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 401")
        server.faults.set(Fault(FaultKind.OFFLINE))
        # What was answered before may still be read; then there is nothing more.
        with suppress(ConnectionResetError):
            while connection.recv(65_536):
                pass


def test_offline_ends_by_itself_after_its_duration(server: SandboxServer) -> None:
    server.faults.set(Fault(FaultKind.OFFLINE, duration_s=0.2))
    assert not reachable(server)
    wait_until(lambda: reachable(server))


def test_a_stopped_sandbox_is_stopped_also_while_it_is_offline() -> None:
    server = SandboxServer()
    server.start()
    server.faults.set(Fault(FaultKind.OFFLINE))
    server.stop()
    server.faults.clear()
    assert not reachable(server)


@pytest.mark.parametrize(
    ("kind", "charged"), [(FaultKind.LOSE_BEFORE, False), (FaultKind.LOSE_ANSWER_AFTER, True)]
)
def test_an_answer_is_lost_before_or_after_the_work(
    till: Till, server: SandboxServer, kind: FaultKind, charged: bool
) -> None:
    server.faults.set(Fault(kind, times=1))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        till.redeem("full_50", 1000)
    assert balance_cents(server) == (4000 if charged else 5000)
    assert data(till.redeem("full_50", 1000))


def test_half_a_body_arrives_after_the_work(till: Till, server: SandboxServer) -> None:
    server.faults.set(Fault(FaultKind.HALF_BODY, times=1))
    with till.client.stream("GET", f"giftcards/{CODE}") as answer:
        assert answer.status_code == 200
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            answer.read()
    assert answer.num_bytes_downloaded == int(answer.headers["content-length"]) // 2


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize("after_work", [False, True])
def test_a_server_error_comes_before_or_after_the_work(
    till: Till, server: SandboxServer, status: int, after_work: bool
) -> None:
    server.faults.set(Fault(FaultKind(f"status_{status}"), times=1, after_work=after_work))
    assert error(till.redeem("full_50", 1000), status)["type"] == "server_error"
    assert balance_cents(server) == (4000 if after_work else 5000)


def test_a_limited_answer_says_when_to_come_back(till: Till, server: SandboxServer) -> None:
    server.faults.set(Fault(FaultKind.LIMITED, retry_after_s=7, times=1))
    answer = till.redeem("full_50", 1000)
    assert error(answer, 429)
    assert answer.headers["retry-after"] == "7"
    assert balance_cents(server) == 5000


def test_a_captive_portal_answers_html_instead_of_the_work(
    till: Till, server: SandboxServer
) -> None:
    server.faults.set(Fault(FaultKind.HTML_200))
    answer = till.redeem("full_50", 1000)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    server.faults.set(Fault(FaultKind.REDIRECT_302))
    assert till.redeem("full_50", 1000).has_redirect_location
    assert balance_cents(server) == 5000


def test_a_body_can_be_empty_huge_or_of_the_wrong_types(till: Till, server: SandboxServer) -> None:
    server.faults.set(
        Fault(FaultKind.EMPTY_BODY, times=1),
        Fault(FaultKind.HUGE_BODY, times=1),
        Fault(FaultKind.WRONG_TYPE, times=1),
    )
    assert till.card("full_50").content == b""
    assert len(till.card("full_50").content) > 30_000_000
    assert data(till.card("full_50"))["balance"] == "5000"
    assert data(till.card("full_50"))["balance"] == 5000


def test_latency_holds_an_answer_back(till: Till, server: SandboxServer) -> None:
    server.faults.set(Fault(FaultKind.LATENCY, latency_ms=150, times=1))
    started = time.monotonic()
    till.card("full_50")
    assert time.monotonic() - started >= 0.15


def test_a_fault_hits_only_the_requests_in_its_scope(till: Till, server: SandboxServer) -> None:
    hold = till.hold("full_50", 1000)
    server.faults.set(Fault(FaultKind.STATUS_503, "POST", "/v1/transactions/*/capture", times=2))
    assert till.balance("full_50") == 4000
    assert till.capture(hold).status_code == 503
    assert till.capture(hold).status_code == 503
    assert server.faults.active() == ()
    assert data(till.capture(hold))["status"] == "success"


def test_faults_are_switched_by_http_from_this_machine(till: Till, server: SandboxServer) -> None:
    switch = urljoin(server.url, "/_sandbox/faults")
    wanted = {"faults": [{"kind": "limited", "retry_after_s": 3, "method": "GET"}]}
    assert till.client.put(switch, json=wanted).status_code == 200
    assert till.card("full_50").headers["retry-after"] == "3"
    told = till.client.get(switch).json()["faults"]
    assert [(each["kind"], each["method"]) for each in told] == [("limited", "GET")]
    assert till.client.delete(switch).json() == {"faults": []}
    assert till.balance("full_50") == 5000


def test_offline_by_http_ends_after_its_duration(till: Till, server: SandboxServer) -> None:
    switch = urljoin(server.url, "/_sandbox/faults")
    offline = {"faults": [{"kind": "offline", "duration_s": 0.3}]}
    assert till.client.put(switch, json=offline).status_code == 200
    wait_until(lambda: not reachable(server))
    wait_until(lambda: reachable(server))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        '{"faults": [{"kind": "flood"}]}',
        '{"faults": [{"kind": "latency", "latency_ms": -1}]}',
        '{"faults": [{"kind": "latency", "latency": 5}]}',
        '{"faults": [{"kind": "limited", "times": 0}]}',
        '{"faults": [{"kind": "offline"}]}',
        json.dumps({"faults": ["x" * 70_000]}),
    ],
    ids=["empty", "list", "kind", "negative", "unknown", "never", "endless", "large"],
)
def test_a_fault_that_makes_no_sense_is_refused(
    till: Till, server: SandboxServer, body: str
) -> None:
    switch = urljoin(server.url, "/_sandbox/faults")
    assert till.client.put(switch, content=body).status_code == 422
    assert server.faults.active() == ()


def test_a_web_page_may_not_switch_faults(till: Till, server: SandboxServer) -> None:
    switch = urljoin(server.url, "/_sandbox/faults")
    page = {"Origin": "http://localhost:1234"}
    wanted = {"faults": [{"kind": "limited"}]}
    assert till.client.put(switch, json=wanted, headers=page).status_code == 403
    assert server.faults.active() == ()


def test_nobody_is_left_in_the_doorway_when_the_door_closes(server: SandboxServer) -> None:
    url = httpx.URL(server.url)
    assert url.port is not None
    address = (url.host, url.port)
    done = threading.Event()

    def knock(_client: int) -> int:
        """Connect again and again; answer how often, if each time there was an end."""
        times = 0
        while not done.is_set():
            with (
                suppress(ConnectionError),
                socket.create_connection(address, timeout=20) as connection,
            ):
                connection.sendall(
                    b"GET /v1/ HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\r\n"
                )
                while connection.recv(65_536):
                    pass
            times += 1
        return times

    with ThreadPoolExecutor(4) as clients:
        knocking = [clients.submit(knock, client) for client in range(4)]
        for _turn in range(60):
            server.faults.set(Fault(FaultKind.OFFLINE))
            server.faults.clear()
            time.sleep(0.005)
        done.set()
    assert all(client.result() > 0 for client in knocking)
