"""What every screen of the window has in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from giftill.services.desk import Desk
    from giftill.texts import Texts
    from giftill.ui.coming import DeskToCome
    from giftill.ui.keys import KeyHint
    from giftill.ui.screens.common import ToneName


class Shell(Protocol):
    """What a screen may ask of the window around it."""

    def go_to(self, name: str) -> None:
        """Show another screen, by its name, such as `holds`."""

    def toast(self, text: str, tone: ToneName = "success") -> None:
        """Tell for a few seconds what was done; also announced to screen readers."""

    def report(self, error: Exception) -> None:
        """Show a failure that has no better place: a `GiftillError` in words, a bug as one."""

    def sound(self, name: str) -> None:
        """Play `accepted`, `refused` or `attention`, unless sounds are off."""


@dataclass(frozen=True)
class ScreenParts:
    """What a screen is built from.

    Attributes:
        t: The language at the time of building; `retranslate` brings a new one.
        shell: The window around it.
        parent: Where the screen will lie.
        opened: The till, once it is open.
    """

    t: Texts
    shell: Shell
    parent: QWidget | None = None
    opened: Desk | None = None

    @property
    def desk(self) -> Desk:
        """The till's live parts; the screen that is painted first must do without them."""
        assert self.opened is not None
        return self.opened


class Screen(QWidget):
    """A screen of the rail.

    A screen emits nothing to the window but through `ScreenParts.shell`. It is built when it is
    first shown and lives as long as the window.

    Attributes:
        name: Its name in `Shell.go_to`, such as `till`.
        acts: How often somebody did something here; counted by the screen that is painted first.
    """

    name: str = ""
    acts: int = 0

    def take_cursor(self) -> None:
        """Put the cursor where work starts; all that can be done before `prepare`."""

    def prepare(self, coming: DeskToCome) -> None:
        """Take what people do from now on, although the till is still being opened.

        Called once, on the screen that was painted first alone.
        """

    def serve(self, desk: Desk) -> None:
        """Work on the till, which is open now; called once, after `prepare`."""

    def shown(self) -> None:
        """Take the focus where work starts; called each time the screen comes to the front."""

    def tick(self) -> None:
        """A minute has passed while the screen was in front: ages move on."""

    def retranslate(self, t: Texts) -> None:
        """Show everything in another language."""
        raise NotImplementedError

    def keys(self) -> tuple[KeyHint, ...]:
        """List the screen's keys, in the order of the help page."""
        return ()

    def scanned(self, text: str) -> bool:
        """Take a scan; False sends the window to the Till with it."""
        return False

    async def drain(self, timeout_s: float) -> None:
        """Let running actions end before the window closes, for at most `timeout_s` seconds."""


class ScreenEntry(Struct, frozen=True):
    """A screen as the rail knows it before it is built.

    Attributes:
        name: Its name in `Shell.go_to`.
        title: Its title, an English source text marked for translation.
        icon: The name of its icon.
        build: Makes the screen; imports it lazily, so that start-up pays for the Till alone. The
            first one is made before the till is open.
    """

    name: str
    title: str
    icon: str
    build: Callable[[ScreenParts], Screen]
