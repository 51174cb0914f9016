"""Setting a token: not one of another account while something waits for its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.domain.operations import AccountId
from giftill.sandbox import SHOWCASE, Fault, FaultKind
from giftill.services.accounts import Accounts
from giftill.vault import Vault
from tests.helpers.desk import TOKEN

if TYPE_CHECKING:
    from giftill.sandbox import SandboxServer
    from tests.helpers.shell import Shell

FULL = SHOWCASE["full_50"].code


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is put into the keyring, which is none of this PC's."""
    tokens: list[str] = []

    async def describe(_vault: Vault) -> str:
        return "a keyring"

    async def keep(_vault: Vault, token: str) -> None:
        tokens.append(token)

    monkeypatch.setattr(Vault, "describe", describe)
    monkeypatch.setattr(Vault, "set_token", keep)
    return tokens


def queue_a_capture(shell: Shell, server: SandboxServer) -> None:
    hold = shell.hold(FULL)
    server.faults.set(Fault(FaultKind.OFFLINE))
    assert shell.run("capture", hold).status == 5
    server.faults.clear()


def test_a_token_of_another_account_is_not_kept_while_something_waits(
    shell: Shell, server: SandboxServer, kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_a_capture(shell, server)

    async def another(*_: object) -> AccountId:
        return AccountId("ac_another")

    monkeypatch.setattr(Accounts, "whose", another)
    answer = shell.run("token", "set", stdin=TOKEN)
    assert answer.status == 3
    assert "1 waiting" in answer.err
    assert kept == []
    assert shell.run("token", "set", "--force", stdin=TOKEN).status == 0
    assert kept == [TOKEN]


def test_a_new_token_of_the_same_account_is_kept_whatever_waits(
    shell: Shell, server: SandboxServer, kept: list[str]
) -> None:
    queue_a_capture(shell, server)
    assert shell.run("token", "set", stdin=TOKEN).status == 0
    assert kept == [TOKEN]


def test_the_first_token_of_a_till_is_kept(shell: Shell, kept: list[str]) -> None:
    assert shell.run("token", "set", stdin=TOKEN).status == 0
    assert kept == [TOKEN]
