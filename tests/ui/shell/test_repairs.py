"""Damage that turns up while a cashier works: told at once, nothing sold, repaired at the start."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from giftill.journal import JournalDamaged
from giftill.texts import Texts
from giftill.ui.repairs import tell_of_repairs
from tests.helpers.desk import code_of, desk_on
from tests.helpers.patience import until
from tests.helpers.window import close_dialog, dialog, held, opened, press, reads, scan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from giftill.domain.operations import Hold
    from giftill.journal.store import Store
    from giftill.sandbox import SandboxServer
    from giftill.services.desk import Desk
    from giftill.ui.window import Window

pytestmark = pytest.mark.anyio

PAGE = 4096
DAMAGED, REPAIRED = "The journal is damaged", "The journal was repaired"


@asynccontextmanager
async def telling(desk: Desk) -> AsyncIterator[Window]:
    """Open the window as the program does, with what it tells of the journal."""
    async with opened(desk) as window:
        task = asyncio.create_task(tell_of_repairs(desk.journal, window, Texts("en")))
        yield window
        task.cancel()
        await asyncio.wait({task})


def shows(title: str) -> bool:
    asking = dialog()
    return asking is not None and reads(asking, title)


async def break_the_file(desk: Desk) -> None:
    """Change the file's bytes on the disk, and have it looked through as once a day."""

    def change_bytes(store: Store) -> None:
        store.make_sure()
        question = "SELECT rootpage FROM sqlite_schema WHERE name = 'operation_by_state'"
        root = int(store.connection.execute(question).get)
        with store.file.open("rb+") as file:
            file.seek((root - 1) * PAGE)
            file.write(b"\x55" * 64)
        # What was read before is not read again otherwise.
        store.connection.pragma("shrink_memory")

    await desk.journal._read(change_bytes)
    with pytest.raises(JournalDamaged):
        await desk.journal.inspect(is_deep=True)


async def is_read(desk: Desk) -> bool:
    return await desk.journal.salvage() is None


def status_of(server: SandboxServer, hold: Hold) -> str:
    row = server.ledger.transaction(hold.transaction)
    assert row is not None
    return row.status


async def test_damage_is_told_at_once_and_nothing_is_taken_any_more(
    server: SandboxServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk_on(server, tmp_path) as desk:
        hold = await held(desk, "full_25")
        async with telling(desk) as window:
            await scan(code_of("full_50").secret)
            await until(lambda: reads(window, "€50.00"))
            await press(Qt.Key.Key_F4)
            await break_the_file(desk)
            await until(lambda: shows(DAMAGED))
            assert shows("Take no gift cards now. Close Giftill and start it again")
            await close_dialog(Qt.Key.Key_Escape)
            await press(Qt.Key.Key_F8)
            await until(lambda: reads(window, DAMAGED))
            await press(Qt.Key.Key_F2)
            await scan(code_of("large").secret)
            await until(lambda: reads(window, "Take no gift cards now"))
            with pytest.raises(JournalDamaged):
                await desk.sales.complete([hold])
    assert status_of(server, hold) == "pending"
    async with desk_on(server, tmp_path / "other") as other:
        card = await other.sales.look_up(code_of("full_50"))
    assert card.balance_cents == 5000
    caplog.clear()


async def test_the_next_start_has_repaired_it_and_tells_until_a_manager_has_read_it(
    server: SandboxServer, tmp_path: Path
) -> None:
    async with desk_on(server, tmp_path) as desk:
        hold = await held(desk, "full_25")
        await break_the_file(desk)
    async with desk_on(server, tmp_path) as desk, telling(desk):
        await until(lambda: shows(REPAIRED))
        assert (await desk.sales.open_holds()) == (hold,)
        await close_dialog(Qt.Key.Key_Escape)
    async with desk_on(server, tmp_path) as desk, telling(desk):
        await until(lambda: shows(REPAIRED))
        await press(Qt.Key.Key_Tab)
        await close_dialog(Qt.Key.Key_Space)
        # The message is gone a moment before that is written down.
        await until(lambda: is_read(desk))
    async with desk_on(server, tmp_path) as desk, telling(desk):
        (settled,) = await desk.sales.complete([hold])
        assert settled.result == "done"
        assert dialog() is None
    assert status_of(server, hold) == "success"
