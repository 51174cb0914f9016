from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null

from giftill.vault import Vault, VaultUnavailable, service_name
from giftill.vault.backends import find_backend, is_accepted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.anyio

needs_secret_service = pytest.mark.skipif(
    shutil.which("gnome-keyring-daemon") is None or shutil.which("dbus-run-session") is None,
    reason="needs gnome-keyring and dbus",
)

# Printed as repr() so that None and the texts can be told apart; one line a step.
SCRIPT = """
import asyncio, sys
from giftill.vault import Vault, VaultUnavailable

async def main():
    vault = Vault("giftill/api.example")
    other = Vault("giftill/other.example")
    steps = {
        "describe": vault.describe,
        "token": vault.token,
        "set": lambda: vault.set_token("s3cret-tok\u20acn"),
        "other": other.token,
        "forget": vault.forget_token,
    }
    for step in sys.argv[1:]:
        try:
            print(step, repr(await steps[step]()))
        except VaultUnavailable as error:
            print(step, "unavailable:", error.title, "|", error.hint)

asyncio.run(main())
"""


class Readable(KeyringBackend):
    """Stands for a keyring that keeps secrets in a plain file."""

    priority = 9

    def get_password(self, *_asked: str, **_named: str) -> str | None:
        raise AssertionError("a readable keyring was asked")

    def set_password(self, *_asked: str, **_named: str) -> None:
        raise AssertionError("a readable keyring was given the token")


def made(kind: type[Any]) -> KeyringBackend:
    """Make a keyring; their constructors carry no types."""
    backend: KeyringBackend = kind()
    return backend


def in_a_session(home: Path, prepare: str, *steps: str) -> list[str]:
    """Run the script under a session bus of its own and return its lines."""
    home.mkdir(exist_ok=True)
    runtime = home / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    environ: Mapping[str, str] = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(runtime),
        "LANG": "C.UTF-8",
        # A token left with this backend would be readable: it must be ignored.
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    command = f'{prepare} >/dev/null 2>&1; exec "$@"'
    answer = subprocess.run(
        [
            "dbus-run-session",
            "--",
            "sh",
            "-c",
            command,
            "sh",
            sys.executable,
            "-c",
            SCRIPT,
            *steps,
        ],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.splitlines()


UNLOCKED = "printf pw | gnome-keyring-daemon --unlock --components=secrets"
LOCKED = "gnome-keyring-daemon --start --components=secrets"


@needs_secret_service
def test_a_real_keyring_keeps_the_token_between_programs(tmp_path: Path) -> None:
    assert in_a_session(tmp_path / "home", UNLOCKED, "describe", "token", "set") == [
        "describe 'SecretService Keyring'",
        "token None",
        "set None",
    ]
    later = in_a_session(tmp_path / "home", UNLOCKED, "token", "other", "forget", "token")
    assert later == [
        "token 's3cret-tok€n'",
        "other None",
        "forget True",
        "token None",
    ]


@needs_secret_service
def test_forgetting_a_token_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert in_a_session(tmp_path / "home", UNLOCKED, "forget") == ["forget False"]


@needs_secret_service
def test_a_locked_keyring_says_what_to_do(tmp_path: Path) -> None:
    in_a_session(tmp_path / "home", UNLOCKED, "set")
    (line,) = in_a_session(tmp_path / "home", LOCKED, "token")
    assert line.startswith("token unavailable: The keyring is locked")
    assert "Unlock" in line


async def test_without_a_keyring_the_error_says_what_to_install() -> None:
    with pytest.raises(VaultUnavailable) as caught:
        await Vault("giftill/api.example").token()
    assert "gnome-keyring" in str(caught.value.hint)


@pytest.mark.parametrize(
    "backend", [fail.Keyring, null.Keyring, Readable], ids=["fail", "null", "readable"]
)
async def test_a_keyring_that_keeps_nothing_or_anything_readable_is_refused(
    backend: type[Any],
) -> None:
    with pytest.raises(VaultUnavailable, match="not safe enough"):
        await Vault("giftill/api.example", backend=backend()).set_token("s3cret")


def test_a_chain_with_a_readable_link_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends.SecretService import Keyring

    chain = made(chainer.ChainerBackend)
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [made(Keyring), made(Readable)])
    assert not is_accepted(chain)
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [made(Keyring)])
    assert is_accepted(chain)
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [])
    assert not is_accepted(chain)


def test_a_class_that_only_has_a_good_name_is_refused() -> None:
    impostor = type("Keyring", (Readable,), {"__module__": "keyrings.alt.file"})
    assert not is_accepted(made(impostor))


def test_no_other_platform_s_keyring_is_tried() -> None:
    backend, problem = find_backend("darwin")
    assert backend is None
    assert "macOS" in problem


async def test_a_keyring_that_never_answers_holds_nobody_up() -> None:
    from keyring.backends.SecretService import Keyring

    release = threading.Event()

    class Waiting(Keyring):
        def get_password(self, *_asked: str, **_named: str) -> str | None:
            release.wait(30)
            return None

    Waiting.__name__, Waiting.__module__ = Keyring.__name__, Keyring.__module__
    began = time.monotonic()
    with pytest.raises(VaultUnavailable, match="locked"):
        await Vault("giftill/api.example", backend=made(Waiting), deadline_s=0.2).token()
    release.set()
    assert time.monotonic() - began < 10


def test_a_program_ends_though_its_keyring_never_answers() -> None:
    code = """
import asyncio, time
from keyring.backends.SecretService import Keyring
from giftill.vault import Vault, VaultUnavailable

class Waiting(Keyring):
    def get_password(self, service, username):
        time.sleep(600)

Waiting.__name__, Waiting.__module__ = Keyring.__name__, Keyring.__module__
try:
    asyncio.run(Vault("giftill/api.example", backend=Waiting(), deadline_s=0.2).token())
except VaultUnavailable:
    print("ended")
"""
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert answer.stdout == "ended\n", answer.stderr


async def test_what_a_keyring_raises_becomes_an_error_for_people() -> None:
    from keyring.backends.SecretService import Keyring

    class Broken(Keyring):
        def get_password(self, *_asked: str, **_named: str) -> str | None:
            raise OSError("the bus is gone")

    Broken.__name__, Broken.__module__ = Keyring.__name__, Keyring.__module__
    with pytest.raises(VaultUnavailable, match="the bus is gone"):
        await Vault("giftill/api.example", backend=made(Broken)).token()


def test_one_credential_has_one_service_name() -> None:
    assert service_name("https://api.gifty.nl/v1/") == "giftill/api.gifty.nl"
    assert service_name("http://127.0.0.1:8080/v1/") == "giftill/127.0.0.1:8080"


def test_importing_the_vault_loads_no_keyring() -> None:
    code = "import giftill.vault, sys; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
