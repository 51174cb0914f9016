"""What the window does with the till behind it: follows its state, its shop, its token, its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer

from .refresher import Refresher
from .status import StatusPresenter

if TYPE_CHECKING:
    from collections.abc import Callable

    from giftill.services.desk import Desk
    from giftill.texts import Texts

    from .status import StatusState
    from .tasks import TaskScope
    from .window import Window

_MINUTE_MS: Final = 60_000


class Duties:
    """Serves the window from the moment on that the till is open."""

    def __init__(
        self,
        window: Window,
        desk: Desk,
        t: Texts,
        tasks: TaskScope,
        render: Callable[[StatusState], None],
    ) -> None:
        """Serve `window`; nothing is drawn before `start`.

        Args:
            window: The window.
            desk: The till.
            t: The language.
            tasks: Where actions run.
            render: Draws what stands always in view.
        """
        self._window = window
        self._desk = desk
        self._t = t
        self._tasks = tasks
        self._may_quit = False
        self._status = StatusPresenter(desk, t, render)
        self._refresher = Refresher(tasks, "status", self._status.refresh)
        self._minute = QTimer(window, singleShot=True, timerType=Qt.TimerType.VeryCoarseTimer)
        self._minute.timeout.connect(self._tick)

    def start(self) -> None:
        """Follow the till from now on; the first request goes out once the window is seen."""
        self._status.watch(self._refresher.wake)
        self._status.show()
        self._refresher.wake()
        self._wait_for_minute()
        if self._window.is_seen:
            self._greet()
        else:
            self._window.seen.connect(self._greet)

    def end(self) -> None:
        """Follow the till no more."""
        self._minute.stop()
        self._status.close()

    def retranslate(self, t: Texts) -> None:
        """Show everything in another language, and ask the API in it."""
        self._t = t
        self._desk.client.language = t.language
        self._status.retranslate(t)

    def choose_location(self) -> None:
        """Let a person choose the shop."""
        self._tasks.start("location", self._ask_for_location)

    def reload_token(self) -> None:
        """Look for the token again."""
        self._tasks.start("token", self._look_for_token)

    def request_quit(self) -> None:
        """Close the terminal; while captures are queued, a person is asked once."""
        if self._may_quit or not self._desk.outbox.summary.value.waiting:
            self._window.stop.set()
        else:
            self._tasks.start("quit", self._ask_to_quit)

    def _greet(self) -> None:
        from .network import watch_network_once_lost

        self._tasks.start("greet", self._status.greet)
        watch_network_once_lost(
            self._desk.connectivity.link, self._desk.outbox.look_up, self._window
        )

    async def _ask_for_location(self) -> None:
        from .screens.location.view import choose_location

        chosen = await choose_location(self._window, self._desk, self._t)
        if chosen is not None:
            self._window.toast(self._t("This till now works for {address}", address=chosen))

    async def _look_for_token(self) -> None:
        if await self._desk.reload_token():
            await self._status.greet()

    async def _ask_to_quit(self) -> None:
        from .leaving import ask_to_quit

        waiting = self._desk.outbox.summary.value.waiting
        if await ask_to_quit(self._window, waiting, self._t):
            self._may_quit = True
            self._window.stop.set()

    def _tick(self) -> None:
        self._status.show()
        self._window.current.tick()
        self._wait_for_minute()

    def _wait_for_minute(self) -> None:
        self._minute.start(_MINUTE_MS - self._desk.clock.now_ms() % _MINUTE_MS + 1)
