"""Surroundings of the end-to-end tests: nothing in here is faked but the API's vendor."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.processes import TOKEN, Server, Till, new_till, server_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.desktop import Desktop

FULL = SHOWCASE["full_50"].code


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Run a sandbox with a fresh ledger."""
    with server_process(tmp_path / "server") as running:
        yield running


@pytest.fixture
def till(server: Server, tmp_path: Path) -> Till:
    """Return an unattended till: its token is in the environment."""
    return new_till(tmp_path / "home", server.url)


@pytest.fixture(scope="session")
def desktop() -> Iterator[Desktop]:
    """Run a display, a session bus and a keyring, for all tests that need them."""
    from tests.helpers import desktop

    missing = desktop.missing_tools()
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    # Sockets need a short path, which pytest's own folders are not.
    with (
        tempfile.TemporaryDirectory(prefix="giftill-", ignore_cleanup_errors=True) as folder,
        desktop.desktop(Path(folder)) as running,
    ):
        yield running


@pytest.fixture
def kept_till(server: Server, desktop: Desktop, tmp_path: Path) -> Till:
    """Return a till whose token is in the desktop's keyring, put there as people do it."""
    till = new_till(tmp_path / "home", server.url, token="").with_environ(
        DBUS_SESSION_BUS_ADDRESS=desktop.environ["DBUS_SESSION_BUS_ADDRESS"],
        XDG_RUNTIME_DIR=desktop.environ["XDG_RUNTIME_DIR"],
    )
    done = till.run("token", "set", stdin=f"{TOKEN}\n")
    assert (done.status, done.err) == (0, ""), done
    return till
