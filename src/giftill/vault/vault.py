"""The vault: reads and writes one credential a service name, away from the event loop."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from giftill.domain.errors import GiftillError
from giftill.domain.message import N_, Message

from .backends import find_backend, is_accepted

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyring.backend import KeyringBackend

_Answer = TypeVar("_Answer")

# The keyring may ask a person for its password; nobody takes longer, and no command hangs.
ANSWER_DEADLINE_S: Final = 60.0
_USER: Final = "giftill"


class VaultUnavailable(GiftillError):
    """The keyring is missing, locked or of a kind that would keep the token readable."""


class VaultLocked(VaultUnavailable):
    """The keyring is there, but did not open."""


def _missing(problem: str) -> VaultUnavailable:
    return VaultUnavailable(
        Message(N_("No keyring for the token")),
        Message(
            N_("The token is kept in the system’s keyring only, and none answers: {problem}."),
            {"problem": problem},
        ),
        Message(
            N_(
                "Install gnome-keyring (or KWallet) and sign in to the desktop once; for "
                "unattended use set GIFTILL_TOKEN."
            )
        ),
    )


def _locked(problem: str) -> VaultLocked:
    return VaultLocked(
        Message(N_("The keyring is locked")),
        Message(
            N_("The system’s keyring stays locked, so the token can’t be read: {problem}"),
            {"problem": problem},
        ),
        Message(
            N_(
                "Unlock the keyring, or sign in to this PC with a password: an automatic sign-in "
                "leaves it locked. For unattended use set GIFTILL_TOKEN."
            )
        ),
    )


def _refused(kind: str) -> VaultUnavailable:
    return VaultUnavailable(
        Message(N_("This keyring is not safe enough")),
        Message(
            N_("“{kind}” is not the system’s own keyring; others may keep secrets readable."),
            {"kind": kind},
        ),
        Message(N_("Use the keyring of Windows, macOS, GNOME or KDE.")),
    )


def service_name(api_url: str) -> str:
    """Return the name that the token of an API is kept under, such as `giftill/api.gifty.nl`."""
    return f"giftill/{urlsplit(api_url).netloc}"


class Vault:
    """One account's place in the operating system's keyring."""

    def __init__(
        self,
        service: str,
        *,
        backend: KeyringBackend | None = None,
        deadline_s: float = ANSWER_DEADLINE_S,
    ) -> None:
        """Name the place; the keyring is first touched when something is asked of it.

        Args:
            service: One name per credential, such as `giftill/api.gifty.nl`.
            backend: A keyring to use rather than this PC's own; held to the same rules.
            deadline_s: How long the keyring may take, a person typing its password included.
        """
        self._service = service
        self._given = backend
        self._deadline_s = deadline_s

    async def token(self) -> str | None:
        """Return the token, or None if none was stored.

        Raises:
            VaultUnavailable: There is no acceptable keyring, or it stays locked.
        """
        return await self._ask(lambda keyring: keyring.get_password(self._service, _USER))

    async def set_token(self, token: str) -> None:
        """Store the token in place of an older one.

        Raises:
            VaultUnavailable: There is no acceptable keyring, or it stays locked.
        """
        await self._ask(lambda keyring: keyring.set_password(self._service, _USER, token))

    async def forget_token(self) -> bool:
        """Remove the token; tell whether there was one.

        Raises:
            VaultUnavailable: There is no acceptable keyring, or it stays locked.
        """

        def remove(keyring: KeyringBackend) -> bool:
            if keyring.get_password(self._service, _USER) is None:
                return False
            keyring.delete_password(self._service, _USER)
            return True

        return await self._ask(remove)

    async def describe(self) -> str:
        """Return the name of the keyring in use, such as `SecretService Keyring`.

        Raises:
            VaultUnavailable: There is no acceptable keyring.
        """
        return await self._ask(lambda keyring: str(keyring.name))

    def _open(self) -> KeyringBackend:
        if self._given is not None:
            if not is_accepted(self._given):
                kind = type(self._given)
                raise _refused(f"{kind.__module__}.{kind.__name__}")
            return self._given
        backend, problem = find_backend()
        if backend is None:
            raise _missing(problem)
        return backend

    async def _ask(self, work: Callable[[KeyringBackend], _Answer]) -> _Answer:
        """Let a thread of its own do the work: a keyring that never answers holds nobody up.

        A thread of the default executor would be waited for when the program ends.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Answer] = loop.create_future()

        def settle(result: _Answer | None, error: Exception | None) -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(result)  # type: ignore[arg-type]  # set whenever error is None

        def run() -> None:
            result: _Answer | None = None
            problem: Exception | None = None
            try:
                result = work(self._open())
            except GiftillError as error:
                problem = error
            except Exception as error:  # noqa: BLE001 - backends raise what their system raises
                problem = _locked(str(error) or type(error).__name__)
                problem.__cause__ = error
            try:
                loop.call_soon_threadsafe(settle, result, problem)
            except RuntimeError:
                # The loop is closed: the program has ended without waiting for the keyring.
                return

        threading.Thread(target=run, name="keyring", daemon=True).start()
        try:
            async with asyncio.timeout(self._deadline_s):
                return await answer
        except TimeoutError as error:
            waited = f"no answer within {self._deadline_s:.0f} s"
            raise _locked(waited) from error
