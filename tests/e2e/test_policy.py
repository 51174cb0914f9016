"""An administrator's answers-only install: the policy is placed, and nothing but the token asked.

The policy lies where every PC has it, in a folder that only these processes see.
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.desktop import Terminal
from tests.helpers.disks import SmallDisk, covered, missing_rights_to_cover
from tests.helpers.measured import measured
from tests.helpers.processes import TOKEN, Till

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.desktop import Desktop
    from tests.helpers.processes import Server

pytestmark = pytest.mark.serial

FULL = SHOWCASE["full_50"].code
AMOUNT = "€\N{NO-BREAK SPACE}12,50"


@pytest.fixture
def etc() -> Iterator[SmallDisk]:
    missing = missing_rights_to_cover()
    if missing:
        pytest.skip(f"no /etc of its own: {missing}")
    with covered(Path("/etc")) as mounted:
        (mounted.path / "giftill" / "policy.d").mkdir(parents=True, exist_ok=True)
        yield mounted


@pytest.fixture
def fresh_till(etc: SmallDisk, desktop: Desktop, tmp_path: Path) -> Till:
    """Return a till that nobody has set up: no settings, no variables, no token."""
    home = tmp_path / "home"
    home.mkdir()
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONWARNINGS": "error",
        "DBUS_SESSION_BUS_ADDRESS": desktop.environ["DBUS_SESSION_BUS_ADDRESS"],
        "XDG_RUNTIME_DIR": desktop.environ["XDG_RUNTIME_DIR"],
        **measured(),
    }
    return Till(home / ".local/share/giftill", environ, etc.prefix)


def place(etc: SmallDisk, name: str, text: str) -> None:
    (etc.path / "giftill" / "policy.d" / name).write_text(text, encoding="utf-8")


def test_with_a_policy_the_first_start_needs_nothing_but_the_token(
    desktop: Desktop, fresh_till: Till, etc: SmallDisk, server: Server
) -> None:
    shop = server.get("locations")[1]
    place(etc, "10-account.toml", f'api_url = "{server.url}"\n')
    place(
        etc,
        "20-shop.toml",
        # The keys of a test come from a process that a busy PC lets wait, unlike a scanner's.
        f'location = "{shop["id"]}"\nscanner_gap_ms = 150\n[defaults]\nlanguage = "nl"\n',
    )
    done = fresh_till.run("token", "set", stdin=f"{TOKEN}\n")
    assert (done.status, done.err) == (0, ""), done
    with closing(Terminal(desktop, fresh_till)) as window:
        window.until_shows("Kaartcode")
        window.until_shows(shop["street"])
        window.take_focus()
        desktop.scan(FULL)
        window.until_focus_on("Te reserveren bedrag")
        desktop.type("12,50")
        window.until_shows(f"Reserveren {AMOUNT}")
        desktop.press("F8")
        window.until_shows(f"Afrekenen {AMOUNT}")
        desktop.press("ctrl+l")
        window.until_shows("De beheerder van deze pc heeft de locatie vastgezet")
        desktop.picture("policy")
        desktop.press("F9")
        window.until_shows("De verkoop is afgerekend en bevestigd.")
    (captured,) = server.redeems("full_50", 1250)
    assert captured["status"] == "success"
    assert shop["id"] in fresh_till.run("journal", "export").out
    assert not (fresh_till.data / "settings.toml").exists()


def test_a_till_does_not_start_with_a_policy_that_is_wrong(
    fresh_till: Till, etc: SmallDisk, server: Server
) -> None:
    place(etc, "10.toml", f'api_url = "{server.url}"\noutbox_limit_cents = "much"\n')
    for words in ((), ("card", FULL), ("--training",)):
        done = fresh_till.run(*words)
        assert done.status == 8, done
        assert "outbox_limit_cents" in done.err
        assert "/etc/giftill/policy.d/10.toml" in done.err
    told = fresh_till.run("doctor", "--json").json["checks"]
    assert {each["check"]: each["level"] for each in told}["policy"] == "fail"


def test_who_starts_it_from_a_menu_reads_on_the_screen_what_is_wrong(
    desktop: Desktop, fresh_till: Till, etc: SmallDisk
) -> None:
    place(etc, "10.toml", 'language = "nl"\noutbox_limit_cents = 0\n')
    with closing(Terminal(desktop, fresh_till)) as notice:
        notice.until_shows("The policy of this PC can’t be used")
        notice.until_shows("/etc/giftill/policy.d/10.toml")
        assert notice.confirm() == 8
