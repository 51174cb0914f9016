"""Who may open the journal, and which files are refused without being touched."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import apsw
import pytest

from giftill.journal import (
    Journal,
    JournalClosed,
    JournalInUse,
    JournalNewer,
    JournalUnavailable,
    opening,
    schema,
)
from giftill.journal.writer import Writer
from tests.helpers.journal import NOW_MS, an_operation, commit

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio


async def open_journal(folder: Path) -> Journal:
    return await Journal.open(folder, now_ms=lambda: NOW_MS)


@pytest.fixture
async def file(folder: Path) -> Path:
    """Return the file of a journal that was used and closed."""
    journal = await open_journal(folder)
    for start in range(1, 401, 100):
        await commit(journal, *(an_operation(number) for number in range(start, start + 100)))
    await journal.close()
    return folder / "journal.sqlite3"


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps others out by the profile's ACL")
async def test_folder_and_files_are_for_this_user_alone(folder: Path) -> None:
    mask = os.umask(0)
    try:
        journal = await open_journal(folder)
    finally:
        os.umask(mask)
    await commit(journal, an_operation())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "journal.sqlite3": 0o600,
        "journal.sqlite3-wal": 0o600,
        "journal.lock": 0o600,
    }
    await journal.close()


async def test_the_store_is_as_durable_as_sqlite_can_be(journal: Journal) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 3,
        "locking_mode": "exclusive",
        "foreign_keys": 1,
        "mmap_size": 0,
        "application_id": 0x47696674,
        "user_version": len(schema.STEPS),
    }
    assert (
        await journal._read(lambda s: {name: s.connection.pragma(name) for name in wanted})
        == wanted
    )


async def test_a_second_terminal_in_the_same_program_is_refused(
    folder: Path, journal: Journal
) -> None:
    with pytest.raises(JournalInUse, match="already open on this till"):
        await open_journal(folder)
    await commit(journal, an_operation())


async def test_a_second_program_is_refused_until_the_first_is_killed(folder: Path) -> None:
    script = (
        "import asyncio, pathlib, sys\n"
        "from giftill.journal import Journal\n"
        "async def main():\n"
        "    await Journal.open(pathlib.Path(sys.argv[1]), now_ms=lambda: 1)\n"
        "    print('open', flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    other = subprocess.Popen([sys.executable, "-c", script, folder], stdout=subprocess.PIPE)
    try:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"open"
        with pytest.raises(JournalInUse):
            await open_journal(folder)
    finally:
        other.kill()
        other.communicate()
    journal = await open_journal(folder)
    await journal.close()


async def test_a_program_that_looks_into_the_file_by_other_means_is_noticed(file: Path) -> None:
    other = apsw.Connection(str(file))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalInUse):
        await open_journal(file.parent)
    other.close()


async def test_the_folder_is_free_again_after_a_refusal(file: Path) -> None:
    connection = apsw.Connection(str(file))
    connection.pragma("user_version", 99)
    connection.close()
    with pytest.raises(JournalNewer):
        await open_journal(file.parent)
    connection = apsw.Connection(str(file))
    connection.pragma("user_version", len(schema.STEPS))
    connection.close()
    journal = await open_journal(file.parent)
    assert len(await journal.operations()) == 400
    await journal.close()


async def test_a_newer_file_is_refused_and_left_as_it_is(file: Path) -> None:
    connection = apsw.Connection(str(file))
    connection.pragma("user_version", 99)
    connection.close()
    before = file.read_bytes()
    with pytest.raises(JournalNewer, match="format 99") as caught:
        await open_journal(file.parent)
    assert "Install the newest Giftill" in str(caught.value.hint)
    assert file.read_bytes() == before


async def test_an_older_file_is_upgraded_with_a_copy_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = (*schema.STEPS, "ALTER TABLE fact ADD COLUMN note TEXT NOT NULL DEFAULT ''")
    monkeypatch.setattr(schema, "STEPS", steps)
    journal = await open_journal(file.parent)
    await journal.set_fact("a", "b")
    assert len(await journal.operations()) == 400
    await journal.close()
    (copy,) = (file.parent / "backups").iterdir()
    if os.name == "posix":
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    old = apsw.Connection(str(copy))
    assert old.pragma("user_version") == 1
    assert old.execute("SELECT count(*) FROM operation").get == 400
    old.close()
    new = apsw.Connection(str(file))
    assert new.pragma("user_version") == 2
    new.close()


async def test_an_upgrade_that_fails_half_way_leaves_the_file_whole_and_old(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = schema.STEPS
    monkeypatch.setattr(schema, "STEPS", (*good, "CREATE TABLE extra (a); SELECT nonsense()"))
    with pytest.raises(apsw.SQLError):
        await open_journal(file.parent)
    monkeypatch.setattr(schema, "STEPS", good)
    journal = await open_journal(file.parent)
    assert len(await journal.operations()) == 400
    tables = await journal._read(
        lambda s: s.connection.execute(
            "SELECT name FROM sqlite_schema WHERE type='table'"
        ).fetchall()
    )
    assert ("extra",) not in tables
    await journal.close()


async def test_a_cancelled_opening_gives_the_folder_back(folder: Path) -> None:
    asked = asyncio.create_task(open_journal(folder))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    journal: Journal | None = None
    while journal is None:
        with contextlib.suppress(JournalInUse):
            journal = await open_journal(folder)
    await commit(journal, an_operation())
    await journal.close()


async def test_a_start_that_was_cut_off_before_the_first_table_is_begun_again(
    folder: Path,
) -> None:
    folder.mkdir()
    (folder / "journal.sqlite3").touch()
    journal = await open_journal(folder)
    await commit(journal, an_operation())
    await journal.close()


async def test_a_folder_that_is_a_file_is_refused_in_plain_words(folder: Path) -> None:
    folder.write_text("")
    with pytest.raises(JournalUnavailable, match="can’t be used"):
        await open_journal(folder)


async def test_a_store_without_permissions_of_its_own_leaves_them_to_the_profile(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir(mode=0o755)
    for what in ("_HAS_MODES", "_SYNCS_FOLDERS"):
        monkeypatch.setattr(opening, what, False)
    for number in (1, 2):
        journal = await open_journal(folder)
        await commit(journal, an_operation(number))
        await journal.close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


async def test_where_a_sync_stops_at_the_disks_own_memory_the_store_asks_for_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_HAS_FULL_FSYNC", True)
    journal = await open_journal(folder)
    wanted = {"fullfsync": 1, "checkpoint_fullfsync": 1}
    found = await journal._read(lambda s: {name: s.connection.pragma(name) for name in wanted})
    await journal.close()
    assert found == wanted


async def test_a_file_that_can_not_be_copied_first_is_not_upgraded(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = schema.STEPS
    monkeypatch.setattr(schema, "STEPS", (*good, "ALTER TABLE fact ADD COLUMN note TEXT"))
    (file.parent / "backups").write_text("no folder")
    with pytest.raises(JournalUnavailable, match="backups"):
        await open_journal(file.parent)
    monkeypatch.setattr(schema, "STEPS", good)
    journal = await open_journal(file.parent)
    assert len(await journal.operations()) == 400
    await journal.close()


async def test_a_copy_that_was_never_finished_makes_room_for_the_next(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups = file.parent / "backups"
    backups.mkdir()
    (backups / "journal-format1-20260101T000000Z.sqlite3.unfinished").write_text("half of it")
    steps = (*schema.STEPS, "ALTER TABLE fact ADD COLUMN note TEXT")
    monkeypatch.setattr(schema, "STEPS", steps)
    journal = await open_journal(file.parent)
    await journal.close()
    (copy,) = backups.iterdir()
    assert copy.suffix == ".sqlite3"


async def test_what_is_asked_of_a_journal_that_can_not_be_opened_is_refused(folder: Path) -> None:
    folder.write_text("no folder")
    writer = Writer(folder, lambda: NOW_MS)
    asking = writer.read(lambda store: store.tip)
    writer.start()
    with pytest.raises(JournalClosed):
        await asking
    with pytest.raises(JournalUnavailable):
        await asyncio.wrap_future(writer.started)


async def test_opening_loads_sqlite_and_importing_does_not() -> None:
    # What tools that watch the program loaded before does not count.
    script = (
        "import sys, json\n"
        "before = set(sys.modules)\n"
        "import giftill.journal\n"
        "print(json.dumps([*({*sys.modules} - before)]))\n"
    )
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", script]))
    assert "giftill.journal" in loaded
    assert not {"apsw", "filelock", "sqlite3"} & set(loaded)
