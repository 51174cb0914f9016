"""Whichever action of the disk fails: what is told as saved is there, and only that."""

from __future__ import annotations

import itertools
import shutil
from typing import TYPE_CHECKING

import apsw
import pytest

from giftill.journal import Journal, JournalUnclear, JournalWriteError
from tests.helpers.faulty_disk import Action, FaultyDisk
from tests.helpers.journal import NOW_MS, an_operation, commit

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("error", [apsw.IOError, apsw.FullError])
@pytest.mark.parametrize("lasts", [True, False])
async def test_a_commit_tells_the_truth_whichever_action_fails(
    tmp_path: Path, error: type[apsw.Error], lasts: bool
) -> None:
    told: set[str] = set()
    for failing in itertools.count(1):
        folder = tmp_path / "data"
        shutil.rmtree(folder, ignore_errors=True)
        disk = FaultyDisk()
        journal = await Journal.open(folder, now_ms=lambda: NOW_MS, vfs=disk.name)
        await commit(journal, an_operation(1))
        done = 0

        def trouble(_: Action, __: str) -> None:
            nonlocal done
            done += 1
            if done == failing or (lasts and done > failing):  # noqa: B023 - called at once
                raise error("the disk is gone")

        disk.trouble = trouble
        outcome = "saved"
        try:
            await commit(journal, an_operation(2))
        except JournalWriteError:
            outcome = "not saved"
        except JournalUnclear:
            outcome = "unclear"
        disk.trouble = lambda _action, _suffix: None
        await journal.close()
        again = await Journal.open(folder, now_ms=lambda: NOW_MS)
        count = len(await again.operations())
        assert (await again.verify()).is_intact
        await again.close()
        assert count == {"saved": 2, "not saved": 1}.get(outcome, count), (failing, outcome)
        told.add(outcome)
        if done < failing:
            break
    assert {"saved"} < told
