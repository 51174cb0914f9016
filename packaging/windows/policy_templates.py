"""Writes the templates for group policy and Intune: policy/giftill.admx and an .adml a language.

They say what `giftill.config.policy_keys` says; run this when a setting has come or changed:
`.venv/bin/python packaging/windows/policy_templates.py`. The form of the files is [MS-GPREG] and
the ADMX schema: https://learn.microsoft.com/previous-versions/windows/desktop/policy/admx-schema
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from giftill.config.policy_keys import Kind, PolicyKey, policy_keys
from giftill.config.policy_windows import DEFAULTS_KEY, KEY
from giftill.texts import Texts

FOLDER: Final = Path(__file__).with_name("policy")
_SCHEMA: Final = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
# The two things that a policy can do, each a folder in the editor with all settings in it: what is
# put in front of a setting's name, and the registry key of its values.
_WAYS: Final = {"fixed": KEY, "proposed": DEFAULTS_KEY}

# The templates' own words; a setting's are the program's, from its catalogue.
_WORDS: Final = {
    "en": {
        "Giftill": "Giftill",
        "fixed": "Fixed for everybody",
        "proposed": "Proposed, everybody may choose otherwise",
        "every_version": "Every version of Giftill",
        "fixed_effect": (
            "Enabled: it holds for every user of this PC, over settings files, environment and "
            "command line. Not configured: each till decides for itself."
        ),
        "proposed_effect": (
            "Enabled: it holds until a till's own settings say otherwise. Not configured: the "
            "value that Giftill comes with holds."
        ),
        "switch_effect": "Enabled is yes, disabled is no.",
        "range": "From {least} to {most}.",
        "default": "Giftill comes with {default}.",
        "description": "What may be decided about Giftill, the gift-card terminal for store tills.",
    },
    "nl": {
        "Giftill": "Giftill",
        "fixed": "Vast voor iedereen",
        "proposed": "Voorgesteld, iedereen mag anders kiezen",
        "every_version": "Elke versie van Giftill",
        "fixed_effect": (
            "Ingeschakeld: het geldt voor elke gebruiker van deze pc, boven instellingenbestanden, "
            "omgeving en opdrachtregel. Niet geconfigureerd: elke kassa beslist zelf."
        ),
        "proposed_effect": (
            "Ingeschakeld: het geldt tot de eigen instellingen van een kassa iets anders zeggen. "
            "Niet geconfigureerd: de waarde waarmee Giftill komt, geldt."
        ),
        "switch_effect": "Ingeschakeld is ja, uitgeschakeld is nee.",
        "range": "Van {least} tot en met {most}.",
        "default": "Giftill komt met {default}.",
        "description": "Wat over Giftill, de cadeaubonterminal voor de kassa, kan worden beslist.",
    },
}
_LANGUAGES: Final = {"en-US": "en", "nl-NL": "nl"}


def admx() -> bytes:
    """Return giftill.admx: which settings there are, and where in the registry they lie."""
    root = ET.Element("policyDefinitions", revision="1.0", schemaVersion="1.0", xmlns=_SCHEMA)
    namespaces = ET.SubElement(root, "policyNamespaces")
    ET.SubElement(namespaces, "target", prefix="giftill", namespace="Giftill.Policies")
    ET.SubElement(root, "resources", minRequiredRevision="1.0")
    definitions = ET.SubElement(ET.SubElement(root, "supportedOn"), "definitions")
    ET.SubElement(
        definitions, "definition", name="every_version", displayName="$(string.every_version)"
    )
    categories = ET.SubElement(root, "categories")
    ET.SubElement(categories, "category", name="Giftill", displayName="$(string.Giftill)")
    for way in _WAYS:
        category = ET.SubElement(categories, "category", name=way, displayName=f"$(string.{way})")
        ET.SubElement(category, "parentCategory", ref="Giftill")
    policies = ET.SubElement(root, "policies")
    for way, registry_key in _WAYS.items():
        for key in policy_keys():
            _add_policy(policies, key, way, registry_key)
    return _xml(root)


def _add_policy(policies: ET.Element, key: PolicyKey, way: str, registry_key: str) -> None:
    attributes = {
        "name": f"{way}_{key.name}",
        "class": "Machine",
        "displayName": f"$(string.{key.name})",
        "explainText": f"$(string.{way}_{key.name}_explanation)",
        "key": registry_key,
    }
    if key.kind is Kind.SWITCH:
        attributes["valueName"] = key.name
    else:
        attributes["presentation"] = f"$(presentation.{key.name})"
    policy = ET.SubElement(policies, "policy", attributes)
    ET.SubElement(policy, "parentCategory", ref=way)
    ET.SubElement(policy, "supportedOn", ref="every_version")
    if key.kind is Kind.SWITCH:
        for state, value in (("enabledValue", "1"), ("disabledValue", "0")):
            ET.SubElement(ET.SubElement(policy, state), "decimal", value=value)
        return
    element = {"id": key.name, "valueName": key.name, "required": "true"}
    elements = ET.SubElement(policy, "elements")
    match key.kind:
        case Kind.TEXT:
            longest = {"maxLength": str(key.longest)} if key.longest else {}
            ET.SubElement(elements, "text", {**element, **longest})
        case Kind.NUMBER:
            span = {"minValue": str(key.least), "maxValue": str(key.most)}
            ET.SubElement(elements, "decimal", {**element, **span})
        case Kind.CHOICE:
            choices = ET.SubElement(elements, "enum", element)
            for choice in key.choices:
                item = ET.SubElement(choices, "item", displayName=f"$(string.{key.name}_{choice})")
                ET.SubElement(ET.SubElement(item, "value"), "string").text = choice


def adml(language: str) -> bytes:
    """Return an .adml: what the editor shows.

    Args:
        language: `en` or `nl`.
    """
    words, texts = _WORDS[language], Texts(language)
    root = ET.Element(
        "policyDefinitionResources", revision="1.0", schemaVersion="1.0", xmlns=_SCHEMA
    )
    ET.SubElement(root, "displayName").text = words["Giftill"]
    ET.SubElement(root, "description").text = words["description"]
    resources = ET.SubElement(root, "resources")
    strings = {name: words[name] for name in ("Giftill", *_WAYS, "every_version")}
    for key in policy_keys():
        strings[key.name] = texts(key.label)
        strings |= {f"{key.name}_{choice}": choice for choice in key.choices}
        for way in _WAYS:
            strings[f"{way}_{key.name}_explanation"] = _explanation(key, way, words, texts)
    table = ET.SubElement(resources, "stringTable")
    for name, text in strings.items():
        ET.SubElement(table, "string", id=name).text = text
    presentations = ET.SubElement(resources, "presentationTable")
    for key in policy_keys():
        _add_presentation(presentations, key, texts(key.label))
    return _xml(root)


def _explanation(key: PolicyKey, way: str, words: dict[str, str], texts: Texts) -> str:
    sentences = [texts(key.explanation)]
    if key.kind is Kind.NUMBER:
        sentences.append(words["range"].format(least=key.least, most=key.most))
    if key.kind is Kind.SWITCH:
        sentences.append(words["switch_effect"])
    elif key.default and key.kind is not Kind.CHOICE:
        sentences.append(words["default"].format(default=key.default))
    return " ".join(sentences) + "\n\n" + words[f"{way}_effect"]


def _add_presentation(table: ET.Element, key: PolicyKey, label: str) -> None:
    if key.kind is Kind.SWITCH:
        return
    presentation = ET.SubElement(table, "presentation", id=key.name)
    match key.kind:
        case Kind.TEXT:
            box = ET.SubElement(presentation, "textBox", refId=key.name)
            ET.SubElement(box, "label").text = label
        case Kind.NUMBER:
            ET.SubElement(
                presentation, "decimalTextBox", refId=key.name, defaultValue=str(key.default)
            ).text = label
        case Kind.CHOICE:
            ET.SubElement(
                presentation,
                "dropdownList",
                refId=key.name,
                defaultItem=str(key.choices.index(str(key.default))),
            ).text = label


def _xml(root: ET.Element) -> bytes:
    ET.indent(root)
    content: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return content + b"\n"


def templates() -> dict[Path, bytes]:
    """Return every file of the templates, by its place below `policy/`."""
    return {Path("giftill.admx"): admx()} | {
        Path(folder, "giftill.adml"): adml(language) for folder, language in _LANGUAGES.items()
    }


if __name__ == "__main__":
    for name, content in templates().items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(content)
