"""A damaged file is put aside whole, and what can be read of it is kept and looked up."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import apsw
import pytest

from giftill.domain.operations import HoldState, OperationKind, OperationState
from giftill.journal import EventKind, Journal, JournalDamaged, Record, opening, quarantine
from giftill.journal.reading import Damaged
from tests.helpers.big_journal import make_big_journal
from tests.helpers.journal import NOW_MS, a_hold, an_operation, commit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.anyio

PAGE = 4096
UNLOCK = (
    "DROP TRIGGER entry_is_next; DROP TRIGGER entry_is_never_changed;"
    " DROP TRIGGER entry_is_never_removed;"
)


async def open_journal(folder: Path) -> Journal:
    return await Journal.open(folder, now_ms=lambda: NOW_MS)


@pytest.fixture
async def file(folder: Path) -> Path:
    """Return the file of a journal that was used and closed: 400 queued captures."""
    journal = await open_journal(folder)
    for start in range(1, 401, 100):
        await commit(journal, *(an_operation(number) for number in range(start, start + 100)))
    await journal.set_fact("account", "the shop’s")
    await journal.close()
    return folder / "journal.sqlite3"


def overwrite(file: Path, offset: int, data: bytes) -> None:
    with file.open("rb+") as opened:
        opened.seek(offset)
        opened.write(data)


def tamper(file: Path, *statements: str) -> None:
    connection = apsw.Connection(str(file))
    for each in statements:
        connection.execute(each)
    connection.close()


def page_of(file: Path, text: str) -> int:
    """Return the number of the first page, from 0, that says `text`."""
    return file.read_bytes().index(text.encode()) // PAGE


def aside(folder: Path) -> Path:
    (only,) = (folder / "quarantine").iterdir()
    return only


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def as_text(file: Path) -> None:
    file.write_bytes(b"Dear shop,\n")


def as_another_program(file: Path) -> None:
    file.unlink()
    connection = apsw.Connection(str(file))
    connection.execute("CREATE TABLE customer (name TEXT)")
    connection.close()


def torn_page(file: Path) -> None:
    overwrite(file, file.stat().st_size // 2 // PAGE * PAGE, os.urandom(2048))


def cut_off(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def cut_off_in_a_page(file: Path) -> None:
    os.truncate(file, file.stat().st_size - PAGE - 100)


def zeroed_page(file: Path) -> None:
    overwrite(file, PAGE, bytes(PAGE))


def zeroed_schema(file: Path) -> None:
    overwrite(file, 0, bytes(PAGE))


def flipped_schema(file: Path) -> None:
    overwrite(file, 105, b"\xff\xff\xff")


DAMAGES = (
    as_text,
    as_another_program,
    torn_page,
    cut_off,
    cut_off_in_a_page,
    zeroed_page,
    zeroed_schema,
    flipped_schema,
)


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_file_is_put_aside_whole_and_the_till_goes_on(
    file: Path, damage: Callable[[Path], None]
) -> None:
    damage(file)
    before = file.read_bytes()
    journal = await open_journal(file.parent)
    found = await journal.operations()
    await commit(journal, an_operation(1000))
    report = await journal.salvage()
    assert (await journal.verify()).is_intact
    await journal.check_integrity()
    await journal.close()
    assert (aside(file.parent) / "journal.sqlite3").read_bytes() == before
    assert report is not None
    assert report.folder == aside(file.parent).name
    assert {each.state for each in found} <= {OperationState.UNKNOWN}
    assert report.checking == len(found)
    print(f"{damage.__name__}: {len(found)} of 400 kept, {report.lost_count} entries lost")


async def test_damage_to_an_index_loses_nothing(file: Path) -> None:
    connection = apsw.Connection(str(file))
    root = connection.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'operation_by_state'"
    ).get
    connection.close()
    overwrite(file, (root - 1) * PAGE, os.urandom(PAGE))
    journal = await open_journal(file.parent)
    report = await journal.salvage()
    assert len(await journal.operations()) == 400
    assert await journal.fact("account") == "the shop’s"
    await journal.close()
    assert report is not None
    assert (report.kept, report.lost_count) == (400, 0)


async def test_a_lost_page_of_entries_costs_no_operation(file: Path) -> None:
    page = page_of(file, "queuedop_00000300{")
    overwrite(file, page * PAGE, os.urandom(PAGE))
    journal = await open_journal(file.parent)
    report = await journal.salvage()
    assert len(await journal.operations()) == 400
    assert (await journal.verify()).is_intact
    await journal.close()
    assert report is not None
    assert report.lost_count == report.states > 0
    listed = json.loads((aside(file.parent) / "report.json").read_text())
    assert len(listed["lost"]) == report.lost_count
    assert len(listed["unverified"]) <= 1


async def test_a_lost_state_is_made_anew_from_its_entries(file: Path) -> None:
    tamper(file, "UPDATE operation SET entry = 1, state = 'nonsense' WHERE id = 'op_00000400'")
    tamper(file, "PRAGMA foreign_keys = 0; DELETE FROM operation WHERE id = 'op_00000399'")
    quarantine.mark(file.parent, "test")
    journal = await open_journal(file.parent)
    found = {each.id: each for each in await journal.operations()}
    await journal.close()
    assert len(found) == 400
    assert str(found[an_operation(400).id].state) == "unknown"


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ("facts = '{\"a\":1}'", 399),
        ("operation = replace(operation, '1250', '1')", 399),
        ("hash = zeroblob(32)", 400),
        ("hash = x'00'", 399),
        ("event = 'nonsense'", 399),
    ],
)
async def test_an_entry_that_was_changed_is_not_believed(
    file: Path, change: str, kept: int
) -> None:
    tamper(
        file,
        "PRAGMA ignore_check_constraints = 1",
        UNLOCK,
        f"UPDATE entry SET {change} WHERE seq = 395",  # noqa: S608 - constants
    )
    connection = apsw.Connection(str(file))
    connection.close()
    journal = await open_journal(file.parent)
    report = await journal.salvage()
    found = await journal.operation(an_operation(395).id)
    await journal.close()
    assert report is not None
    assert (report.kept, report.lost_count) == (kept, 400 - kept)
    # The state says the same without it.
    assert found is not None
    assert found.amount == an_operation(395).amount


async def test_the_newest_entry_is_not_believed_either(file: Path) -> None:
    tamper(file, UNLOCK, "UPDATE entry SET at_ms = 1 WHERE seq = 400")
    journal = await open_journal(file.parent)
    report = await journal.salvage()
    await journal.close()
    assert report is not None
    assert (report.kept, report.lost_count, report.states) == (399, 1, 1)


async def test_text_that_is_none_is_damage(file: Path) -> None:
    tamper(file, "UPDATE operation SET reason = CAST(x'ff' AS TEXT) WHERE id = 'op_00000001'")
    journal = await open_journal(file.parent)
    assert len(await journal.operations()) == 400
    assert await journal.salvage() is not None
    await journal.close()


async def test_whatever_was_under_way_is_looked_up_before_it_is_sent(folder: Path) -> None:
    journal = await open_journal(folder)
    redeem = an_operation(1, kind=OperationKind.REDEEM, transaction=None)
    states = (
        OperationState.INTENDED,
        OperationState.SENDING,
        OperationState.UNKNOWN,
        OperationState.ATTENTION,
        OperationState.CONFIRMED,
    )
    for number, state in enumerate(states, 10):
        await commit(journal, replace(redeem, id=an_operation(number).id, state=state))
    await commit(journal, an_operation(2))
    await journal.close()
    damage_what_is_cold(folder)
    journal = await open_journal(folder)
    found = {each.id: each for each in await journal.operations()}
    await journal.close()
    assert [str(found[an_operation(number).id].state) for number in range(10, 15)] == [
        "unknown",
        "unknown",
        "unknown",
        "attention",
        "confirmed",
    ]
    # A capture is asked about at once; a request for money may still be on its way.
    assert found[an_operation(2).id].next_at_ms == NOW_MS
    assert found[an_operation(10).id].next_at_ms == NOW_MS + 60_000


def damage_what_is_cold(folder: Path) -> None:
    """Damage nothing but an index that work does not go on with."""
    file = folder / "journal.sqlite3"
    connection = apsw.Connection(str(file))
    root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'hold_by_sale'").get
    connection.close()
    overwrite(file, (root - 1) * PAGE, b"\x77" * 64)


async def test_a_capture_that_only_its_hold_tells_of_is_made_again(folder: Path) -> None:
    journal = await open_journal(folder)
    marked = a_hold(1, settlement=OperationKind.CAPTURE)
    await journal.commit(Record(EventKind.CONFIRMED, hold=marked))
    await journal.close()
    damage_what_is_cold(folder)
    journal = await open_journal(folder)
    found = await journal.settlement_of(marked.account, marked.transaction)
    assert (await journal.verify()).is_intact
    await journal.close()
    assert found is not None
    assert (found.kind, found.state) == (OperationKind.CAPTURE, OperationState.UNKNOWN)
    assert (found.amount, found.sale, found.location) == (
        marked.amount,
        marked.sale,
        marked.location,
    )


@pytest.mark.parametrize(
    ("kind", "became"),
    [
        (OperationKind.CAPTURE, HoldState.CAPTURED),
        (OperationKind.RELEASE, HoldState.RELEASED),
    ],
)
async def test_a_hold_whose_settlement_was_confirmed_is_settled(
    folder: Path, kind: OperationKind, became: HoldState
) -> None:
    journal = await open_journal(folder)
    marked = a_hold(1, settlement=kind)
    settled = an_operation(1, kind=kind, state=OperationState.CONFIRMED)
    await journal.commit(Record(EventKind.CONFIRMED, operation=settled, hold=marked))
    await journal.close()
    damage_what_is_cold(folder)
    journal = await open_journal(folder)
    hold = await journal.hold(marked.account, marked.transaction)
    assert (await journal.verify()).is_intact
    await journal.close()
    assert hold is not None
    assert (hold.state, hold.settlement) == (became, None)


async def test_a_release_whose_end_is_lost_makes_way_for_the_capture_that_followed(
    folder: Path,
) -> None:
    journal = await open_journal(folder)
    release = an_operation(1, kind=OperationKind.RELEASE)
    await commit(journal, release)
    await commit(journal, replace(release, state=OperationState.CLOSED))
    await commit(journal, an_operation(2, transaction=release.transaction))
    await journal.close()
    tamper(folder / "journal.sqlite3", UNLOCK, "UPDATE entry SET facts = '{ }' WHERE seq = 2")
    tamper(
        folder / "journal.sqlite3",
        "PRAGMA ignore_check_constraints = 1; DELETE FROM operation WHERE id = 'op_00000001'",
    )
    quarantine.mark(folder, "test")
    journal = await open_journal(folder)
    found = {str(each.id): str(each.state) for each in await journal.operations()}
    assert (await journal.verify()).is_intact
    await journal.close()
    assert found == {"op_00000001": "not_done", "op_00000002": "unknown"}


async def test_the_wal_of_a_damaged_file_is_kept_and_read(file: Path) -> None:
    other = apsw.Connection(str(file))
    other.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    other.execute("INSERT INTO fact VALUES ('a', 'b')")
    other.close()
    wal = file.with_name("journal.sqlite3-wal")
    torn_page(file)
    before = file.read_bytes(), wal.read_bytes()
    journal = await open_journal(file.parent)
    assert await journal.fact("a") == "b"
    await journal.close()
    kept = aside(file.parent)
    after = (kept / file.name).read_bytes(), (kept / wal.name).read_bytes()
    assert after == before
    assert {"moving", "salvaging", "new", "reading"}.isdisjoint(names_in(kept))


async def leave_log(folder: Path, commits: int) -> Path:
    """Let a till die with so many commits in its log, whose files are returned to the folder."""
    journal = await open_journal(folder)
    for number in range(1, commits + 1):
        await commit(journal, an_operation(number))
    for name in ("journal.sqlite3", "journal.sqlite3-wal"):
        shutil.copyfile(folder / name, folder.parent / name)
    await journal.close()
    for name in ("journal.sqlite3", "journal.sqlite3-wal"):
        shutil.copyfile(folder.parent / name, folder / name)
    return folder / "journal.sqlite3-wal"


async def test_a_log_that_was_left_whole_is_used(folder: Path) -> None:
    await leave_log(folder, 20)
    journal = await open_journal(folder)
    assert len(await journal.operations()) == 20
    assert await journal.salvage() is None
    await journal.close()


async def test_garbage_in_the_middle_of_the_log_is_noticed(folder: Path) -> None:
    wal = await leave_log(folder, 20)
    overwrite(wal, wal.stat().st_size // 2, os.urandom(64))
    journal = await open_journal(folder)
    report = await journal.salvage()
    assert 0 < len(await journal.operations()) < 20
    await journal.close()
    assert report is not None
    assert "log" in report.finding


async def test_garbage_at_the_start_of_the_log_is_noticed(folder: Path) -> None:
    wal = await leave_log(folder, 20)
    overwrite(wal, 8, os.urandom(16))
    journal = await open_journal(folder)
    assert await journal.salvage() is not None
    await journal.close()


async def test_a_last_commit_that_a_power_cut_tore_is_no_damage(folder: Path) -> None:
    wal = await leave_log(folder, 20)
    overwrite(wal, wal.stat().st_size - 100, os.urandom(100))
    journal = await open_journal(folder)
    assert len(await journal.operations()) == 19
    assert await journal.salvage() is None
    await journal.close()


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_log_without_its_file_is_put_aside(folder: Path, is_there: bool) -> None:
    wal = await leave_log(folder, 20)
    before = wal.read_bytes()
    file = folder / "journal.sqlite3"
    file.unlink()
    if is_there:
        file.touch()
    journal = await open_journal(folder)
    report = await journal.salvage()
    await journal.close()
    assert (aside(folder) / wal.name).read_bytes() == before
    assert report is not None
    assert report.kept == 0


async def test_a_folder_without_room_to_put_the_file_aside_is_told(file: Path) -> None:
    torn_page(file)
    before = file.read_bytes()
    (file.parent / "quarantine").write_text("no folder")
    with pytest.raises(JournalDamaged, match="could not be repaired") as caught:
        await open_journal(file.parent)
    assert "Nothing was deleted" in str(caught.value.hint)
    assert file.read_bytes() == before


async def test_a_repair_that_is_cut_off_anywhere_is_gone_on_with(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = await open_journal(folder)
    await commit(journal, *(an_operation(number) for number in range(1, 4)))
    await journal.close()
    file = folder / "journal.sqlite3"
    tamper(file, UNLOCK, "UPDATE entry SET at_ms = 1 WHERE seq = 3")
    before = file.read_bytes()
    cuts = 0
    while await cut_off_repair(folder, monkeypatch, cuts + 1):
        cuts += 1
        journal = await open_journal(folder)
        report = await journal.salvage()
        assert len(await journal.operations()) == 3
        assert (await journal.verify()).is_intact
        await journal.close()
        assert report is not None
        assert report.kept == 2
        kept = aside(folder)
        assert (kept / file.name).read_bytes() == before
        assert {"moving", "salvaging", "new", "reading"}.isdisjoint(names_in(kept))
        shutil.rmtree(folder / "quarantine")
        file.write_bytes(before)
    assert cuts > 10


async def cut_off_repair(folder: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> bool:
    """Open the journal and break off at a step of its repair; tell whether it has so many."""
    left = step

    def cuttable(action: Callable[..., object]) -> Callable[..., object]:
        def act(*args: object, **options: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                raise OSError("the power is gone")
            return action(*args, **options)

        return act

    with monkeypatch.context() as patched:
        patched.setattr(quarantine, "sync_folder", cuttable(opening.sync_folder))
        for name in ("rename", "unlink"):
            patched.setattr(type(folder), name, cuttable(getattr(type(folder), name)))
        try:
            journal = await open_journal(folder)
        except JournalDamaged:
            return True
    await journal.close()
    return left <= 0


async def test_the_report_is_told_until_somebody_has_read_it(file: Path) -> None:
    torn_page(file)
    journal = await open_journal(file.parent)
    assert await journal.salvage() is not None
    await journal.close()
    journal = await open_journal(file.parent)
    assert await journal.salvage() is not None
    await journal.forget_salvage()
    assert await journal.salvage() is None
    await journal.close()


async def test_half_of_a_large_file_is_kept_when_the_other_half_is_gone(folder: Path) -> None:
    make_big_journal(folder, 4000)
    file = folder / "journal.sqlite3"
    cut_off(file)
    quarantine.mark(folder, "test")
    journal = await open_journal(folder)
    report = await journal.salvage()
    assert (await journal.verify()).is_intact
    await journal.close()
    assert report is not None
    assert report.kept > 3000


async def test_a_damaged_file_is_asked_no_longer_than_it_can_have_entries(folder: Path) -> None:
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE entry (seq INTEGER PRIMARY KEY)")
    connection.execute("INSERT INTO entry VALUES (9007199254740991)")
    assert Damaged(connection).last_seq() < 1000
    connection.close()
