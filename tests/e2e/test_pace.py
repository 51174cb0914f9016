"""The limit of requests holds for all processes of a till together, however they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.helpers.processes import kill, until, until_idle

if TYPE_CHECKING:
    from tests.helpers.processes import Server, Till

LIMIT = 3
LOCATIONS = "/v1/locations"


def test_killed_commands_get_no_second_helping_of_requests(till: Till, server: Server) -> None:
    with (till.data / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"requests_per_minute = {LIMIT}\n")
    slow = {"kind": "latency", "path": LOCATIONS, "times": 1, "latency_ms": 2_000}
    for _ in range(LIMIT - 1):
        server.switch(slow)
        process = till.start("locations")
        try:
            until(lambda: server.has_met(LOCATIONS), "the request is under way")
        finally:
            kill(process)
    server.switch()
    assert till.run("locations").status == 0
    server.switch(slow)
    one_too_many = till.start("locations")
    try:
        until_idle(one_too_many)
        assert not server.has_met(LOCATIONS)
        assert one_too_many.poll() is None
    finally:
        kill(one_too_many)
