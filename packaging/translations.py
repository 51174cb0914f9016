"""Keeps the catalogues in step with the sources: `translations.py update`, `translations.py check`.

`update` extracts every marked text and merges it into each language's .po file. `check` changes
nothing and fails where a text is missing, untranslated or left over, where its placeholders
differ, and where the sources show a text to people without marking it.
"""

from __future__ import annotations

import argparse
import io
import string
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from unmarked import unmarked_texts

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "giftill"
TRANSLATIONS = ROOT / "resources" / "translations"
# The functions that mark a text, with the positions of their texts.
# `_t` is `t` where an object keeps it.
KEYWORDS = {"N_": None, "t": None, "_t": None, "plural": (1, 2)}
# The sandbox stands alone and answers with texts of its own, as the real server does.
METHODS = [("sandbox/**", "ignore"), ("**.py", "python")]
ADVICE = (
    "Mark a text with t(…) or N_(…), run `make translations`, and fill in its translation in "
    "resources/translations/nl/LC_MESSAGES/giftill.po."
)
# Where people see what a literal says.
SHOWN = (
    "cli", "config", "demo.py", "devices", "domain", "gifty", "journal", "services", "texts.py",
    "training.py", "ui", "vault",
)  # fmt: skip


def extract() -> Catalog:
    """Return a catalogue of every text that the sources mark for translation."""
    catalogue = Catalog(project="Giftill", charset="utf-8", fuzzy=False)
    found = extract_from_dir(SOURCES, METHODS, keywords=KEYWORDS, comment_tags=("Translators:",))
    for filename, _line, texts, comments, context in found:
        where = (Path("src", "giftill", filename).as_posix(), 0)
        catalogue.add(texts, None, [where], auto_comments=comments, context=context)
    return catalogue


def update() -> None:
    """Merge new texts into every .po file; what the sources no longer say is dropped."""
    for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/giftill.po")):
        language = path.parents[1].name
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        catalogue.project, catalogue.version = "Giftill", ""
        catalogue.last_translator = catalogue.language_team = "The Giftill team"
        catalogue.update(extract(), no_fuzzy_matching=True, update_creation_date=False)
        text = io.BytesIO()
        # No line numbers and no new date: a line that moves elsewhere changes no translation.
        write_po(text, catalogue, width=100, sort_output=True, ignore_obsolete=True,
                 include_lineno=False)  # fmt: skip
        path.write_bytes(text.getvalue())
        print(
            f"{language}: {len(catalogue)} texts, {sum(not _is_done(m) for m in catalogue)} to do"
        )


def check() -> list[str]:
    """Return what is wrong with the translations, a sentence each."""
    source = extract()
    problems = []
    for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/giftill.po")):
        with path.open("rb") as file:
            translated = read_po(file, locale=path.parents[1].name)
        name = path.relative_to(ROOT).as_posix()
        problems += [f"{name}: {problem}" for problem in compare(source, translated)]
    for shown in SHOWN:
        place = SOURCES / shown
        for path in sorted(place.rglob("*.py")) if place.is_dir() else (place,):
            name = path.relative_to(ROOT).as_posix()
            problems += [f"{name}:{text}" for text in unmarked_texts(path.read_text("utf-8"))]
    return problems


def compare(source: Catalog, translated: Catalog) -> list[str]:
    """Return how a translated catalogue falls short of what the sources say."""
    problems = []
    for message in source:
        if not message.id:
            continue
        own = translated.get(message.id, message.context)
        if own is None:
            problems.append(f"missing: {_first(message.id)!r}")
        elif own.fuzzy:
            problems.append(f"fuzzy: {_first(message.id)!r}")
        elif not _is_done(own):
            problems.append(f"untranslated: {_first(message.id)!r}")
        else:
            problems += _placeholder_problems(own)
    for message in translated:
        if message.id and source.get(message.id, message.context) is None:
            problems.append(f"not in the sources: {_first(message.id)!r}")
    problems += [f"obsolete: {_first(message.id)!r}" for message in translated.obsolete.values()]
    return problems


def _first(text: str | list[str] | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]


def _all(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def _is_done(message: Message) -> bool:
    strings = _all(message.string)
    return not message.id or (bool(strings) and all(strings))


def _placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def _placeholder_problems(message: Message) -> list[str]:
    try:
        # A singular form may leave the number out, so a plural's forms are compared as a whole.
        wanted = set().union(*(_placeholders(text) for text in _all(message.id)))
        for text in _all(message.string):
            given = _placeholders(text)
            if given - wanted or (isinstance(message.id, str) and wanted - given):
                return [f"placeholders differ: {_first(message.id)!r} and {text!r}"]
    except ValueError as error:
        return [f"braces don't match ({error}): {_first(message.id)!r}"]
    return []


def main() -> int:
    """Run the command that was asked for."""
    parser = argparse.ArgumentParser(description="Keep the translations in step with the sources.")
    parser.add_argument("command", choices=("update", "check"))
    if parser.parse_args().command == "update":
        update()
        return 0
    problems = check()
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(ADVICE, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
