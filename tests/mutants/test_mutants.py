"""Tests that can't fail prove nothing: each way to lose money is built in, and one must fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mutants.mutants import MUTANTS, Edit, Hunter, Mutant
from tests.mutants.workshop import PatchDoesNotApply, Workshop

if TYPE_CHECKING:
    from pathlib import Path

SOMETHING = Hunter("unit", ("-c", "raise SystemExit(1)"))


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("workshop"))


def mutant(path: str, old: str) -> Mutant:
    return Mutant("mine", "", (Edit(path, old, "new"),), SOMETHING, ())


@pytest.mark.parametrize("each", MUTANTS, ids=lambda each: each.name)
def test_a_quick_test_catches(each: Mutant, workshop: Workshop) -> None:
    with workshop.mutated(each):
        hunt = workshop.hunt(each.quick)
    assert hunt.has_caught, hunt.report


@pytest.mark.parametrize("old", ["what is nowhere", "import"])
def test_a_patch_that_does_not_apply_is_told(old: str, workshop: Workshop) -> None:
    with (
        pytest.raises(PatchDoesNotApply, match="bootstrap"),
        workshop.mutated(mutant("bootstrap.py", old)),
    ):
        pass


def test_the_program_is_right_again_afterwards(workshop: Workshop) -> None:
    file: Path = workshop.folder / "src" / "giftill" / "bootstrap.py"
    before = file.read_text("utf-8")
    with workshop.mutated(mutant("bootstrap.py", "async def _open(")):
        assert file.read_text("utf-8") != before
    assert file.read_text("utf-8") == before


def test_a_run_that_names_no_failed_test_has_caught_nothing(workshop: Workshop) -> None:
    hunt = workshop.hunt(SOMETHING)
    assert hunt.status == 1
    assert not hunt.has_caught
