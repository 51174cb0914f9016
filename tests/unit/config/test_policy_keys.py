"""The table that templates for administrators are made from says what the program checks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from giftill.config import PolicyError, read_policy
from giftill.config.policy import PolicyFile
from giftill.config.policy_keys import Kind, PolicyKey, policy_keys
from giftill.config.settings import NAMES, SettingsError, checked_settings
from giftill.texts import Texts

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {key.name: key for key in policy_keys()}
OK = {
    "api_url": "https://gifty.example/v1/",
    "location": "lc_RVyje31w8pmKwwmqlZW096M7",
    "cashier": "Till 3",
}


def is_taken(tmp_path: Path, name: str, value: object) -> bool:
    """Tell whether a policy may say so, as a file."""
    file = tmp_path / "policy.toml"
    written = str(value).lower() if isinstance(value, bool) else repr(value)
    file.write_text(f"{name} = {written}\n", encoding="utf-8")
    try:
        return bool(read_policy([PolicyFile(file)]).fixed[name].value == value)
    except PolicyError:
        return False


def named(kind: Kind) -> list[PolicyKey]:
    return [key for key in KEYS.values() if key.kind is kind]


def test_every_setting_can_be_decided_and_nothing_else() -> None:
    assert tuple(KEYS) == NAMES


@pytest.mark.parametrize("key", named(Kind.NUMBER), ids=lambda key: key.name)
def test_the_ends_of_a_range_are_taken_and_the_next_numbers_are_not(
    key: PolicyKey, tmp_path: Path
) -> None:
    assert key.least is not None
    assert key.most is not None
    numbers = (key.least - 1, key.least, key.most, key.most + 1)
    assert [is_taken(tmp_path, key.name, each) for each in numbers] == [False, True, True, False]
    assert key.registry_type == "REG_DWORD"


@pytest.mark.parametrize("key", named(Kind.CHOICE), ids=lambda key: key.name)
def test_every_choice_is_taken_and_no_other_word(key: PolicyKey, tmp_path: Path) -> None:
    assert all(is_taken(tmp_path, key.name, each) for each in key.choices)
    assert not is_taken(tmp_path, key.name, "other")
    assert key.default in key.choices


@pytest.mark.parametrize("key", named(Kind.SWITCH), ids=lambda key: key.name)
def test_a_switch_is_on_or_off(key: PolicyKey, tmp_path: Path) -> None:
    assert is_taken(tmp_path, key.name, True)
    assert is_taken(tmp_path, key.name, False)
    assert not is_taken(tmp_path, key.name, "true")


@pytest.mark.parametrize("key", named(Kind.TEXT), ids=lambda key: key.name)
def test_a_text_is_taken_as_long_as_it_may_be(key: PolicyKey, tmp_path: Path) -> None:
    assert is_taken(tmp_path, key.name, OK[key.name])
    assert key.registry_type == "REG_SZ"
    if key.longest is not None:
        assert is_taken(tmp_path, key.name, "x" * key.longest)
        assert not is_taken(tmp_path, key.name, "x" * (key.longest + 1))
    if key.pattern:
        assert not is_taken(tmp_path, key.name, "not / like that")


@pytest.mark.parametrize("key", KEYS.values(), ids=lambda key: key.name)
def test_each_is_told_in_both_languages(key: PolicyKey) -> None:
    dutch = Texts("nl")
    for text in (key.label, key.explanation):
        assert text
        assert dutch(text) != text


@pytest.mark.parametrize("key", named(Kind.CHOICE), ids=lambda key: key.name)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_words_to_choose_from_stand_between_quotation_marks(key: PolicyKey, language: str) -> None:
    texts = Texts(language)
    with pytest.raises(SettingsError) as caught:
        checked_settings({key.name: "other"}, "a file")
    assert caught.value.hint is not None
    for told in (texts.message(caught.value.hint), texts(key.explanation)):
        assert sorted(re.findall(r"“(\w+)”", told)) == sorted(key.choices)
