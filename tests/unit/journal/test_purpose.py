"""A journal is for real money or for practice, from the moment it is made, and never for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import apsw
import pytest

from giftill.domain.operations import AccountId
from giftill.journal import (
    EventKind,
    Journal,
    JournalInUse,
    JournalOtherPurpose,
    JournalUnavailable,
    Purpose,
    Record,
)
from giftill.journal.clearing import clear_practice
from giftill.journal.purpose import TRAINING_TOKEN_FACT
from tests.helpers.journal import NOW_MS, a_hold, an_operation, commit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.anyio

PRACTISED = AccountId("ac_practised")
OTHER = {Purpose.REAL: Purpose.PRACTICE, Purpose.PRACTICE: Purpose.REAL}

both = pytest.mark.parametrize("purpose", Purpose)


async def open_journal(folder: Path, purpose: Purpose) -> Journal:
    return await Journal.open(folder, now_ms=lambda: NOW_MS, purpose=purpose)


async def make(folder: Path, purpose: Purpose) -> None:
    """Leave a journal that was never written to."""
    await (await open_journal(folder, purpose)).close()


async def practise(folder: Path) -> None:
    """Leave a journal with what training mode records."""
    journal = await open_journal(folder, Purpose.PRACTICE)
    await journal.commit(Record(EventKind.ACCOUNT_ADDED, facts={"account": PRACTISED}))
    await journal.set_fact("location:1", PRACTISED)
    await journal.set_fact(TRAINING_TOKEN_FACT, PRACTISED)
    await commit(journal, an_operation(account=PRACTISED))
    await journal.close()


async def sell(folder: Path) -> None:
    """Leave a real till's journal with a capture that waits in the outbox."""
    journal = await open_journal(folder, Purpose.REAL)
    await commit(journal, an_operation())
    await journal.close()


def change(folder: Path, statement: str, *values: str) -> None:
    connection = apsw.Connection(str(folder / "journal.sqlite3"))
    connection.execute(statement, values)
    connection.close()


def forget_purpose(folder: Path) -> None:
    """Make it one of those that were made before journals said what they are for."""
    change(folder, "DELETE FROM fact WHERE key = 'purpose'")


def files(folder: Path) -> Mapping[str, bytes]:
    """Return every file that has something in it: whoever looks leaves an empty log behind."""
    found = {
        str(each.relative_to(folder)): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }
    return {name: content for name, content in found.items() if content}


async def refused(folder: Path, wanted: Purpose) -> JournalOtherPurpose:
    """Open a journal in vain, and see that not a byte in the folder is another."""
    before = files(folder)
    with pytest.raises(JournalOtherPurpose) as caught:
        await open_journal(folder, wanted)
    assert files(folder) == before
    return caught.value


@both
async def test_a_journal_is_refused_to_the_other_kind_before_it_has_an_entry(
    folder: Path, purpose: Purpose
) -> None:
    await make(folder, purpose)
    await refused(folder, OTHER[purpose])
    await make(folder, purpose)


async def test_who_is_refused_is_told_what_the_journal_is_and_what_to_do(folder: Path) -> None:
    await make(folder, Purpose.REAL)
    problem = await refused(folder, Purpose.PRACTICE)
    assert "a journal of real money" in str(problem.message)
    assert "Let the administrator move this folder away" in str(problem.hint)
    await make(folder / "training", Purpose.PRACTICE)
    problem = await refused(folder / "training", Purpose.REAL)
    assert "the journal of training mode" in str(problem.message)
    assert "another data folder" in str(problem.hint)


async def test_a_real_journal_made_before_they_said_so_stays_a_real_one(folder: Path) -> None:
    await sell(folder)
    forget_purpose(folder)
    await refused(folder, Purpose.PRACTICE)
    await make(folder, Purpose.REAL)
    # What an older Giftill that met it in training would have added.
    forget_purpose(folder)
    change(folder, "INSERT INTO fact VALUES (?, ?)", TRAINING_TOKEN_FACT, PRACTISED)
    await refused(folder, Purpose.PRACTICE)


async def test_practice_recorded_before_they_said_so_goes_on_and_is_no_real_till_s(
    folder: Path,
) -> None:
    await practise(folder)
    forget_purpose(folder)
    await refused(folder, Purpose.REAL)
    await make(folder, Purpose.PRACTICE)
    await refused(folder, Purpose.REAL)


@pytest.mark.parametrize("what", ["operation", "hold", "token", "unread"])
async def test_practice_with_anything_real_in_it_is_taken_for_real(folder: Path, what: str) -> None:
    await practise(folder)
    journal = await open_journal(folder, Purpose.PRACTICE)
    if what == "operation":
        await commit(journal, an_operation(2))
    elif what == "hold":
        await journal.commit(Record(EventKind.HOLD_ADOPTED, hold=a_hold(2)))
    elif what == "token":
        await journal.set_fact("token:1", "ac_other")
    await journal.close()
    forget_purpose(folder)
    if what == "unread":
        change(folder, "DELETE FROM fact")
    await refused(folder, Purpose.PRACTICE)
    await make(folder, Purpose.REAL)


