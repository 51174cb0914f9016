"""A till whose API is spelled in another way after a restart: the account is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from giftill.bootstrap import open_desk
from giftill.config import Folders, load_settings
from giftill.domain.money import Money
from giftill.domain.operations import OperationKind
from giftill.services.results import AlreadySettling
from giftill.vault import service_name
from tests.helpers.desk import TOKEN, code_of

if TYPE_CHECKING:
    from pathlib import Path

    from giftill.sandbox import SandboxServer

pytestmark = pytest.mark.anyio


async def test_a_hold_that_is_being_captured_is_not_released_under_another_spelling(
    server: SandboxServer, tmp_path: Path
) -> None:
    folders, environ = Folders.within(tmp_path), {"GIFTILL_TOKEN": TOKEN}
    code = code_of("full_50")
    async with open_desk(
        load_settings(folders, {"GIFTILL_API_URL": server.url}), folders, environ
    ) as desk:
        card = await desk.sales.look_up(code)
        hold = (await desk.sales.hold(code, card, Money(1250), desk.sales.new_sale())).hold
        assert hold is not None
        await desk.outbox.record([hold], OperationKind.CAPTURE)
    spelled = server.url.replace("http:", "HTTP:").removesuffix("/")
    again = load_settings(folders, {"GIFTILL_API_URL": spelled})
    async with open_desk(again, folders, environ) as desk:
        found = await desk.sales.find_hold(hold.transaction)
        with pytest.raises(AlreadySettling):
            await desk.sales.cancel([found])
        assert found.account == hold.account
    row = server.ledger.transaction(hold.transaction)
    assert row is not None
    assert row.status == "pending"


def test_the_token_is_kept_under_one_name_however_the_api_is_spelled(tmp_path: Path) -> None:
    spelled = (
        "https://API.gifty.nl:443/v1/",
        "https://api.gifty.nl./v1",
        "https://api.gifty.nl/v1/",
    )
    folders = Folders.within(tmp_path)
    settings = [load_settings(folders, {}, {"api_url": each}) for each in spelled]
    assert {service_name(each.api_url) for each in settings} == {"giftill/api.gifty.nl"}
