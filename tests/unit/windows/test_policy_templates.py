"""The templates for group policy: what the editor writes by them, the program reads and takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import pytest

from giftill.config.policy import PolicyError, Sheet, read_policy
from giftill.config.policy_keys import Kind, policy_keys
from giftill.config.policy_windows import DEFAULTS_KEY, KEY, from_registry
from tests.helpers.windows_installers import WINDOWS

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA: Final = {"": "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"}
FOLDER: Final = WINDOWS / "policy"
LANGUAGES: Final = ("en-US", "nl-NL")
REG_SZ: Final = 1
REG_DWORD: Final = 4
SAMPLES: Final = {"api_url": "https://api.example.org/v1/", "location": "lc_1", "cashier": "Noor"}


def read(name: str) -> ET.Element:
    return ET.parse(FOLDER / name).getroot()  # noqa: S314 - our own file


def policies() -> list[ET.Element]:
    return read("giftill.admx").findall("policies/policy", SCHEMA)


def strings(language: str) -> dict[str, str]:
    table = read(f"{language}/giftill.adml").findall("resources/stringTable/string", SCHEMA)
    assert len(table) == len({each.attrib["id"] for each in table})
    return {each.attrib["id"]: each.text or "" for each in table}


def presentations(language: str) -> dict[str, ET.Element]:
    table = read(f"{language}/giftill.adml").findall(
        "resources/presentationTable/presentation", SCHEMA
    )
    return {each.attrib["id"]: each for each in table}


def written(policy: ET.Element) -> Iterator[tuple[str, object, int]]:
    """Yield what the editor writes into the registry for a policy: the ends of what it lets one."""
    for state in policy.findall("enabledValue", SCHEMA) + policy.findall("disabledValue", SCHEMA):
        (decimal,) = state
        yield policy.attrib["valueName"], int(decimal.attrib["value"]), REG_DWORD
    for element in policy.findall("elements/*", SCHEMA):
        name = element.attrib["valueName"]
        match element.tag.partition("}")[2]:
            case "text":
                yield name, SAMPLES[name], REG_SZ
                if longest := element.get("maxLength"):
                    yield name, "x" * int(longest), REG_SZ
            case "decimal":
                yield name, int(element.attrib["minValue"]), REG_DWORD
                yield name, int(element.attrib["maxValue"]), REG_DWORD
            case "enum":
                for choice in element.findall("item/value/string", SCHEMA):
                    yield name, choice.text, REG_SZ
            case other:
                pytest.fail(f"nobody knows what the editor writes for {other}")


class Registry:
    """A place with one value in it."""

    def __init__(self, value: tuple[str, object, int]) -> None:
        self._value = value

    def read(self) -> Iterator[Sheet]:
        yield Sheet(KEY, from_registry([self._value], KEY))


def test_they_are_those_that_the_settings_make() -> None:
    from policy_templates import templates

    made = templates()
    assert {path.relative_to(FOLDER) for path in FOLDER.rglob("*.adm?")} == made.keys()
    for name, content in made.items():
        # As text: a checkout on Windows may have its own ends of lines.
        assert (FOLDER / name).read_text("utf-8") == content.decode(), (
            "run .venv/bin/python packaging/windows/policy_templates.py"
        )


def test_every_setting_can_be_fixed_and_proposed_once() -> None:
    found = sorted(
        (policy.attrib["key"], name) for policy in policies() for name in value_names(policy)
    )
    names = [key.name for key in policy_keys()]
    assert found == sorted((key, name) for key in (KEY, DEFAULTS_KEY) for name in names)


def value_names(policy: ET.Element) -> set[str]:
    return {name for name, _, _ in written(policy)}


def test_whatever_the_editor_writes_the_program_takes() -> None:
    for policy in policies():
        for name, data, kind in written(policy):
            taken = read_policy([Registry((name, data, kind))]).fixed[name].value
            assert taken == data
            assert not read_policy([Registry((name, data, kind))]).unknown


@pytest.mark.parametrize("name", [key.name for key in policy_keys() if key.kind is Kind.NUMBER])
def test_what_the_editor_does_not_let_one_write_the_program_refuses(name: str) -> None:
    ends = [data for policy in policies() for each, data, _ in written(policy) if each == name]
    numbers = [data for data in ends if isinstance(data, int)]
    for beyond in (min(numbers) - 1, max(numbers) + 1):
        with pytest.raises(PolicyError):
            read_policy([Registry((name, beyond, REG_DWORD))])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_and_none_is_left_over(language: str) -> None:
    asked = set(re.findall(r"\$\(string\.(\w+)\)", (FOLDER / "giftill.admx").read_text("utf-8")))
    texts = strings(language)
    assert texts.keys() == asked
    assert all(texts.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_the_editor_belongs_to_an_element(language: str) -> None:
    shown = presentations(language)
    asked = set()
    for policy in policies():
        if found := re.fullmatch(r"\$\(presentation\.(\w+)\)", policy.get("presentation", "")):
            asked.add(found[1])
            elements = {each.attrib["id"] for each in policy.findall("elements/*", SCHEMA)}
            assert {field.attrib["refId"] for field in shown[found[1]]} == elements
        else:
            assert not policy.findall("elements/*", SCHEMA)
    assert shown.keys() == asked


def test_dutch_is_not_english() -> None:
    english, dutch = (strings(language) for language in LANGUAGES)
    same = {name for name in english if english[name] == dutch[name]}
    # Words of the program's own that stand in both languages.
    assert same <= {"Giftill", *(name for name in english if re.match(r"(language|theme)_", name))}
