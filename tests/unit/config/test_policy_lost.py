"""What an administrator meant and the till could miss: it is refused, read all the same or told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.config import Policy, PolicyError, read_policy
from giftill.config.policy import PolicyFile, PolicyFolder, Sheet
from tests.helpers.policy import fixed_in, policy_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "content", [b"", b"\n", b" \t\r\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"]
)
def test_an_empty_file_stops_the_till(place: Path, content: bytes) -> None:
    file = place / "10.toml"
    file.write_bytes(content)
    for where in (PolicyFolder(place), PolicyFile(file)):
        with pytest.raises(PolicyError) as caught:
            read_policy([where])
        assert f"“{file}” is empty" in str(caught.value.message)
        assert "delete it" in str(caught.value.hint)


def test_one_empty_file_stops_the_till_also_where_another_says_something(place: Path) -> None:
    (place / "20.toml").write_bytes(b"")
    with pytest.raises(PolicyError) as caught:
        policy_of(place, "outbox_limit_cents = 1000\n")
    assert str(place / "20.toml") in str(caught.value.message)


@pytest.mark.parametrize("text", ["#", "# nothing is fixed here", "\n# a\n\n", "[defaults]\n"])
def test_a_file_that_says_that_nothing_is_decided_is_fine(place: Path, text: str) -> None:
    policy = policy_of(place, text)
    assert (policy.fixed, policy.defaults) == ({}, {})


@pytest.mark.parametrize("name", ["10-shop.TOML", "10-shop.Toml", "README.toml"])
def test_a_name_may_end_in_toml_in_any_case(place: Path, name: str) -> None:
    (place / name).write_text("outbox_limit_cents = 1000\n", encoding="utf-8")
    policy = policy_of(place)
    assert fixed_in(policy) == {"outbox_limit_cents": 1000}
    assert policy.unread == ()


@pytest.mark.parametrize(
    "name", ["10-shop.tml", "10-shop.toml.bak", "10-shop.toml~", "10-shop", "toml", "shops"]
)
def test_what_is_not_read_can_be_told(place: Path, name: str) -> None:
    (place / name).write_text("outbox_limit_cents = 1000\n", encoding="utf-8")
    policy = policy_of(place, "sound = false\n")
    assert fixed_in(policy) == {"sound": False}
    assert policy.unread == (place / name,)


def test_a_folder_within_is_not_read_and_can_be_told(place: Path) -> None:
    (place / "shops").mkdir()
    (place / "shops" / "10.toml").write_text("sound = false\n", encoding="utf-8")
    assert policy_of(place) == Policy(unread=(place / "shops",), paths=(place,))


@pytest.mark.parametrize("name", ["README", "README.dpkg-dist", ".10-shop.toml", ".10.toml.swp"])
def test_of_the_packages_own_files_and_hidden_ones_nothing_is_told(place: Path, name: str) -> None:
    (place / name).write_text("this is no = = TOML", encoding="utf-8")
    assert policy_of(place) == Policy(paths=(place,))


@pytest.mark.parametrize(
    "text",
    [
        "[fixed]\noutbox_limit_cents = 1000\n",
        "[[fixed]]\noutbox_limit_cents = 1000\n",
        "[fixed.outbox]\noutbox_limit_cents = 1000\n",
        "fixed = {outbox_limit_cents = 1000}\n",
        "fixed.outbox_limit_cents = 1000\n",
        "[defaults.fixed]\noutbox_limit_cents = 1000\n",
        "[fixed]\nnew = 1\noutbox_limit_cents = 0\n",
    ],
)
def test_a_setting_in_a_table_that_means_nothing_stops_the_till(place: Path, text: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policy_of(place, text)
    told = str(caught.value.message)
    assert "“outbox_limit_cents”" in told
    assert "[fixed]" in told
    assert str(place / "10.toml") in told


def test_so_does_one_that_does_not_lie_in_a_file() -> None:
    class Profile:
        def read(self) -> list[Sheet]:
            return [Sheet("a profile", {"Fixed": {"sound": False}})]

    with pytest.raises(PolicyError):
        read_policy([Profile()])


@pytest.mark.parametrize("text", ["[kiosk]\nhours = 3\n", "[[kiosk]]\n", "[kiosk]\n", "kiosk={}"])
def test_a_table_of_a_newer_policy_stops_nothing_and_can_be_told(place: Path, text: str) -> None:
    policy = policy_of(place, f"sound = false\n{text}")
    where = (("kiosk", str(place / "10.toml")),)
    assert fixed_in(policy) == {"sound": False}
    assert (policy.unknown, policy.tables) == (where, where)


@pytest.mark.parametrize("text", ["kiosk = 1\n", 'kiosk = ["sound"]\n', 'kiosk = "sound"\n'])
def test_an_unknown_name_is_no_table(place: Path, text: str) -> None:
    policy = policy_of(place, text)
    assert policy.unknown == (("kiosk", str(place / "10.toml")),)
    assert policy.tables == ()
