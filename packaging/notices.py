"""Writes the licences of everything that is frozen into the program, from what is frozen.

giftill.spec hands over every file it takes. Each belongs to a Python package, to Python itself or
to a package of the system, and each of these must have a licence that notices.toml allows, and its
text; otherwise nothing is built. The same files give the same bytes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from notices_spdx import alternatives

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parent
# What freezes the program has its packages, not the program itself.
sys.path.insert(0, str(ROOT / "src"))

from giftill.ui.licences import sources_of_qt  # noqa: E402 - see above

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RULES: Final = HERE / "notices.toml"
# The standard texts, named as SPDX names them; the first folder goes into the program as it is.
TEXTS: Final = (ROOT / "resources" / "licences", HERE / "notices_texts")
_RULER: Final = "=" * 80
_QT: Final = ("PySide6_Essentials", "shiboken6")
_TOO_LONG: Final = 60
# What older packages write instead of an SPDX expression.
_CLASSIFIERS: Final = {
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


class LicenceProblem(Exception):
    """Something would go into the program whose licence is not in order; its text says what."""


@dataclass(frozen=True)
class Part:
    """What is inside a package.

    Attributes:
        name: Its name.
        licence: The licence that is made use of, as an SPDX expression.
        copyright: Whose it is, a line each; may be empty.
    """

    name: str
    licence: str
    copyright: str = ""


@dataclass(frozen=True)
class Notice:
    """What one package asks to be told.

    Attributes:
        name: Its name.
        version: Its version; may be empty.
        licence: Its licence as an SPDX expression.
        home: Where it and its source come from; may be empty.
        texts: Its own licence texts.
        standard: The SPDX names of standard texts that stand for them.
        parts: What is inside it.
    """

    name: str
    version: str
    licence: str
    home: str = ""
    texts: tuple[str, ...] = ()
    standard: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Rules:
    """The contents of notices.toml; its comments say what each is for."""

    allowed: frozenset[str]
    licences: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, list[str]] = field(default_factory=dict)
    absent: Mapping[str, list[str]] = field(default_factory=dict)
    covered: Mapping[str, list[str]] = field(default_factory=dict)
    inside: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def load(cls, path: Path = RULES) -> Rules:
        """Read them from a file."""
        rules = tomllib.loads(path.read_text("utf-8"))
        allowed, inside = frozenset(rules.pop("allowed")), tuple(rules.pop("inside", ()))
        return cls(allowed, inside=inside, **rules)


def write(sources: Iterable[str], out: Path) -> Path:
    """Write the notices of a program, and beside them, as JSON, the list that sbom.py goes by.

    Args:
        sources: Where each file that goes into it lies on this PC; “-” for none.
        out: The file to write.

    Returns:
        The file.

    Raises:
        LicenceProblem: Something in it has no licence text, or a licence that is not allowed.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    notices = collect(sources, Rules.load())
    out.write_text(render(notices), "utf-8", newline="\n")
    listed = [asdict(replace(each, texts=())) for each in notices]
    out.with_suffix(".json").write_text(json.dumps(listed, indent=1), "utf-8", newline="\n")
    return out


def collect(sources: Iterable[str], rules: Rules) -> list[Notice]:
    """Find whose each file is, and what its owner asks to be told.

    Raises:
        LicenceProblem: See `write`; it names everything that is wrong at once.
    """
    owners = _owners()
    found: dict[str, Notice] = {}
    seen = {""}
    problems = []
    for source in sorted(set(sources)):
        try:
            owner = _owner_of(source, owners)
            name = owner if isinstance(owner, str) else owner.name
            if name not in seen:
                seen.add(name)
                found[name] = _notice_of(owner, rules)
        except LicenceProblem as problem:
            problems.append(str(problem))
    if problems:
        raise LicenceProblem("\n".join(dict.fromkeys(problems)))
    return sorted(found.values(), key=lambda each: each.name.lower())


@cache
def _owners() -> dict[str, Distribution]:
    """Tell which package of this environment installed which file."""
    owners = {}
    for package in distributions():
        for file in package.files or ():
            owners[os.path.normcase(package.locate_file(file).resolve())] = package  # type: ignore[attr-defined]  # a real path in every environment
    return owners


