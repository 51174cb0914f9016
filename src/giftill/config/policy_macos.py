"""Where macOS keeps a policy: the preferences that a management profile forces on this Mac."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from .policy import Sheet, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARY: Final = Path("/Library")

_MANAGED: Final = LIBRARY / "Managed Preferences" / "org.giftill.Giftill.plist"
# Of the profile's own making, and nothing that an administrator said.
_OF_THE_PROFILE: Final = "Payload"


class ManagedPreferences:
    """The property list that macOS writes from a management profile."""

    def __init__(self, path: Path = _MANAGED) -> None:
        """Read from `path`, which may be missing."""
        self._path = path

    def read(self) -> Iterator[Sheet]:
        """Return what it says, if it is there."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise unreadable(self._path, error) from error
        import plistlib
        from xml.parsers.expat import ExpatError

        try:
            said = plistlib.loads(content)
        except (ValueError, ExpatError) as error:
            raise unreadable(self._path, str(error) or "not a property list") from error
        if not isinstance(said, dict):
            raise unreadable(self._path, "not a dictionary")
        own = {name: each for name, each in said.items() if not name.startswith(_OF_THE_PROFILE)}
        yield Sheet(str(self._path), own, self._path)
