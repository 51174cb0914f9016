"""The rarest damage: each piece that can be read is kept, and none that can't is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import apsw
import pytest

from giftill.journal import Journal, quarantine
from tests.helpers.journal import NOW_MS, an_operation, commit

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.domain.operations import Operation
    from giftill.journal import SalvageReport

pytestmark = pytest.mark.anyio

PAGE: Final = 4096
UNLOCK: Final = (
    "PRAGMA ignore_check_constraints = 1; PRAGMA foreign_keys = 0; DROP TRIGGER entry_is_next;"
    " DROP TRIGGER entry_is_never_changed; DROP TRIGGER entry_is_never_removed;"
)
NO_TEXT: Final = "UPDATE entry SET facts = CAST(x'ff' AS TEXT) WHERE seq = ?"


@pytest.fixture
async def file(folder: Path) -> Path:
    """Return the file of a journal that was used and closed: 400 queued captures."""
    journal = await open_journal(folder)
    for start in range(1, 401, 100):
        await commit(journal, *(an_operation(number) for number in range(start, start + 100)))
    await journal.close()
    return folder / "journal.sqlite3"


async def open_journal(folder: Path) -> Journal:
    return await Journal.open(folder, now_ms=lambda: NOW_MS)


def tamper(file: Path, *statements: str) -> None:
    connection = apsw.Connection(str(file))
    for each in statements:
        connection.execute(each)
    connection.close()


async def salvaged(folder: Path) -> tuple[SalvageReport, dict[str, Operation]]:
    """Open a damaged journal; return what was told of it and the operations that are left."""
    journal = await open_journal(folder)
    report = await journal.salvage()
    found = {str(each.id): each for each in await journal.operations()}
    assert (await journal.verify()).is_intact
    await journal.close()
    assert report is not None
    return report, found


async def test_text_that_is_none_is_noticed_in_the_newest_entries(file: Path) -> None:
    tamper(file, UNLOCK, NO_TEXT.replace("?", "399"))
    report, found = await salvaged(file.parent)
    assert (report.kept, report.lost_count, len(found)) == (399, 1, 400)


async def test_the_only_entry_is_not_believed_without_a_look_either(folder: Path) -> None:
    journal = await open_journal(folder)
    await commit(journal, an_operation(1))
    await journal.close()
    tamper(folder / "journal.sqlite3", UNLOCK, "UPDATE entry SET at_ms = 1")
    report, found = await salvaged(folder)
    assert (report.kept, report.lost_count, report.states, len(found)) == (0, 1, 1, 1)
    for told in ("quarantine", report.folder, "kept: 0; lost: 1", "looked up at Gifty: 1"):
        assert told in str(report.told)


async def test_text_that_is_none_is_noticed_in_an_old_entry_by_the_check_of_all(
    file: Path,
) -> None:
    tamper(file, UNLOCK, NO_TEXT.replace("?", "200"))
    journal = await open_journal(file.parent)
    report = await journal.verify()
    await journal.close()
    # It is among those that are read together with the fault.
    assert not report.is_intact
    assert report.first_broken is not None
    assert 150 < report.first_broken <= 200


async def test_an_entry_that_nothing_vouches_for_is_not_kept_if_it_says_nothing_usable(
    file: Path,
) -> None:
    tamper(
        file,
        UNLOCK,
        "DELETE FROM entry WHERE seq = 10",
        "UPDATE entry SET event = 'nonsense' WHERE seq = 11",
    )
    quarantine.mark(file.parent, "test")
    report, found = await salvaged(file.parent)
    assert (report.kept, report.lost) == (398, ())
    assert (report.lost_count, report.states, len(found)) == (2, 2, 400)


async def test_a_state_that_is_no_state_is_not_kept_without_its_entry(file: Path) -> None:
    tamper(
        file,
        UNLOCK,
        "UPDATE entry SET at_ms = 1 WHERE seq = 400",
        "UPDATE operation SET kind = 'nonsense' WHERE id = 'op_00000400'",
    )
    report, found = await salvaged(file.parent)
    assert (report.kept, report.lost_count, report.states) == (399, 1, 0)
    assert "op_00000400" not in found


async def test_a_state_between_two_lost_pages_is_asked_for_by_its_name(file: Path) -> None:
    journal = await open_journal(file.parent)
    await commit(journal, an_operation(200, refusals=3))
    await commit(journal, an_operation(401))
    await journal.close()
    # Now only the state tells of the refusals.
    tamper(file, UNLOCK, "UPDATE entry SET at_ms = 1 WHERE seq = 401")
    leaves = (
        "SELECT pageno FROM dbstat WHERE name = 'operation' AND pagetype = 'leaf' ORDER BY path"
    )
    connection = apsw.Connection(str(file))
    pages = [int(page) for (page,) in connection.execute(leaves)]
    connection.close()
    assert len(pages) > 10
    with file.open("rb+") as opened:
        for page in (pages[2], pages[-3]):
            opened.seek((page - 1) * PAGE)
            opened.write(b"\x77" * PAGE)
    report, found = await salvaged(file.parent)
    # What was on the lost pages follows from the entries.
    assert (report.kept, report.lost_count, report.states, len(found)) == (401, 1, 1, 401)
    assert found["op_00000200"].refusals == 3


async def test_what_a_repair_tool_made_of_a_file_is_read_though_it_is_no_journal(
    file: Path,
) -> None:
    # Such tools write a file without a log and without the mark of this program.
    tamper(file, "PRAGMA journal_mode = DELETE", "PRAGMA application_id = 0")
    before = file.read_bytes()
    report, found = await salvaged(file.parent)
    assert (report.kept, report.lost_count, len(found)) == (400, 0, 400)
    assert (file.parent / "quarantine" / report.folder / file.name).read_bytes() == before
