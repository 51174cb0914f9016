"""What holds for every test: no display, and nothing of whoever runs it is touched."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]

# Tests run beside each other on few cores, where a deadline measures the neighbours.
settings.register_profile("giftill", deadline=None, print_blob=True)
settings.load_profile("giftill")


def pytest_configure(config: pytest.Config) -> None:
    """Give the test run surroundings of its own before anything of Giftill is imported."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Started in the background of a script; every process of a test would ignore Ctrl-C too.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in list(os.environ):
        if name.startswith("GIFTILL_"):
            del os.environ[name]
    # Without these no test reaches anyone's display, keyring or screen reader; tests that need
    # one start their own.
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "AT_SPI_BUS_ADDRESS"):
        os.environ.pop(name, None)
    # The sandbox lives on the loopback device, which no proxy leads to.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)
    home = tempfile.TemporaryDirectory(prefix="giftill-tests-")
    config.add_cleanup(home.cleanup)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        os.environ[name] = str(Path(home.name) / name.lower())
    runtime = Path(home.name) / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    if not hasattr(config, "workerinput"):
        _compile_translations()


def _compile_translations() -> None:
    sys.path.insert(0, str(ROOT / "packaging"))
    try:
        from hatch_build import compile_catalogues
    finally:
        sys.path.pop(0)
    compile_catalogues(ROOT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one worker run all serial tests, so that they wait for each other at no cost."""
    for item in items:
        if item.get_closest_marker("serial"):
            item.add_marker(pytest.mark.xdist_group("serial"))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Return the one backend that the terminal runs on."""
    return "asyncio"


@pytest.fixture(scope="session")
def _turnstile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # The workers of one run have their folders side by side.
    return tmp_path_factory.getbasetemp().parent / "serial.lock"


if sys.platform == "win32":

    @pytest.fixture(autouse=True)
    def _one_at_a_time() -> None:
        """Windows has no shared file locks; the suite runs in one process there."""

else:
    import fcntl

    @pytest.fixture(autouse=True)
    def _one_at_a_time(request: pytest.FixtureRequest, _turnstile: Path) -> Iterator[None]:
        """Serial tests have the processor for themselves; all others share it."""
        serial = request.node.get_closest_marker("serial") is not None
        with _turnstile.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX if serial else fcntl.LOCK_SH)
            yield
