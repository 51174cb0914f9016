"""The running terminal with its window, told by lines what to do; the answers are lines of JSON.

Nothing of the terminal is replaced: scans are keys, the journal is on disk, and the requests go to
the sandbox. Only the limit of requests is off, and the outbox works when it is told to.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any, ClassVar, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

import giftill.ui.window
from giftill.__main__ import main
from giftill.devices.scanner import LARGEST_GAP_MS
from giftill.domain.codes import read_code
from giftill.domain.money import Money
from giftill.domain.operations import Hold, HoldState, OperationKind
from giftill.domain.transactions import TransactionId
from giftill.gifty import Pacer
from giftill.journal import EventKind, Record
from giftill.services.ids import new_sale_id
from giftill.ui.widgets.card_panel import CardPanel
from giftill.ui.widgets.money_label import MoneyLabel
from tests.benchmarks import straight
from tests.benchmarks.seeds import RICH_CARD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from giftill.domain.operations import AccountId
    from giftill.services.desk import Desk
    from giftill.ui.widgets.card_panel import CardGlance

_AMOUNT: Final = Money(1)
_TICK_MS: Final = 2
_PATIENCE_S: Final = 5.0
_TRIES: Final = 5


class _Panel(CardPanel):
    """The card's panel, which remembers that another card is to be painted."""

    is_new: ClassVar[bool] = False
    painted: ClassVar[asyncio.Future[float] | None] = None

    def show_card(self, glance: CardGlance) -> None:
        super().show_card(glance)
        _Panel.is_new = True


class _Balance(MoneyLabel):
    """An amount, which tells when it was painted after another card came."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if _Panel.is_new and isinstance(self.parent(), CardPanel):
            _Panel.is_new = False
            # The pixels are on the screen when the loop has come round.
            QTimer.singleShot(0, _tell_painted)


def _tell_painted() -> None:
    if _Panel.painted is not None and not _Panel.painted.done():
        _Panel.painted.set_result(time.perf_counter())


class _Stalls:
    """Watches for how long the loop does not come round."""

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(interval=_TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def end(self) -> float:
        """Return the longest time that a key or a click would have waited, in ms."""
        self._tick()
        self._timer.stop()
        return self.longest_ms

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest_ms = max(self.longest_ms, (now - self._last) * 1000 - _TICK_MS)
        self._last = now


class _Working(giftill.ui.window.Window):
    """The terminal's window, which takes orders."""

    def work_on(self, desk: Desk) -> None:
        super().work_on(desk)
        self._orders = asyncio.get_running_loop().create_task(self._obey(desk))

    async def _obey(self, desk: Desk) -> None:
        desk.client.pacer = Pacer(0)
        await desk.accounts.ensure()
        await desk.outbox.stop(1)
        self.activateWindow()
        # The widest gap that can be set: these keys come from a process that a busy PC lets wait.
        self._scans.configure(gap_ms=LARGEST_GAP_MS)
        bench = _Bench(self, desk)
        while line := await asyncio.to_thread(sys.stdin.readline):
            order: dict[str, Any] = json.loads(line)
            try:
                answer = await getattr(bench, order.pop("do"))(**order)
            except Exception:  # noqa: BLE001 - shown whole, and then it ends
                # Whoever ordered it must not wait for an answer that will not come.
                traceback.print_exc()
                os._exit(1)
            print(json.dumps(answer), flush=True)
        self.stop.set()