def _owner_of(source: str, owners: Mapping[str, Distribution]) -> Distribution | str:
    """Name the owner of a file: a package, Python, a package of the system, or "" for Giftill."""
    if source == "-":
        return ""
    path = Path(source).resolve()
    if package := owners.get(os.path.normcase(path)):
        return package
    if path.is_relative_to(sysconfig.get_path("stdlib")):
        return "python"
    if Path("/usr/bin/dpkg").exists() and path.is_relative_to("/usr"):
        return _system_package(path)
    system_root = os.environ.get("SYSTEMROOT")
    if path.is_relative_to(sys.base_prefix) or (system_root and path.is_relative_to(system_root)):
        # Windows' own run-time libraries come with Python; notices.toml tells of them.
        return "python"
    if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
        return ""
    raise LicenceProblem(f"{path.name}: no package says that this file is its own.")


def _system_package(path: Path) -> str:
    """Name the Debian package that a file of the system belongs to."""
    asked = [str(path), str(path).removeprefix("/usr")]
    done = subprocess.run(  # noqa: S603 - a fixed command with a path
        ["/usr/bin/dpkg", "--search", *asked], capture_output=True, text=True, check=False
    )
    if not done.stdout:
        raise LicenceProblem(f"{path.name}: no package of the system says that this is its own.")
    name = done.stdout.split(":")[0]
    return "python" if name.startswith("libpython") else name


def _notice_of(owner: Distribution | str, rules: Rules) -> Notice:
    if isinstance(owner, str):
        return _notice_of_system(owner, rules)
    name = owner.name
    licence = rules.licences.get(name) or _licence_of(owner)
    check(name, licence, rules)
    texts, standard = _texts_of(owner), tuple(rules.texts.get(name, ()))
    if not texts and not standard:
        raise LicenceProblem(f"{name}: there is no licence text in it.")
    parts = (*_inside(name, rules), *_listed(owner, rules))
    return Notice(name, owner.version, licence, _home_of(owner), texts, standard, parts)


def _notice_of_system(owner: str, rules: Rules) -> Notice:
    """Make the notice of Python itself, or of a package of the system."""
    licence = rules.licences.get(owner, "")
    check(owner, licence, rules)
    if owner != "python":
        own = Path("/usr/share/doc", owner, "copyright").read_text("utf-8")
        return Notice(owner, "", licence, texts=(own,))
    version = ".".join(map(str, sys.version_info[:3]))
    texts, parts = (_text("PSF-2.0"),), _inside("python", rules)
    return Notice("Python", version, licence, "https://www.python.org", texts, parts=parts)


def _licence_of(package: Distribution) -> str:
    """Return a package's licence as it names it itself, as an SPDX expression if it can be had."""
    if expression := _fields(package, "License-Expression"):
        return expression[0]
    licence = next(iter(_fields(package, "License")), "")
    if licence and len(licence) < _TOO_LONG and "\n" not in licence:
        return licence
    classifiers = [text.split(" :: ")[-1] for text in _fields(package, "Classifier")]
    named = [_CLASSIFIERS[text] for text in classifiers if text in _CLASSIFIERS]
    return named[0] if len(named) == 1 else licence


def _fields(package: Distribution, name: str) -> list[str]:
    """Return all values of a field of a package's metadata."""
    return [str(value) for value in package.metadata.get_all(name) or ()]


def _texts_of(package: Distribution) -> tuple[str, ...]:
    """Return the licence texts that a package brings along beside its metadata."""
    is_text = re.compile(
        r"\.dist-info/(?:licenses/.*|(?:licen[cs]e|copying|notice|authors)[^/]*)$", re.IGNORECASE
    )
    files = sorted((str(file), file) for file in package.files or () if is_text.search(str(file)))
    read = (Path(str(package.locate_file(file))).read_text("utf-8") for _, file in files)
    return tuple(text for text in read if text.strip())


def _home_of(package: Distribution) -> str:
    """Return where a package's source is, or the next best that it tells."""
    links = {}
    for link in _fields(package, "Project-URL"):
        label, _, url = link.partition(",")
        links[label.strip().lower()] = url.strip()
    for label in ("source", "source code", "repository", "homepage", "code"):
        if label in links:
            return links[label]
    return next(iter([*_fields(package, "Home-page"), *links.values()]), "")


def _inside(name: str, rules: Rules) -> tuple[Part, ...]:
    """Return the parts of a package that notices.toml tells of, on this platform."""
    parts = []
    for each in rules.inside:
        if each["of"] == name and sys.platform in each.get("on", (sys.platform,)):
            check(f"{each['name']} in {name}", each["licence"], rules)
            parts.append(Part(each["name"], each["licence"], each.get("copyright", "").strip()))
    return tuple(parts)