@both
async def test_an_empty_journal_that_does_not_say_becomes_what_it_is_first_used_for(
    folder: Path, purpose: Purpose
) -> None:
    await make(folder, OTHER[purpose])
    forget_purpose(folder)
    await make(folder, purpose)
    await refused(folder, OTHER[purpose])


@both
async def test_a_damaged_journal_is_not_even_put_aside_for_the_other_kind(
    folder: Path, purpose: Purpose
) -> None:
    await (practise if purpose is Purpose.PRACTICE else sell)(folder)
    change(folder, "DROP TRIGGER entry_is_never_changed; UPDATE entry SET at_ms = 1")
    await refused(folder, OTHER[purpose])
    journal = await open_journal(folder, purpose)
    assert await journal.salvage() is not None
    await journal.close()
    await refused(folder, OTHER[purpose])


@pytest.mark.parametrize("told", ["'holiday'", "CAST(x'ff' AS TEXT)"])
async def test_a_journal_that_says_what_means_nothing_is_judged_by_what_it_has(
    folder: Path, told: str
) -> None:
    await sell(folder)
    change(folder, f"UPDATE fact SET value = {told} WHERE key = 'purpose'")  # noqa: S608 - of this test
    with pytest.raises(JournalOtherPurpose):
        await open_journal(folder, Purpose.PRACTICE)
    journal = await open_journal(folder, Purpose.REAL)
    assert len(await journal.operations()) == 1
    assert await journal.fact("purpose") == "real"
    await journal.close()


async def test_what_is_left_of_a_destroyed_journal_is_nothing_to_practise_with(
    folder: Path,
) -> None:
    await sell(folder)
    (folder / "journal.sqlite3").write_bytes(b"no journal any more")
    with pytest.raises(JournalOtherPurpose):
        await open_journal(folder, Purpose.PRACTICE)
    (kept,) = folder.glob("quarantine/*/journal.sqlite3")
    assert kept.read_bytes() == b"no journal any more"
    journal = await open_journal(folder, Purpose.REAL)
    assert await journal.salvage() is not None
    await journal.close()


async def test_a_journal_brought_back_is_still_what_it_was(folder: Path) -> None:
    journal = await open_journal(folder, Purpose.PRACTICE)
    (folder / "journal.sqlite3").unlink()
    await commit(journal, an_operation())
    await journal.close()
    await refused(folder, Purpose.REAL)


async def test_practice_is_deleted_with_what_goes_with_it_and_nothing_else(folder: Path) -> None:
    await practise(folder)
    for name in ("sandbox.sqlite3", "sandbox.sqlite3-wal", "journal.sqlite3.bak", "settings.toml"):
        (folder / name).write_text(name)
    clear_practice(folder, "sandbox.sqlite3")
    assert {*files(folder)} == {"journal.sqlite3.bak", "settings.toml"}
    await make(folder, Purpose.PRACTICE)


async def test_practice_without_an_entry_is_deleted_too(folder: Path) -> None:
    await make(folder, Purpose.PRACTICE)
    clear_practice(folder)
    assert [each.name for each in folder.iterdir()] == ["journal.lock"]


async def test_a_ledger_without_a_journal_is_deleted(folder: Path) -> None:
    folder.mkdir()
    (folder / "sandbox.sqlite3").touch()
    clear_practice(folder, "sandbox.sqlite3")
    assert [each.name for each in folder.iterdir()] == ["journal.lock"]


async def test_what_can_not_be_deleted_is_told(folder: Path) -> None:
    await practise(folder)
    (folder / "sandbox.sqlite3").mkdir()
    with pytest.raises(JournalUnavailable, match="can’t be used"):
        clear_practice(folder, "sandbox.sqlite3")
    await make(folder, Purpose.PRACTICE)


async def not_cleared(folder: Path) -> None:
    (folder / "sandbox.sqlite3").write_text("the ledger")
    before = files(folder)
    with pytest.raises(JournalOtherPurpose):
        clear_practice(folder, "sandbox.sqlite3")
    assert files(folder) == before


@pytest.mark.parametrize("says_so", [True, False])
async def test_a_real_journal_is_not_deleted(folder: Path, *, says_so: bool) -> None:
    await sell(folder)
    if not says_so:
        forget_purpose(folder)
    await not_cleared(folder)
    journal = await open_journal(folder, Purpose.REAL)
    assert len(await journal.operations()) == 1
    await journal.close()


async def test_real_money_is_not_deleted_even_where_the_journal_says_practice(
    folder: Path,
) -> None:
    await practise(folder)
    journal = await open_journal(folder, Purpose.PRACTICE)
    await commit(journal, an_operation(2))
    await journal.close()
    await not_cleared(folder)


async def test_what_somebody_practises_with_is_not_deleted(folder: Path) -> None:
    journal = await open_journal(folder, Purpose.PRACTICE)
    with pytest.raises(JournalInUse):
        clear_practice(folder)
    await journal.close()
    assert (folder / "journal.sqlite3").exists()


async def test_the_folder_is_free_again_after_practice_was_not_deleted(folder: Path) -> None:
    await sell(folder)
    await not_cleared(folder)
    await make(folder, Purpose.REAL)
