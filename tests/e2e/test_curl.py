"""The README's curl lines reach every endpoint of the API's page on a `giftill sandbox` process."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers.processes import PATIENCE_S, TOKEN

if TYPE_CHECKING:
    from tests.helpers.processes import Server

README = Path(__file__).parents[2] / "README.md"
SECTION = "## Talk to the sandbox with curl"

ENDPOINTS = {
    "GET giftcards/*",
    "POST giftcards/*/redeem",
    "POST giftcards/*/issue",
    "POST giftcards/*/extend",
    "GET transactions",
    "GET transactions/*",
    "POST transactions/*/capture",
    "DELETE transactions/*",
    "POST transactions/*/refund",
    "GET locations",
    "GET packages",
    "GET packages/*",
}


def script() -> str:
    """Return the block that talks to the API, as it stands in the README."""
    section = README.read_text(encoding="utf-8").split(SECTION)[1].split("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    (found,) = [each for each in blocks if each.startswith("API=")]
    return str(found)


def endpoint(line: str) -> str:
    """Return the method and path of a line, whatever card or transaction it is about."""
    found = re.search(r'"\$API/([^"?]+)', line)
    assert found is not None, line
    parts = found[1].split("/")
    parts[1:2] = ["*"] if len(parts) > 1 else []
    given = re.search(r"-X (\w+)", line)
    method = given[1] if given else "POST" if " -d " in line else "GET"
    return f"{method} {'/'.join(parts)}"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_lines_reach_every_endpoint_of_a_sandbox_process(server: Server) -> None:
    lines = script()
    assert {endpoint(line) for line in lines.splitlines() if '"$API/' in line} == ENDPOINTS
    here = re.sub(r"^API=.*$", f"API={server.url.rstrip('/')}", lines, flags=re.MULTILINE)
    ended = subprocess.run(
        ["bash", "-e", "-c", here.replace("training-token", TOKEN)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    # The last line is there to be refused; everything before it works.
    assert ["data" in each for each in answers] == [True] * (len(answers) - 1) + [False]
    assert len(answers) >= len(ENDPOINTS)
