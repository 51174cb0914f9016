"""The settings in force, and the way to change them on disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import msgspec

from giftill.domain.message import N_, Message

from .loading import read_settings_file
from .settings import FixedSettingError, Settings, SettingsError, checked_settings

if TYPE_CHECKING:
    from pathlib import Path

    from .folders import Folders

_PRIVATE_FILE: Final = 0o600


class SettingsStore:
    """The settings in force, and the way to change them.

    Attributes:
        current: The settings in force.
    """

    def __init__(self, folders: Folders, current: Settings) -> None:
        self.current = current
        self._path = folders.settings

    def refuse_if_fixed(self, name: str) -> None:
        """Do nothing, where a setting may be changed here.

        Raises:
            FixedSettingError: The administrator fixed it.
        """
        if name in self.current.fixed:
            raise FixedSettingError(name)

    def save(self, **changes: object) -> Settings:
        """Change settings, in force and on disk; the file's comments and other values stay.

        Args:
            changes: New values by name; None forgets a setting that may be empty.

        Returns:
            The settings now in force.

        Raises:
            FixedSettingError: The administrator fixed one of them; nothing has changed.
            SettingsError: A value breaks its rule, or the file can't be read or written; then
                nothing has changed.
        """
        for name in changes:
            self.refuse_if_fixed(name)
        import tomlkit

        checked = checked_settings(changes, str(self._path))
        # Read first and checked, so that a file someone is still repairing is never overwritten.
        read_settings_file(self._path)
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        document = tomlkit.parse(text)
        for name, value in checked.items():
            if value is None:
                document.pop(name, None)
            else:
                document[name] = value
        write_private(self._path, tomlkit.dumps(document).encode())
        self.current = msgspec.structs.replace(self.current, **checked)
        return self.current


def write_private(path: Path, content: bytes) -> None:
    """Replace a file at once: a power cut leaves the old one or the new one, never half of it.

    Args:
        path: The file; its folder must exist. It ends up readable by this user alone.
        content: All of the new content.

    Raises:
        SettingsError: It can't be written; the old file is as it was.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise SettingsError(
            Message(N_("The settings were not saved")),
            Message(
                N_("The file “{file}” can’t be written: {problem}."),
                {"file": str(path), "problem": error.strerror or str(error)},
            ),
            Message(N_("Check the disk and the rights on the folder, then try again.")),
        ) from error
