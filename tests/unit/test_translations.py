"""The check of the translations turns red for each thing that it is there to find."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

# The scripts of packaging/ are run, not installed.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))

from translations import SHOWN, SOURCES, compare
from unmarked import unmarked_texts


@pytest.fixture
def source() -> Catalog:
    catalogue = Catalog()
    catalogue.add("Hold {amount}")
    return catalogue


def translated(text: str, into: str, *, flags: tuple[str, ...] = ()) -> Catalog:
    catalogue = Catalog(locale="nl")
    catalogue.add(text, into, flags=flags)
    return catalogue


def test_a_whole_translation_passes(source: Catalog) -> None:
    assert compare(source, translated("Hold {amount}", "Reserveer {amount}")) == []


def test_a_missing_text_is_found(source: Catalog) -> None:
    assert compare(source, Catalog(locale="nl")) == ["missing: 'Hold {amount}'"]


def test_an_untranslated_text_is_found(source: Catalog) -> None:
    found = compare(source, translated("Hold {amount}", ""))
    assert found == ["untranslated: 'Hold {amount}'"]


def test_a_fuzzy_text_is_found(source: Catalog) -> None:
    found = compare(source, translated("Hold {amount}", "Reserveer {amount}", flags=("fuzzy",)))
    assert found == ["fuzzy: 'Hold {amount}'"]


@pytest.mark.parametrize("text", ["Reserveer", "Reserveer {bedrag}", "Reserveer {amount} {card}"])
def test_other_placeholders_are_found(source: Catalog, text: str) -> None:
    found = compare(source, translated("Hold {amount}", text))
    assert found == [f"placeholders differ: 'Hold {{amount}}' and {text!r}"]


def test_a_brace_that_never_closes_is_found(source: Catalog) -> None:
    (found,) = compare(source, translated("Hold {amount}", "Reserveer {amount"))
    assert found.startswith("braces don't match")


def test_a_text_that_the_sources_dropped_is_found(source: Catalog) -> None:
    catalogue = translated("Hold {amount}", "Reserveer {amount}")
    catalogue.add("Gone", "Weg")
    assert compare(source, catalogue) == ["not in the sources: 'Gone'"]


@pytest.mark.parametrize(
    "code",
    [
        'label.setText("Hold")',
        'QPushButton("Hold", parent)',
        'button.setToolTip(f"Hold {amount}")',
        'parser.add_argument("--all", help="Hold everything")',
        'print("Held " + amount)',
        'label.setText("Held" if is_held else "Free")',
        'Message("It is held")',
        "told = f\"{t('Held')}: {amount}\"",
        "told = f\"{self.t('Held {n}', n=1)}: {amount}\"",
    ],
)
def test_an_unmarked_text_is_found(code: str) -> None:
    assert len(unmarked_texts(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        'label.setText(t("Hold"))',
        'label.setText("—")',
        'label.setText(f"<b>{text}</b>")',
        "label.setText(text)",
        'button.setObjectName("hold")',
        'window.setWindowTitle("Giftill")',
        'print(f"{amount}")',
        'Message(N_("Hold {amount}"), {"amount": amount})',
    ],
)
def test_marked_texts_and_what_is_no_text_pass(code: str) -> None:
    assert unmarked_texts(code) == []


def test_every_part_that_has_texts_for_people_is_looked_through_for_unmarked_ones() -> None:
    speaking = {
        path.relative_to(SOURCES).parts[0]
        for path in SOURCES.rglob("*.py")
        if "import N_" in path.read_text("utf-8")
    }
    assert speaking <= set(SHOWN)
    assert all((SOURCES / each).exists() for each in SHOWN)
