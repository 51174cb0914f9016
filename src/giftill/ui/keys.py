"""The keys of the terminal: what each does, where it works, and how people read its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from giftill.domain.message import N_

if TYPE_CHECKING:
    from giftill.texts import Texts

HELP: Final = "F1"
LOCATION: Final = "Ctrl+L"
LANGUAGE: Final = "Ctrl+Shift+L"
FULL_SCREEN: Final = "F11"
# The rail has room for eight screens, and Ctrl with a digit is never part of a scan.
SCREENS: Final = tuple(f"Ctrl+{number}" for number in range(1, 9))

_SPOKEN: Final = {
    "Return": N_("Enter"),
    "Space": N_("Space"),
    "Escape": N_("Esc"),
    "Up": "↑",
    "Down": "↓",
    "Shift": N_("Shift"),
    "Ctrl": N_("Ctrl"),
}


class KeyHint(Struct, frozen=True):
    """One key of a screen, for the help page and, where it has an action, for the window.

    Attributes:
        key: Qt's portable name, such as `F8`, `Shift+F9` or `Return`.
        does: What it does, translated.
        act: What the window runs when the key is pressed on this screen; None for a key that the
            focused part handles by itself and that the help page only tells about.
    """

    key: str
    does: str
    act: Callable[[], None] | None = None


def spoken(key: str, t: Texts) -> str:
    """Write a key the way it is printed on a keyboard."""
    return "+".join(t(_SPOKEN[part]) if part in _SPOKEN else part for part in key.split("+"))


def everywhere(screens: tuple[str, ...], t: Texts) -> tuple[KeyHint, ...]:
    """List the keys that work on every screen, for the help page.

    Args:
        screens: The titles of the screens in rail order, translated.
        t: The reader's language.
    """
    return (
        *(
            KeyHint(key, t("Go to {screen}", screen=title))
            for key, title in zip(SCREENS, screens, strict=False)
        ),
        KeyHint(LOCATION, t("Change the location")),
        KeyHint(LANGUAGE, t("The other language")),
        KeyHint(FULL_SCREEN, t("Full screen")),
        KeyHint(HELP, t("Show these keys")),
        KeyHint("Return", t("Main action of the focused part")),
        KeyHint("Escape", t("Back; never loses anything")),
    )