def _listed(package: Distribution, rules: Rules) -> tuple[Part, ...]:
    """Return the parts that a package lists in the bills of materials it brings along (PEP 770)."""
    name = package.name
    known = {name, *rules.absent.get(name, ()), *rules.covered.get(name, ())}
    parts: dict[str, Part] = {}
    for file in package.files or ():
        if not re.search(r"\.dist-info/sboms/[^/]*\.json$", str(file)):
            continue
        bill = json.loads(Path(str(package.locate_file(file))).read_text("utf-8"))
        for each in bill.get("components", ()):
            if each["name"] in known:
                continue
            terms = " AND ".join(
                entry.get("expression") or entry["license"].get("id") or ""
                for entry in each.get("licenses") or ()
            )
            check(f"{each['name']} in {name}", terms, rules)
            parts[each["name"]] = Part(each["name"], terms)
    return tuple(parts.values())


def check(name: str, licence: str, rules: Rules) -> frozenset[str]:
    """Return the licences under which something is used.

    Args:
        name: What it is, for the sentence if it is not in order.
        licence: An SPDX expression.
        rules: Which licences are allowed.

    Raises:
        LicenceProblem: None of its alternatives is allowed as a whole.
    """
    try:
        for alternative in alternatives(licence):
            if alternative <= rules.allowed:
                return alternative
    except IndexError:
        pass
    raise LicenceProblem(
        f"{name}: its licence “{licence}” is not among those that packaging/notices.toml allows."
    )


def _text(spdx: str) -> str:
    for folder in TEXTS:
        path = folder / f"{spdx}.txt"
        if path.is_file():
            return path.read_text("utf-8")
    raise LicenceProblem(f"{spdx}: its text is missing in packaging/notices_texts.")


def render(notices: list[Notice]) -> str:
    """Write notices down: what there is, each with its texts, and the standard texts once."""
    rules = Rules.load()
    standard = {spdx for each in notices for spdx in each.standard}
    for each in notices:
        for part in each.parts:
            # A package that brings its own texts has those of its parts in them: pillow has.
            if part.copyright or each.name == "cryptography":
                standard |= check(part.name, part.licence, rules)
    standard = {spdx.split(" WITH ")[0] for spdx in standard}
    width = max((len(f"{each.name} {each.version}") for each in notices), default=0)
    contents = [f"  {f'{each.name} {each.version}':<{width}}  {each.licence}" for each in notices]
    lines = [
        "WHAT GIFTILL IS MADE OF",
        "",
        "Giftill itself is free under the MIT licence. It is put together with the",
        "packages below, their code unchanged, each under its own licence. Their texts follow in",
        "this order; the standard texts that several of them refer to come last.",
        "",
        *contents,
        *_section("Giftill", [(ROOT / "LICENSE").read_text("utf-8")]),
    ]
    if any(each.name in _QT for each in notices):
        version = next(each.version for each in notices if each.name in _QT)
        lines += _section("Qt and PySide6", [_about_qt(version)])
    for each in notices:
        lines += _section(f"{each.name} {each.version}".strip(), _paragraphs(each))
    for spdx in sorted(standard):
        lines += _section(f"Text of {spdx}", [_text(spdx)])
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()) + "\n"


def _section(title: str, paragraphs: Iterable[str]) -> list[str]:
    body = "\n\n".join(text.strip("\n") for text in paragraphs)
    return ["", "", _RULER, title, _RULER, "", body.replace("\x0c", "")]


def _paragraphs(notice: Notice) -> list[str]:
    facts = [f"Licence: {notice.licence}"]
    if notice.home:
        facts.append(f"Source: {notice.home}")
    if notice.standard:
        facts.append(f"Texts at the end: {', '.join(notice.standard)}")
    paragraphs = ["\n".join(facts), *notice.texts]
    if notice.parts:
        lines = [f"Inside {notice.name}, with the texts above or at the end:"]
        for part in notice.parts:
            lines.append(f"  {part.name} ({part.licence})")
            lines += [f"      {line}" for line in part.copyright.splitlines()]
        paragraphs.append("\n".join(lines))
    return paragraphs


def _about_qt(version: str) -> str:
    minor = version.rpartition(".")[0]
    sources = "\n".join(f"  {address}" for address in sources_of_qt(version, version))
    return f"""\
Giftill uses Qt {version} and PySide6 {version} under the GNU Lesser General Public
License, version 3, as their makers built them; the package for Debian leaves
out the symbols that only a debugger reads. Of PySide6's Python part, compiled
and beside its library, the module that writes stubs for makers of bindings
(pyi_generator) is left empty. They lie in the program's folder as files of
their own: whoever has a version of theirs that fits may put it in their place,
and may take Giftill apart to find faults in doing so.

Their sources, exactly:
{sources}

What the makers of Qt say of all parts of it:
  https://doc.qt.io/qt-{minor}/licenses-used-in-qt.html"""
