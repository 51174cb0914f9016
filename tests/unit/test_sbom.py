"""The bill of materials, from a small environment; `make sbom` checks the real one's schema."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

# The scripts of packaging/ are run, not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))

from sbom import narrow

ENVIRONMENT: dict[str, Any] = {
    "bomFormat": "CycloneDX",
    "components": [
        {"bom-ref": "httpx==1", "name": "httpx", "purl": "pkg:pypi/httpx@1"},
        {"bom-ref": "h11==2", "name": "h11", "purl": "pkg:pypi/h11@2"},
        {"bom-ref": "pip==3", "name": "pip", "purl": "pkg:pypi/pip@3"},
        {"bom-ref": "qt==6.11.3", "name": "PySide6_Essentials"},
    ],
    "dependencies": [
        {"ref": "httpx==1", "dependsOn": ["h11==2", "pip==3"]},
        {"ref": "h11==2"},
        {"ref": "pip==3"},
    ],
}
PCRE = {"name": "PCRE2", "licence": "BSD-3-Clause", "copyright": "University of Cambridge"}


def notice(name: str, version: str, *parts: dict[str, str]) -> dict[str, Any]:
    return {"name": name, "version": version, "licence": "MIT", "parts": list(parts)}


NOTICES = [
    notice("h11", "2"),
    notice("httpx", "1"),
    notice("PySide6_Essentials", "6.11.3", PCRE),
    notice("Python", "3.11.2", PCRE | {"name": "Expat", "licence": "LicenseRef-Own"}),
]


def test_the_bill_has_what_was_frozen_and_nothing_else() -> None:
    bill = narrow(ENVIRONMENT, NOTICES)
    assert bill["bomFormat"] == "CycloneDX"
    assert [each["name"] for each in bill["components"]] == [
        "h11",
        "httpx",
        "PySide6_Essentials",
        "Python",
    ]
    assert bill["components"][1]["purl"] == "pkg:pypi/httpx@1"
    refs = {each["bom-ref"] for each in bill["components"]}
    named = [ref for each in bill["dependencies"] for ref in each["dependsOn"]]
    assert set(named) <= refs
    assert {"ref": "httpx==1", "dependsOn": ["h11==2"]} in bill["dependencies"]


def test_the_bill_knows_python_and_qt_and_what_is_inside_them() -> None:
    components = {each["name"]: each for each in narrow(ENVIRONMENT, NOTICES)["components"]}
    (qt,) = components["PySide6_Essentials"]["components"]
    assert qt["cpe"] == "cpe:2.3:a:qt:qt:6.11.3:*:*:*:*:*:*:*"
    (pcre,) = qt["components"]
    assert (pcre["name"], pcre["licenses"]) == ("PCRE2", [{"expression": "BSD-3-Clause"}])
    python = components["Python"]
    assert python["cpe"].startswith("cpe:2.3:a:python:python:3.11.2:")
    assert python["components"][0]["licenses"] == [{"license": {"name": "LicenseRef-Own"}}]
