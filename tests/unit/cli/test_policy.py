"""What the command line makes of an administrator's policy: real sandbox, real files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from giftill.config.policy import PolicyFolder
from giftill.sandbox import SHOWCASE
from tests.helpers.desk import sandbox
from tests.helpers.shell import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from giftill.sandbox import SandboxServer

FULL = SHOWCASE["full_50"].code
OTHERS = "Others than the administrator can change"


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with sandbox() as running:
        yield running


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "policy.d"
    folder.mkdir(mode=0o755)
    return folder


@pytest.fixture
def shell(server: SandboxServer, tmp_path: Path, place: Path) -> Shell:
    return Shell(tmp_path / "till", server.url, policy_places=(PolicyFolder(place),))


def say(place: Path, text: str) -> Path:
    file = place / "10.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o644)
    return file


def shops(shell: Shell) -> list[str]:
    return [each["id"] for each in shell.run("locations", "--json").json["locations"]]


def findings(shell: Shell, **environ: str) -> list[tuple[str, str]]:
    """Return level and message of what the doctor says of the policy, but for whose the files are.

    Root's, where the tests run as root; a developer's own elsewhere.
    """
    document = shell.run("doctor", "--json", **environ).json
    found = [each for each in document["checks"] if each["check"] == "policy"]
    return [(each["level"], each["message"]) for each in found if OTHERS not in each["message"]]


def test_without_a_policy_nothing_is_said_of_it(shell: Shell, place: Path) -> None:
    place.rmdir()
    assert shell.run("card", FULL).err == ""
    assert findings(shell) == [("ok", "None: nothing is fixed on this PC.")]
    assert shell.run("doctor", "--json").json["policy"] == {"fixed": {}, "defaults": {}}


def test_a_command_works_for_the_shop_that_is_fixed(shell: Shell, place: Path) -> None:
    shop = shops(shell)[1]
    say(place, f'location = "{shop}"\n')
    done = shell.run("redeem", FULL, "1.00", "--json")
    assert done.status == 0, done
    assert done.json["hold"]["location"] == shop


def test_the_language_that_is_fixed_is_answered_in(shell: Shell, place: Path) -> None:
    say(place, 'language = "nl"\n')
    assert "Gebruik: giftill" in shell.run("--help", LANG="en_GB.UTF-8").out


@pytest.mark.parametrize("option", ["--location", "--api-url"])
def test_an_option_for_another_shop_or_api_is_refused_and_nothing_is_sent(
    shell: Shell, place: Path, server: SandboxServer, option: str
) -> None:
    shop, other = shops(shell)[:2]
    say(place, f'location = "{shop}"\napi_url = "{server.url}"\n')
    value = {"--location": other, "--api-url": "https://api.gifty.nl/v1/"}[option]
    before = shell.run("card", FULL, "--json").json["card"]["balance"]
    refused = shell.run("redeem", FULL, "1.00", option, value)
    assert refused.status == 3, refused
    assert "fixed" in refused.err
    assert f"{option} {value}" in refused.err
    assert shell.run("card", FULL, "--json").json["card"]["balance"] == before


def test_an_option_that_says_the_same_is_fine(shell: Shell, place: Path) -> None:
    shop = shops(shell)[0]
    say(place, f'location = "{shop}"\n')
    assert shell.run("card", FULL, "--location", shop).status == 0


def test_a_variable_that_says_something_else_is_not_heeded_and_that_is_told(
    shell: Shell, place: Path, server: SandboxServer
) -> None:
    say(place, f'api_url = "{server.url}"\n')
    done = shell.run("card", FULL, GIFTILL_API_URL="https://api.gifty.nl/v1/")
    assert done.status == 0, done
    assert "GIFTILL_API_URL is not heeded" in done.err
    told = findings(shell, GIFTILL_API_URL="https://api.gifty.nl/v1/")
    assert ("warn", "GIFTILL_API_URL is not heeded: the administrator of this PC fixed it.") in told


def test_a_variable_that_says_the_same_is_not_told(
    shell: Shell, place: Path, server: SandboxServer
) -> None:
    say(place, f'api_url = "{server.url}"\n')
    assert shell.run("card", FULL, GIFTILL_API_URL=server.url).err == ""


def test_a_wrong_value_ends_every_command_with_8_and_names_file_and_key(
    shell: Shell, place: Path
) -> None:
    file = say(place, "outbox_limit_cents = 0\n")
    for words in (("card", FULL), ("outbox",), ("token", "check"), ("journal", "check"), ()):
        done = shell.run(*words)
        assert done.status == 8, done
        assert "outbox_limit_cents" in done.err
        assert str(file) in done.err
        assert "100000000" in done.err
    assert shell.run("--help").status == 0
    assert shell.run("--version").status == 0


def test_the_doctor_examines_the_rest_where_the_policy_is_broken(shell: Shell, place: Path) -> None:
    file = say(place, "sound = \n")
    done = shell.run("doctor", "--json")
    assert done.status == 7
    levels = {each["check"]: each for each in done.json["checks"]}
    assert levels["policy"]["level"] == "fail"
    assert str(file) in levels["policy"]["message"]
    assert levels["token"]["level"] == "ok"


def test_the_doctor_tells_what_is_decided_and_where(
    shell: Shell, place: Path, server: SandboxServer
) -> None:
    one = say(place, f'api_url = "{server.url}"\nsound = false\n')
    two = place / "20.toml"
    two.write_text('[defaults]\nlanguage = "nl"\n', encoding="utf-8")
    shell.environ["LANG"] = "en_GB.UTF-8"
    (shell.data).mkdir(parents=True)
    (shell.data / "settings.toml").write_text('language = "en"\n', encoding="utf-8")
    assert findings(shell) == [
        ("ok", f"Fixed by “{one}”: api_url = {server.url}, sound = false."),
        ("ok", f"Proposed by “{two}”: language = nl."),
    ]
    document: dict[str, Any] = shell.run("doctor", "--json").json["policy"]
    assert document == {
        "fixed": {
            "api_url": {"value": server.url, "from": str(one)},
            "sound": {"value": False, "from": str(one)},
        },
        "defaults": {"language": {"value": "nl", "from": str(two)}},
    }
    assert f"Fixed by “{one}”" in shell.run("doctor").out


def test_the_doctor_says_who_must_correct_a_fixed_location(shell: Shell, place: Path) -> None:
    say(place, 'location = "lc_nowhere"\n')
    checks = {each["check"]: each for each in shell.run("doctor", "--json").json["checks"]}
    assert checks["location"]["level"] == "fail"
    assert "policy" in checks["location"]["hint"]


def test_a_name_that_means_nothing_is_told_and_logged_and_stops_nothing(
    shell: Shell, place: Path
) -> None:
    file = say(place, 'locatie = "lc_a"\nupdate = 1\n')
    assert shell.run("card", FULL).status == 0
    assert findings(shell) == [("warn", "Not understood: locatie, update.")]
    log = (shell.data / "logs" / "commands.log").read_text(encoding="utf-8")
    assert f"“locatie”, which means nothing here ({file})" in log


@pytest.mark.skipif(os.name != "posix", reason="rights are the folder's on Windows")
def test_the_doctor_warns_of_a_file_that_others_can_change(shell: Shell, place: Path) -> None:
    file = say(place, "sound = false\n")
    file.chmod(0o646)
    done = shell.run("doctor", "--json").json
    told = [each for each in done["checks"] if OTHERS in each["message"]]
    assert [each["level"] for each in told] == ["warn"] * len(told)
    assert any(str(file) in each["message"] for each in told)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs files of root's")
def test_the_doctor_warns_once_of_each_folder_and_link_by_which_others_can_change_it(
    shell: Shell, place: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 1000, 1000)
    for name in ("10.toml", "20.toml"):
        (home / name).write_text("sound = false\n", encoding="utf-8")
        (place / name).symlink_to(home / name)
    tmp_path.chmod(0o777)
    done = shell.run("doctor", "--json").json
    found = [(each["level"], each["message"]) for each in done["checks"]]
    assert [each for each in found if OTHERS in each[1] and str(tmp_path) in each[1]] == [
        ("warn", f"{OTHERS} “{tmp_path}”, and so put another policy in the place of “{place}”."),
        ("warn", f"{OTHERS} “{home}”, where “{place / '10.toml'}” leads."),
    ]


def test_an_empty_policy_ends_every_command_with_8(shell: Shell, place: Path) -> None:
    file = say(place, "")
    for words in (("card", FULL), ("outbox",), ()):
        done = shell.run(*words)
        assert done.status == 8, done
        assert f"“{file}” is empty" in done.err
    assert findings(shell)[0][0] == "fail"


def test_a_limit_under_a_table_that_means_nothing_ends_every_command_with_8(
    shell: Shell, place: Path
) -> None:
    say(place, "[fixed]\noutbox_limit_cents = 1000\n")
    for words in (("card", FULL), ("outbox",), ()):
        done = shell.run(*words)
        assert done.status == 8, done
        assert "“outbox_limit_cents” is not in force" in done.err
        assert "at the top" in done.err


def test_the_doctor_warns_of_a_table_that_is_not_in_force(shell: Shell, place: Path) -> None:
    file = say(place, "colour = 1\n[kiosk]\nhours = 3\n")
    assert shell.run("card", FULL).status == 0
    assert findings(shell) == [
        ("warn", f"Nothing that stands under [kiosk] in “{file}” is in force."),
        ("warn", "Not understood: colour."),
    ]


def test_the_doctor_names_the_files_that_are_not_read(shell: Shell, place: Path) -> None:
    for name in ("10-shop.tml", "10-shop.toml.bak", "README", ".10-shop.toml"):
        (place / name).write_text("sound = false\n", encoding="utf-8")
    why = "is not read, because its name does not end in .toml."
    assert findings(shell) == [
        ("warn", f"“{place / '10-shop.tml'}” {why}"),
        ("warn", f"“{place / '10-shop.toml.bak'}” {why}"),
    ]
