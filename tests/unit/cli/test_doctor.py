"""What the doctor says of limits that are too low to sell with, and of a keyring that is locked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers.measured import measured

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.sandbox import SandboxServer
    from tests.helpers.shell import Shell


def checks(document: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON, as it comes
    """Return the findings by the names of the checks."""
    return {each["check"]: each for each in document["checks"]}


@pytest.mark.parametrize(
    ("tills", "level"), [(1, "ok"), (16, "ok"), (17, "warn"), (40, "warn"), (100, "warn")]
)
def test_the_doctor_warns_where_a_sale_would_wait_for_its_turn(
    shell: Shell, tills: int, level: str
) -> None:
    shell.data.mkdir(parents=True)
    (shell.data / "settings.toml").write_text(f"tills_on_account = {tills}\n", encoding="utf-8")
    limits = checks(shell.run("doctor", "--json").json)["limits"]
    assert limits["level"] == level
    assert f"tills on the account: {tills}" in limits["message"]
    if level == "warn":
        assert "A sale takes about three requests" in limits["hint"]
        assert "only the tills that are busy at once" in limits["hint"]


@pytest.mark.skipif(
    shutil.which("gnome-keyring-daemon") is None or shutil.which("dbus-run-session") is None,
    reason="needs gnome-keyring and dbus",
)
@pytest.mark.parametrize("token", ["", "a-token"])
def test_the_doctor_says_one_thing_of_a_keyring_that_is_locked(
    server: SandboxServer, tmp_path: Path, token: str
) -> None:
    home, runtime = tmp_path / "home", tmp_path / "run"
    home.mkdir()
    runtime.mkdir(mode=0o700)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(runtime),
        "LANG": "C.UTF-8",
        "GIFTILL_API_URL": server.url,
        "GIFTILL_DATA_DIR": str(tmp_path / "till"),
        **measured(),
    }

    def in_a_session(keyring: str, *words: str, **more: str) -> str:
        """Do something beside a keyring of its own, as after signing in; return what it says."""
        script = f'{keyring} --components=secrets >/dev/null 2>&1; exec "$@"'
        done = subprocess.run(
            ["dbus-run-session", "--", "sh", "-c", script, "sh", sys.executable, *words],
            env={**environ, **more},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in {0, 7}, done
        return done.stdout

    # A password makes the keyring; without one, as after an automatic sign-in, it stays locked.
    keep = "from keyring.backends import SecretService as s; s.Keyring().set_password('a', 'b', '')"
    in_a_session("printf pw | gnome-keyring-daemon --unlock", "-c", keep)
    doctor = ("-m", "giftill", "doctor", "--json")
    found = checks(
        json.loads(in_a_session("gnome-keyring-daemon --start", *doctor, GIFTILL_TOKEN=token))
    )
    assert found["connection"]["level"] == "ok"
    if token:
        assert found["keyring"]["level"] == "ok", "it is not asked for what is given"
        assert found["token"]["message"] == "Gifty refuses it."
        return
    assert [found[each]["level"] for each in ("keyring", "token")] == ["fail", "fail"]
    assert "locked" in found["keyring"]["message"]
    assert "sign in to this PC with a password" in found["keyring"]["hint"]
    assert found["token"]["message"] == "It can’t be read, as the keyring is locked."
    for each in ("keyring", "token"):
        assert "GIFTILL_TOKEN" in found[each]["hint"]
