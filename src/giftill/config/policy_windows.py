"""Where Windows keeps a policy: the registry, as group policy writes it, and ProgramData."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from giftill.domain.message import N_, Message

from .policy import DEFAULTS, PolicyError, Sheet, unreadable
from .policy_keys import Kind, policy_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .policy_keys import PolicyKey

    # Name, data and kind, as the registry has them.
    RegistryValue = tuple[str, object, int]

KEY: Final = r"Software\Policies\Giftill"
DEFAULTS_KEY: Final = rf"{KEY}\Defaults"
_MACHINE: Final = "HKLM"
# The registry's numbers for the kinds of values.
_KINDS: Final = {1: "REG_SZ", 4: "REG_DWORD"}
# FOLDERID_ProgramData, as it lies in memory.
_PROGRAM_DATA: Final = bytes.fromhex("825dab62c1fdc34da9dd070d1d495d97")


def from_registry(values: Iterable[RegistryValue], where: str) -> dict[str, object]:
    """Return what a registry key says, as a policy file would say it.

    Args:
        values: Those of the key.
        where: The key.

    Raises:
        PolicyError: A setting has a value of another kind than its own.
    """
    keys = {key.name: key for key in policy_keys()}
    found: dict[str, object] = {}
    for name, data, kind in values:
        # The registry takes names in any case for the same.
        key = keys.get(name.lower())
        if key is None:
            found[name] = data
        else:
            found[key.name] = _of_its_kind(key, data, kind, where)
    return found


def _of_its_kind(key: PolicyKey, data: object, kind: int, where: str) -> object:
    if _KINDS.get(kind) != key.registry_type:
        raise PolicyError(
            Message(N_("The policy of this PC can’t be used")),
            Message(
                N_("“{name}” in “{where}” has another type than {type}."),
                {"name": key.name, "where": where, "type": key.registry_type},
            ),
            Message(N_("Give it that type; a REG_DWORD of 1 means true, and 0 means false.")),
        )
    # Another number than these two is left for the setting's own rule to refuse.
    return bool(data) if key.kind is Kind.SWITCH and data in {0, 1} else data


if sys.platform == "win32":
    import ctypes
    import winreg

    class PolicyRegistry:
        """The machine's policies in the registry, in the 64-bit view."""

        def read(self) -> Iterator[Sheet]:
            """Return what the key says, and its subkey of proposals."""
            fixed, defaults = _values(KEY), _values(DEFAULTS_KEY)
            if fixed or defaults:
                where = rf"{_MACHINE}\{KEY}"
                proposed = from_registry(defaults, rf"{_MACHINE}\{DEFAULTS_KEY}")
                yield Sheet(where, {**from_registry(fixed, where), DEFAULTS: proposed})

    def program_data() -> Path:
        """Return the folder of what programs keep for all users, as the system knows it.

        Not from the variable of that name, which whoever starts the till could set.
        """
        found = ctypes.c_wchar_p()
        shell, memory = ctypes.windll.shell32, ctypes.windll.ole32
        shell.SHGetKnownFolderPath.restype = ctypes.HRESULT
        memory.CoTaskMemFree.argtypes = (ctypes.c_void_p,)
        shell.SHGetKnownFolderPath(_PROGRAM_DATA, 0, None, ctypes.byref(found))
        try:
            return Path(found.value or "")
        finally:
            memory.CoTaskMemFree(found)

    def read_trusted(file: Path) -> bytes:
        """Read a policy file that only administrators can change; any other is refused."""
        # Most tills have none, and start the sooner for not importing this.
        from .policy_trust import read_guarded
        from .policy_trust_windows import Windows

        return read_guarded(file, Windows())

    def _values(key: str) -> tuple[RegistryValue, ...]:
        rights = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key, 0, rights) as opened:
                count = winreg.QueryInfoKey(opened)[1]
                return tuple(winreg.EnumValue(opened, index) for index in range(count))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise unreadable(rf"{_MACHINE}\{key}", error.strerror or str(error)) from error
