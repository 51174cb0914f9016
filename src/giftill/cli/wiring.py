"""What the command line is given from outside: parts that only the bootstrap puts together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from giftill.config import Folders, Settings
    from giftill.domain.errors import GiftillError
    from giftill.services.desk import Desk
    from giftill.texts import Texts


class Wiring(Protocol):
    """Opens tills and windows; the command line itself knows neither."""

    def open_desk(
        self, settings: Settings, folders: Folders, environ: Mapping[str, str]
    ) -> AbstractAsyncContextManager[Desk]:
        """Open a till for work and close it again.

        Raises:
            GiftillError: The journal or the data folder can't be opened.
        """

    def run_window(
        self, settings: Settings, folders: Folders, environ: Mapping[str, str], *, is_training: bool
    ) -> int:
        """Show the terminal until it is closed; return the exit status."""

    def show_problem(self, problem: GiftillError, t: Texts) -> None:
        """Show on the screen why there is no terminal, until it was read."""

    def run_demo(self, settings: Settings, out: Path) -> int:
        """Play the main flow by itself and leave pictures in `out`; return the exit status."""
