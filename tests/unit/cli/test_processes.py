"""The command line as a process of its own: pipes, signals, keyrings, and what it loads."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.desk import TOKEN, sandbox
from tests.helpers.measured import measured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from giftill.sandbox import SandboxServer

GIFTILL = (sys.executable, "-m", "giftill")
FULL = SHOWCASE["full_50"].code
# Ctrl-C is only a signal to whom the terminal belongs.
_OWN_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with sandbox() as running:
        yield running


@pytest.fixture
def environ(server: SandboxServer, tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "XDG_RUNTIME_DIR": os.environ["XDG_RUNTIME_DIR"],
        "LANG": "C.UTF-8",
        "PYTHONWARNINGS": "error",
        "GIFTILL_API_URL": server.url,
        "GIFTILL_DATA_DIR": str(tmp_path / "till"),
        "GIFTILL_TOKEN": TOKEN,
        **measured(),
    }


def run(
    environ: Mapping[str, str], *words: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GIFTILL, *words],
        env=environ,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_card_is_shown_by_a_real_process(environ: dict[str, str]) -> None:
    answer = run(environ, "card", FULL)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "€50.00" in answer.stdout


def test_an_output_that_lacks_the_characters_gets_others(environ: dict[str, str]) -> None:
    answer = run({**environ, "PYTHONIOENCODING": "ascii"}, "card", FULL)
    assert answer.returncode == 0
    assert "50.00" in answer.stdout


def test_a_reader_that_leaves_early_is_no_error(environ: dict[str, str]) -> None:
    process = subprocess.Popen(
        [*GIFTILL, "transactions", "--limit", "500"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    complaints = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 141
    assert complaints == b""


def start_sandbox(environ: Mapping[str, str], *words: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [*GIFTILL, "sandbox", *words],
        env={**environ, "GIFTILL_API_URL": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline()


def end(process: subprocess.Popen[str], number: int) -> tuple[int, str]:
    process.send_signal(number)
    _, complaints = process.communicate(timeout=30)
    return process.returncode, complaints


def test_the_sandbox_says_where_it_listens_and_takes_the_token_given(
    environ: dict[str, str], tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    process, line = start_sandbox(environ, "--token", "mine", "--data", str(ledger))
    try:
        assert line.startswith("Listening on http://127.0.0.1:")
        assert line.endswith("/v1/\n")
        url = line.removeprefix("Listening on ").strip()
        headers = {"Authorization": "Bearer mine"}
        assert httpx.get(f"{url}locations", headers=headers).status_code == 200
        assert httpx.get(f"{url}locations").status_code == 401
    finally:
        ended = end(process, signal.SIGTERM)
    assert ended == (0, "")
    assert ledger.exists()


def test_a_port_that_is_taken_is_a_sentence(environ: dict[str, str], server: SandboxServer) -> None:
    port = server.url.split(":")[2].split("/")[0]
    answer = run(environ, "sandbox", "--port", port)
    assert answer.returncode == 8
    assert "Traceback" not in answer.stderr
    assert f"can't listen on 127.0.0.1 port {port}: Address already in use." in answer.stderr
    assert "attempting to bind" not in answer.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
@pytest.mark.parametrize(
    "display",
    [
        {"DISPLAY": ":9999"},
        {"WAYLAND_DISPLAY": "wayland-9999"},
        {"DISPLAY": ":9999", "QT_QPA_PLATFORM": "xcb"},
    ],
    ids=["x11", "wayland", "chosen"],
)
def test_a_display_that_does_not_answer_is_a_sentence_and_no_abort(
    environ: dict[str, str], display: dict[str, str]
) -> None:
    answer = run({**environ, **display}, "--training")
    assert answer.returncode == 8
    assert "The display does not answer" in answer.stderr
    doctor = run({**environ, **display}, "doctor")
    assert "It does not answer, so the window can’t open." in doctor.stdout


def test_the_sheet_of_cards_is_a_pdf(environ: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "cards.pdf"
    assert run(environ, "sandbox", "cards", "--out", str(out)).returncode == 0
    assert out.read_bytes().startswith(b"%PDF-")


def test_ctrl_c_ends_a_command_without_a_traceback(environ: dict[str, str]) -> None:
    import socket

    # A server that takes the connection and never answers.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1/"
        process = subprocess.Popen(
            [*GIFTILL, "card", FULL],
            env={**environ, "GIFTILL_API_URL": url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        connection, _ = silent.accept()
        with connection:
            connection.recv(10)
            status, complaints = end(process, signal.SIGINT)
    assert status == 130
    assert complaints == ""


@pytest.mark.parametrize("words", ["--help", "holds", "card " + FULL, "doctor"])
def test_no_command_loads_the_window_s_library(environ: dict[str, str], words: str) -> None:
    code = (
        "import sys; from giftill.__main__ import main; "
        f"sys.argv = ['giftill', *{words.split()!r}]\n"
        "main()\n"
        "found = [name for name in sys.modules if name.split('.')[0] in ('PySide6', 'qasync')]\n"
        "sys.exit(repr(found) if found else 0)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr


def test_help_loads_neither_http_nor_sqlite_nor_babel(environ: dict[str, str]) -> None:
    code = (
        "import sys; from giftill.__main__ import main; sys.argv = ['giftill', '--help']; main()\n"
        "heavy = {'httpx', 'apsw', 'babel', 'keyring', 'starlette', 'asyncio'}\n"
        "sys.exit(repr(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr


def test_holds_reads_the_journal_without_the_api(environ: dict[str, str]) -> None:
    unreachable = {**environ, "GIFTILL_API_URL": "http://127.0.0.1:9/v1/", "GIFTILL_TOKEN": ""}
    assert run(unreachable, "holds").returncode == 0
    assert run(unreachable, "outbox").returncode == 0


def test_the_doctor_names_what_fails_and_what_to_do(environ: dict[str, str]) -> None:
    well = run(environ, "doctor", "--json")
    assert well.returncode == 0
    levels = {each["check"]: each["level"] for each in json.loads(well.stdout)["checks"]}
    expected = {
        "folder": "ok",
        "settings": "ok",
        "journal": "ok",
        "keyring": "warn",
        "name": "ok",
        "connection": "ok",
        "tls": "ok",
        "token": "ok",
        "clock": "ok",
        "location": "warn",
        "limits": "ok",
        "display": "warn",
        "scanner": "ok",
    }
    assert levels.items() >= expected.items()
    assert "None to look up" in well.stdout
    ill = run({**environ, "GIFTILL_API_URL": "https://no-such-host.invalid/v1/"}, "doctor")
    assert ill.returncode == 7
    assert "no-such-host.invalid" in ill.stdout
    wrong = run({**environ, "GIFTILL_TOKEN": "wrong-token"}, "doctor")
    assert wrong.returncode == 7
    assert "Gifty refuses it" in wrong.stdout
    assert "wrong-token" not in wrong.stdout + wrong.stderr


def test_the_doctor_tries_the_way_to_the_api_without_a_token_too(environ: dict[str, str]) -> None:
    answer = run({**environ, "GIFTILL_TOKEN": ""}, "doctor", "--json")
    assert answer.returncode == 7
    levels = {each["check"]: each["level"] for each in json.loads(answer.stdout)["checks"]}
    assert levels.items() >= {"connection": "ok", "clock": "ok", "token": "fail"}.items()


def test_the_doctor_works_although_the_settings_are_at_fault(
    environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "till").mkdir()
    (tmp_path / "till" / "settings.toml").write_text("theme = \n", encoding="utf-8")
    answer = run(environ, "doctor", "--json")
    assert answer.returncode == 7
    checks = {each["check"]: each for each in json.loads(answer.stdout)["checks"]}
    assert checks["settings"]["level"] == "fail"
    assert "settings.toml" in checks["settings"]["message"]
    assert checks["connection"]["level"] == "ok", "the address of the environment is still used"


@pytest.mark.skipif(
    shutil.which("gnome-keyring-daemon") is None or shutil.which("dbus-run-session") is None,
    reason="needs gnome-keyring and dbus",
)
def test_the_token_is_set_checked_and_forgotten_in_a_real_keyring(
    environ: dict[str, str], tmp_path: Path
) -> None:
    script = f"""
        printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
        g="{sys.executable} -m giftill"
        step() {{ "$@" >>"$HOME/out" 2>&1; echo "$?"; }}
        echo wrong-token | step $g token set
        step $g token check
        echo {TOKEN} | step $g token set
        step $g token check
        step $g card {FULL}
        tr=$($g redeem {FULL} 1.00 | sed -n 's/.*giftill capture //p')
        step $g capture "$tr" --api-url http://127.0.0.1:9/v1/
        step $g token forget
        step $g token check
    """
    (tmp_path / "home").mkdir()
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    surroundings = {**environ, "XDG_RUNTIME_DIR": str(runtime)}
    del surroundings["GIFTILL_TOKEN"]
    answer = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = (tmp_path / "home" / "out").read_text(encoding="utf-8")
    assert "A token that was set before stays as it is." in said
    # The token of one API is not the token of another, so the capture at a wrong address has none.
    assert answer.stdout.split() == ["8", "8", "0", "0", "0", "8", "0", "8"], said
    assert TOKEN not in said
    assert "wrong-token" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="needs a terminal of Unix")
@pytest.mark.parametrize(("typed", "status"), [(b"\x04", 2), (b"\x03", 130)])
def test_the_prompt_for_the_token_can_be_left(
    environ: dict[str, str], typed: bytes, status: int
) -> None:
    ours, theirs = os.openpty()
    asking = subprocess.Popen(
        [sys.executable, "-c", _OWN_TERMINAL, *GIFTILL, "token", "set"],
        env=environ,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        said = b""
        while not said.endswith(b": "):
            said += os.read(ours, 1024)
        os.write(ours, typed)
        assert asking.wait(timeout=30) == status
    finally:
        asking.kill()
        asking.wait()
        os.close(ours)
