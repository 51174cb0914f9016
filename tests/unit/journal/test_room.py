"""The till says that the disk is full before a sale, and not in its middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.journal import DiskNearlyFull, Journal, JournalWriteError
from tests.helpers.journal import NOW_MS, an_operation, commit

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio


async def test_with_too_little_room_no_sale_is_begun_but_what_waits_is_recorded(
    folder: Path,
) -> None:
    journal = await Journal.open(folder, now_ms=lambda: NOW_MS, least_free_bytes=2**62)
    with pytest.raises(DiskNearlyFull, match="nothing was charged") as caught:
        await journal.ensure_room()
    assert isinstance(caught.value, JournalWriteError)
    assert caught.value.is_disk_full
    await commit(journal, an_operation(1))
    assert len(await journal.operations()) == 1
    await journal.close()


async def test_with_room_enough_nothing_is_said(journal: Journal) -> None:
    await journal.ensure_room()


async def test_a_disk_that_can_not_be_asked_is_left_to_the_commit(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise OSError("not to be told")

    journal = await Journal.open(folder, now_ms=lambda: NOW_MS, least_free_bytes=2**62)
    monkeypatch.setattr("shutil.disk_usage", refuse)
    await journal.ensure_room()
    await journal.close()


async def test_entries_keep_their_order_whatever_the_clock_says(folder: Path) -> None:
    times = iter((NOW_MS, NOW_MS - 86_400_000, NOW_MS + 365 * 86_400_000, NOW_MS + 1))
    journal = await Journal.open(folder, now_ms=lambda: next(times))
    for number in range(1, 5):
        await commit(journal, an_operation(number))
    entries = await journal.entries()
    assert [each.seq for each in entries] == [1, 2, 3, 4]
    assert entries[1].at_ms < entries[0].at_ms < entries[2].at_ms
    assert [each.operation.id for each in entries if each.operation] == [
        an_operation(number).id for number in range(1, 5)
    ]
    assert (await journal.verify()).is_intact
    await journal.close()
