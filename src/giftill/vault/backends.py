"""Which keyrings may keep a secret: those of the operating systems, and no other."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

# Class names by platform, best first. Named one by one rather than discovered: a packaged build
# has no entry points to discover them by, and a keyring that somebody configured may be plain text.
_BY_PLATFORM: Final = {
    "win32": (("keyring.backends.Windows", "WinVaultKeyring"),),
    "darwin": (("keyring.backends.macOS", "Keyring"),),
    "linux": (
        ("keyring.backends.SecretService", "Keyring"),
        ("keyring.backends.kwallet", "DBusKeyring"),
    ),
}
_ACCEPTED: Final = frozenset(each for candidates in _BY_PLATFORM.values() for each in candidates)


def is_accepted(backend: KeyringBackend) -> bool:
    """Tell whether a keyring really is one of the operating systems' own.

    A chain of keyrings is accepted if each link is: a secret goes to the first that takes it.
    """
    kind = type(backend)
    if (kind.__module__, kind.__name__) == ("keyring.backends.chainer", "ChainerBackend"):
        links: list[KeyringBackend] = list(getattr(backend, "backends", ()))
        return bool(links) and all(is_accepted(each) for each in links)
    return (kind.__module__, kind.__name__) in _ACCEPTED


def find_backend(platform: str = sys.platform) -> tuple[KeyringBackend | None, str]:
    """Return this PC's keyring, and if there is none why not.

    Args:
        platform: As in `sys.platform`.

    Returns:
        The keyring and an empty text, or None and the technical reasons in English.
    """
    from importlib import import_module

    problems = []
    for module_name, class_name in _BY_PLATFORM.get(platform, _BY_PLATFORM["linux"]):
        try:
            kind: type[KeyringBackend] = getattr(import_module(module_name), class_name)
            # Asking for the priority makes keyring find out whether the service answers.
            _ = kind.priority
            backend = kind()
        except Exception as error:  # noqa: BLE001 - backends raise whatever their system raises
            problems.append(f"{module_name.rpartition('.')[2]}: {error}")
            continue
        if platform == "win32":
            # Windows would carry the credential to the user's other PCs otherwise.
            setattr(backend, "persist", "local machine")  # noqa: B010 - not in the type stubs
        return backend, ""
    return None, "; ".join(problems)
