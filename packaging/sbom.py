"""Writes the bill of materials of a frozen program: `sbom.py PYTHON NOTICES.json OUT`.

PYTHON is the interpreter of the environment that was frozen, NOTICES.json what notices.py left in
PyInstaller's folder of work. cyclonedx-py describes the environment; of that stays what was really
frozen, and what is inside of it, such as Qt's own parts, is added. The result is checked against
the schema of CycloneDX. The same program gives the same bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
VERSION: Final = "1.6"
_ROOT: Final = "root-component"
# Under which names the databases of weaknesses know what is on no package index.
_CPE: Final = {
    "OpenSSL": "cpe:2.3:a:openssl:openssl:{version}:*:*:*:*:*:*:*",
    "Python": "cpe:2.3:a:python:python:{version}:*:*:*:*:*:*:*",
    "Qt": "cpe:2.3:a:qt:qt:{version}:*:*:*:*:*:*:*",
}

Json = dict[str, Any]


def describe(python: str) -> Json:
    """Return what cyclonedx-py says of an environment.

    Args:
        python: Its interpreter.
    """
    command = [
        *(sys.executable, "-m", "cyclonedx_py", "environment", python),
        *("--output-reproducible", "--spec-version", VERSION, "--output-format", "JSON"),
        *("--pyproject", str(HERE.parent / "pyproject.toml"), "--mc-type", "application"),
    ]
    done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - our own command
    described: Json = json.loads(done.stdout)
    return described


def narrow(bill: Json, notices: list[Json]) -> Json:
    """Keep what was frozen, and add what is inside of it.

    Args:
        bill: An environment, as cyclonedx-py describes it.
        notices: What was frozen, as notices.py lists it.

    Returns:
        The bill of materials of the program.
    """
    frozen = {each["name"]: each for each in notices}
    known = {each["name"]: each for each in bill["components"] if each["name"] in frozen}
    components = []
    for name, notice in frozen.items():
        component = known.get(name) or _other(notice)
        parts = [_part(name, part) for part in notice["parts"]]
        if name == "PySide6_Essentials":
            # What is inside this package is inside the Qt that it brings along.
            qt = _named(f"{name}/Qt", "Qt", notice["version"], "LGPL-3.0-only")
            parts = [qt | {"components": parts}]
        components.append(component | {"components": parts} if parts else component)
    refs = {each["bom-ref"] for each in components}
    dependencies = [
        {"ref": each["ref"], "dependsOn": sorted(refs & set(each.get("dependsOn", ())))}
        for each in bill["dependencies"]
        if each["ref"] in refs
    ]
    dependencies.append({"ref": _ROOT, "dependsOn": sorted(refs)})
    return bill | {"components": components, "dependencies": dependencies}


def _other(notice: Json) -> Json:
    """Describe what is no Python package: Python itself, or a library of the system."""
    return _named(notice["name"], notice["name"], notice["version"], notice["licence"])


def _part(package: str, part: Json) -> Json:
    return _named(f"{package}/{part['name']}", part["name"], "", part["licence"])


def _named(ref: str, name: str, version: str, licence: str) -> Json:
    component: Json = {"bom-ref": ref, "type": "library", "name": name}
    if version:
        component["version"] = version
        if name in _CPE:
            component["cpe"] = _CPE[name].format(version=version)
    # A name of our own is no SPDX expression; the notices in the program have its text.
    own = {"license": {"name": licence}}
    component["licenses"] = [own if "LicenseRef-" in licence else {"expression": licence}]
    return component


def validate(text: str) -> None:
    """Check a bill against the schema of CycloneDX.

    Raises:
        ValueError: It does not fit; the message says where.
    """
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    if problem := JsonStrictValidator(SchemaVersion.from_version(VERSION)).validate_str(text):
        raise ValueError(f"The bill of materials does not fit its schema: {problem}")


def main(python: str, notices: str, out: str) -> int:
    """Write the bill; return the exit status."""
    bill = narrow(describe(python), json.loads(Path(notices).read_text("utf-8")))
    text = json.dumps(bill, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    validate(text)
    Path(out).write_text(text, "utf-8", newline="\n")
    print(f"{out}: {len(bill['components'])} packages, valid CycloneDX {VERSION}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
