"""What an administrator finds in the log of an outage, and of what waited meanwhile."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from giftill import __version__
from giftill.domain.money import Money
from giftill.domain.operations import OperationKind
from giftill.gifty.errors import GiftyError
from giftill.logs import start_logging, stop_logging
from giftill.sandbox import SHOWCASE, Fault, FaultKind, SandboxServer
from tests.helpers.desk import TOKEN, code_of, desk_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.anyio


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Return the file that all is logged to, as by the program."""
    before = logging.getLogger().level
    start_logging(tmp_path / "logs")
    yield tmp_path / "logs" / "giftill.log"
    stop_logging()
    logging.getLogger().setLevel(before)


def told(log: Path) -> list[str]:
    """Return what the till's own lines say, without their times; the sandbox writes some too."""
    text = log.read_text(encoding="utf-8")
    assert TOKEN not in text
    assert SHOWCASE["large"].code not in text
    lines = [line.partition(" ")[2] for line in text.splitlines()]
    return [line for line in lines if " giftill." in line]


CONNECTION = "INFO giftill.services.connectivity: The connection changed to="
EMPTY = "INFO giftill.services.settle: The outbox is empty again waited="


async def test_an_outage_and_what_waited_leave_a_line_each(
    server: SandboxServer, tmp_path: Path, log: Path
) -> None:
    async with desk_on(server, tmp_path / "till") as desk:
        code = code_of("large")
        card = await desk.sales.look_up(code)
        holds = []
        for _ in range(3):
            placed = await desk.sales.hold(code, card, Money(100), desk.sales.new_sale())
            assert placed.hold is not None, placed
            holds.append(placed.hold)
        server.faults.set(Fault(FaultKind.OFFLINE))
        for _ in range(2):
            with pytest.raises(GiftyError):
                await desk.sales.look_up(code)
        for hold in holds:
            await desk.outbox.record([hold], OperationKind.CAPTURE)
        server.faults.clear()
        await desk.sales.look_up(code)
        await desk.outbox.drain()
        await desk.outbox.refresh()
    assert told(log) == [
        f"INFO giftill.bootstrap: The till opens version={__version__} address={server.url}",
        *(CONNECTION + each for each in ("online", "offline", "online")),
        EMPTY + "3",
    ]
