"""Says on the screen why the terminal was not opened, before there is a till to open it on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .app import make_application
from .loop import event_loop
from .notice import Notice
from .theme import Appearance

if TYPE_CHECKING:
    from giftill.domain.errors import GiftillError
    from giftill.texts import Texts


def show_problem(problem: GiftillError, t: Texts) -> None:
    """Show `problem` until it was read; the look is the system's, as no settings are known."""
    app = make_application()
    appearance = Appearance(app, "system")
    try:
        with asyncio.Runner(loop_factory=lambda: event_loop(app)) as runner:
            runner.run(_show(problem, t))
    finally:
        del appearance


async def _show(problem: GiftillError, t: Texts) -> None:
    notice = Notice(problem, t)
    notice.show()
    await notice.closed.wait()
    notice.deleteLater()
