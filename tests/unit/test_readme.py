"""The README keeps its word: its links lead somewhere, its commands exist, its curl lines work."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from giftill.cli.commands import BY_NAME
from giftill.cli.exits import Exit
from giftill.sandbox import SandboxConfig, SandboxServer

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The README's blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_every_link_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
    for target in re.findall(r"\]\(([^)]+)\)", README):
        if target.startswith("#"):
            assert target[1:] in anchors
        elif not target.startswith("https://"):
            assert (ROOT / target).is_file(), target


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "packaging" / "readme").glob("*.png"))
    assert pictures
    assert all(each.stat().st_size < 150_000 for each in pictures)


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"(?:^|`|bin/)giftill ([a-z]+)", "\n".join(blocks("sh")), re.MULTILINE))
    assert named
    assert named <= set(BY_NAME)


def test_every_exit_status_is_explained() -> None:
    explained = {int(number) for number in re.findall(r"^\| (\d) \| ", README, re.MULTILINE)}
    assert explained == {int(each) for each in Exit if each is not Exit.INTERRUPTED}


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_lines_are_answered_as_they_should() -> None:
    script = "\n".join(each for each in blocks("sh") if "gifty " in each)
    # The last one closes the door behind itself.
    assert '"offline"' in script.splitlines()[-1]
    with SandboxServer(SandboxConfig()) as server:
        here = server.url.removesuffix("/v1/")
        run = subprocess.run(
            ["bash", "-e", "-c", script.replace("http://127.0.0.1:8080", here)],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    refused = [each["message"] for each in answers if "message" in each]
    assert refused == ["Het saldo van de cadeaubon is niet toereikend: er is € 0,00 beschikbaar."]
    types = {each["data"].get("type") for each in answers if isinstance(each.get("data"), dict)}
    assert {"redeem", "issue", "release", "refund", "reverse_expire"} <= types
