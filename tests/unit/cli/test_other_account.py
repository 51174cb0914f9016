"""The command line with the token of another account than the chosen shop's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from giftill.sandbox import SHOWCASE
from tests.helpers.other_account import OTHER_TOKEN, two_accounts
from tests.helpers.shell import Shell

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.anyio

FULL = SHOWCASE["full_50"].code
REFUSED = 3


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en_GB.UTF-8", "nothing was sent"),
        ("nl_NL.UTF-8", "er is niets verstuurd"),
    ],
)
async def test_nothing_is_made_for_another_accounts_shop(
    tmp_path: Path, language: str, says: str
) -> None:
    async with two_accounts() as accounts:
        shell = Shell(tmp_path / "till", accounts.front.url, {"LANG": language})
        shell.data.mkdir()
        (shell.data / "settings.toml").write_text(f'location = "{accounts.shop}"\n', "utf-8")
        ours = await asyncio.to_thread(shell.hold, FULL)
        accounts.take_other()
        shell.environ["GIFTILL_TOKEN"] = OTHER_TOKEN
        before = len(accounts.other.ledger.transactions())
        # The first time nobody knows yet whose the token is; after that the journal knows.
        for _ in range(2):
            refused = await asyncio.to_thread(shell.run, "redeem", FULL, "1.00")
            assert refused.status == REFUSED, refused
            assert says in refused.err
        assert len(accounts.other.ledger.transactions()) == before
        assert accounts.other.ledger.transaction(ours) is None