class _Bench:
    """What can be ordered."""

    def __init__(self, window: _Working, desk: Desk) -> None:
        self._window = window
        self._desk = desk
        self._made = 0

    async def ready(self) -> bool:
        """Tell that the terminal is there."""
        return True

    async def scan(self, code: str) -> float:
        """Scan a card; return the ms from the scanner's Enter to the painted balance.

        On a PC with much else to do, keys can come too slowly for a scan; then it is scanned again.
        """
        for _ in range(_TRIES):
            with contextlib.suppress(TimeoutError):
                return await self._scan(code)
            # The keys were taken for typing, into whichever field had the cursor.
            self._window.current.presenter.back()  # type: ignore[attr-defined] # the Till has one
            self._window.current.presenter.new_scan()  # type: ignore[attr-defined] # likewise
        raise TimeoutError

    async def _scan(self, code: str) -> float:
        loop = asyncio.get_running_loop()
        _Panel.painted = loop.create_future()
        pressed: asyncio.Future[float] = loop.create_future()

        def strike() -> None:
            # Pressing a key lets the loop come round, which must not happen inside a task.
            handle = self._window.windowHandle()
            for each in code:
                QTest.keyClick(handle, each)  # type: ignore[call-overload] # stubs know keys only
            pressed.set_result(time.perf_counter())
            QTest.keyClick(handle, Qt.Key.Key_Return)

        QTimer.singleShot(0, strike)
        async with asyncio.timeout(_PATIENCE_S):
            return (await _Panel.painted - await pressed) * 1000

    async def hold(self, count: int) -> list[str]:
        """Hold a cent `count` times; return the transactions."""
        code = read_code(RICH_CARD)
        client = self._desk.client
        return [(await client.redeem(code, _AMOUNT)).id for _ in range(count)]

    async def enqueue(self, count: int) -> float:
        """Record captures in a burst; return the ms for each until it is durable."""
        holds = await self._holds_without_server(count)
        record = self._desk.outbox.record
        started = time.perf_counter()
        await asyncio.gather(*(record([each], OperationKind.CAPTURE) for each in holds))
        return (time.perf_counter() - started) * 1000 / count

    async def enqueue_straight(self, count: int) -> float:
        """Do the inserts of as many captures through apsw alone, each durable; return ms for each.

        The inserts are those that the journal makes for captures, taken down as it makes them.
        """
        holds = await self._holds_without_server(count)
        copy = self._desk.folders.data / "straight.sqlite3"
        store = self._desk.journal._writer._store
        assert store is not None
        straight.copy_to(copy, store.connection)
        with straight.taken_down(store.connection) as inserts:
            for each in holds:
                await self._desk.outbox.record([each], OperationKind.CAPTURE)
                inserts.next_transaction()
        return straight.replay(copy, inserts.transactions) * 1000 / count

    async def drain(self, transactions: Sequence[TransactionId]) -> list[float]:
        """Queue captures and drain the outbox; return seconds and the longest stall in ms."""
        desk = self._desk
        account = await desk.accounts.ensure()
        holds = await self._keep([self._hold(each, account) for each in transactions])
        await desk.outbox.record(holds, OperationKind.CAPTURE)
        desk.outbox._is_stopping = False
        # Shows what the outbox holds, as it would on a busy day.
        await asyncio.sleep(0)
        stalls = _Stalls()
        started = time.perf_counter()
        await desk.outbox.drain()
        took_s = time.perf_counter() - started
        stall_ms = stalls.end()
        left = desk.outbox.summary.value
        assert not left.attention, left
        assert not await desk.journal.holds(account=account), left
        return [took_s, stall_ms]

    async def _holds_without_server(self, count: int) -> list[Hold]:
        # Of an account that is not this till's, so that nothing tries to send them.
        account = type(await self._desk.accounts.ensure())("ac_bench")
        first = self._made
        self._made += count
        ids = [TransactionId(f"tr_bench{each:08d}") for each in range(first, self._made)]
        return await self._keep([self._hold(each, account) for each in ids])

    async def _keep(self, holds: list[Hold]) -> list[Hold]:
        await self._desk.journal.commit(
            *(Record(EventKind.HOLD_ADOPTED, hold=each) for each in holds)
        )
        return holds

    def _hold(self, transaction: TransactionId, account: AccountId) -> Hold:
        now_ms = self._desk.clock.now_ms()
        return Hold(
            transaction=transaction,
            account=account,
            card="gc_bench",  # type: ignore[arg-type] # any name will do
            card_masked=read_code(RICH_CARD).masked,
            amount=_AMOUNT,
            state=HoldState.OPEN,
            sale=new_sale_id(now_ms),
            created_at_ms=now_ms,
        )


if __name__ == "__main__":
    import giftill.ui.widgets.card_panel as panel

    # How the benchmark looks inside; the terminal knows nothing of it.
    giftill.ui.window.Window = _Working  # type: ignore[misc] # on purpose
    vars(panel)["CardPanel"] = _Panel
    vars(panel)["MoneyLabel"] = _Balance
    sys.exit(main())
